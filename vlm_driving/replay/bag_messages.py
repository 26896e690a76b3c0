"""The few message types that a replay understands, out of their serialized form.

Types are read by the definition that the bag carries. Older sqlite3 bags carry none: then the
distributions' own definitions count, and those written out below for vehicle messages.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.typesys import Stores, get_types_from_idl, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from vlm_driving.replay.bag_parts import (
    CDR,
    IDL_DEFINITION,
    MSG_DEFINITION,
    PROTOBUF,
    ROS1,
    ROS1_DEFINITION,
    BagMessage,
    Channel,
)
from vlm_driving.replay.foxglove_protobuf import PROTOBUF_IMAGE, compressed_image_fields
from vlm_driving.runtime.images import (
    Image,
    MalformedImage,
    decode_compressed,
    decode_image,
)

RAW_IMAGE_TYPES = ("sensor_msgs/msg/Image", "foxglove_msgs/msg/RawImage")
COMPRESSED_IMAGE_TYPES = (
    "sensor_msgs/msg/CompressedImage",
    "foxglove_msgs/msg/CompressedImage",
    PROTOBUF_IMAGE,
)
MOST_SPEED_MPS = 150.0
"""A vehicle's speed above this is a fault of its sender."""
IMAGE_TYPES = (*RAW_IMAGE_TYPES, *COMPRESSED_IMAGE_TYPES)

