"""Definitions of message types, as a bag carries them beside its messages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from vlm_driving.replay.bag_messages import store_of
from vlm_driving.replay.bag_parts import IDL_DEFINITION, MSG_DEFINITION

NO_HASH = "RIHS01_" + 64 * "0"
"""Of a type whose definition cannot be read: ros2 bag wants a hash, and plays with any."""

# What rosbags does not know. Fields as in vision_msgs 4 of Humble and Jazzy.
_OWN = {
    "vision_msgs/msg/ObjectHypothesis": "string class_id\nfloat64 score\n",
    "vision_msgs/msg/Classification": (
        "std_msgs/Header header\nvision_msgs/ObjectHypothesis[] results\n"
    ),
}


@dataclass(frozen=True, slots=True)
class Definition:
    """A type's definition.

    Attributes:
        text: as ros2 bag stores it, with those of the types inside.
        rihs01: the type's hash, `RIHS01_...`.
    """

    text: str
    rihs01: str = NO_HASH


@cache
def known_types() -> Typestore:
    """The types of Humble, and those that this package publishes beyond them."""
    store = get_typestore(Stores.ROS2_HUMBLE)
    for name, text in _OWN.items():
        store.register(get_types_from_msg(text, name))
    return store


@cache
def known_definition(msgtype: str) -> Definition | None:
    """The definition of a type that ships with ROS 2; None for another one."""
    return definition_in(known_types(), msgtype) if msgtype in known_types().fielddefs else None


def definition_in(store: Typestore, msgtype: str) -> Definition:
    """The definition of a type in `store`, as of ROS 2."""
    text, _ = store.generate_msgdef(msgtype, ros_version=2)
    return Definition(text, store.hash_rihs01(msgtype))


def types_for_ros1(msgtype: str, text: str) -> Typestore | None:
    """Types of ROS 2 to convert messages of ROS 1 with; None where the type cannot be told.

    Args:
        msgtype: `package/msg/Name`.
        text: its definition as of ROS 1.
    """
    if msgtype in known_types().fielddefs:
        return known_types()
    store = get_typestore(Stores.ROS2_HUMBLE)
    try:
        types = get_types_from_msg(text, msgtype)
        # The rest is as ROS 2 has it: its Header, for one, has no sequence number.
        store.register({name: one for name, one in types.items() if name not in store.fielddefs})
        store.get_msgdef(msgtype)
    except Exception:  # damaged definitions lead rosbags to errors of any kind
        return None
    return store


def recorded_definition(msgtype: str, text: str, definition_format: str) -> Definition | None:
    """The definition that a bag carries, word for word; None for one that is not ROS 2's."""
    if not text or definition_format not in (MSG_DEFINITION, IDL_DEFINITION):
        return None
    try:
        return Definition(text, store_of(msgtype, definition_format, text).hash_rihs01(msgtype))
    except Exception:  # one that rosbags does not parse is still the messages' own
        return Definition(text)
