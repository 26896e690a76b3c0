"""Moments in which the dispatcher might trip: nothing that comes from outside may stop it."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from support.fake_ladder import FALLBACK_MS, MS, FakeLadder, advice

from vlm_driving.pipeline.breaker import Breaker, Phase
from vlm_driving.pipeline.latency import ADVICE
from vlm_driving.pipeline.questions import QuestionAnswer
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.pipeline.workers.messages import Said
from vlm_driving.pipeline.workers.states import WorkerState
from vlm_driving.runtime.events import Sentence

HALF_OPEN = Breaker(phase=Phase.HALF_OPEN)


def test_no_frame_begins_while_an_older_one_may_still_need_a_backend(clock):
    ladder = FakeLadder(clock, ("spare", "first", "second"), breakers={"spare": HALF_OPEN})
    ladder.offer(0)
    assert (ladder.started("spare"), ladder.started("first")) == (1, 1)
    ladder.at(20)
    ladder.advise("spare")  # on trial: not what will be published if a healthy one answers
    ladder.offer(1)
    assert ladder.started("second") == 0
    ladder.fail("first", "ZeroDivisionError")
    assert ladder.started("second") == 1
    ladder.at(40)
    ladder.advise("second")
    ladder.finish("second")
    assert [(r.sequence, r.backend) for r in ladder.reports] == [(0, "second")]


def test_a_worker_that_has_a_newer_request_is_not_given_an_older_one(clock):
    ladder = FakeLadder(clock)
    ladder.rungs["first"].last_id = 7  # of a newer frame, or a question
    ladder.offer(0)
    assert (ladder.started("first"), ladder.started("second")) == (0, 1)


@pytest.mark.parametrize("shape", [(1250, 40_000, 3), (40_000, 1250, 3), (4320, 7680, 3)])
def test_a_picture_of_any_size_is_given_to_a_worker(clock, shape):
    wide = FakeLadder(clock)
    wide.offer(0, load=lambda: np.zeros(shape, np.uint8))
    assert wide.started("first") == 1


@pytest.mark.parametrize("shape", [(2, 40_000, 3), (40_000, 2, 3)])
def test_a_line_of_pixels_is_no_picture_and_no_worker_sees_it(clock, shape):
    wide = FakeLadder(clock)
    wide.offer(0, load=lambda: np.zeros(shape, np.uint8))
    assert wide.started("first") == 0
    assert [report.outcome.value for report in wide.reports] == ["malformed"]


@pytest.mark.parametrize("speed", [np.float32(30.0), float("nan"), 1e9])
def test_a_speed_of_any_kind_is_sent_or_left_out(ladder, speed):
    ladder.offer(0, ego_speed_kmh=speed)
    (request,) = ladder.workers["first"].requests
    assert request.ego_speed_kmh == (30.0 if speed == 30.0 else None)


def test_an_instant_that_passes_while_the_dispatcher_is_busy_is_not_missed(clock):
    late_ms = [0.0]
    ladder = FakeLadder(clock, between=lambda: clock.advance_ms(late_ms[0]))
    ladder.offer(0)
    late_ms[0] = 1.0  # such as a collection of garbage
    ladder.clock.now_ns += round((FALLBACK_MS - 0.5) * MS)
    ladder.dispatcher.turn(0.0)
    late_ms[0] = 0.0
    assert ladder.dispatcher.wait_s() == 0.0
    ladder.dispatcher.turn(0.0)
    assert ladder.started("second") == 1


def test_a_frame_waits_for_the_only_backend_whose_trial_is_about_to_end(clock):
    ladder = FakeLadder(clock, ("first",), breakers={"first": HALF_OPEN})
    ladder.offer(0)
    ladder.at(60)
    ladder.advise("first")
    ladder.offer(1)
    assert [r.outcome.value for r in ladder.reports] == []
    ladder.finish("first")
    assert ladder.started("first") == 2
    assert [(r.sequence, r.outcome.value) for r in ladder.reports] == [(0, "ok")]


def test_a_worker_that_lies_about_the_time_does_not_spoil_its_figures(ladder):
    ladder.offer(0)
    ladder.at(30)
    request = ladder.workers["first"].requests[-1]
    for at_ns in (10**18, 0):
        ladder.dispatcher.hear("first", Said(request.id, at_ns, advice()))
        ladder.step()
    rung = ladder.rungs["first"]
    for _ in range(8):
        rung.latencies.add(ADVICE, 20.0, ladder.clock())
    assert rung.latencies.quantile(ADVICE, 1.0, ladder.clock()) == 30.0


def test_who_waits_for_a_worker_that_is_stopped_for_good_is_told(clock):
    ladder = FakeLadder(clock, ("first",), settings=PipelineSettings(budget_ms=None))
    ladder.workers["first"].refuses = True
    ladder.offer(0)
    assert ladder.reports == []
    ladder.change("first", WorkerState.STOPPED)
    assert [r.outcome.value for r in ladder.reports] == ["no_backend"]


def ask(clock, text: str) -> tuple[FakeLadder, list[QuestionAnswer]]:
    """A ladder that has shown a frame and been asked about it."""
    answers: list[QuestionAnswer] = []
    ladder = FakeLadder(clock, ("first",), reply=answers.append)
    ladder.offer(0)
    ladder.at(20)
    ladder.advise("first")
    ladder.finish("first")
    assert ladder.questions is not None
    ladder.questions.ask(text)
    ladder.step()
    return ladder, answers


def test_a_question_of_any_characters_is_sent(clock):
    ladder, _ = ask(clock, "what \udcff?")
    assert ladder.workers["first"].requests[-1].question == "what ??"
    ladder.say("first", Sentence("answer", "車です。"))


def test_a_question_in_work_at_the_end_keeps_no_picture(clock):
    ladder, answers = ask(clock, "何が見えますか。")
    assert ladder.workers["first"].state is WorkerState.BUSY
    ladder.slots.close()
    assert ladder.questions is not None
    ladder.questions.close()
    ladder.dispatcher.finish()
    thread = threading.Thread(target=ladder.dispatcher.run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert [one.outcome.value for one in answers] == ["no_backend"]
    assert ladder.memory.free == ladder.memory.slots
    assert ladder.workers["first"].cancelled


def test_a_frame_in_work_at_the_end_keeps_no_place(ladder):
    ladder.offer(0)
    ladder.dispatcher.stop()
    ladder.dispatcher.run()
    assert ladder.memory.free == ladder.memory.slots


def test_a_question_that_waits_is_looked_at_although_nothing_comes(clock):
    ladder, _ = ask(clock, "何が見えますか。")
    assert ladder.questions is not None
    ladder.say("first", Sentence("answer", "車です。"))
    ladder.finish("first")
    assert ladder.dispatcher.wait_s() > 0.5
    ladder.change("first", WorkerState.BROKEN)
    ladder.questions.ask("もう一度。")
    ladder.step()
    assert ladder.dispatcher.wait_s() <= 0.05


@pytest.fixture
def ladder(clock):
    return FakeLadder(clock)