_VELOCITY_REPORT = """std_msgs/Header header
float32 longitudinal_velocity
float32 lateral_velocity
float32 heading_rate
"""
_DEFINITIONS = {
    "autoware_vehicle_msgs/msg/VelocityReport": _VELOCITY_REPORT,
    "autoware_auto_vehicle_msgs/msg/VelocityReport": _VELOCITY_REPORT,
    "foxglove_msgs/msg/CompressedImage": (
        "builtin_interfaces/Time timestamp\nstring frame_id\nuint8[] data\nstring format\n"
    ),
    "foxglove_msgs/msg/RawImage": (
        "builtin_interfaces/Time timestamp\nstring frame_id\nuint32 width\nuint32 height\n"
        "string encoding\nuint32 step\nuint8[] data\n"
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class ImageMessage:
    """An image message, its pixels still as recorded.

    Attributes:
        stamp_ns: from the header, nanoseconds; 0 when it has none.
        frame_id: from the header.
        format: the encoding, or the compressed format.
        data: (bytes,) uint8, a view into the message.
        compressed: whether `data` is a file such as a JPEG; else the fields below count.
        height: rows.
        width: pixels a row.
        step: bytes from row to row.
        is_bigendian: byte order of 16-bit values.
    """

    stamp_ns: int
    frame_id: str
    format: str
    data: NDArray[np.uint8]
    compressed: bool
    height: int = 0
    width: int = 0
    step: int = 0
    is_bigendian: bool = False

    def bgr(self, reduce: int = 1) -> Image:
        """(h, w, 3) uint8 BGR, a compressed one at 1/`reduce`. Raises MalformedImage."""
        if self.compressed:
            return decode_compressed(self.format, self.data, reduce)
        return decode_image(
            self.format, self.height, self.width, self.step, self.is_bigendian, self.data
        )


class MessageReader:
    """Reads the messages of one bag."""

    def __init__(self, channels: Iterable[Channel]) -> None:
        self._definitions = {
            (channel.encoding, channel.msgtype): channel
            for channel in channels
            if channel.definition
        }
        self._stores: dict[tuple[str, str], Typestore] = {}

    def image(self, message: BagMessage) -> ImageMessage:
        """The image of a message of one of IMAGE_TYPES, no pixel touched.

        Raises:
            MalformedImage: the bytes are no message of that type.
        """
        try:
            if message.encoding == PROTOBUF:
                stamp_ns, frame_id, format, data = compressed_image_fields(message.raw)
                return ImageMessage(stamp_ns, frame_id, format, data, compressed=True)
            return _image(self._fields(message), message.msgtype)
        except Exception as error:  # damaged bytes lead a deserializer to errors of any kind
            reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
            raise MalformedImage(f"The bytes are no {message.msgtype}: {reason}.") from error

    def speed_mps(self, message: BagMessage) -> float | None:
        """Ego speed, m/s, never negative; None when the message tells none."""
        try:
            speed = _speed(self._fields(message))
        except Exception:  # as above
            return None
        return speed if speed <= MOST_SPEED_MPS else None  # nan is not, either

    def _fields(self, message: BagMessage) -> Any:
        key = (message.encoding, message.msgtype)
        store = self._stores.get(key)
        if store is None:
            store = self._stores[key] = self._store(*key)
        raw = memoryview(message.raw)  # of bytes, rosbags would make copies
        if message.encoding == ROS1:
            return store.deserialize_ros1(raw, message.msgtype)
        if message.encoding == CDR:
            return store.deserialize_cdr(raw, message.msgtype)
        raise ValueError(f"serialization {message.encoding!r} is not known")

    def _store(self, encoding: str, msgtype: str) -> Typestore:
        channel = self._definitions.get((encoding, msgtype))
        if channel is not None:
            try:
                return store_of(channel.msgtype, channel.definition_format, channel.definition)
            except Exception:  # a damaged definition: the known ones may do
                pass
        return _known_ros1() if encoding == ROS1 else _known_ros2()


@cache
def _known_ros2() -> Typestore:
    store = get_typestore(Stores.ROS2_JAZZY)
    for name, text in _DEFINITIONS.items():
        store.register(get_types_from_msg(text, name))
    return store


@cache
def _known_ros1() -> Typestore:
    return get_typestore(Stores.ROS1_NOETIC)


@lru_cache(maxsize=64)
def store_of(msgtype: str, definition_format: str, text: str) -> Typestore:
    """A store that knows one type by its recorded definition. Raises what rosbags raises."""
    store = get_typestore(Stores.EMPTY)
    if definition_format in (MSG_DEFINITION, ROS1_DEFINITION):
        store.register(get_types_from_msg(text, msgtype))
    elif definition_format == IDL_DEFINITION:
        separator = "=" * 80 + "\n"
        if not text.startswith(f"{separator}IDL: "):
            store.register(get_types_from_idl(text))
        types = {}
        for part in text.split(separator)[1:]:
            types.update(get_types_from_idl(part.partition("\n")[2]))
        store.register(types)
    # Fails here rather than at the first message when a part is missing.
    store.get_msgdef(msgtype)
    return store


def _image(fields: Any, msgtype: str) -> ImageMessage:
    if hasattr(fields, "header"):
        stamp, frame_id = fields.header.stamp, str(fields.header.frame_id)
    else:
        stamp, frame_id = fields.timestamp, str(fields.frame_id)
    stamp_ns = int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)
    if msgtype in COMPRESSED_IMAGE_TYPES:
        return ImageMessage(stamp_ns, frame_id, str(fields.format), fields.data, compressed=True)
    return ImageMessage(
        stamp_ns,
        frame_id,
        str(fields.encoding),
        fields.data,
        compressed=False,
        height=int(fields.height),
        width=int(fields.width),
        step=int(fields.step),
        is_bigendian=bool(getattr(fields, "is_bigendian", False)),
    )


def _speed(fields: Any) -> float:
    """Speed over ground, m/s, of any message of topics.SPEED_TYPES."""
    if hasattr(fields, "longitudinal_velocity"):
        return abs(float(fields.longitudinal_velocity))
    if hasattr(fields, "velocity"):
        return abs(float(fields.velocity))
    if hasattr(fields, "data"):
        return abs(float(fields.data))
    while hasattr(fields, "twist"):
        fields = fields.twist
    return math.hypot(float(fields.linear.x), float(fields.linear.y))
