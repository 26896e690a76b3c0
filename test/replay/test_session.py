"""One replay from bag to run directory, with a scripted model."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import Any

import pytest
from support.scripted_answerer import ScriptedAnswerer
from support.thread_workers import open_ladder

from vlm_driving.core import SceneReport, UserError
from vlm_driving.evaluation.run import load_run
from vlm_driving.pipeline import PipelineSettings, Publish
from vlm_driving.replay.loop import Live
from vlm_driving.replay.options import Pace, ReplayOptions
from vlm_driving.replay.session import OpenedModel, run_replay
from vlm_driving.replay.source import open_bag_source

SUMMARY_KEYS = {
    "frames_offered",
    "reports",
    "outcomes",
    "dropped",
    "late_reports",
    "latency_ms",
    "backends",
    "budget_ms",
    "pace",
    "metres_at_100kmh_p99",
    "model",
    "score",
    "wall_s",
    "realtime_factor",
    "first_report_s",
    "interrupted",
    "problems",
    "machine",
}


class Silent:
    """A progress display that shows nothing, and may stop the run."""

    def __init__(self, on_report=lambda report: None):
        self.report = on_report

    def questions(self, done: int, of: int) -> None:
        return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def opened(answerer: ScriptedAnswerer, **changes: Any) -> OpenedModel:
    """A model for either pace."""

    def open_live(publish: Publish, settings: PipelineSettings, camera: str) -> Live:
        return open_ladder({"onnx-cpu": answerer}, publish, settings, camera)

    return OpenedModel(
        "scripted", "onnx-cpu", 1.0, answerer=answerer, open_live=open_live, **changes
    )


def replay(bag, out, *, on_report=lambda report: None, answerer=None, stop=None, **options):
    model = opened(answerer or ScriptedAnswerer())
    return run_replay(
        ReplayOptions(bag=bag, model=bag, out=out, **options),
        open_model=lambda _: model,
        open_source=open_bag_source,
        stop=stop or threading.Event(),
        show_progress=lambda budget_ms, expected_s: Silent(on_report),
    )


def test_a_run_directory_has_everything(make_camera_bag, tmp_path):
    finished = replay(make_camera_bag(), tmp_path / "run", pace=Pace.EVERY_FRAME)
    run = load_run(finished.path)
    assert [report.sequence for report in run.reports] == list(range(12))
    assert sum(finished.summary["outcomes"].values()) == 12
    assert finished.summary["outcomes"]["malformed"] == 1
    assert finished.summary["frames_offered"] == finished.summary["reports"] == 12
    assert set(finished.summary) >= SUMMARY_KEYS
    assert json.loads((finished.path / "summary.json").read_text()) == finished.summary
    assert run.reports[3].ego_speed_kmh == pytest.approx(36.0)
    assert run.reports[3].camera == "front"
    assert (finished.path / "report.html").stat().st_size > 1000
    assert run.problems == ()
    assert not finished.summary["interrupted"]


def test_every_frame_twice_is_the_same_but_for_times(make_camera_bag, tmp_path):
    bag = make_camera_bag()

    def stripped(name):
        path = replay(bag, tmp_path / name, pace=Pace.EVERY_FRAME).path
        lines = [json.loads(line) for line in (path / "frames.jsonl").read_text().splitlines()]
        for line in lines:
            del line["latency_ms"], line["stages_ms"]
        thumbnails = {file.name: file.read_bytes() for file in (path / "thumbnails").iterdir()}
        return lines, thumbnails

    assert stripped("one") == stripped("two")


def test_every_frame_says_so(make_camera_bag, tmp_path):
    summary = replay(make_camera_bag(), tmp_path / "run", pace=Pace.EVERY_FRAME).summary
    assert summary["pace"] == "every-frame"
    assert summary["budget_ms"] is None
    assert "without deadlines" in summary["pace_note"]
    assert summary["late_reports"] == summary["dropped"] == 0


def test_start_and_duration_choose_a_part(make_camera_bag, tmp_path):
    bag = make_camera_bag(frames=50)
    summary = replay(bag, tmp_path / "run", start_s=0.2, duration_s=0.1).summary
    assert 4 <= summary["frames_offered"] <= 6


def test_a_start_behind_the_end_is_one_sentence(make_camera_bag, tmp_path):
    with pytest.raises(UserError, match="start earlier"):
        replay(make_camera_bag(), tmp_path / "run", start_s=60)
    assert not (tmp_path / "run").exists()


def test_a_stopped_run_has_its_summary(make_camera_bag, tmp_path):
    stop = threading.Event()

    def on_report(report: SceneReport) -> None:
        if report.sequence >= 5:
            stop.set()

    finished = replay(make_camera_bag(frames=200), tmp_path / "run", on_report=on_report, stop=stop)
    assert finished.summary["interrupted"] is True
    assert 6 <= finished.summary["frames_offered"] == finished.summary["reports"] < 100
    assert len(load_run(finished.path).reports) == finished.summary["reports"]


def test_the_model_is_warm_before_the_first_frame_is_read(make_camera_bag, tmp_path):
    order = []

    @contextmanager
    def open_source(options):
        with open_bag_source(options) as source:
            items = source.items

            def noted():
                order.append("first frame")
                return items()

            source.items = noted  # type: ignore[method-assign]
            yield source

    def open_model(options):
        order.append("model")
        return opened(ScriptedAnswerer())

    run_replay(
        ReplayOptions(bag=make_camera_bag(), model=tmp_path, out=tmp_path / "run"),
        open_model=open_model,
        open_source=open_source,
        stop=threading.Event(),
        show_progress=lambda *_: Silent(),
    )
    assert order == ["model", "first frame"]


def test_a_model_that_does_not_open_leaves_no_directory(make_camera_bag, tmp_path):
    def open_model(options):
        raise UserError("The bundle has no onnx/decoder.onnx; copy it again.")

    with pytest.raises(UserError, match=r"decoder\.onnx"):
        run_replay(
            ReplayOptions(bag=make_camera_bag(), model=tmp_path, out=tmp_path / "run"),
            open_model=open_model,
            open_source=open_bag_source,
            stop=threading.Event(),
        )
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("fails", [False, True])
def test_what_runs_beside_is_ended_with_the_run_however_that_ends(make_camera_bag, tmp_path, fails):
    closed = []

    def on_report(report: SceneReport) -> None:
        if fails:
            raise KeyError("of the display")

    def run() -> None:
        model = opened(ScriptedAnswerer(), close=lambda: closed.append(1))
        run_replay(
            ReplayOptions(bag=make_camera_bag(), model=tmp_path, out=tmp_path / "run"),
            open_model=lambda _: model,
            open_source=open_bag_source,
            stop=threading.Event(),
            show_progress=lambda *_: Silent(on_report),
        )

    if fails:
        with pytest.raises(KeyError, match="of the display"):
            run()
    else:
        run()
    assert closed == [1]


def test_a_failing_backend_does_not_end_the_run(make_camera_bag, tmp_path):
    answerer = ScriptedAnswerer(fault=RuntimeError("device lost"))
    finished = replay(make_camera_bag(), tmp_path / "run", answerer=answerer, pace=Pace.EVERY_FRAME)
    summary = finished.summary
    assert summary["outcomes"]["no_backend"] == 11
    assert summary["latency_ms"] == {"p50": None, "p90": None, "p99": None, "max": None}


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("budget_ms", 0.0, "budget is a positive number"),
        ("budget_ms", float("nan"), "budget is a positive number"),
        ("budget_ms", 1e13, "budget is a positive number"),
        ("rate", -1.0, "rate is a positive number"),
        ("rate", 1e-300, "rate is a positive number"),
        ("start_s", -1.0, "start is zero or more"),
        ("duration_s", 0.0, "duration is more than zero"),
        ("duration_s", 1e300, "duration is more than zero"),
        ("start_s", float("nan"), "start is zero or more"),
        ("threads", -1, "Threads are from 0"),
    ],
)
def test_wrong_options_are_one_sentence(tmp_path, option, value, says):
    with pytest.raises(UserError, match=says):
        ReplayOptions(bag=tmp_path, model=tmp_path, out=tmp_path, **{option: value})
