"""Backends that fail, refuse or are not there, round by round: who steps in, and what is said."""

from __future__ import annotations

import numpy as np
import pytest
from support.fake_ladder import FALLBACK_MS, MS, FakeLadder

from vlm_driving.pipeline.breaker import BreakerSettings, Phase
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.pipeline.workers.states import WorkerState
from vlm_driving.runtime.events import Finish


@pytest.fixture
def ladder(clock):
    return FakeLadder(clock)


@pytest.mark.parametrize(
    ("reason", "alive", "how"),
    [
        ("ZeroDivisionError: by nought", True, "error"),
        ("the backend's answer is nonsense: b'' is no JSON", True, "garbage"),
        ("it sent nonsense: b'' is no JSON", False, "garbage"),
        ("it was ended by SIGKILL", False, "crash"),
        ("nothing was heard of it for 1000 ms", False, "hang"),
        ("the providers are not those that were asked for", True, "wrong providers"),
    ],
)
def test_a_failure_starts_the_next_one_at_once_and_is_named(ladder, reason, alive, how):
    ladder.offer()
    ladder.at(5)
    ladder.fail("first", reason, alive)
    assert ladder.started("second") == 1
    ladder.advise("second")
    ladder.finish("second")
    assert ladder.reports[0].reason == f"first: failed ({how})"
    assert ladder.reports[0].fallback_from == ("first",)


def test_a_backend_that_still_hangs_in_an_older_frame_is_passed_over_at_once(ladder):
    job = ladder.offer(0)
    ladder.at(FALLBACK_MS)
    ladder.advise("second")
    ladder.finish("second")
    assert not ladder.watch(job)
    ladder.at(300)
    ladder.offer(1)
    assert ladder.started("second") == 2
    ladder.advise("second")
    ladder.finish("second")
    assert ladder.reports[1].reason == "first: still busy with an older frame"
    ladder.cancelled("first")
    ladder.at(400)
    ladder.offer(2)
    assert (ladder.started("first"), ladder.started("second")) == (2, 2)


def test_a_backend_that_comes_free_in_the_middle_of_a_frame_takes_part_in_it(ladder):
    ladder.offer(0)
    ladder.at(FALLBACK_MS)
    ladder.advise("second")
    ladder.finish("second")
    ladder.at(300)
    ladder.offer(1)
    ladder.at(310)
    ladder.cancelled("first")
    ladder.at(300 + FALLBACK_MS - 0.1)
    assert ladder.started("first") == 1
    ladder.at(300 + FALLBACK_MS)
    assert ladder.started("first") == 2
    ladder.advise("first")
    ladder.finish("first")
    assert (ladder.reports[1].backend, ladder.reports[1].fallback_from) == ("first", ())


def test_a_worker_that_refuses_is_as_if_it_had_been_busy(ladder):
    ladder.workers["first"].refuses = True
    job = ladder.offer()
    assert ladder.started("second") == 1
    ladder.advise("second")
    ladder.finish("second")
    assert ladder.reports[0].reason == "first: still busy with an older frame"
    assert not ladder.watch(job)
    assert ladder.rungs["first"].breaker.in_row == 0


def test_nobody_who_can_work_is_no_backend_and_says_of_each_why(ladder):
    ladder.change("first", WorkerState.WAITING)
    ladder.change("second", WorkerState.STARTING)
    ladder.offer()
    (report,) = ladder.reports
    assert (report.outcome.value, report.backend) == ("no_backend", None)
    assert report.reason == "first: worker is waiting, second: worker is starting"
    assert ladder.memory.free == ladder.memory.slots


def test_a_backend_that_opens_its_breaker_by_faults_is_replaced_and_tried_again(clock):
    settings = BreakerSettings(failures_in_row=2, back_off_ms=500, jitter=0, successes_to_close=1)
    ladder = FakeLadder(clock, breaker=settings)
    for number in range(2):
        ladder.offer(number)
        ladder.fail("first", "ZeroDivisionError")
        ladder.advise("second")
        ladder.finish("second")
    assert ladder.workers["first"].killed == ["its breaker opened (error)"]
    ladder.at(100)
    ladder.offer(2)
    ladder.advise("second")
    ladder.finish("second")
    assert ladder.reports[2].reason == "first: breaker is open"
    ladder.at(600)
    ladder.offer(3)  # the trial runs beside the healthy one, whose answer is published
    assert (ladder.started("first"), ladder.started("second")) == (3, 4)
    ladder.advise("first", 0.9)
    ladder.finish("first")
    ladder.advise("second", 0.1)
    ladder.finish("second")
    assert (ladder.reports[3].backend, ladder.reports[3].advice.confidence) == ("second", 0.1)
    assert ladder.rungs["first"].breaker.phase is Phase.CLOSED
    ladder.at(700)
    ladder.offer(4)
    ladder.advise("first")
    ladder.finish("first")
    assert (ladder.reports[4].backend, ladder.reports[4].fallback_from) == ("first", ())


def test_a_hung_backend_is_not_killed_by_the_ladder_but_by_its_own_limits(clock):
    ladder = FakeLadder(clock, breaker=BreakerSettings(failures_in_row=1))
    ladder.offer()
    ladder.fail("first", "nothing was heard of it for 1000 ms", alive=False)
    assert ladder.rungs["first"].breaker.phase is Phase.OPEN
    assert ladder.workers["first"].killed == []


def test_an_answer_without_advice_before_its_time_is_nonsense(ladder):
    ladder.offer()
    ladder.finish("first", Finish.NO_ADVICE)
    assert ladder.started("second") == 1
    ladder.advise("second")
    ladder.finish("second")
    assert ladder.reports[0].reason == "first: failed (garbage)"


def test_a_frame_that_the_workers_have_no_place_for_is_said_to_be_one(ladder):
    held = [ladder.memory.lease() for _ in range(ladder.memory.slots)]
    ladder.offer()
    (report,) = ladder.reports
    assert report.outcome.value == "no_backend"
    assert report.reason == "every place for a frame is held by a worker that hangs"
    for slot in held:
        assert slot is not None
        ladder.memory.release(slot)
    ladder.offer(1)
    assert ladder.started("first") == 1


def test_frames_that_need_no_model_never_reach_one(clock):
    settings = PipelineSettings(budget_ms=200.0, frozen_after_frames=2)
    ladder = FakeLadder(clock, settings=settings)

    def broken():
        raise ValueError("no image")

    ladder.offer(0, load=broken)
    assert ladder.reports[0].outcome.value == "malformed"
    still = {"load": lambda: np.zeros((4, 8, 3), np.uint8)}
    ladder.offer(1, stamp_ns=0, **still)
    ladder.advise("first")
    ladder.finish("first")
    ladder.offer(2, stamp_ns=300 * MS, **still)
    assert (ladder.reports[2].outcome.value, ladder.reports[2].reason) == ("unsure", "frozen_input")
    assert ladder.started("first") == 1
    assert ladder.settled == [0, 1, 2]
    assert ladder.slots.state.in_work == 0


def test_a_report_that_the_watch_closed_before_work_began_is_left_alone(ladder):
    ladder.workers["first"].state = ladder.workers["second"].state = WorkerState.BUSY
    job = ladder.offer()
    assert ladder.desk.close(job)
    ladder.change("first", WorkerState.READY)
    assert len(ladder.reports) == 1
    assert ladder.started("first") == 0
    assert ladder.settled == [0]
