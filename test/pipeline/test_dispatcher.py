"""The thread that decides, round by round: who is started when, and what becomes of each frame."""

from __future__ import annotations

import threading

import pytest
from support.fake_ladder import FALLBACK_MS, MS, UNTIL_MS, FakeLadder

from vlm_driving.pipeline.breaker import BreakerSettings
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.pipeline.workers.states import WorkerState
from vlm_driving.runtime.events import Stage, StageBegun


@pytest.fixture
def ladder(clock):
    return FakeLadder(clock)


def test_the_preferred_backend_is_asked_and_its_whole_answer_published_at_once(ladder):
    ladder.offer(ego_speed_kmh=40.0)
    (request,) = ladder.workers["first"].requests
    assert (request.shape, request.ego_speed_kmh) == ((4, 8, 3), 40.0)
    assert request.deadline_ns == ladder.clock() + UNTIL_MS * MS
    ladder.at(20)
    ladder.advise("first")
    assert not ladder.reports
    ladder.finish("first")
    (report,) = ladder.reports
    assert (report.outcome.value, report.backend, report.model) == ("ok", "first", "tiny")
    assert (report.fallback_from, report.reason, report.latency_ms) == ((), None, 20)
    assert report.advice_ja == "firstの助言。"
    assert ladder.settled == [0]
    assert ladder.slots.state.in_work == 0
    assert ladder.started("second") == 0
    assert ladder.memory.free == ladder.memory.slots


def test_the_next_backend_starts_at_the_latest_instant_from_which_it_fits(ladder):
    job = ladder.offer()
    ladder.at(FALLBACK_MS - 0.1)
    assert ladder.started("second") == 0
    ladder.at(FALLBACK_MS)
    assert ladder.started("second") == 1
    ladder.at(180)
    ladder.advise("second")
    ladder.finish("second")
    (report,) = ladder.reports
    assert (report.outcome.value, report.backend) == ("ok", "second")
    assert (report.fallback_from, report.reason) == (("first",), "first: no advice in time")
    assert ladder.workers["first"].cancelled == [1]
    assert not ladder.watch(job)  # it comes too late to close it
    assert len(ladder.reports) == 1


def test_the_better_backends_advice_takes_the_place_of_the_others_only_before_publishing(ladder):
    ladder.offer()
    ladder.at(FALLBACK_MS)
    ladder.advise("second", 0.2)
    ladder.at(FALLBACK_MS + 5)
    ladder.advise("first", 0.9)
    assert ladder.workers["second"].cancelled == [1]
    ladder.finish("first")
    (report,) = ladder.reports
    assert (report.backend, report.advice.confidence, report.fallback_from) == ("first", 0.9, ())
    assert report.advice_ja == "firstの助言。"
    ladder.finish("second")
    assert len(ladder.reports) == 1


def test_the_watch_publishes_what_is_there_at_that_moment(ladder):
    job = ladder.offer()
    ladder.at(FALLBACK_MS)
    ladder.advise("second", 0.2)
    ladder.at(192)
    assert ladder.watch(job)
    (report,) = ladder.reports
    assert (report.outcome.value, report.backend) == ("truncated", "second")
    assert report.reason == "prose cut when the report was closed; first: no advice in time"
    assert {name: one.cancelled for name, one in ladder.workers.items()} == {
        "first": [1],
        "second": [1],
    }


def test_an_answer_that_comes_late_is_never_published(ladder):
    job = ladder.offer()
    ladder.at(192)
    ladder.watch(job)
    assert ladder.reports[0].outcome.value == "timeout"
    ladder.advise("first", 0.9)
    ladder.finish("first")
    assert [report.advice for report in ladder.reports] == [None]


def test_an_answer_that_comes_late_is_counted(ladder):
    job = ladder.offer()
    ladder.at(192)
    ladder.watch(job)
    ladder.advise("first", 0.9)
    ladder.finish("first")
    assert {name: rung.late for name, rung in ladder.rungs.items()} == {"first": 1, "second": 0}


