"""ROS 2's own reader takes the bags, and its types take every message in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.bags import START_NS, compressed_image, twist, write_ros2
from support.bags import Entry as BagEntry
from support.scripted_answerer import ADVICE

from vlm_driving.core import Outcome, SceneReport
from vlm_driving.replay.bag_out import BagBeside
from vlm_driving.replay.bag_out_open import open_bag_out
from vlm_driving.replay.bag_out_said import OutputTopics
from vlm_driving.replay.options import Pace, ReplayOptions

serialization = pytest.importorskip(
    "rclpy.serialization", reason="needs rclpy: source a ROS 2 workspace"
)
utilities = pytest.importorskip(
    "rosidl_runtime_py.utilities", reason="needs rclpy: source a ROS 2 workspace"
)
rosbag2_py = pytest.importorskip("rosbag2_py", reason="needs rosbag2: source a ROS 2 workspace")

CAMERA = "/camera/front/image_raw/compressed"


def write(tmp_path: Path, storage: str) -> Path:
    """A bag beside a recording of three frames."""
    entries = []
    for index in range(3):
        now_ns = START_NS + index * 100_000_000
        entries += [
            BagEntry(CAMERA, now_ns, compressed_image(index, now_ns)),
            BagEntry("/vehicle/twist", now_ns + 1, twist(3.0, now_ns)),
        ]
    options = ReplayOptions(
        bag=write_ros2(tmp_path / "drive", entries),
        model=tmp_path,
        out=tmp_path / "run",
        pace=Pace.EVERY_FRAME,
        bag_out=tmp_path / "bag",
        storage=storage,  # type: ignore[arg-type]
    )
    beside = open_bag_out(options, "front", CAMERA, "/vehicle/twist")
    assert isinstance(beside, BagBeside)
    for index in range(3):
        stamp_ns = START_NS + index * 100_000_000
        report = SceneReport(
            "front", "optical", stamp_ns, index, Outcome.OK, advice=ADVICE,
            advice_ja="減速してください。", description_ja="左に歩行者がいます。", latency_ms=40.0,
        )  # fmt: skip
        beside.put(report, np.full((240, 320, 3), 90, np.uint8))
    assert beside.finish(whole=True) == []
    return tmp_path / "bag"


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_every_message_is_read_by_ros_and_written_by_it_with_the_same_bytes(tmp_path, storage):
    reader = rosbag2_py.SequentialReader()
    reader.open(
        rosbag2_py.StorageOptions(uri=str(write(tmp_path, storage)), storage_id=storage),
        rosbag2_py.ConverterOptions("cdr", "cdr"),
    )
    types = {one.name: utilities.get_message(one.type) for one in reader.get_all_topics_and_types()}
    assert set(types) == {CAMERA, "/vehicle/twist", *OutputTopics("front").kinds(annotated=True)}
    found = []
    while reader.has_next():
        topic, raw, _ = reader.read_next()
        message = serialization.deserialize_message(raw, types[topic])
        if topic.startswith("/vlm_driving/"):
            assert serialization.serialize_message(message) == bytes(raw)
        found.append((topic, message))
    assert {topic for topic, _ in found} == set(types)
    advice = next(message for topic, message in found if topic == "/vlm_driving/front/advice")
    assert [one.class_id for one in advice.results] == [
        "speed/DECELERATE", "path/KEEP", "hazard/pedestrian",
    ]  # fmt: skip
    assert advice.header.frame_id == "optical"
    text = next(message for topic, message in found if topic == "/vlm_driving/advice_text")
    assert text.data == "減速してください。"
