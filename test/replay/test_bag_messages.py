"""Images, stamps and speeds come out of every kind of message that is known."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from support.bags import (
    CAMERA,
    START_NS,
    Entry,
    McapBuilder,
    header,
    jpeg,
    make,
    picture,
    raw_image,
    twist,
    write_ros2,
)

from vlm_driving.replay.bag import Bag, BagMessage, open_bag
from vlm_driving.replay.bag_messages import MessageReader
from vlm_driving.replay.bag_parts import Channel
from vlm_driving.runtime.images import MalformedImage


def only_message(bag: Bag, topic: str = CAMERA) -> BagMessage:
    (message,) = bag.messages([topic])
    return message


def one_message_mcap(path: Path, msgtype: str, raw: bytes, definition: str, **how: str) -> Path:
    builder = McapBuilder(profile="")
    builder.blob += builder.topic(1, CAMERA, msgtype, definition, **how)
    builder.blob += builder.message(1, START_NS, raw)
    path.write_bytes(builder.finish())
    return path


@pytest.mark.parametrize("storage", [StoragePlugin.MCAP, StoragePlugin.SQLITE3])
def test_a_raw_image_is_a_view_into_the_message(tmp_path: Path, storage: StoragePlugin) -> None:
    pixels = picture(3)
    entry = Entry(CAMERA, START_NS, raw_image(pixels, "bgr8"))
    with open_bag(write_ros2(tmp_path / "bag", [entry], storage)) as bag:
        message = only_message(bag)
        image = bag.image(message)
        assert (image.stamp_ns, image.frame_id, image.format) == (START_NS, "camera", "bgr8")
        assert not image.compressed
        assert np.shares_memory(image.data, np.frombuffer(message.raw, np.uint8))
        np.testing.assert_array_equal(image.bgr(), pixels)


def test_foxglove_images_without_a_definition_in_the_bag(tmp_path: Path) -> None:
    stamp = make("builtin_interfaces/msg/Time", sec=7, nanosec=5)
    store = get_typestore(Stores.ROS2_JAZZY)
    kind = "foxglove_msgs/msg/CompressedImage"
    store.register(
        get_types_from_msg(
            "builtin_interfaces/Time timestamp\nstring frame_id\nuint8[] data\nstring format", kind
        )
    )
    message = store.types[kind](
        timestamp=stamp, frame_id="front", data=jpeg(picture(1)), format="jpeg"
    )
    raw = bytes(store.serialize_cdr(message, kind))
    with open_bag(one_message_mcap(tmp_path / "bag.mcap", kind, raw, "")) as bag:
        image = bag.image(only_message(bag))
        assert (image.stamp_ns, image.frame_id) == (7_000_000_005, "front")
        assert image.bgr(reduce=2).shape == (24, 32, 3)


def test_foxglove_images_in_protobuf(tmp_path: Path) -> None:
    def varint(value: int) -> bytes:
        out = b""
        while value > 0x7F:
            out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
        return out + bytes([value])

    def field(number: int, data: bytes) -> bytes:
        return varint(number << 3 | 2) + varint(len(data)) + data

    stamp = varint(1 << 3) + varint(1_700_000_000) + varint(2 << 3) + varint(250)
    raw = field(1, stamp) + field(2, jpeg(picture(1)).tobytes()) + field(3, b"jpeg")
    raw += field(4, b"CAM_FRONT") + varint(9 << 3 | 5) + bytes(4)  # a field of later versions
    path = one_message_mcap(
        tmp_path / "bag.mcap",
        "foxglove.CompressedImage",
        raw,
        "",
        schema_encoding="protobuf",
        encoding="protobuf",
    )
    with open_bag(path) as bag:
        image = bag.image(only_message(bag))
        assert (image.stamp_ns, image.frame_id) == (1_700_000_000_000_000_250, "CAM_FRONT")
        assert image.bgr().shape == (48, 64, 3)
        cut = BagMessage(CAMERA, "foxglove.CompressedImage", 0, raw[:500], "protobuf")
        with pytest.raises(MalformedImage):
            bag.image(cut)


def test_a_ros1_message_in_an_mcap(tmp_path: Path) -> None:
    store = get_typestore(Stores.ROS1_NOETIC)
    kind = "sensor_msgs/msg/CompressedImage"
    stamp = store.types["builtin_interfaces/msg/Time"](sec=3, nanosec=4)
    head = store.types["std_msgs/msg/Header"](seq=0, stamp=stamp, frame_id="front")
    message = store.types[kind](header=head, format="jpeg", data=jpeg(picture(1)))
    definition, _ = store.generate_msgdef(kind, ros_version=1)
    path = one_message_mcap(
        tmp_path / "bag.mcap",
        "sensor_msgs/CompressedImage",
        bytes(store.serialize_ros1(message, kind)),
        definition,
        schema_encoding="ros1msg",
        encoding="ros1",
    )
    with open_bag(path) as bag:
        assert bag.topics[0].msgtype == kind
        assert bag.image(only_message(bag)).stamp_ns == 3_000_000_004


def test_the_bag_s_own_definition_comes_first(tmp_path: Path) -> None:
    # A vendor's VelocityReport that carries a sequence number in front of the speed.
    kind = "autoware_vehicle_msgs/msg/VelocityReport"
    definition = "uint32 sequence\nfloat32 longitudinal_velocity"
    store = get_typestore(Stores.EMPTY)
    store.register(get_types_from_msg(definition, kind))
    raw = bytes(store.serialize_cdr(store.types[kind](sequence=9, longitudinal_velocity=4.5), kind))
    with open_bag(one_message_mcap(tmp_path / "bag.mcap", kind, raw, definition)) as bag:
        assert bag.speed_mps(only_message(bag)) == 4.5


def test_a_damaged_definition_falls_back_to_the_known_one(tmp_path: Path) -> None:
    kind = "geometry_msgs/msg/TwistStamped"
    store = get_typestore(Stores.ROS2_JAZZY)
    raw = bytes(store.serialize_cdr(twist(2.0, 1), kind))
    for text in ("float32 [[", "no_msgs/Part part"):
        with open_bag(one_message_mcap(tmp_path / "bag.mcap", kind, raw, text)) as bag:
            assert bag.speed_mps(only_message(bag)) == 2.0


VELOCITY = (
    "std_msgs/Header header\nfloat32 longitudinal_velocity\nfloat32 lateral_velocity\n"
    "float32 heading_rate"
)


def vector(x: float, y: float = 0.0) -> Any:
    return make("geometry_msgs/msg/Vector3", x=x, y=y, z=0.0)


def twist_of(x: float, y: float = 0.0) -> Any:
    return make("geometry_msgs/msg/Twist", linear=vector(x, y), angular=vector(0.0))


def with_covariance(inner: Any) -> Any:
    return make("geometry_msgs/msg/TwistWithCovariance", twist=inner, covariance=np.zeros(36))


def odometry(x: float, y: float) -> Any:
    pose = make(
        "geometry_msgs/msg/PoseWithCovariance",
        pose=make(
            "geometry_msgs/msg/Pose",
            position=make("geometry_msgs/msg/Point", x=0.0, y=0.0, z=0.0),
            orientation=make("geometry_msgs/msg/Quaternion", x=0.0, y=0.0, z=0.0, w=1.0),
        ),
        covariance=np.zeros(36),
    )
    return make(
        "nav_msgs/msg/Odometry",
        header=header(1),
        child_frame_id="base_link",
        pose=pose,
        twist=with_covariance(twist_of(x, y)),
    )


@pytest.mark.parametrize(
    ("message", "speed"),
    [
        (twist(13.5, 1), 13.5),
        (twist(-2.0, 1), 2.0),
        (twist_of(3.0, 4.0), 5.0),
        (odometry(6.0, 8.0), 10.0),
        (
            make(
                "geometry_msgs/msg/TwistWithCovarianceStamped",
                header=header(1),
                twist=with_covariance(twist_of(1.0)),
            ),
            1.0,
        ),
        (make("std_msgs/msg/Float32", data=7.5), 7.5),
        (twist(math.nan, 1), None),
        (twist(math.inf, 1), None),
        (twist(1e30, 1), None),
        (make("std_msgs/msg/String", data="fast"), None),
    ],
    ids=lambda value: getattr(value, "__msgtype__", str(value)),
)
def test_speed(message: Any, speed: float | None) -> None:
    entry = Entry("/speed", START_NS, message)
    reader = MessageReader([])
    found = reader.speed_mps(BagMessage("/speed", message.__msgtype__, START_NS, entry.raw))
    assert found == speed


@pytest.mark.parametrize("kind", ["autoware_vehicle_msgs", "autoware_auto_vehicle_msgs"])
def test_autoware_speed_without_a_definition_in_the_bag(kind: str) -> None:
    name = f"{kind}/msg/VelocityReport"
    store = get_typestore(Stores.ROS2_JAZZY)
    store.register(get_types_from_msg(VELOCITY, name))
    message = store.types[name](
        header=header(1), longitudinal_velocity=-8.25, lateral_velocity=0.0, heading_rate=0.0
    )
    raw = bytes(store.serialize_cdr(message, name))
    assert MessageReader([]).speed_mps(BagMessage("/v", name, 0, raw)) == 8.25


def test_an_idl_definition() -> None:
    idl = (
        "=" * 80 + "\nIDL: std_msgs/msg/Float64\n"
        "module std_msgs { module msg { struct Float64 { double data; }; }; };\n"
    )
    kind = "std_msgs/msg/Float64"
    reader = MessageReader([Channel("/v", kind, 1, "cdr", idl, "ros2idl")])
    raw = Entry("/v", 0, make(kind, data=1.5)).raw
    assert reader.speed_mps(BagMessage("/v", kind, 0, raw)) == 1.5


@pytest.mark.parametrize("raw", [b"", b"\0", b"\0\1\0\0", b"\xff" * 40, b"\0\1\0\0" + b"\xff" * 40])
def test_bytes_that_are_no_image_message(raw: bytes) -> None:
    with pytest.raises(MalformedImage, match="sensor_msgs/msg/Image"):
        MessageReader([]).image(BagMessage("/c", "sensor_msgs/msg/Image", 0, raw))
