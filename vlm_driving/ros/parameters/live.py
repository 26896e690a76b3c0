"""What may change while the node runs. Pure: the node hands the answer on to who asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vlm_driving.core import UserError
from vlm_driving.ros.parameters.parameter import Value, text_of
from vlm_driving.ros.parameters.reading import checked, flat, read
from vlm_driving.ros.parameters.settings import NodeSettings
from vlm_driving.ros.parameters.table import OF_ROS, camera_key, parameter


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a change is not taken.

    Attributes:
        reason: one English sentence with the remedy.
    """

    reason: str


def changed(
    old: NodeSettings, changes: Mapping[str, object], configured: bool = True
) -> NodeSettings | Refused:
    """The settings with all of `changes`, or why none of them is taken.

    Args:
        old: that the node has.
        changes: full names to values, those of one request.
        configured: whether the node holds workers: then only what is live may change.
    """
    before = flat(old)
    try:
        wanted = checked({key: changes[key] for key in changes if key not in OF_ROS})
        if configured:
            for key, value in wanted.items():
                reason = _refusal(old, key, value, before)
                if reason is not None:
                    return Refused(reason)
        return read(before | wanted if "cameras" not in wanted else _relisted(before, wanted))
    except UserError as error:
        return Refused(str(error))


def _refusal(old: NodeSettings, key: str, value: Value, before: Mapping[str, Value]) -> str | None:
    """Why `key` may not change now; None if it may."""
    camera = camera_key(key)
    names = [one.name for one in old.cameras]
    if camera is not None and camera[0] not in names:
        return f"{key} is of a camera that the node does not have; it has {', '.join(names)}."
    if parameter(key, names).live or before.get(key) == value:
        return None
    now = "not set" if key not in before else text_of(before[key])
    return (
        f"{key} is {now} and cannot become {text_of(value)} while the node is configured: "
        "deactivate and clean it up, set it, then configure it again."
    )


def _relisted(before: Mapping[str, Value], wanted: Mapping[str, Value]) -> dict[str, Value]:
    names = wanted["cameras"]
    assert isinstance(names, tuple)
    kept = {
        key: value
        for key, value in before.items()
        if (camera := camera_key(key)) is None or camera[0] in names
    }
    return kept | dict(wanted)
