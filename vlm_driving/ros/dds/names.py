"""ROS 2 names, and what they are called on the wire."""

from __future__ import annotations

import re

from vlm_driving.core import UserError

_PART = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ON_WIRE = re.compile(r"(\w+)::(\w+)::dds_::(\w+)_")


def resolve(topic: str, node: str, namespace: str = "/") -> str:
    """The full name of a topic: `~/x` below the node, `x` below the namespace, `/x` as it is.

    Raises:
        UserError: this is no topic name; says which rule it breaks.
    """
    space = "/" + namespace.strip("/")
    space = "" if space == "/" else space
    if topic == "~" or topic.startswith("~/"):
        full = f"{space}/{node}{topic[1:]}"
    else:
        full = topic if topic.startswith("/") else f"{space}/{topic}"
    if "//" in full:
        raise UserError(f"The topic {topic!r} has a double slash ({full}): write one.")
    for part in full[1:].split("/"):
        if not _PART.fullmatch(part):
            raise UserError(
                f"The topic {topic!r} is no ROS name ({full}): each part between slashes is "
                f"letters, digits and _ and begins with no digit; {part!r} is not."
            )
    return full


def check_node(node: str, namespace: str) -> None:
    """Refuse what cannot be a node's name, or its namespace. Raises UserError."""
    if not _PART.fullmatch(node):
        raise UserError(
            f"The node's name {node!r} is no ROS name: write letters, digits and _, no digit first."
        )
    parts = namespace.strip("/").split("/")
    if parts != [""] and not all(_PART.fullmatch(part) for part in parts):
        raise UserError(
            f"The namespace {namespace!r} is no ROS name: between single slashes write letters, "
            "digits and _, no digit first, as in /vehicle."
        )


def topic_on_wire(topic: str) -> str:
    """`/a/b` -> `rt/a/b`."""
    return f"rt{topic}"


def topic_from_wire(name: str) -> str | None:
    """`rt/a/b` -> `/a/b`; None for a service, an action or what is not of ROS."""
    return name[2:] if name.startswith("rt/") else None


def type_on_wire(type_name: str) -> str:
    """`std_msgs/msg/String` -> `std_msgs::msg::dds_::String_`."""
    package, folder, name = type_name.split("/")
    return f"{package}::{folder}::dds_::{name}_"


def type_from_wire(name: str) -> str:
    """`std_msgs::msg::dds_::String_` -> `std_msgs/msg/String`; another's name as it is."""
    found = _ON_WIRE.fullmatch(name)
    return "/".join(found.groups()) if found else name
