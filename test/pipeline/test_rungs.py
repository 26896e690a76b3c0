"""One backend as the dispatcher keeps it, and when a frame leaves its slot."""

from __future__ import annotations

import pytest
from support.fake_ladder import FakeWorker
from support.ladder_world import see, trial

from vlm_driving.core import StageTimes, TokenCounts
from vlm_driving.pipeline.breaker import BreakerSettings, Ending, Gate, Phase
from vlm_driving.pipeline.rungs import Rung, can_begin
from vlm_driving.pipeline.workers.states import WorkerState
from vlm_driving.runtime.events import Done, Finish

BREAKER = BreakerSettings(failures_in_row=2, back_off_ms=100, jitter=0, successes_to_close=1)
MS = 1_000_000


@pytest.fixture
def worker(clock):
    return FakeWorker("onnx-cpu", clock)


@pytest.fixture
def rung(worker):
    return Rung("onnx-cpu", worker, "cpu")


def test_it_is_seen_as_its_worker_its_breaker_and_its_figures_are(rung, worker, clock):
    view = rung.view(clock(), BREAKER)
    assert (view.name, view.state, view.gate, view.cores) == (
        "onnx-cpu",
        "ready",
        Gate.CLOSED,
        "cpu",
    )
    assert (view.advice_p99_ms, view.busy_since_ns, view.last_start_ns) == (None, None, None)
    for _ in range(8):
        rung.latencies.add("advice", 30.0, clock())
    worker.state = WorkerState.BUSY
    worker._since_ns = 5
    rung.begin(7, trial=False, settings=BREAKER)
    view = rung.view(clock(), BREAKER)
    assert (view.state, view.busy_since_ns, view.last_start_ns) == ("busy", 5, 7)
    assert view.advice_p99_ms == 30.0


@pytest.mark.parametrize("how", [one for one in Ending if one.failed])
def test_only_a_process_that_may_be_damaged_and_lives_on_is_replaced(rung, worker, how):
    rung.judge(how, 1, 1, BREAKER)
    assert worker.killed == []  # once may be chance
    rung.judge(how, 2, 2, BREAKER)
    assert rung.breaker.phase is Phase.OPEN
    replaced = how in (Ending.ERROR, Ending.GARBAGE, Ending.PROVIDERS)
    assert worker.killed == ([f"its breaker opened ({how.value})"] if replaced else [])
    rung.judge(how, 3, 3, BREAKER)
    assert len(worker.killed) <= 1


def test_a_trial_is_told_to_the_breaker_and_its_success_closes_it(rung):
    for at in (1, 2):
        rung.judge(Ending.CRASH, at, at, BREAKER)
    later = 200 * MS
    assert rung.view(later, BREAKER).gate is Gate.TRIAL_DUE
    rung.begin(later, trial=True, settings=BREAKER)
    assert rung.view(later, BREAKER).gate is Gate.TRIAL_RUNNING
    rung.judge(Ending.SUCCESS, later, later + 1, BREAKER)
    assert rung.view(later + 1, BREAKER).gate is Gate.CLOSED


def test_the_model_is_known_once_the_worker_has_said_so(rung):
    assert rung.model == "tiny"


def test_stages_of_an_answer_are_measured_but_for_those_that_are_not_its_own(rung):
    done = Done(
        Finish.COMPLETE, StageTimes(wait=9.0, encode=20.0, decode=5.0), TokenCounts(60, 8, 12)
    )
    for _ in range(8):
        rung.measure(done, 0)
    assert rung.latencies.quantile("encode", 0.5, 0) == 20.0
    assert rung.latencies.quantile("decode", 0.5, 0) == 5.0
    assert rung.latencies.count("prefill", 0) == 0


BUSY = {"busy_since": -10}


@pytest.mark.parametrize(
    ("views", "begins"),
    [
        ([see("a")], True),
        ([see("a", **BUSY)], False),
        ([see("a", **BUSY), see("b")], True),
        ([see("a", **BUSY), see("b", **BUSY)], False),
        ([see("a", state="broken"), see("b", **BUSY)], False),
        ([see("a", state="broken")], True),  # it is said at once that nobody is there
        ([see("a", state="broken"), see("b", state="waiting")], True),
        ([see("a", gate=Gate.OPEN)], True),
        ([see("a", gate=Gate.OPEN, **BUSY)], True),
        ([see("a", **BUSY), trial("b")], False),  # a trial is no reason to lose the frame
        ([trial("a", **BUSY)], False),
        ([trial("a", **BUSY), trial("b")], True),
        ([see("a", gate=Gate.TRIAL_RUNNING, **BUSY), see("b", **BUSY)], False),
        ([], True),
    ],
)
def test_a_frame_leaves_its_slot_when_somebody_is_free_or_nobody_can_be_waited_for(views, begins):
    assert can_begin(views) is begins
