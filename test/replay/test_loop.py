"""Recorded frames through the pipeline: paces, stamps, damage, early ends."""

from __future__ import annotations

import random
import threading
import time

import numpy as np
import pytest
from support.scripted_answerer import ScriptedAnswerer
from support.thread_workers import open_ladder

from vlm_driving.core import SceneReport, StampSource, UserError
from vlm_driving.pipeline import PipelineSettings
from vlm_driving.replay.loop import replay_every_frame, replay_realtime
from vlm_driving.replay.recorded import RecordedFrame, RecordedSpeed

MS = 1_000_000
LOG = 1_700_000_000_000 * MS
BUDGET = PipelineSettings(budget_ms=2000, backend="onnx-cpu", model="tiny")
NO_BUDGET = PipelineSettings(budget_ms=None, backend="onnx-cpu", model="tiny")


def frame(at_ms: float, stamp_ms: float | None = None, load=None) -> RecordedFrame:
    """A frame recorded `at_ms` into the recording, 5 ms after its stamp unless told else."""
    log_ns = LOG + round(at_ms * MS)
    stamp_ns = log_ns - 5 * MS if stamp_ms is None else LOG + round(stamp_ms * MS)
    return RecordedFrame(log_ns, stamp_ns, "optical", load or (lambda: np.zeros((2, 2, 3), "u1")))


def realtime(items, answerer=None, settings=BUDGET, stop=None, **more):
    reports: list[SceneReport] = []
    live = open_ladder(
        {"onnx-cpu": answerer or ScriptedAnswerer()},
        lambda report, image: reports.append(report),
        settings,
    )
    replayed = replay_realtime(
        items,
        live,
        camera="front",
        stop=stop or threading.Event(),
        **more,
    )
    return replayed, sorted(reports, key=lambda report: report.sequence)


def every_frame(items, answerer=None, stop=None):
    reports: list[SceneReport] = []
    replayed = replay_every_frame(
        items,
        answerer or ScriptedAnswerer(),
        lambda report, image: reports.append(report),
        NO_BUDGET,
        camera="front",
        stop=stop or threading.Event(),
    )
    return replayed, reports


def test_frames_are_offered_at_their_recorded_times():
    begun = time.monotonic()
    replayed, reports = realtime([frame(t) for t in (0, 40, 80, 120)])
    assert 0.12 <= time.monotonic() - begun < 3.0
    assert [report.outcome.value for report in reports] == ["ok"] * 4
    assert (replayed.frames, replayed.recorded_s) == (4, 0.12)
    assert all(5 <= report.age_on_arrival_ms < 2000 for report in reports)


def test_the_rate_stretches_time():
    begun = time.monotonic()
    realtime([frame(0), frame(4000)], rate=20.0)
    assert 0.2 <= time.monotonic() - begun < 3.0


def test_a_slow_model_drops_frames_and_says_so():
    _, reports = realtime([frame(10 * i) for i in range(20)], ScriptedAnswerer(step_ms=8))
    outcomes = [report.outcome.value for report in reports]
    assert len(outcomes) == 20
    assert outcomes.count("dropped") > 5
    assert outcomes[-1] == "ok"
    assert outcomes.count("ok") + outcomes.count("dropped") == 20


def test_zero_stamps_are_replaced_by_the_time_of_arrival():
    zero = RecordedFrame(LOG, 0, "", lambda: np.zeros((2, 2, 3), "u1"))
    _, reports = realtime([zero])
    assert reports[0].stamp_source is StampSource.ARRIVAL
    assert reports[0].stamp_ns == LOG
    assert reports[0].outcome.value == "ok"


def test_stamps_that_go_backwards_are_judged_by_their_age():
    items = [frame(0), frame(20, stamp_ms=18), frame(40, stamp_ms=-3000), frame(60)]
    _, reports = realtime(items)
    assert [report.outcome.value for report in reports] == ["ok", "ok", "stale", "ok"]


def test_recorded_times_that_go_backwards_do_not_break_the_pace():
    replayed, reports = realtime([frame(100), frame(0), frame(110)])
    assert replayed.frames == len(reports) == 3


def test_a_simulators_stamps_are_not_stale():
    items = [
        RecordedFrame(LOG + t * MS, 1 + t * MS, "", lambda: np.zeros((2, 2, 3), "u1"))
        for t in (0, 20)
    ]
    replayed, reports = realtime(items)
    assert [report.outcome.value for report in reports] == ["ok", "ok"]
    assert replayed.stamps.note() is not None


