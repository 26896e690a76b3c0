"""Bags that a replay writes: what was recorded, and beside it, in step, what the node would say."""

from __future__ import annotations

import struct
from typing import Any

import pytest
import yaml
from rosbags.highlevel import AnyReader
from support.bag_out import (
    CAMERA,
    INFO,
    MS,
    SPEED,
    TOPICS,
    contents,
    kept,
    originals,
    replay,
    said,
    scene,
    times_in_file,
)
from support.bags import (
    START_NS,
    Entry,
    compressed_image,
    header,
    make,
    storage_file,
    write_ros1,
    write_ros2,
)
from support.scripted_answerer import ADVICE, ScriptedAnswerer

from vlm_driving.core import Outcome, SceneReport
from vlm_driving.evaluation.run import load_run
from vlm_driving.replay.bag import open_bag
from vlm_driving.replay.bag_types import definition_in, types_for_ros1
from vlm_driving.replay.options import Pace
from vlm_driving.ros.codecs import encode
from vlm_driving.ros.messages import ClassificationMessage, Kind, TextMessage
from vlm_driving.ros.outputs import advice_results, camera_outputs

STORAGES = pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
PACES = pytest.mark.parametrize("pace", list(Pace))


@STORAGES
@PACES
def test_what_was_recorded_is_there_byte_for_byte(tmp_path, storage, pace):
    entries = scene()
    bag = write_ros2(tmp_path / "drive", entries)
    # Reports that take longer than from frame to frame: much is recorded meanwhile.
    slow = ScriptedAnswerer(step_ms=6.0)
    replay(bag, tmp_path, storage=storage, pace=pace, answerer=slow)
    found = contents(tmp_path / "bag")
    assert sorted(originals(found)) == sorted(kept(entries))


@STORAGES
@PACES
def test_every_report_stands_beside_its_frame_on_the_nodes_topics(tmp_path, storage, pace):
    finished = replay(write_ros2(tmp_path / "drive", scene()), tmp_path, storage=storage, pace=pace)
    found = contents(tmp_path / "bag")
    due = [camera_outputs(report) for report in load_run(finished.path).reports]
    due_now = [one for one in due if one is not None]
    assert len(due_now) > 5
    for topic, kind, key in (
        (TOPICS.report, Kind.TEXT, "report"),
        (TOPICS.description, Kind.TEXT, "description"),
        (TOPICS.advice, Kind.CLASSIFICATION, "advice"),
    ):
        messages = [message for _, message in said(found, topic, kind)]
        if kind is Kind.TEXT and key == "report":
            assert sorted(one.data for one in messages) == sorted(
                one.report.data for one in due_now
            )
        else:
            assert len(messages) == len(due_now)
    assert {one.results for _, one in said(found, TOPICS.advice, Kind.CLASSIFICATION)} == {
        advice_results(ADVICE)
    }
    stamps = {one.header.stamp_ns for _, one in said(found, TOPICS.advice, Kind.CLASSIFICATION)}
    assert stamps == {one.advice.header.stamp_ns for one in due_now}


@STORAGES
@PACES
def test_times_never_go_back_in_the_file(tmp_path, storage, pace):
    replay(
        write_ros2(tmp_path / "drive", scene()), tmp_path, storage=storage, pace=pace,
        answerer=ScriptedAnswerer(step_ms=6.0),
    )  # fmt: skip
    times = times_in_file(storage_file(tmp_path / "bag"))
    assert len(times) > 60
    assert times == sorted(times)
    data = yaml.safe_load((tmp_path / "bag" / "metadata.yaml").read_text())
    assert data["rosbag2_bagfile_information"]["version"] == 8  # Humble reads no newer one


def test_in_every_frame_pace_outputs_stand_at_the_time_of_their_frame(tmp_path):
    entries = scene()
    replay(write_ros2(tmp_path / "drive", entries), tmp_path)
    found = contents(tmp_path / "bag")
    frame_times = [one.log_time_ns for one in entries if one.topic == CAMERA]
    for topic in (TOPICS.report, TOPICS.description, TOPICS.advice, TOPICS.annotated):
        assert [time_ns for name, time_ns, _ in found if name == topic] == frame_times
    # The picture comes first: who plays the bag sees it, and then what is said about it.
    first = [name for name, time_ns, _ in found if time_ns == frame_times[0]]
    assert first[0] == CAMERA
    assert set(first[1:]) == set(TOPICS.kinds(annotated=True))


