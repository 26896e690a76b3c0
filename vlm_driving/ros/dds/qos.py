"""Quality of service in Cyclone's words."""

from __future__ import annotations

from typing import Any

from cyclonedds.qos import Policy
from cyclonedds.qos import Qos as CycloneQos

from vlm_driving.ros.dds.type_hashes import user_data
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.port import Qos

MOST_BLOCKING_NS = 100_000_000
"""A reliable writer whose readers are slow waits no longer than this (as ROS does)."""
TYPE = "type"
POLICIES = {2: "durability", 4: "deadline", 8: "liveliness", 11: "reliability", 24: TYPE}
"""By the numbers of the DDS specification (2.3.3) and of Cyclone; the rest have no name in ROS."""


def endpoint_qos(qos: Qos, kind: Kind) -> Any:
    """For a reader or a writer; CDR of version 1 alone, as ROS 2 speaks it."""
    reliability: Any = Policy.Reliability.BestEffort
    if qos.reliable:
        reliability = Policy.Reliability.Reliable(MOST_BLOCKING_NS)
    latched = qos.transient_local
    durability = Policy.Durability.TransientLocal if latched else Policy.Durability.Volatile
    policies = [
        reliability,
        durability,
        Policy.History.KeepLast(qos.depth),
        Policy.Userdata(user_data(kind)),
        Policy.DataRepresentation(use_cdrv0_representation=True, use_xcdrv2_representation=False),
    ]
    if latched:  # Cyclone keeps samples for late readers by this policy, not by the history
        policies.append(Policy.DurabilityService(0, Policy.History.KeepLast(qos.depth), -1, -1, -1))
    return CycloneQos(*policies)


def read_qos(found: Any) -> Qos:
    """Of a discovered endpoint, as far as it says; a peer's depth is not told and counts as 1."""
    policies = {policy.__scope__: policy for policy in found}
    return Qos(
        reliable=isinstance(policies.get("Reliability"), Policy.Reliability.Reliable),
        transient_local=policies.get("Durability") == Policy.Durability.TransientLocal,
        depth=max(1, int(getattr(policies.get("History"), "depth", 1))),
    )
