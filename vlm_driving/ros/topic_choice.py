"""Which of the topics that may carry something is subscribed to, by who publishes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vlm_driving.ros.messages import Kind
from vlm_driving.ros.parameters import QosOverride
from vlm_driving.ros.port import PublisherInfo, Qos

MOST_KEPT = 1000
"""Messages, where a user wants all of them kept."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One topic with one type.

    Attributes:
        topic: its full name.
        kind: what it carries.
    """

    topic: str
    kind: Kind


def chosen(
    candidates: Sequence[Candidate], publishers: Callable[[str], Sequence[PublisherInfo]]
) -> Candidate | None:
    """The first candidate that somebody publishes with its type; the only one is taken anyway.

    Args:
        candidates: the preferred one first.
        publishers: of a topic, whatever their type.
    """
    if len(candidates) == 1:
        return candidates[0]
    for one in candidates:
        if any(info.type_name == one.kind.value for info in publishers(one.topic)):
            return one
    return None


def overridden(qos: Qos, override: QosOverride) -> Qos:
    """`qos` with what a user set in its place."""
    reliable, latched, depth = qos.reliable, qos.transient_local, override.depth or qos.depth
    if override.reliability in ("reliable", "best_effort"):
        reliable = override.reliability == "reliable"
    if override.durability in ("transient_local", "volatile"):
        latched = override.durability == "transient_local"
    if override.history == "keep_all":
        depth = MOST_KEPT
    return Qos(reliable, latched, depth)