def test_in_realtime_pace_outputs_come_as_late_as_they_were(tmp_path):
    finished = replay(
        write_ros2(tmp_path / "drive", scene(period_ms=40)), tmp_path, pace=Pace.REALTIME
    )
    frames = {one.stamp_ns: one for one in load_run(finished.path).reports}
    recorded = {one.log_time_ns - 5 * MS - 2: one.log_time_ns for one in scene(period_ms=40)
                if one.topic == CAMERA}  # fmt: skip
    checked = 0
    for time_ns, advice in said(contents(tmp_path / "bag"), TOPICS.advice, Kind.CLASSIFICATION):
        report = frames[advice.header.stamp_ns]
        assert report.latency_ms is not None
        took_ms = report.latency_ms - report.age_on_arrival_ms
        late_ms = (time_ns - recorded[report.stamp_ns]) / MS - took_ms
        assert took_ms > 1
        assert -0.01 < late_ms < 20  # never before; after only where another report was in front
        checked += 1
    assert checked > 5


def test_each_message_is_read_by_the_definition_beside_it(tmp_path):
    for storage in ("mcap", "sqlite3"):
        replay(write_ros2(tmp_path / storage / "drive", scene()), tmp_path / storage,
               storage=storage)  # fmt: skip
        kinds = TOPICS.kinds(annotated=True)
        with AnyReader([tmp_path / storage / "bag"]) as reader:
            assert {one.topic: one.msgtype for one in reader.connections if one.topic in kinds} == {
                topic: kind.value for topic, kind in kinds.items()
            }
            read = {
                connection.topic: reader.deserialize(raw, connection.msgtype)
                for connection, _, raw in reader.messages()
            }
            hashes = {one.msgtype: one.digest for one in reader.connections}
        assert set(read) == {*kinds, CAMERA, INFO, SPEED, "/tf", "/tf_static"}
        advice: Any = read[TOPICS.advice]
        assert [one.class_id for one in advice.results] == [
            label for label, _ in advice_results(ADVICE)
        ]
        # As `ros2 interface` of Jazzy has it.
        assert hashes["vision_msgs/msg/Classification"] == (
            "RIHS01_f74db28d0eaef3afb78f48bf2161cd709a1383a0309d3454383b25be11345143"
        )


def test_the_vehicle_says_the_cameras_advice(tmp_path):
    replay(write_ros2(tmp_path / "drive", scene()), tmp_path)
    found = contents(tmp_path / "bag")
    vehicle = said(found, TOPICS.vehicle_advice, Kind.CLASSIFICATION)
    assert len(vehicle) == 12
    assert all(one.results == advice_results(ADVICE) for _, one in vehicle)
    assert {one.header.frame_id for _, one in vehicle} == {"base_link"}
    texts = said(found, TOPICS.vehicle_text, Kind.TEXT)
    assert texts and all(isinstance(one, TextMessage) and one.data for _, one in texts)


def test_a_pause_of_the_camera_voids_the_vehicles_advice(tmp_path):
    entries = scene(2)
    late_ns = START_NS + 3_000 * MS
    entries.append(Entry(CAMERA, late_ns, compressed_image(5, late_ns - 5 * MS)))
    replay(write_ros2(tmp_path / "drive", entries), tmp_path)
    vehicle = said(contents(tmp_path / "bag"), TOPICS.vehicle_advice, Kind.CLASSIFICATION)
    captured_ns = entries[8].log_time_ns - 5 * MS - 2
    (void,) = [time_ns for time_ns, one in vehicle if not one.results]
    assert void == captured_ns + 500 * MS
    assert isinstance(vehicle[-1][1], ClassificationMessage) and vehicle[-1][1].results


def test_drawn_frames_can_be_left_out(tmp_path):
    replay(write_ros2(tmp_path / "drive", scene(3)), tmp_path, annotated=False)
    with open_bag(tmp_path / "bag") as bag:
        names = {topic.name for topic in bag.topics}
    assert TOPICS.annotated not in names
    assert TOPICS.advice in names


