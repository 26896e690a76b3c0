"""Exactly one report a frame, by its deadline, whatever the model does. Real threads here."""

from __future__ import annotations

import random
import threading
import time

import numpy as np
import pytest
from support.scripted_answerer import ADVICE, ScriptedAnswerer

from vlm_driving.core import StageTimes, TokenCounts
from vlm_driving.pipeline import LivePipeline, PipelineSettings
from vlm_driving.pipeline.live import Watch
from vlm_driving.pipeline.processor import Job
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish

BUDGET_MS = 300.0
SETTINGS = PipelineSettings(budget_ms=BUDGET_MS, guard_ms=10, backend="onnx-cpu", model="tiny")
SLACK_MS = 1000.0
"""A busy test machine may stand still for a moment; a hung model stays away for ten seconds."""


def offer(pipeline, make_frame, sequence, **changes):
    pipeline.offer(make_frame(sequence, arrived_ns=time.monotonic_ns(), **changes))


class HungAnswerer:
    """Comes back only when the test lets it, like a driver that waits for a lost device."""

    def __init__(self, say_first=()):
        self.begun = threading.Event()
        self.release = threading.Event()
        self.say_first = say_first

    def answer(self, image_bgr, ego_speed_kmh, deadline, clock):
        self.begun.set()
        yield from self.say_first
        self.release.wait(timeout=10)
        yield Done(Finish.NO_ADVICE, StageTimes(), TokenCounts())


def test_a_frame_is_answered(published, make_frame):
    pipeline = LivePipeline(ScriptedAnswerer(), published, SETTINGS)
    pipeline.start()
    offer(pipeline, make_frame, 0)
    assert pipeline.close()
    assert published.outcomes == ["ok"]


def test_a_hung_model_costs_answers_but_no_reports(published, make_frame):
    answerer = HungAnswerer()
    pipeline = LivePipeline(answerer, published, SETTINGS)
    pipeline.start()
    begun = time.monotonic()
    offer(pipeline, make_frame, 0)
    assert answerer.begun.wait(timeout=5)
    offer(pipeline, make_frame, 1)  # waits behind the hung one
    offer(pipeline, make_frame, 2)  # takes the place of the waiting one
    assert not pipeline.close(patience_s=0.05)
    assert (time.monotonic() - begun) * 1000 < BUDGET_MS + 50 + SLACK_MS
    answerer.release.set()
    assert {r.sequence: r.outcome.value for r in published.reports} == {
        0: "timeout",
        1: "dropped",
        2: "timeout",
    }
    assert all(r.latency_ms < BUDGET_MS + SLACK_MS for r in published.reports)
    waited = next(r for r in published.reports if r.sequence == 2)
    assert waited.reason == "the model was busy until the deadline"


def test_advice_that_came_before_the_model_hung_is_published(published, make_frame):
    answerer = HungAnswerer(say_first=(AdviceDecoded(ADVICE, 0.9, False),))
    # Closed 250 ms before the deadline: a busy test machine may wake the watch late.
    pipeline = LivePipeline(answerer, published, PipelineSettings(budget_ms=2000, guard_ms=500))
    pipeline.start()
    offer(pipeline, make_frame, 0)
    pipeline.close(patience_s=0.01)
    answerer.release.set()
    assert published.outcomes == ["truncated"]
    assert published.reports[0].advice == ADVICE


def test_a_stale_frame_does_not_push_out_a_fresh_one(published, make_frame):
    answerer = HungAnswerer()
    pipeline = LivePipeline(answerer, published, SETTINGS)
    pipeline.start()
    offer(pipeline, make_frame, 0)
    offer(pipeline, make_frame, 1, age_on_arrival_ms=BUDGET_MS + 1)
    assert published.outcomes == ["stale"]
    pipeline.close(patience_s=0.01)
    answerer.release.set()


