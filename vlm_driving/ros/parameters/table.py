"""All parameters of the node, in the order in which they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from vlm_driving.core import UserError
from vlm_driving.ros.parameters.parameter import Parameter, nearest
from vlm_driving.ros.parameters.table_cameras import CAMERA, CAMERAS, SPEED
from vlm_driving.ros.parameters.table_cameras import QOS as _QOS
from vlm_driving.ros.parameters.table_diagnostics import DIAGNOSTICS
from vlm_driving.ros.parameters.table_node import ANSWERS, MODEL, NODE, TIMES


@dataclass(frozen=True, slots=True)
class Section:
    """A few parameters that belong together.

    Attributes:
        en: its English heading.
        ja: its Japanese one.
        parameters: its rows.
    """

    en: str
    ja: str
    parameters: tuple[Parameter, ...]


SECTIONS = (
    Section("Cameras", "カメラ", CAMERAS + CAMERA),
    Section("Ego speed", "自車速度", SPEED),
    Section("Budget and times", "時間の予算", TIMES),
    Section("Model and backends", "モデルとバックエンド", MODEL),
    Section("Outputs", "出力", ANSWERS),
    Section("Diagnostics", "診断", DIAGNOSTICS),
    Section("The node", "ノード", NODE),
    Section("QoS overrides", "QoSの上書き", _QOS),
)
"""Every parameter stands in one of them."""

PLAIN: Mapping[str, Parameter] = {
    one.name: one for part in SECTIONS for one in part.parameters if "<" not in one.name
}
"""Those whose names are written as they are."""

OF_ROS = frozenset({"start_type_description_service"})
"""Declared by the client library itself: passed over where a file sets them."""

_CAMERA_KEY = re.compile(r"camera\.([^.]*)\.(.*)")
_QOS_KEY = re.compile(r"qos_overrides\.(.*)\.(subscription|publisher)\.([^.]*)")
_CAMERA_FIELDS = {one.name.rpartition(".")[2]: one for one in CAMERA}
_QOS_FIELDS = {one.name.rpartition(".")[2]: one for one in _QOS}


def parameter(key: str, cameras: Iterable[str]) -> Parameter:
    """The row of `key`, under its real name and with its real default.

    Args:
        key: as it was set.
        cameras: names that are known.

    Raises:
        UserError: there is none; the nearest one is named.
    """
    if key in PLAIN:
        return PLAIN[key]
    camera = camera_key(key)
    if camera is not None and camera[1] in _CAMERA_FIELDS:
        return _of_camera(_CAMERA_FIELDS[camera[1]], camera[0])
    policy = qos_key(key)
    if policy is not None and policy[2] in _QOS_FIELDS:
        return replace(_QOS_FIELDS[policy[2]], name=key)
    raise UserError(_unknown(key, cameras))


def parameters_of(cameras: Iterable[str]) -> tuple[Parameter, ...]:
    """What a node with these cameras declares, QoS overrides excepted, in the table's order."""
    names = tuple(cameras)
    found: list[Parameter] = []
    for one in (row for part in SECTIONS for row in part.parameters):
        if one in CAMERA:
            if one is CAMERA[0]:
                found += [_of_camera(row, name) for name in names for row in CAMERA]
        elif one not in _QOS:
            found.append(one)
    return tuple(found)


def camera_key(key: str) -> tuple[str, str] | None:
    """Camera and field of a `camera.<camera>.<field>`."""
    found = _CAMERA_KEY.fullmatch(key)
    return None if found is None else (found[1], found[2])


def qos_key(key: str) -> tuple[str, str, str] | None:
    """Topic, end and policy of a `qos_overrides.<topic>.subscription.<policy>`."""
    found = _QOS_KEY.fullmatch(key)
    return None if found is None else (found[1], found[2], found[3])


def _of_camera(row: Parameter, camera: str) -> Parameter:
    default = row.default
    if isinstance(default, str):
        default = default.replace("<camera>", camera)
    return replace(row, name=row.name.replace("<camera>", camera), default=default)


def _unknown(key: str, cameras: Iterable[str]) -> str:
    policy = qos_key(key)
    if policy is not None:
        known = [f"qos_overrides.{policy[0]}.{policy[1]}.{name}" for name in _QOS_FIELDS]
    else:
        known = [one.name for one in parameters_of(cameras)]
    near = nearest(key, known)
    if near is None and key.startswith("qos_overrides."):
        return (
            f"Unknown parameter {key}: write qos_overrides.<topic>.subscription.<policy> with one "
            f"of {', '.join(_QOS_FIELDS)}."
        )
    if near is None:
        return f"Unknown parameter {key}: docs/ros_parameters.md lists all; remove or rename it."
    return f"Unknown parameter {key}: did you mean {near}?"
