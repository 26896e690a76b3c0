"""Bags of every kind, made on the spot from a few tiny frames."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import lz4.frame
import numpy as np
from numpy.typing import NDArray
from rosbags.interfaces import Qos
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from vlm_driving.replay.bag import Bag
from vlm_driving.replay.bag_unpack import zstd

CAMERA = "/camera/front/image_raw/compressed"
SPEED = "/vehicle/twist"
START_NS = 1_700_000_000_000_000_000
PERIOD_NS = 100_000_000
ROS2 = get_typestore(Stores.ROS2_JAZZY)
_ROS1 = get_typestore(Stores.ROS1_NOETIC)


def picture(index: int, height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    """A BGR picture whose grey tells its index, with noise so that it does not compress away."""
    noise = np.random.default_rng(index).integers(0, 8, (height, width, 3))
    return np.asarray(noise + 10 * (index % 24), np.uint8)


def jpeg(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The bytes of a JPEG file."""
    return np.asarray(cv2.imencode(".jpg", image)[1], np.uint8).reshape(-1)


def make(msgtype: str, store: Any = ROS2, /, **fields: Any) -> Any:
    """A message of rosbags' type store."""
    return store.types[msgtype](**fields)


def header(stamp_ns: int, frame_id: str = "camera", store: Any = ROS2) -> Any:
    """A std_msgs/Header; ROS 1's with its sequence number."""
    sec, nanosec = divmod(stamp_ns, 1_000_000_000)
    stamp = make("builtin_interfaces/msg/Time", store, sec=sec, nanosec=nanosec)
    more = {"seq": 0} if store is _ROS1 else {}
    return make("std_msgs/msg/Header", store, stamp=stamp, frame_id=frame_id, **more)


def compressed_image(index: int, stamp_ns: int, store: Any = ROS2, **more: Any) -> Any:
    """A sensor_msgs/CompressedImage."""
    fields = {"format": "jpeg", "data": jpeg(picture(index)), **more}
    return make(
        "sensor_msgs/msg/CompressedImage", store, header=header(stamp_ns, store=store), **fields
    )


def raw_image(pixels: NDArray[Any], encoding: str, stamp_ns: int = START_NS, **more: Any) -> Any:
    """A sensor_msgs/Image of (h, w) or (h, w, channels) pixels."""
    data = np.ascontiguousarray(pixels)
    fields = {
        "height": data.shape[0],
        "width": data.shape[1],
        "step": data.strides[0],
        "is_bigendian": 0,
        "encoding": encoding,
        "data": data.reshape(-1).view(np.uint8),
        **more,
    }
    return make("sensor_msgs/msg/Image", header=header(stamp_ns), **fields)


def twist(speed_mps: float, stamp_ns: int, store: Any = ROS2) -> Any:
    """A geometry_msgs/TwistStamped."""
    zero = make("geometry_msgs/msg/Vector3", store, x=0.0, y=0.0, z=0.0)
    linear = make("geometry_msgs/msg/Vector3", store, x=speed_mps, y=0.0, z=0.0)
    inner = make("geometry_msgs/msg/Twist", store, linear=linear, angular=zero)
    return make(
        "geometry_msgs/msg/TwistStamped", store, header=header(stamp_ns, store=store), twist=inner
    )


@dataclass(frozen=True)
class Entry:
    """One message to be written."""

    topic: str
    log_time_ns: int
    message: Any

    @property
    def raw(self) -> bytes:
        """Serialized for ROS 2."""
        return bytes(ROS2.serialize_cdr(self.message, self.message.__msgtype__))


def drive(frames: int, first: int = 0) -> list[Entry]:
    """Camera frames at 10 Hz, each followed by a speed 1 ms later; stamps are 5 ms old."""
    entries = []
    for index in range(first, first + frames):
        now = START_NS + index * PERIOD_NS
        entries.append(Entry(CAMERA, now, compressed_image(index, now - 5_000_000)))
        entries.append(Entry(SPEED, now + 1_000_000, twist(index / 2, now)))
    return entries


def write_ros2(
    path: Path,
    entries: Sequence[Entry],
    storage: StoragePlugin = StoragePlugin.MCAP,
    compression: CompressionMode = CompressionMode.NONE,
    version: Any = 8,
    qos: Sequence[Qos] = (),
) -> Path:
    """A rosbag2 directory."""
    writer = Writer(path, version=version, storage_plugin=storage)
    writer.set_compression(compression, CompressionFormat.ZSTD)
    with writer:
        connections: dict[str, Any] = {}
        for entry in entries:
            connection = connections.get(entry.topic)
            if connection is None:
                connection = connections[entry.topic] = writer.add_connection(
                    entry.topic,
                    entry.message.__msgtype__,
                    typestore=ROS2,
                    offered_qos_profiles=qos,
                )
            writer.write(connection, entry.log_time_ns, entry.raw)
    return path


def storage_file(bag: Path) -> Path:
    """The one storage file of a bag's directory."""
    (found,) = (path for path in bag.iterdir() if path.name != "metadata.yaml")
    return found


def write_ros1(path: Path, frames: int, compression: Any = None) -> Path:
    """A ROS 1 bag with the frames and speeds of `drive`; topics without a slash in front."""
    writer = Ros1Writer(path)
    if compression is not None:
        writer.set_compression(compression)
    with writer:
        camera = writer.add_connection(
            "cam_front/compressed", "sensor_msgs/msg/CompressedImage", typestore=_ROS1
        )
        speed = writer.add_connection("odom", "geometry_msgs/msg/TwistStamped", typestore=_ROS1)
        for index in range(frames):
            now = START_NS + index * PERIOD_NS
            for connection, time_ns, message in (
                (camera, now, compressed_image(index, now - 5_000_000, _ROS1)),
                (speed, now + 1_000_000, twist(index / 2, now, _ROS1)),
            ):
                raw = _ROS1.serialize_ros1(message, message.__msgtype__)
                writer.write(connection, time_ns, raw)
    return path