@pytest.mark.parametrize("seed", range(6))
def test_one_report_for_every_frame_whatever_the_pattern(seed, published, make_frame):
    """Random arrivals, ages, step times, damaged messages and failing backends."""
    rng = random.Random(seed)

    def broken():
        raise ValueError("no image")

    class Moody(ScriptedAnswerer):
        def answer(self, *arguments):
            self.step_ms = rng.choice([0.0, 0.5, 3.0, 15.0])
            self.fault = rng.choice([None, None, None, RuntimeError("lost")])
            return super().answer(*arguments)

    settings = PipelineSettings(budget_ms=30, guard_ms=6)
    pipeline = LivePipeline(Moody(), published, settings)
    pipeline.start()
    count = 60
    for sequence in range(count):
        changes = {"load": broken} if rng.random() < 0.1 else {}
        offer(
            pipeline,
            make_frame,
            sequence,
            age_on_arrival_ms=rng.choice([-5.0, 0.0, 12.0, 40.0]),
            **changes,
        )
        time.sleep(rng.choice([0.0, 0.0, 0.001, 0.008]))
    pipeline.close()
    assert sorted(report.sequence for report in published.reports) == list(range(count))


def test_without_a_budget_the_last_frame_is_waited_for(published, make_frame):
    settings = PipelineSettings(budget_ms=None)
    pipeline = LivePipeline(ScriptedAnswerer(step_ms=5), published, settings)
    pipeline.start()
    offer(pipeline, make_frame, 0)
    assert pipeline.close(patience_s=0)
    assert published.outcomes == ["ok"]


def test_a_budget_of_centuries_does_not_end_the_watch(published, make_frame):
    settings = PipelineSettings(budget_ms=1e15)
    pipeline = LivePipeline(ScriptedAnswerer(step_ms=5), published, settings)
    pipeline.start()
    offer(pipeline, make_frame, 0)
    assert pipeline.close()
    assert published.outcomes == ["ok"]


def test_the_watch_closes_what_is_due_and_nothing_else(clock, make_frame):
    closed: list[Job] = []
    watch = Watch(SETTINGS, closed.append, clock)
    early, late = (
        Job(frame, SETTINGS.deadline(frame))
        for frame in (make_frame(0), make_frame(1, arrived_ns=clock() + 20_000_000))
    )
    watch.add(late)
    watch.add(early)
    due_ns = early.frame.arrived_ns + round((BUDGET_MS - 5) * 1e6)
    assert watch.next_due_ns() == due_ns
    watch.close_due(due_ns - 1)
    assert closed == []
    watch.close_due(due_ns)
    assert closed == [early]
    assert watch.next_due_ns() == due_ns + 20_000_000


def test_offering_never_waits_and_a_dropped_frame_costs_no_decoding(published, make_frame):
    loaded = []

    def load():
        loaded.append(1)
        return np.zeros((2, 2, 3), np.uint8)

    answerer = HungAnswerer()
    pipeline = LivePipeline(answerer, published, PipelineSettings(budget_ms=2000))
    pipeline.start()
    begun = time.monotonic()
    for sequence in range(50):
        offer(pipeline, make_frame, sequence, load=load)
    assert time.monotonic() - begun < 0.5
    answerer.release.set()
    pipeline.close()
    assert len(published.reports) == 50
    assert len(loaded) == 50 - published.outcomes.count("dropped")


@pytest.mark.parametrize("where", ["model", "watch"])
def test_a_fault_of_ours_is_raised_and_does_not_hang(where, make_frame):
    def publish(report, image):
        raise AssertionError("our own fault")

    answerer = ScriptedAnswerer() if where == "model" else HungAnswerer()
    pipeline = LivePipeline(answerer, publish, SETTINGS)
    pipeline.start()
    offer(pipeline, make_frame, 0)
    with pytest.raises(AssertionError, match="our own fault"):
        pipeline.close(patience_s=0.01)
    if isinstance(answerer, HungAnswerer):
        answerer.release.set()
