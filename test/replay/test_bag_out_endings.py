"""However a replay ends, the bag that it was writing can be read, or was never begun."""

from __future__ import annotations

import threading

import pytest
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as RosbagsWriter
from support.bag_out import (
    CAMERA,
    TOPICS,
    contents,
    replay,
    scene,
)
from support.bags import (
    Entry,
    drive,
    write_ros2,
)
from support.scripted_answerer import ScriptedAnswerer

from vlm_driving.core import SceneReport, UserError
from vlm_driving.evaluation.run import load_run
from vlm_driving.replay import bag_out, bag_writer
from vlm_driving.replay.options import Pace

STORAGES = pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
PACES = pytest.mark.parametrize("pace", list(Pace))


@STORAGES
@PACES
def test_an_interrupted_replay_leaves_a_readable_bag(tmp_path, storage, pace):
    stop = threading.Event()

    def on_report(report: SceneReport) -> None:
        if report.sequence >= 5:
            stop.set()

    bag = write_ros2(tmp_path / "drive", scene(200))
    finished = replay(bag, tmp_path, storage=storage, pace=pace, on_report=on_report, stop=stop)
    offered = finished.summary["frames_offered"]
    assert 6 <= offered < 100
    found = contents(tmp_path / "bag")
    published = offered - finished.summary["dropped"]
    assert len([one for one in found if one[0] == TOPICS.report]) == published
    frames = len([one for one in found if one[0] == CAMERA])
    assert offered <= frames < 200  # nothing of what was not replayed any more, but for a moment


@STORAGES
def test_a_fault_of_ours_leaves_a_readable_bag(tmp_path, storage):
    def on_report(report: SceneReport) -> None:
        if report.sequence == 3:
            raise KeyError("of the display")

    with pytest.raises(KeyError, match="of the display"):
        replay(
            write_ros2(tmp_path / "drive", scene()), tmp_path, storage=storage, on_report=on_report
        )
    found = contents(tmp_path / "bag")
    assert len([one for one in found if one[0] == TOPICS.report]) >= 3


def test_an_existing_bag_is_one_sentence_before_the_model_is_loaded(tmp_path):
    def open_model(options):
        raise AssertionError("the model was loaded")

    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "mine").write_text("")
    with pytest.raises(UserError, match=r"bag exists already; name another path"):
        replay(write_ros2(tmp_path / "drive", scene(2)), tmp_path, open_model=open_model)
    assert not (tmp_path / "run").exists()
    assert (tmp_path / "bag" / "mine").exists()


def test_a_model_that_does_not_open_leaves_no_bag(tmp_path):
    def open_model(options):
        raise UserError("The bundle has no onnx/decoder.onnx; copy it again.")

    bag = write_ros2(tmp_path / "drive", scene(2))
    for _ in range(2):  # the same names may be used again
        with pytest.raises(UserError, match=r"decoder\.onnx"):
            replay(bag, tmp_path, open_model=open_model, bag_out=tmp_path / "run" / "bags" / "bag")
        assert not (tmp_path / "run").exists()


def test_the_bag_may_stand_in_the_run(tmp_path):
    bag = write_ros2(tmp_path / "drive", scene(2))
    replay(bag, tmp_path, bag_out=tmp_path / "run" / "bag")
    assert len(load_run(tmp_path / "run").reports) == 2
    assert contents(tmp_path / "run" / "bag")


def test_run_and_bag_cannot_be_one_directory(tmp_path):
    with pytest.raises(UserError, match="--out and --bag-out both name"):
        replay(tmp_path, tmp_path, bag_out=tmp_path / "run")


@STORAGES
def test_a_full_disk_is_one_sentence_and_the_run_is_whole_up_to_there(
    tmp_path, storage, monkeypatch
):
    bag = write_ros2(tmp_path / "drive", scene(60), StoragePlugin.MCAP)
    write = RosbagsWriter.write
    calls = []

    def filling(self, connection, timestamp, data):
        calls.append(1)
        if len(calls) > 100:
            raise OSError(28, "No space left on device")
        write(self, connection, timestamp, data)

    monkeypatch.setattr(RosbagsWriter, "write", filling)
    with pytest.raises(UserError, match="bag cannot be written .No space left on device.*; check"):
        replay(bag, tmp_path, storage=storage, answerer=ScriptedAnswerer(step_ms=1.0))
    run = load_run(tmp_path / "run")
    assert 5 < len(run.reports) < 60
    assert (tmp_path / "run" / "summary.json").exists()
    assert len(contents(tmp_path / "bag")) == 100


def test_a_disk_that_is_too_slow_costs_drawn_frames_in_realtime_and_they_are_counted(
    tmp_path, monkeypatch
):
    let_go = threading.Event()
    published: list[SceneReport] = []
    raw = bag_writer.BagWriter.raw

    def slow(self, topic, log_time_ns, cdr):
        let_go.wait(10)
        raw(self, topic, log_time_ns, cdr)

    def on_report(report: SceneReport) -> None:
        published.append(report)
        if len(published) == 20:
            let_go.set()

    monkeypatch.setattr(bag_writer.BagWriter, "raw", slow)
    monkeypatch.setattr(bag_out, "MOST_PICTURES", 3)
    finished = replay(
        write_ros2(tmp_path / "drive", scene(24, 20)), tmp_path, pace=Pace.REALTIME,
        on_report=on_report,
    )  # fmt: skip
    found = contents(tmp_path / "bag")
    reports = [one for one in found if one[0] == TOPICS.report]
    drawn = [one for one in found if one[0] == TOPICS.annotated]
    assert len(reports) == 24 - finished.summary["dropped"]
    assert len(drawn) < len(reports)
    assert any("drawn frames are not in" in problem for problem in finished.summary["problems"])


def test_every_frame_waits_for_a_slow_disk_and_holds_few_pictures(tmp_path, monkeypatch):
    let_go = threading.Event()
    waiting: list[int] = []
    raw, put = bag_writer.BagWriter.raw, bag_out.BagBeside.put

    def slow(self, topic, log_time_ns, cdr):
        let_go.wait(10)
        raw(self, topic, log_time_ns, cdr)

    def counting(self, report, image_bgr):
        put(self, report, image_bgr)
        waiting.append(self._queue.qsize())
        if len(waiting) == 10:
            let_go.set()

    monkeypatch.setattr(bag_writer.BagWriter, "raw", slow)
    monkeypatch.setattr(bag_out.BagBeside, "put", counting)
    monkeypatch.setattr(bag_out, "MOST_PICTURES", 2)
    timer = threading.Timer(0.3, let_go.set)  # who waits for room is let go by this
    timer.start()
    replay(write_ros2(tmp_path / "drive", scene(40)), tmp_path)
    timer.join()
    assert len(waiting) == 40 and max(waiting) <= 2
    found = contents(tmp_path / "bag")
    assert len([one for one in found if one[0] == TOPICS.annotated]) == 40


def test_a_topic_of_the_recording_that_is_one_of_the_outputs_is_refused(tmp_path):
    entries = [
        Entry("/vlm_driving/annotated/annotated/compressed", one.log_time_ns, one.message)
        for one in drive(3)
        if one.topic.endswith("compressed")
    ]
    bag = write_ros2(tmp_path / "drive", entries)
    with pytest.raises(UserError, match="is a topic of the recording and of the outputs"):
        replay(bag, tmp_path)
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "bag").exists()