def test_the_dispatcher_does_not_end_before_the_frame_that_waits_for_a_backend(clock):
    ladder = FakeLadder(clock, names=("first",))
    job = ladder.offer(0)
    ladder.at(192)
    ladder.watch(job)  # its answer was cut off, and the backend is about to come free
    ladder.offer(1)
    ladder.slots.close()
    ladder.dispatcher.finish()
    thread = threading.Thread(target=ladder.dispatcher.run)
    thread.start()
    thread.join(0.2)
    waits = thread.is_alive()
    ladder.dispatcher.stop()
    thread.join()
    assert waits


def test_what_is_said_about_an_older_frame_is_not_taken_for_the_next_one(ladder):
    first = ladder.offer(0)
    ladder.at(192)
    ladder.watch(first)
    ladder.change("second", WorkerState.READY)
    ladder.offer(1)
    ladder.advise("first", 0.9, of=1)
    ladder.finish("first", of=1)
    assert [report.sequence for report in ladder.reports] == [0]
    ladder.advise("second", 0.3)
    ladder.finish("second")
    assert [(r.sequence, r.backend) for r in ladder.reports] == [(0, "first"), (1, "second")]
    assert ladder.reports[1].advice.confidence == 0.3


def test_a_camera_is_answered_in_the_order_of_its_frames(ladder):
    ladder.offer(0)
    ladder.at(20)
    ladder.advise("first", 0.9)  # and goes on with its prose
    ladder.offer(1)
    ladder.at(20 + FALLBACK_MS)
    ladder.advise("second", 0.3)
    ladder.finish("second")
    assert [(r.sequence, r.outcome.value, r.backend) for r in ladder.reports] == [
        (0, "truncated", "first"),
        (1, "ok", "second"),
    ]


def test_a_frame_stays_in_its_slot_while_all_healthy_backends_work(ladder):
    ladder.offer(0)
    ladder.at(FALLBACK_MS)
    assert ladder.started("second") == 1
    ladder.advise("second")
    ladder.offer(1)
    assert (ladder.started("first"), ladder.started("second")) == (1, 1)
    assert ladder.slots.state.of("front").waiting is not None
    ladder.finish("second")
    assert ladder.started("second") == 2


def test_what_a_backend_takes_decides_when_the_next_one_starts(clock):
    ladder = FakeLadder(clock, breaker=BreakerSettings(failures_in_row=100, least_in_window=20))
    for number in range(8):
        ladder.at(1000 * number)
        ladder.offer(number)
        ladder.fail("first", "ZeroDivisionError")
        ladder.at(1000 * number + 20)
        ladder.advise("second")
        ladder.finish("second")
    ladder.at(9000)
    ladder.offer(9)
    ladder.at(9000 + UNTIL_MS - 20 - 0.1)
    assert ladder.started("second") == 8
    ladder.at(9000 + UNTIL_MS - 20)
    assert ladder.started("second") == 9


def test_a_fallback_waits_for_one_that_decodes_already_on_the_same_cores(clock):
    for cores, waits in (("cpu", True), ("", False)):
        ladder = FakeLadder(clock, cores=cores)
        ladder._begun_ns = clock()
        for rung in ladder.rungs.values():
            for _ in range(8):
                rung.latencies.add("advice", 20.0, clock())
            rung.latencies.add("advice", 100.0, clock())
        ladder.offer()
        ladder.at(60)
        ladder.say("first", StageBegun(Stage.DECODE))
        ladder.at(95)
        assert ladder.started("second") == (0 if waits else 1)


def test_without_a_budget_the_next_backend_starts_only_when_one_has_failed(clock):
    ladder = FakeLadder(clock, settings=PipelineSettings(budget_ms=None))
    ladder.offer()
    assert ladder.workers["first"].requests[0].deadline_ns is None
    ladder.at(60_000)
    assert ladder.started("second") == 0
    ladder.fail("first", "it had not ended a request 1000 ms after its time was up", alive=False)
    assert ladder.started("second") == 1
    ladder.advise("second")
    ladder.finish("second")
    assert (ladder.reports[0].outcome.value, ladder.reports[0].reason) == (
        "ok",
        "first: failed (hang)",
    )
