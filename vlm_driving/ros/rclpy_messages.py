"""The message classes of rclpy, and its quality of service."""

from __future__ import annotations

import importlib
import os
from typing import Any

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSPolicyKind, QoSProfile, ReliabilityPolicy

from vlm_driving.core import UserError
from vlm_driving.ros.dds.names import type_from_wire
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.port import PublisherInfo, Qos

_UNKNOWN_NODE = "_NODE_NAME_UNKNOWN_"


def message_class(kind: Kind) -> Any:
    """The class of this kind, which rclpy asks for although we read and write the bytes.

    Raises:
        UserError: its package is not installed; names the one for apt.
    """
    package, _, name = kind.value.split("/")
    try:
        return getattr(importlib.import_module(f"{package}.msg"), name)
    except (ImportError, AttributeError) as error:
        distribution = os.environ.get("ROS_DISTRO", "<distribution>")
        apt = f"ros-{distribution}-{package.replace('_', '-')}"
        raise UserError(
            f"{kind.value} is not there: install it (sudo apt install {apt}) or source the "
            f"workspace that has {package}."
        ) from error


def profile(qos: Qos) -> Any:
    """As rclpy has it."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=qos.depth,
        reliability=(ReliabilityPolicy.RELIABLE if qos.reliable else ReliabilityPolicy.BEST_EFFORT),
        durability=(
            DurabilityPolicy.TRANSIENT_LOCAL if qos.transient_local else DurabilityPolicy.VOLATILE
        ),
    )


def policy_name(kind: Any) -> str:
    """`reliability`, `durability` or another policy, by what an event says."""
    try:
        return str(QoSPolicyKind(kind).name).lower()
    except ValueError:
        return f"policy {int(kind)}"


def publisher_info(found: Any) -> PublisherInfo:
    """What the graph says about a publisher."""
    qos = Qos(
        reliable=found.qos_profile.reliability == ReliabilityPolicy.RELIABLE,
        transient_local=found.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL,
        depth=max(1, found.qos_profile.depth),
    )
    node = ""
    if found.node_name and found.node_name != _UNKNOWN_NODE:
        node = f"{found.node_namespace.rstrip('/')}/{found.node_name}"
    return PublisherInfo(type_from_wire(found.topic_type), qos, node)
