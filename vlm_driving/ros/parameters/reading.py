"""Settings from a flat mapping of parameters, and back. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.ros.parameters.parameter import Value, nearest, shown, text_of
from vlm_driving.ros.parameters.settings import (
    CameraSettings,
    DiagnosticsSettings,
    NodeSettings,
    QosOverride,
    SpeedSettings,
)
from vlm_driving.ros.parameters.table import (
    OF_ROS,
    PLAIN,
    camera_key,
    parameter,
    parameters_of,
    qos_key,
)
from vlm_driving.ros.parameters.table_diagnostics import ORDERED
from vlm_driving.ros.preflight_causes import PreflightSettings
from vlm_driving.runtime.task_prompt import task_prompt_fault

_GROUPS = ("speed", "diagnostics", "preflight")


def read(given: Mapping[str, object]) -> NodeSettings:
    """Settings from parameters; what is not given has its default.

    Args:
        given: full names with dots to values, as ROS has them.

    Raises:
        UserError: a key that is not known, a value out of its type or range, or two that do not
            go together; one sentence with key, value, what it takes and the remedy.
    """
    values = checked(given)
    names = _cameras(values)
    _refuse_lost_cameras(names, values)
    values = {one.name: one.default for one in parameters_of(names)} | values  # type: ignore[assignment]
    for low, high in ORDERED:
        if values[low] > values[high]:  # type: ignore[operator]
            raise UserError(
                f"{low} is {text_of(values[low])}, but may not be above {high}, which is "
                f"{text_of(values[high])}: set both."
            )
    cameras = tuple(CameraSettings(**_fields(values, f"camera.{n}", name=n)) for n in names)
    _refuse_shared_topics(cameras)
    return _proved(
        NodeSettings(
            cameras=cameras,
            speed=SpeedSettings(**_fields(values, "speed")),
            diagnostics=DiagnosticsSettings(**_fields(values, "diagnostics")),
            preflight=PreflightSettings(**_fields(values, "preflight")),
            qos_overrides=_overrides(values),
            **{  # type: ignore[arg-type]
                key: values[key] for key in PLAIN if "." not in key and key != "cameras"
            },
        )
    )


def checked(given: Mapping[str, object]) -> dict[str, Value]:
    """Each value as its type, those of the client library left out.

    Raises:
        UserError: a key that is not known, or a value that its parameter does not take.
    """
    named = given.get("cameras", PLAIN["cameras"].default)
    names = [str(one) for one in named] if isinstance(named, (list, tuple)) else []
    return {
        key: parameter(key, names).checked(value)
        for key, value in given.items()
        if key not in OF_ROS
    }


def flat(settings: NodeSettings) -> dict[str, Value]:
    """The parameters that `read` makes these settings of, in the table's order."""
    names = tuple(one.name for one in settings.cameras)
    values: dict[str, Value] = {}
    for one in parameters_of(names):
        camera = camera_key(one.name)
        group, _, rest = one.name.partition(".")
        if one.name == "cameras":
            values[one.name] = names
        elif camera is not None:
            values[one.name] = getattr(settings.camera(camera[0]), camera[1])
        elif group in _GROUPS:
            values[one.name] = getattr(getattr(settings, group), rest)
        else:
            values[one.name] = getattr(settings, one.name)
    for override in settings.qos_overrides:
        for policy in _POLICIES:
            value = getattr(override, policy)
            if value is not None:
                values[f"qos_overrides.{override.topic}.{override.end}.{policy}"] = value
    return values


def merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Parameters of `base` with those of `over` on top, as when a preset is adapted.

    Cameras that `over` no longer lists take their keys along.
    """
    kept = dict(base)
    listed = over.get("cameras")
    if isinstance(listed, (list, tuple)):
        for key in base:
            camera = camera_key(key)
            if camera is not None and camera[0] not in listed:
                del kept[key]
    return {**kept, **over}


def unlisted_cameras(given: Mapping[str, object]) -> tuple[str, ...]:
    """Cameras with parameters that `cameras` does not list: not used, and worth a line in the log.

    Args:
        given: parameters that `read` takes.
    """
    names = _cameras(checked(given))
    keyed = (camera_key(key) for key in given)
    return tuple(dict.fromkeys(one[0] for one in keyed if one and one[0] not in names))


_POLICIES = tuple(one.name for one in fields(QosOverride) if one.name not in ("topic", "end"))


def _cameras(values: Mapping[str, Value]) -> tuple[str, ...]:
    names = values.get("cameras", PLAIN["cameras"].default)
    assert isinstance(names, tuple)
    return names


def _fields(values: Mapping[str, Value], group: str, **more: Value) -> dict[str, Any]:
    start = group + "."
    return more | {k[len(start) :]: v for k, v in values.items() if k.startswith(start)}


def _refuse_lost_cameras(names: Iterable[str], given: Mapping[str, Value]) -> None:
    """A camera that is listed and has no keys, beside one with keys that is not: a slip."""
    keyed = {camera[0] for camera in map(camera_key, given) if camera}
    bare = [name for name in names if name not in keyed]
    lost = sorted(keyed - set(names))
    if not (bare and lost):
        return
    near = nearest(lost[0], bare)
    remedy = f"did you mean camera.{near}?" if near else f"add {lost[0]} to cameras."
    raise UserError(f"camera.{lost[0]}.* is set, but cameras is {text_of(tuple(names))}: {remedy}")


def _refuse_shared_topics(cameras: Iterable[CameraSettings]) -> None:
    seen: dict[str, str] = {}
    for one in cameras:
        other = seen.setdefault(one.topic, one.name)
        if other != one.name:
            raise UserError(
                f"camera.{one.name}.topic is {one.topic}, as camera.{other}.topic is: give each "
                "camera a topic of its own, or list one of them."
            )


def _overrides(values: Mapping[str, Value]) -> tuple[QosOverride, ...]:
    found: defaultdict[tuple[str, str], dict[str, Value]] = defaultdict(dict)
    for key, value in values.items():
        policy = qos_key(key)
        if policy is not None:
            found[policy[0], policy[1]][policy[2]] = value
    return tuple(QosOverride(*where, **what) for where, what in found.items())  # type: ignore[arg-type]


def _refuse(reason: str | None) -> None:
    if reason is not None:
        raise UserError(reason)


def _proved(settings: NodeSettings) -> NodeSettings:
    """The same, once the parts below have taken it. Raises UserError."""
    for key, try_it in (
        ("backends", lambda: settings.backend_names),
        ("task_prompt", lambda: _refuse(task_prompt_fault(settings.task_prompt))),
        ("frozen_after_frames", settings.pipeline),
    ):
        try:
            try_it()
        except UserError as error:
            raise UserError(f"{key} is {shown(getattr(settings, key))}: {error}") from error
    return settings
