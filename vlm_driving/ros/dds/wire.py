"""The DDS types of the messages: their shape, for peers that compare types, and raw bytes.

A sample is its CDR and nothing else: the middleware calls a type's own `serialize` and
`deserialize`, and these hand over the bytes of `vlm_driving.ros.codecs`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from cyclonedds.idl import make_idl_struct
from cyclonedds.idl.types import array, byte, float32, float64, int32, sequence, uint8, uint32

from vlm_driving.ros.dds.names import type_on_wire
from vlm_driving.ros.messages import Kind


@cache
def wire_type(kind: Kind) -> Any:
    """The DDS type of a kind, with `wire_type(kind).of(cdr)` as its only constructor to use."""
    made = _struct(kind.value, _fields(kind))
    made.of = classmethod(_of)
    made.serialize = _serialize
    made.deserialize = classmethod(_of)
    return made


def _of(cls: Any, data: bytes, *_args: Any, **_kwargs: Any) -> Any:
    sample = cls.__new__(cls)
    sample.cdr = data
    return sample


def _serialize(sample: Any, *_args: Any, **_kwargs: Any) -> Any:
    return sample.cdr


@cache
def _known(type_name: str) -> Any:
    vector = {"x": float64, "y": float64, "z": float64}
    shapes: dict[str, Any] = {
        "builtin_interfaces/msg/Time": lambda: {"sec": int32, "nanosec": uint32},
        "std_msgs/msg/Header": lambda: {
            "stamp": _known("builtin_interfaces/msg/Time"),
            "frame_id": str,
        },
        "geometry_msgs/msg/Point": lambda: vector,
        "geometry_msgs/msg/Vector3": lambda: vector,
        "geometry_msgs/msg/Quaternion": lambda: {**vector, "w": float64},
        "geometry_msgs/msg/Pose": lambda: {
            "position": _known("geometry_msgs/msg/Point"),
            "orientation": _known("geometry_msgs/msg/Quaternion"),
        },
        "geometry_msgs/msg/Twist": lambda: {
            "linear": _known("geometry_msgs/msg/Vector3"),
            "angular": _known("geometry_msgs/msg/Vector3"),
        },
        "geometry_msgs/msg/PoseWithCovariance": lambda: {
            "pose": _known("geometry_msgs/msg/Pose"),
            "covariance": array[float64, 36],
        },
        "geometry_msgs/msg/TwistWithCovariance": lambda: {
            "twist": _known("geometry_msgs/msg/Twist"),
            "covariance": array[float64, 36],
        },
        "vision_msgs/msg/ObjectHypothesis": lambda: {"class_id": str, "score": float64},
        "diagnostic_msgs/msg/KeyValue": lambda: {"key": str, "value": str},
        "diagnostic_msgs/msg/DiagnosticStatus": lambda: {
            "level": byte,
            "name": str,
            "message": str,
            "hardware_id": str,
            "values": sequence[_known("diagnostic_msgs/msg/KeyValue")],
        },
    }
    return _struct(type_name, shapes[type_name]())


def _fields(kind: Kind) -> dict[str, Any]:
    header = {"header": _known("std_msgs/msg/Header")}
    match kind:
        case Kind.IMAGE:
            size = {"height": uint32, "width": uint32, "encoding": str}
            return {
                **header,
                **size,
                "is_bigendian": uint8,
                "step": uint32,
                "data": sequence[uint8],
            }
        case Kind.COMPRESSED_IMAGE:
            return {**header, "format": str, "data": sequence[uint8]}
        case Kind.TEXT:
            return {"data": str}
        case Kind.BOOL:
            return {"data": bool}
        case Kind.FLOAT:
            return {"data": float64}
        case Kind.CLOCK:
            return {"clock": _known("builtin_interfaces/msg/Time")}
        case Kind.ODOMETRY:
            return {
                **header,
                "child_frame_id": str,
                "pose": _known("geometry_msgs/msg/PoseWithCovariance"),
                "twist": _known("geometry_msgs/msg/TwistWithCovariance"),
            }
        case Kind.TWIST:
            return {**header, "twist": _known("geometry_msgs/msg/Twist")}
        case Kind.VELOCITY_REPORT:
            names = ("longitudinal_velocity", "lateral_velocity", "heading_rate")
            return {**header, **dict.fromkeys(names, float32)}
        case Kind.CLASSIFICATION:
            return {**header, "results": sequence[_known("vision_msgs/msg/ObjectHypothesis")]}
        case Kind.DIAGNOSTICS:
            return {**header, "status": sequence[_known("diagnostic_msgs/msg/DiagnosticStatus")]}


def _struct(type_name: str, fields: dict[str, Any]) -> Any:
    short = type_name.rpartition("/")[2]
    return make_idl_struct(short, type_on_wire(type_name).replace("::", "."), fields)
