"""The camera topic is found when there is one; otherwise the choice is the user's, and is clear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.bags import (
    CAMERA,
    START_NS,
    Entry,
    McapBuilder,
    chunked_mcap,
    compressed_image,
    drive,
    make,
    picture,
    raw_image,
    twist,
    write_ros1,
    write_ros2,
)

from vlm_driving.core import UserError
from vlm_driving.replay.bag import open_bag
from vlm_driving.replay.topics import choose_camera_topic, choose_speed_topic


def camera(path: Path, wanted: str | None = None) -> str:
    with open_bag(path) as bag:
        return choose_camera_topic(bag, wanted).name


def speed(path: Path, wanted: str | None = None) -> str | None:
    with open_bag(path) as bag:
        topic = choose_speed_topic(bag, wanted)
        return None if topic is None else topic.name


def refusal(path: Path, wanted: str | None = None, of: Any = camera) -> str:
    with pytest.raises(UserError) as caught:
        of(path, wanted)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def bag_of(path: Path, **messages: Any) -> Path:
    entries = [
        Entry(f"/{name}", START_NS + index, message)
        for index, (name, message) in enumerate(messages.items())
    ]
    return write_ros2(path, entries)


def bag_of_unknown(path: Path, **types: str) -> Path:
    builder = McapBuilder()
    for key, (name, msgtype) in enumerate(types.items(), start=1):
        builder.blob += builder.topic(key, f"/{name}", msgtype, "")
        builder.blob += builder.message(key, START_NS, b"\0\1\0\0")
    path.write_bytes(builder.finish())
    return path


def test_the_only_camera_is_found(tmp_path: Path) -> None:
    assert camera(write_ros2(tmp_path / "bag", drive(2))) == CAMERA


def test_several_cameras_are_listed_with_the_option(tmp_path: Path) -> None:
    path = bag_of(
        tmp_path / "bag", left=compressed_image(0, 1), front=raw_image(picture(0), "bgr8")
    )
    sentence = refusal(path)
    assert "has 2 camera topics: /front, /left" in sentence
    assert "--camera-topic /front" in sentence
    assert camera(path, "/left") == "/left"


def test_a_slash_in_front_makes_no_difference(tmp_path: Path) -> None:
    path = write_ros1(tmp_path / "drive.bag", 2)
    assert camera(path, "/cam_front/compressed") == "cam_front/compressed"
    assert speed(path, "/odom") == "odom"


def test_no_camera_lists_what_there_is(tmp_path: Path) -> None:
    sentence = refusal(bag_of(tmp_path / "bag", speed=twist(1.0, 1)))
    assert "has no camera topic" in sentence
    assert "/speed (geometry_msgs/msg/TwistStamped)" in sentence


def test_a_bag_without_topics(tmp_path: Path) -> None:
    (tmp_path / "bag.mcap").write_bytes(chunked_mcap([]))
    assert "no topics at all" in refusal(tmp_path / "bag.mcap")


def test_an_unknown_topic_lists_the_cameras(tmp_path: Path) -> None:
    path = write_ros2(tmp_path / "bag", drive(2))
    assert refusal(path, "/nowhere").endswith(
        f"has no topic /nowhere; its camera topics are: {CAMERA}."
    )


def test_a_topic_of_another_type_is_named(tmp_path: Path) -> None:
    path = bag_of(tmp_path / "bag", cam=compressed_image(0, 1), speed=twist(1.0, 1))
    sentence = refusal(path, "/speed")
    assert "is a geometry_msgs/msg/TwistStamped, no camera" in sentence
    assert "its camera topics are: /cam" in sentence


@pytest.mark.parametrize(
    "msgtype",
    [
        "foxglove_msgs/msg/CompressedVideo",
        "foxglove.CompressedVideo",
        "ffmpeg_image_transport_msgs/msg/FFMPEGPacket",
    ],
)
def test_video_types_are_named_and_refused(tmp_path: Path, msgtype: str) -> None:
    path = bag_of_unknown(tmp_path / "bag.mcap", video=msgtype)
    for wanted in (None, "/video"):
        sentence = refusal(path, wanted)
        assert "/video" in sentence
        assert f"video ({msgtype})" in sentence
        assert "convert the bag" in sentence


@pytest.mark.parametrize("format", ["h264", "H265", "hevc; yuv420p"])
def test_video_in_a_compressed_image_is_named_and_refused(tmp_path: Path, format: str) -> None:
    message = compressed_image(0, 1, format=format)
    path = bag_of(tmp_path / "bag", video=message)
    assert "/video is h" in refusal(path)
    path = bag_of(tmp_path / "both", video=message, front=compressed_image(0, 1))
    assert camera(path) == "/front"
    assert "its camera topics are: /front" in refusal(path, "/video")


def test_depth_is_no_camera(tmp_path: Path) -> None:
    path = bag_of(
        tmp_path / "bag",
        depth=raw_image(np.zeros((4, 6), np.float32), "32FC1"),
        depth_compressed=compressed_image(0, 1, format="16UC1; compressedDepth png"),
        front=compressed_image(0, 1),
    )
    assert camera(path) == "/front"
    assert "is a depth image (32FC1)" in refusal(path, "/depth")


def test_a_camera_whose_first_message_is_damaged_is_a_camera(tmp_path: Path) -> None:
    path = bag_of_unknown(tmp_path / "bag.mcap", front="sensor_msgs/msg/Image")
    assert camera(path) == "/front"


def test_speed_prefers_the_vehicle_s_report(tmp_path: Path) -> None:
    path = bag_of_unknown(
        tmp_path / "bag.mcap",
        cmd_vel="geometry_msgs/msg/Twist",
        odom="nav_msgs/msg/Odometry",
        status="autoware_vehicle_msgs/msg/VelocityReport",
        twist="geometry_msgs/msg/TwistStamped",
    )
    assert speed(path) == "/status"
    assert speed(path, "/odom") == "/odom"
    assert speed(path, "/cmd_vel") == "/cmd_vel"
    assert speed(path, "none") is None


def test_a_command_is_not_taken_for_the_speed(tmp_path: Path) -> None:
    path = bag_of_unknown(tmp_path / "bag.mcap", cmd_vel="geometry_msgs/msg/Twist")
    assert speed(path) is None


def test_several_speeds_are_listed_with_the_option(tmp_path: Path) -> None:
    path = bag_of_unknown(
        tmp_path / "bag.mcap", a="nav_msgs/msg/Odometry", b="nav_msgs/msg/Odometry"
    )
    sentence = refusal(path, of=speed)
    assert "has 2 speed topics: /a, /b" in sentence
    assert "--speed-topic /a" in sentence
    assert "--speed-topic none" in sentence


def test_an_unknown_speed_topic_lists_the_known_ones(tmp_path: Path) -> None:
    path = bag_of(tmp_path / "bag", speed=twist(1.0, 1), text=make("std_msgs/msg/String", data=""))
    assert "has no topic /x; its speed topics are: /speed" in refusal(path, "/x", speed)
    assert "has no speed in std_msgs/msg/String /text" in refusal(path, "/text", speed)


def test_a_camera_whose_messages_were_cut_off_says_so(tmp_path: Path) -> None:
    blob = chunked_mcap(drive(8))
    path = tmp_path / "cut.mcap"
    path.write_bytes(blob[: blob.index(b"\xff\xd8")])
    sentence = refusal(path)
    assert f"{CAMERA} of {path} has no messages (cut.mcap was cut off at byte" in sentence