def test_a_damaged_message_has_its_report_and_the_run_goes_on():
    def broken():
        raise ValueError("no JPEG")

    for replay in (realtime, every_frame):
        _, reports = replay([frame(0, load=broken), frame(20)])
        assert [report.outcome.value for report in reports] == ["malformed", "ok"]


def test_the_speed_goes_with_the_frame():
    answerer = ScriptedAnswerer()
    _, reports = every_frame([RecordedSpeed(LOG, 36.0), frame(1)], answerer)
    assert reports[0].ego_speed_kmh == 36.0
    assert answerer.seen[0][0] == 36.0


def test_a_stop_ends_the_offering_and_every_offered_frame_has_its_report():
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    begun = time.monotonic()
    replayed, reports = realtime([frame(20 * i) for i in range(500)], stop=stop)
    assert time.monotonic() - begun < 2
    assert 0 < replayed.frames == len(reports) < 500


def test_a_recording_that_cannot_be_read_to_its_end_keeps_what_it_gave():
    def items():
        yield frame(0)
        raise UserError("The file is cut; record it again.")

    for replay in (realtime, every_frame):
        replayed, reports = replay(items())
        assert len(reports) == replayed.frames == 1
        assert str(replayed.fault).startswith("The file is cut")


def test_every_frame_answers_all_in_order_without_deadlines():
    replayed, reports = every_frame(
        [frame(t, stamp_ms=t - 900) for t in range(0, 100, 2)], ScriptedAnswerer(step_ms=0.1)
    )
    assert [report.sequence for report in reports] == list(range(50))
    assert {report.outcome.value for report in reports} == {"ok"}
    assert all(report.budget_ms is None for report in reports)
    assert replayed.recorded_s == 0.098


def test_every_frame_is_the_same_twice_but_for_times():
    def stripped():
        items = [RecordedSpeed(LOG, 20.0), *(frame(t) for t in range(5))]
        reports = [report.to_json() for report in every_frame(items)[1]]
        for report in reports:
            del report["latency_ms"], report["stages_ms"]
        return reports

    assert stripped() == stripped()


@pytest.mark.parametrize("seed", range(4))
def test_one_report_for_every_offered_frame_whatever_the_recording(seed):
    rng = random.Random(seed)

    def broken():
        raise ValueError("no JPEG")

    items: list[RecordedFrame | RecordedSpeed] = []
    at_ms = 0.0
    for _ in range(40):
        at_ms += rng.choice([-8, 0, 1, 5, 15])
        if rng.random() < 0.2:
            items.append(RecordedSpeed(LOG + round(at_ms * MS), 10.0))
        else:
            stamp_ms = rng.choice([None, at_ms + 20, at_ms - 300, -LOG / MS])
            items.append(frame(at_ms, stamp_ms, broken if rng.random() < 0.1 else None))
    frames = sum(isinstance(item, RecordedFrame) for item in items)
    replayed, reports = realtime(items, ScriptedAnswerer(step_ms=1))
    assert [report.sequence for report in reports] == list(range(frames))
    assert replayed.frames == frames


def test_a_first_stamp_that_is_wild_makes_no_other_frame_stale():
    frames = [frame(0, stamp_ms=3_600_000), *(frame(t) for t in (40, 80, 120, 160))]
    _, reports = realtime(frames)
    assert [report.outcome.value for report in reports] == ["ok"] * 5


@pytest.mark.parametrize("readable", [0, 1, 2, 3, 4])
def test_frames_before_a_fault_are_answered_however_early_it_comes(readable):
    def items():
        for index in range(readable):
            yield frame(40 * index)
        raise UserError("the disk is gone.")

    replayed, reports = every_frame(items())
    assert len(reports) == replayed.frames == readable
    assert str(replayed.fault) == "the disk is gone."


def test_a_camera_that_stands_still_is_found():
    frames = [frame(100 * i, load=lambda: np.full((36, 64, 3), 7, "u1")) for i in range(4)]
    _, reports = every_frame(frames)
    assert [report.outcome.value for report in reports] == ["ok", "ok", "unsure", "unsure"]
    assert reports[-1].reason == "frozen_input"
