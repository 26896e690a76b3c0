"""Questions between the frames: a scripted worker, and a clock that the test turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from support.scripted_answerer import MS, FakeClock

from vlm_driving.core import StageTimes, TokenCounts
from vlm_driving.pipeline.accounts import CameraShare, Waiting
from vlm_driving.pipeline.asking import Asking, key_of
from vlm_driving.pipeline.breaker import BreakerSettings
from vlm_driving.pipeline.camera_slots import CameraSlots
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.ladder_view import LadderSettings
from vlm_driving.pipeline.latency import ADVICE, NEW_PICTURE, SAME_PICTURE, TOKEN
from vlm_driving.pipeline.placing import Placed, place
from vlm_driving.pipeline.question_desk import QuestionDesk
from vlm_driving.pipeline.questions import QuestionAnswer, QuestionSettings
from vlm_driving.pipeline.rungs import Rung
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.pipeline.workers.memory import FrameMemory
from vlm_driving.pipeline.workers.messages import Cancelled, Failed, Request, Said
from vlm_driving.pipeline.workers.states import WorkerState, WorkerStatus
from vlm_driving.runtime.events import Done, Finish, Sentence

LADDER = LadderSettings(margin=1.0)
SETTINGS = PipelineSettings()
BREAKER = BreakerSettings(failures_in_row=1)
ADVICE_MS, FIRST_MS, SAME_MS, TOKEN_MS = 40.0, 60.0, 20.0, 2.0


@dataclass
class ScriptedWorker:
    """Takes what it is given and waits."""

    clock: FakeClock
    state: WorkerState = WorkerState.READY
    starts: int = 1
    takes: bool = True
    requests: list[Request] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)

    def submit(self, request: Request) -> bool:
        if self.takes:
            self.requests.append(request)
            self.state = WorkerState.BUSY
        return self.takes

    def cancel(self, request_id: int) -> None:
        self.cancelled.append(request_id)

    def kill(self, reason: str) -> None:
        self.killed.append(reason)

    @property
    def status(self) -> WorkerStatus:
        since = self.clock() if self.state is WorkerState.BUSY else None
        return WorkerStatus("cpu", self.state, 0, starts=self.starts, busy_since_ns=since)


class Bench:
    def __init__(self, clock: FakeClock, make_frame) -> None:
        self.clock = clock
        self.memory = FrameMemory(6, 4 * 8 * 3)
        self.worker = ScriptedWorker(clock)
        self.rung = Rung("cpu", self.worker, "cpu")
        for _ in range(8):
            for stage, ms in (
                (ADVICE, ADVICE_MS),
                (NEW_PICTURE, FIRST_MS),
                (SAME_PICTURE, SAME_MS),
                (TOKEN, TOKEN_MS),
            ):
                self.rung.latencies.add(stage, ms, clock())
        self.answers: list[QuestionAnswer] = []
        self.desk = QuestionDesk(
            self.answers.append, clock, QuestionSettings(budget_ms=500.0), self._let_go
        )
        self.slots: CameraSlots[Job] = CameraSlots([CameraShare("front")], clock)
        self.asking = Asking(self.desk, self.slots, {"cpu": self.rung}, clock, LADDER, BREAKER)
        self.make_frame = make_frame
        self.number = 0

    def show(self, sequence: int = 0, looked: bool = True) -> Job:
        """A frame whose report is out; `looked` at by the backend."""
        job = Job(self.make_frame(sequence), SETTINGS)
        placed = place(self.memory, np.zeros((4, 8, 3), np.uint8))
        assert isinstance(placed, Placed)
        if looked:
            self.asking.looks_at(self.rung, job)
        self.asking.show(job, placed)
        return job

    def begin(self) -> Request | None:
        """What is sent to the worker, if anything."""
        return self.worker.requests[-1] if self.asking.begin(self._next) else None

    def _next(self) -> int:
        self.number += 1
        return self.number

    def say(self, event) -> None:
        assert self.asking.hear("cpu", Said(self.number, self.clock(), event))

    def end(self, finish: Finish = Finish.COMPLETE) -> None:
        self.worker.state = WorkerState.READY
        self.say(Done(finish, StageTimes(decode=30.0), TokenCounts(output=10)))

    def frame_comes(self, work_ms: float) -> None:
        now_ns = self.clock()
        job = Job(self.make_frame(99), SETTINGS)
        self.slots.put("front", job, Waiting(now_ns, now_ns + round(work_ms * MS)))

    def _let_go(self, picture) -> None:
        self.memory.release(picture.placed.slot)


@pytest.fixture
def asked(clock, make_frame) -> Iterator[Bench]:
    bench = Bench(clock, make_frame)
    yield bench
    bench.desk.close()
    if bench.asking.idle:
        assert bench.memory.free == bench.memory.slots, "a picture is held for ever"
    bench.memory.close()


def test_a_question_is_sent_about_the_picture_where_it_lies(asked):
    asked.show()
    asked.desk.ask("信号は何色ですか。")
    request = asked.begin()
    assert request is not None
    assert request.question == "信号は何色ですか。"
    assert request.shape == (4, 8, 3)
    asked.say(Sentence("answer", "青です。"))
    asked.end()
    assert [(one.outcome.value, one.text_ja) for one in asked.answers] == [("ok", "青です。")]


def test_nothing_is_sent_while_nothing_is_asked_or_the_backend_is_at_work(asked):
    asked.show()
    assert asked.begin() is None
    asked.desk.ask("信号は何色ですか。")
    asked.worker.state = WorkerState.BUSY
    assert asked.begin() is None
    asked.worker.state = WorkerState.READY
    assert asked.begin() is not None
    asked.desk.ask("人はいますか。")
    assert asked.begin() is None  # one at a time
    asked.end(Finish.NO_ADVICE)


def test_a_question_that_frames_leave_no_room_for_is_not_begun(asked):
    asked.show()
    asked.desk.ask("信号は何色ですか。")
    asked.frame_comes(work_ms=ADVICE_MS + SAME_MS)  # less a token's time than it needs
    assert asked.begin() is None
    asked.slots.poll()
    asked.frame_comes(work_ms=ADVICE_MS + SAME_MS + TOKEN_MS)
    assert asked.begin() is not None
    asked.end(Finish.NO_ADVICE)


def test_a_picture_that_the_backend_has_not_seen_takes_longer(asked):
    asked.show(looked=False)
    asked.desk.ask("信号は何色ですか。")
    asked.frame_comes(work_ms=ADVICE_MS + SAME_MS + TOKEN_MS)
    assert asked.begin() is None


def test_what_a_process_that_is_gone_had_seen_is_not_in_the_cache_of_the_next(asked):
    asked.show()
    asked.worker.starts = 2
    asked.desk.ask("信号は何色ですか。")
    asked.frame_comes(work_ms=ADVICE_MS + SAME_MS + TOKEN_MS)
    assert asked.begin() is None


def test_a_question_stops_between_two_tokens_when_a_frame_needs_the_backend(asked, clock):
    asked.show()
    asked.desk.ask("信号は何色ですか。")
    assert asked.begin() is not None
    assert asked.asking.holds_frames
    asked.frame_comes(work_ms=100.0)
    asked.asking.give_way()
    assert asked.worker.cancelled == []  # the frame can still wait
    due_ns = asked.asking.wake_ns(clock())
    assert due_ns == clock() + round((100.0 - ADVICE_MS - TOKEN_MS) * MS)
    clock.now_ns = due_ns
    asked.asking.give_way()
    asked.asking.give_way()
    assert asked.worker.cancelled == [asked.number]  # once
    asked.worker.state = WorkerState.READY
    asked.asking.hear("cpu", Cancelled(asked.number, clock()))
    assert asked.asking.idle
    assert asked.answers == []  # back in line: it has time left


def test_frames_do_not_wait_for_a_question_that_should_have_ended(asked, clock):
    asked.show()
    asked.desk.ask("信号は何色ですか。")
    asked.begin()
    asked.frame_comes(work_ms=50.0)
    asked.asking.give_way()
    due_ns = asked.asking.wake_ns(clock())
    assert due_ns is not None
    clock.now_ns = due_ns + round(TOKEN_MS * MS)
    assert not asked.asking.holds_frames
    assert not asked.asking.idle
    asked.end(Finish.NO_ADVICE)


def test_sentences_that_came_before_it_had_to_give_way_are_the_answer(asked, clock):
    asked.show()
    asked.desk.ask("信号は何色ですか。")
    asked.begin()
    asked.say(Sentence("answer", "青です。"))
    asked.worker.state = WorkerState.READY
    asked.asking.hear("cpu", Cancelled(asked.number, clock()))
    assert [(one.outcome.value, one.text_ja) for one in asked.answers] == [
        ("truncated", "青です。")
    ]


def test_a_backend_that_fails_a_question_is_judged_by_its_breaker(asked):
    asked.show()
    asked.desk.ask("信号は何色ですか。")
    asked.begin()
    asked.worker.state = WorkerState.READY
    asked.asking.hear("cpu", Failed(asked.number, "RuntimeError: the device is gone"))
    assert asked.answers[0].outcome.value == "no_backend"
    assert asked.rung.breaker.phase.value == "open"


def test_a_question_that_the_model_refuses_says_nothing_about_the_backend(asked):
    asked.show()
    asked.desk.ask("信号は何色ですか。")
    asked.begin()
    asked.worker.state = WorkerState.READY
    asked.asking.hear("cpu", Failed(asked.number, "the question is too long", refused=True))
    assert asked.answers[0].outcome.value == "refused"
    assert asked.rung.breaker.phase.value == "closed"


def test_a_backend_that_does_not_take_a_question_is_asked_again(asked):
    asked.show()
    asked.desk.ask("信号は何色ですか。")
    asked.worker.takes = False
    assert asked.begin() is None
    asked.worker.takes = True
    assert asked.begin() is not None
    asked.end(Finish.NO_ADVICE)


def test_a_first_sentence_and_the_tokens_are_measured(asked, clock):
    asked.show()
    asked.desk.ask("信号は何色ですか。")
    asked.begin()
    clock.advance_ms(33.0)
    asked.say(Sentence("answer", "青です。"))
    asked.end()
    assert asked.rung.latencies.quantile(SAME_PICTURE, 1.0, clock()) == pytest.approx(33.0)
    assert asked.rung.latencies.quantile(TOKEN, 1.0, clock()) == pytest.approx(3.0)


def test_news_of_anything_else_is_left_to_others(asked):
    asked.show()
    assert not asked.asking.hear("cpu", Cancelled(1, 0))
    asked.desk.ask("信号は何色ですか。")
    asked.begin()
    assert not asked.asking.hear("cpu", Cancelled(asked.number + 1, 0))
    assert not asked.asking.hear("gpu", Cancelled(asked.number, 0))
    asked.end(Finish.NO_ADVICE)


def test_a_frame_is_named_by_its_camera_stamp_and_place(make_frame):
    key = key_of(Job(make_frame(3), SETTINGS))
    assert (key.camera, key.stamp_ns, key.sequence) == ("front", 1003, 3)
