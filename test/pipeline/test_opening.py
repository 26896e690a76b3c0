"""Workers that are opened for a replay or a node: which, what is said of the others, and what of
the bundle's limits is known before a frame comes. The shipped bundle, in real processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from support.tiny_bundle import make_tiny_bundle
from support.worker_bench import PATIENCE_S

from vlm_driving.backends import ruled_out
from vlm_driving.backends.onnx.open_engine import open_engine
from vlm_driving.core import SceneReport, UserError
from vlm_driving.pipeline import (
    LadderOptions,
    LadderPipeline,
    OfferedFrame,
    PipelineSettings,
    Tuning,
    opening,
)
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.opening import LineUpEntry, OpenedPool, open_pool, possible
from vlm_driving.runtime.events import AdviceDecoded, Done, Sentence
from vlm_driving.simulator import render, sample_scene

TASK = "歩行者に注意して短く述べてください。"
PATIENT = PipelineSettings(budget_ms=20_000.0, frozen_after_frames=0)


@pytest.fixture(scope="module")
def bundle(repository):
    return repository / "models" / "driving-ja"


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory):
    return make_tiny_bundle(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def opened(bundle) -> Iterator[OpenedPool]:
    with open_pool(bundle, ["onnx-cpu"], threads=1, kept_frames=3) as opened:
        yield opened


class Reports:
    """One pipeline on an opened pool, and its reports by the number of the frame."""

    def __init__(self, opened: OpenedPool) -> None:
        self.all: dict[int, SceneReport] = {}
        self._news = threading.Condition()
        options = LadderOptions([CameraShare("front")])
        self.pipeline = LadderPipeline(opened.pool, options, self._publish, PATIENT)
        self.pipeline.start()

    def _publish(self, report, image):
        with self._news:
            self.all[report.sequence] = report
            self._news.notify_all()

    def frame(self, number, image):
        now_ns = time.monotonic_ns()
        frame = OfferedFrame(lambda: image, "front", "optical", now_ns, number, now_ns, 0.0, 40.0)
        self.pipeline.offer(frame)
        with self._news:
            assert self._news.wait_for(lambda: number in self.all, PATIENCE_S)
        return self.all[number]


@pytest.fixture
def reports(opened) -> Iterator[Reports]:
    reports = Reports(opened)
    yield reports
    assert reports.pipeline.close()


def said(events):
    """What a report shows of an answer: advice, its text, the description."""
    advice = next(event.advice for event in events if isinstance(event, AdviceDecoded))
    texts = {"advice_ja": "", "description_ja": ""}
    for event in events:
        if isinstance(event, Sentence):
            texts[event.section] += event.text
    return advice, *texts.values()


def test_auto_asks_what_this_machine_may_have_and_never_the_emulator(monkeypatch):
    monkeypatch.setattr(ruled_out, "ruled_out", lambda name: None)
    assert possible() == ("fpga", "onnx-gpu", "onnx-cpu")
    monkeypatch.setattr(ruled_out, "ruled_out", lambda name: "no" if name == "onnx-gpu" else None)
    assert possible() == ("fpga", "onnx-cpu")


def test_what_auto_took_and_cannot_be_used_is_said_once_and_left_out(tiny_model, monkeypatch):
    monkeypatch.setattr(opening, "possible", lambda: ("fpga", "onnx-cpu"))
    log: list[str] = []
    with open_pool(tiny_model, threads=1, say=log.append) as opened:
        assert [one.name for one in opened.entries] == ["fpga", "onnx-cpu"]
        assert list(opened.pool.handles) == ["onnx-cpu"]
        assert (opened.backend, opened.bundle.name) == ("onnx-cpu", "tiny")
    (line,) = log
    assert line.startswith("fpga cannot answer: no device") and line.endswith(".")


def test_what_was_named_stays_and_is_said_too(tiny_model):
    log: list[str] = []
    with open_pool(tiny_model, ["fpga", "onnx-cpu"], threads=1, say=log.append) as opened:
        assert list(opened.pool.handles) == ["fpga", "onnx-cpu"]
        assert opened.backend == "onnx-cpu"
    assert len(log) == 1


def test_nothing_to_run_on_and_nothing_to_run_are_one_sentence(tiny_model, tmp_path):
    with pytest.raises(UserError, match=r"No backend can be used \(fpga: no device"):
        open_pool(tiny_model, ["fpga"])
    with pytest.raises(UserError, match="There is no model bundle at"):
        open_pool(tmp_path / "none")


def test_an_entry_complains_in_one_sentence_or_not_at_all():
    assert LineUpEntry("onnx-cpu").complaint() is None
    for reason in ("no device", "no device."):
        assert LineUpEntry("fpga", reason).complaint() == "fpga cannot answer: no device."


def test_room_for_questions_is_where_it_was_asked_for(opened):
    assert opened.pool.options.kept_frames == 3
    assert opened.load_ms > 0
    assert opened.entries == (LineUpEntry("onnx-cpu"),)
    assert (opened.bundle.preprocess.width, opened.bundle.preprocess.height) == (320, 160)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", None),
        (" \n", None),
        (TASK, None),
        ("Watch out for pedestrians 🚸.", None),
        ("a\x07", "U+0007, a code that is no text"),
        ("あ" * 401, "has 401 characters, most is 400"),
        ("a<|report|>", "<|report|>, a control word of this model"),
        ("𠮷" * 150, "tokens long, but this model takes at most"),
    ],
)
def test_a_task_prompt_is_checked_against_the_bundle_and_what_its_workers_hold(opened, text, says):
    fault = opened.task_prompt_fault(text)
    assert (fault is None) if says is None else (fault is not None and says in fault)


def test_what_the_check_lets_pass_the_worker_answers(opened, reports):
    """The longest text that passes: not one token more would have."""
    picture = render(sample_scene(5, 1), 640, 360).image
    length = next(n for n in range(1, 400) if opened.task_prompt_fault("𠮷" * n)) - 1
    reports.pipeline.retune(Tuning(task_prompt="𠮷" * length))
    report = reports.frame(0, picture)
    assert report.outcome.value in ("ok", "truncated", "unsure"), report.reason
    assert report.tokens.prompt > 300


def test_the_model_is_asked_anew_from_the_next_frame_on_and_without_a_restart(
    opened, reports, bundle
):
    engine = open_engine(str(bundle), threads=1)
    picture = render(sample_scene(5, 0), 640, 360).image
    now = time.monotonic_ns

    def shown(report):
        assert report.outcome.value == "ok", report.reason
        return report.advice, report.advice_ja, report.description_ja

    own = said(list(engine.answer(picture, 40.0)))
    asked = said(list(engine.answer(picture, 40.0, None, now, TASK)))
    assert own != asked
    assert shown(reports.frame(0, picture)) == own
    reports.pipeline.retune(Tuning(task_prompt=TASK))
    assert shown(reports.frame(1, picture)) == asked
    reports.pipeline.retune(Tuning(task_prompt=""))
    assert shown(reports.frame(2, picture)) == own
    assert [one.starts for one in opened.pool.statuses()] == [1]


def test_a_task_is_answered_on_the_emulated_accelerator_too(bundle):
    from vlm_driving.backends.fpga.open_engine import open_sim_engine

    engine = open_sim_engine(str(bundle))
    try:
        picture = render(sample_scene(5, 0), 640, 360).image
        events = list(engine.answer(picture, 40.0, task=TASK))
        own = list(engine.answer(picture, 40.0))
    finally:
        engine.close()
    assert isinstance(events[-1], Done) and isinstance(own[-1], Done)
    assert events[-1].tokens.prompt > own[-1].tokens.prompt
    assert said(events) != said(own)


@pytest.mark.parametrize("size", [(4320, 7680), (4319, 7679)])
def test_an_8k_frame_is_thinned_out_and_answered(reports, size):
    height, width = size
    scene = render(sample_scene(5, 1), 640, 360).image
    rows, columns = np.arange(height) * 360 // height, np.arange(width) * 640 // width
    report = reports.frame(0, scene[rows][:, columns])
    small = reports.frame(1, scene)
    assert report.outcome.value == "ok", report.reason
    assert small.outcome.value == "ok"
    assert report.advice is not None and small.advice is not None
    assert report.advice.speed is small.advice.speed  # of the same road


@pytest.mark.parametrize("size", [(1, 1), (10, 320), (320, 10)])
def test_a_frame_of_an_odd_shape_is_answered(reports, size):
    report = reports.frame(0, np.full((*size, 3), 90, np.uint8))
    assert report.outcome.value in ("ok", "truncated", "unsure"), report.reason


@pytest.mark.parametrize("size", [(1, 40_000), (40_000, 1), (10, 321)])
def test_a_line_of_pixels_costs_no_worker_seconds_and_gigabytes(reports, size):
    report = reports.frame(0, np.full((*size, 3), 90, np.uint8))
    assert (report.outcome.value, report.backend) == ("malformed", None)
    assert report.reason == f"a picture of {size[1]}x{size[0]} pixels is no camera's"