@dataclass
class McapBuilder:
    """Writes an mcap record by record, in ways that rosbags' writer does not."""

    profile: str = "ros2"
    compression: str = ""
    indexed: bool = True
    with_crc: bool = True
    blob: bytearray = field(default_factory=lambda: bytearray(b"\x89MCAP0\r\n"))

    def __post_init__(self) -> None:
        self.record(0x01, self._text(self.profile) + self._text("test"))
        self._indexes: list[bytes] = []

    def record(self, opcode: int, body: bytes) -> int:
        """Append a record; returns where it begins."""
        begin = len(self.blob)
        self.blob += struct.pack("<BQ", opcode, len(body)) + body
        return begin

    @classmethod
    def topic(
        cls,
        key: int,
        topic: str,
        msgtype: str,
        definition: str,
        schema_encoding: str = "ros2msg",
        encoding: str = "cdr",
    ) -> bytes:
        """A schema record and a channel record."""
        schema = struct.pack("<H", key) + b"".join(
            map(cls._text, (msgtype, schema_encoding, definition))
        )
        channel = struct.pack("<HH", key, key) + cls._text(topic) + cls._text(encoding)
        channel += struct.pack("<I", 0)
        return cls._framed(0x03, schema) + cls._framed(0x04, channel)

    @classmethod
    def message(cls, key: int, log_time_ns: int, raw: bytes) -> bytes:
        """A message record."""
        return cls._framed(0x05, struct.pack("<HIQQ", key, 0, log_time_ns, log_time_ns) + raw)

    def chunk(self, start_ns: int, end_ns: int, data: bytes, counts: dict[int, int]) -> None:
        """A chunk of records, with a message index behind it for `counts` by channel."""
        packed = {"": bytes, "zstd": zstd.compress, "lz4": lz4.frame.compress}[self.compression](
            data
        )
        crc = zlib.crc32(data) if self.with_crc else 0
        body = struct.pack("<QQQI", start_ns, end_ns, len(data), crc)
        body += self._text(self.compression) + struct.pack("<Q", len(packed)) + packed
        begin = self.record(0x06, body)
        end = len(self.blob)
        offsets = {}
        if self.indexed:
            for key, count in counts.items():
                entries = struct.pack("<QQ", start_ns, 0) * count
                offsets[key] = self.record(0x07, struct.pack("<HI", key, len(entries)) + entries)
        index = struct.pack("<QQQQI", start_ns, end_ns, begin, end - begin, 10 * len(offsets))
        index += b"".join(struct.pack("<HQ", key, offset) for key, offset in offsets.items())
        index += struct.pack("<Q", len(self.blob) - end) + self._text(self.compression)
        self._indexes.append(index + struct.pack("<QQ", len(packed), len(data)))

    def finish(self, topics: bytes = b"", counts: dict[int, int] | None = None) -> bytes:
        """Close the file with a summary of topics and chunks; returns its bytes."""
        self.record(0x0F, struct.pack("<I", 0))
        summary = len(self.blob)
        self.blob += topics
        for index in self._indexes:
            self.record(0x08, index)
        if counts is not None:
            statistics = struct.pack(
                "<QHIIIIQQI",
                sum(counts.values()),
                len(counts),
                len(counts),
                0,
                0,
                len(self._indexes),
                START_NS,
                START_NS,
                10 * len(counts),
            )
            pairs = b"".join(struct.pack("<HQ", key, count) for key, count in counts.items())
            self.record(0x0B, statistics + pairs)
        self.record(0x02, struct.pack("<QQI", summary, 0, 0))
        return bytes(self.blob) + b"\x89MCAP0\r\n"

    @staticmethod
    def _text(text: str) -> bytes:
        return struct.pack("<I", len(text.encode())) + text.encode()

    @staticmethod
    def _framed(opcode: int, body: bytes) -> bytes:
        return struct.pack("<BQ", opcode, len(body)) + body


def chunked_mcap(entries: Sequence[Entry], per_chunk: int = 4, **options: Any) -> bytes:
    """A whole mcap with a few messages a chunk; topics are described in the first one."""
    builder = McapBuilder(**options)
    kinds = {entry.topic: entry.message.__msgtype__ for entry in entries}
    keys = {topic: key for key, topic in enumerate(kinds, start=1)}
    topics = b"".join(
        builder.topic(keys[topic], topic, kind, ROS2.generate_msgdef(kind, ros_version=2)[0])
        for topic, kind in kinds.items()
    )
    total: dict[int, int] = dict.fromkeys(keys.values(), 0)
    for begin in range(0, len(entries), per_chunk):
        part = entries[begin : begin + per_chunk]
        data = b"" if begin else topics
        counts: dict[int, int] = {}
        for entry in part:
            key = keys[entry.topic]
            data += builder.message(key, entry.log_time_ns, entry.raw)
            counts[key] = counts.get(key, 0) + 1
            total[key] += 1
        times = [entry.log_time_ns for entry in part]
        builder.chunk(min(times), max(times), data, counts)
    return builder.finish(topics, total)


def contents(bag: Bag) -> list[tuple[str, int, bytes]]:
    """Everything in a bag, in the order of reading."""
    topics = [topic.name for topic in bag.topics]
    return [(one.topic, one.log_time_ns, bytes(one.raw)) for one in bag.messages(topics)]


def expected(entries: Sequence[Entry]) -> list[tuple[str, int, bytes]]:
    """What `contents` gives for a bag of these entries."""
    return [(one.topic, one.log_time_ns, one.raw) for one in entries]