def test_transforms_are_latched_again_and_known_from_a_later_start(tmp_path):
    bag = write_ros2(tmp_path / "drive", scene(20))
    replay(bag, tmp_path, start_s=0.2, duration_s=0.1)
    found = contents(tmp_path / "bag")
    assert found[0][:2] == ("/tf_static", START_NS + 200 * MS)
    assert all(START_NS + 200 * MS <= time_ns < START_NS + 300 * MS for _, time_ns, _ in found)
    assert len([one for one in found if one[0] == CAMERA]) == 5
    text = (tmp_path / "bag" / "metadata.yaml").read_text()
    (static,) = [
        one["topic_metadata"]
        for one in yaml.safe_load(text)["rosbag2_bagfile_information"]["topics_with_message_count"]
        if one["topic_metadata"]["name"] == "/tf_static"
    ]
    assert yaml.safe_load(static["offered_qos_profiles"])[0]["durability"] == 1  # transient local


def test_a_ros_1_bag_becomes_one_of_ros_2(tmp_path):
    bag = write_ros1(tmp_path / "drive.bag", frames=3)
    replay(bag, tmp_path, camera_topic="cam_front/compressed")
    with open_bag(bag) as old, open_bag(tmp_path / "bag") as new:
        before = [old.image(one) for one in old.messages(["cam_front/compressed"])]
        after = [new.image(one) for one in new.messages(["/cam_front/compressed"])]
        assert [new.speed_mps(one) for one in new.messages(["/odom"])] == [0.0, 0.5, 1.0]
    assert [(one.stamp_ns, one.frame_id, one.format) for one in after] == [
        (one.stamp_ns, one.frame_id, one.format) for one in before
    ]
    assert all((a.data == b.data).all() for a, b in zip(after, before, strict=True))


def test_a_ros_1_type_that_ros_2_does_not_know_keeps_its_fields():
    text = "std_msgs/Header header\nfloat32 velocity\n" + "=" * 80
    text += "\nMSG: std_msgs/Header\nuint32 seq\ntime stamp\nstring frame_id\n"
    store = types_for_ros1("carla_msgs/msg/Speed", text)
    assert store is not None
    raw = struct.pack("<IIII", 9, 12, 34, 3) + b"ego" + struct.pack("<f", 2.5)
    cdr = store.ros1_to_cdr(memoryview(raw), "carla_msgs/msg/Speed")
    read: Any = store.deserialize_cdr(cdr, "carla_msgs/msg/Speed")
    assert (read.header.stamp.sec, read.header.frame_id, read.velocity) == (12, "ego", 2.5)
    definition = definition_in(store, "carla_msgs/msg/Speed")
    assert "seq" not in definition.text
    assert types_for_ros1("carla_msgs/msg/Speed", "no definition") is None


def test_a_recording_whose_times_are_none_is_paced_by_its_stamps(tmp_path):
    entries = [
        Entry(CAMERA, START_NS + index, compressed_image(index, START_NS + index * 50 * MS))
        for index in range(5)
    ]
    replay(write_ros2(tmp_path / "drive", entries), tmp_path)
    found = contents(tmp_path / "bag")
    due = [START_NS + index * 50 * MS for index in range(5)]
    assert [time_ns for name, time_ns, _ in found if name == CAMERA] == due
    assert [time_ns for name, time_ns, _ in found if name == TOPICS.report] == due


def test_frames_that_say_nothing_are_in_the_bag_as_the_node_would_publish_them(tmp_path):
    entries = scene(3)
    entries[8] = Entry(CAMERA, entries[8].log_time_ns, make(
        "sensor_msgs/msg/CompressedImage", header=header(7), format="jpeg",
        data=compressed_image(0, 0).data[:9],
    ))  # fmt: skip
    replay(write_ros2(tmp_path / "drive", entries), tmp_path)
    found = contents(tmp_path / "bag")
    reports = [SceneReport.from_json(yaml.safe_load(one.data))
               for _, one in said(found, TOPICS.report, Kind.TEXT)]  # fmt: skip
    assert [one.outcome for one in reports] == [Outcome.OK, Outcome.MALFORMED, Outcome.OK]
    empty = said(found, TOPICS.advice, Kind.CLASSIFICATION)[1][1]
    assert empty == ClassificationMessage(empty.header)
    assert encode(Kind.TEXT, TextMessage("")) in [
        raw for name, _, raw in found if name == TOPICS.description
    ]
    assert len([one for one in found if one[0] == TOPICS.annotated]) == 2
