"""A dispatcher on a clock that the test turns, with workers that say what the test has them say."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from support.scripted_answerer import ADVICE, FakeClock
from vlm_driving.core import Advice, SceneReport, StageTimes, TokenCounts
from vlm_driving.pipeline import OfferedFrame, PipelineSettings
from vlm_driving.pipeline.accounts import CameraShare, Waiting
from vlm_driving.pipeline.asking import ShownPicture
from vlm_driving.pipeline.breaker import Breaker, BreakerSettings
from vlm_driving.pipeline.camera_slots import CameraSlots
from vlm_driving.pipeline.desk import ReportDesk
from vlm_driving.pipeline.dispatcher import Dispatcher
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.ladder_view import LadderSettings
from vlm_driving.pipeline.question_desk import QuestionDesk, Reply
from vlm_driving.pipeline.rungs import Rung
from vlm_driving.pipeline.workers.memory import FrameMemory
from vlm_driving.pipeline.workers.messages import Cancelled, Failed, Ready, Request, Said
from vlm_driving.pipeline.workers.protocol import pack_request
from vlm_driving.pipeline.workers.states import Changed, News, WorkerState, WorkerStatus
from vlm_driving.runtime.events import AdviceDecoded, Done, Event, Finish, Sentence

MS = 1_000_000
SETTINGS = PipelineSettings(budget_ms=200.0, guard_ms=8.0, frozen_after_frames=0)
LADDER = LadderSettings(margin=1.0, default_prior_ms=60.0)
UNTIL_MS = 190
"""When models have to be done, from the arrival of a frame; the watch comes at 192."""
FALLBACK_MS = UNTIL_MS - 60
"""When the next backend starts, by the time that one needs which was not measured."""


class FakeWorker:
    """Takes what it is given, and remembers what was done to it."""

    def __init__(self, name: str, clock: FakeClock) -> None:
        self.state = WorkerState.READY
        self.requests: list[Request] = []
        self.cancelled: list[int] = []
        self.killed: list[str] = []
        self.refuses = False
        self._name = name
        self._clock = clock
        self._since_ns: int | None = None

    def submit(self, request: Request) -> bool:
        """True when ready; an id that is not greater than the last one is a fault, as really."""
        pack_request(request)  # a fault if it cannot be, as really
        if self.requests and request.id <= self.requests[-1].id:
            raise ValueError(f"request {request.id} comes after {self.requests[-1].id}")
        if self.refuses or self.state is not WorkerState.READY:
            return False
        self.requests.append(request)
        self.state, self._since_ns = WorkerState.BUSY, self._clock()
        return True

    def cancel(self, request_id: int) -> None:
        """Note it; a hung worker would do as much."""
        self.cancelled.append(request_id)

    def kill(self, reason: str) -> None:
        """Note it."""
        self.killed.append(reason)

    def free(self) -> None:
        """Its request has ended."""
        self.state, self._since_ns = WorkerState.READY, None

    @property
    def status(self) -> WorkerStatus:
        """As it stands."""
        return WorkerStatus(
            self._name,
            self.state,
            since_ns=0,
            ready=Ready(self._name, "tiny"),
            busy_since_ns=self._since_ns,
        )


class FakeLadder:
    """Everything of a pipeline but its threads and its watch."""

    def __init__(
        self,
        clock: FakeClock,
        names: Sequence[str] = ("first", "second"),
        settings: PipelineSettings = SETTINGS,
        breaker: BreakerSettings | None = None,
        cores: str = "",
        breakers: Mapping[str, Breaker] | None = None,
        between: Callable[[], object] = lambda: None,
        reply: Reply | None = None,
    ) -> None:
        self.clock = clock
        self.settings = settings
        self.reports: list[SceneReport] = []
        self.settled: list[int] = []
        self.workers = {name: FakeWorker(name, clock) for name in names}
        self.rungs = {
            name: Rung(name, worker, cores or name) for name, worker in self.workers.items()
        }
        for name, state in (breakers or {}).items():
            self.rungs[name].breaker = state
        self.memory = FrameMemory(2 * len(names) + 6, 4 * 8 * 3)
        weakref.finalize(self, self.memory.close)
        self.desk = ReportDesk(lambda report, image: self.reports.append(report), settings, clock)
        self.slots: CameraSlots[Job] = CameraSlots([CameraShare("front")], clock)
        self.questions: QuestionDesk[ShownPicture] | None = None
        if reply is not None:
            self.questions = QuestionDesk(reply, clock, let_go=self._let_go, kept=1)
        self.dispatcher = Dispatcher(
            self.desk,
            self.slots,
            self.memory,
            list(self.rungs.values()),
            lambda job: self.settled.append(job.frame.sequence),
            clock,
            itertools.count(1).__next__,
            LADDER,
            breaker,
            self.questions,
            between=between,
        )
        self._begun_ns = clock()

    def started(self, name: str) -> int:
        """How often a worker was given a frame."""
        return len(self.workers[name].requests)

    def at(self, ms: float) -> None:
        """Turn the clock to `ms` after the start, and let the dispatcher look."""
        self.clock.now_ns = self._begun_ns + round(ms * MS)
        self.step()

    def step(self) -> None:
        """What the dispatcher's thread does in one round, without waiting."""
        self.dispatcher.turn(0.0)
        self.dispatcher.turn(0.0)

    def offer(self, sequence: int = 0, **changes: Any) -> Job:
        """A frame that arrives now."""
        values: dict[str, Any] = {
            "load": lambda: np.full((4, 8, 3), sequence, np.uint8),
            "camera": "front",
            "frame_id": "optical",
            "stamp_ns": 1000 + sequence,
            "sequence": sequence,
            "arrived_ns": self.clock(),
        }
        job = self.desk.admit(OfferedFrame(**{**values, **changes}))
        assert job is not None
        until = job.work_until()
        waiting = Waiting(self.clock(), None if until is None else until.monotonic_ns)
        self.slots.put("front", job, waiting)
        self.step()
        return job

    def watch(self, job: Job) -> bool:
        """What the watch does when a job's time is up."""
        closed = self.desk.close(job)
        self.dispatcher.closed(job)
        self.step()
        return closed

    def say(self, name: str, *events: Event, of: int | None = None) -> None:
        """Have a worker say something about its newest request, or about request `of`."""
        number = self.workers[name].requests[-1].id if of is None else of
        for event in events:
            self._tell(name, Said(number, self.clock(), event), isinstance(event, Done))

    def advise(self, name: str, confidence: float = 0.5, of: int | None = None) -> None:
        """Whole advice and a sentence."""
        self.say(name, advice(confidence), Sentence("advice_ja", f"{name}の助言。"), of=of)

    def finish(self, name: str, finish: Finish = Finish.COMPLETE, of: int | None = None) -> None:
        """The end of an answer."""
        self.say(name, Done(finish, StageTimes(decode=1.0), TokenCounts()), of=of)

    def fail(self, name: str, reason: str, alive: bool = True) -> None:
        """Its request fails; the worker goes on, or breaks."""
        number = self.workers[name].requests[-1].id
        self._tell(name, Failed(number, reason), alive)
        if not alive:
            self.change(name, WorkerState.BROKEN)

    def cancelled(self, name: str) -> None:
        """Its request has ended because that was wanted."""
        number = self.workers[name].requests[-1].id
        self._tell(name, Cancelled(number, self.clock()), ends=True)

    def change(self, name: str, state: WorkerState) -> None:
        """A worker comes into another state."""
        self.workers[name].free()
        self.workers[name].state = state
        self._hear(name, Changed(state))

    def _let_go(self, picture: ShownPicture) -> None:
        self.memory.release(picture.placed.slot)

    def _tell(self, name: str, news: News, ends: bool) -> None:
        worker = self.workers[name]
        if ends:
            worker.free()
        elif isinstance(news, Failed):
            worker.state = WorkerState.BROKEN
        self._hear(name, news)

    def _hear(self, name: str, news: News) -> None:
        self.dispatcher.hear(name, news)
        self.step()


def advice(confidence: float = 0.5) -> AdviceDecoded:
    """Advice that is told apart by its confidence."""
    changed: Advice = replace(ADVICE, confidence=confidence)
    return AdviceDecoded(changed, 0.9, False)
