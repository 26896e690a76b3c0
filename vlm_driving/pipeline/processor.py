"""One frame's way through the model, and the one report that closes it."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Deadline, Outcome, SceneReport, StageTimes, UserError
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.answer import AnswerSoFar, Verdict, judge
from vlm_driving.pipeline.frozen import FROZEN_JA, FrozenInput
from vlm_driving.pipeline.offered import OfferedFrame
from vlm_driving.runtime.events import Event

FROZEN = Verdict(Outcome.UNSURE, advice_ja=FROZEN_JA, reason="frozen_input", asked=False)
"""Advice on a picture that stands still would be about a road of the past."""

Clock = Callable[[], int]
"""Monotonic nanoseconds."""

Publish = Callable[[SceneReport, "NDArray[np.uint8] | None"], None]
"""Takes the report, and the decoded image where there is one; must return at once."""


class Answerer(Protocol):
    """Something that answers a frame: an engine in this process, or a worker's end of a pipe."""

    def answer(
        self,
        image_bgr: NDArray[np.uint8],
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Clock,
    ) -> Iterator[Event]:
        """Events of one answer, as they come; the last one is Done. May raise anything."""
        ...


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """How long a frame may take.

    Attributes:
        budget_ms: camera stamp to publish; None for no limit.
        guard_ms: kept back from the budget for closing and publishing a report.
        backend: name of the backend, for the report.
        model: name of the model, for the report.
        frozen_after_frames: equal pictures under new stamps that make a camera frozen; 0 for
            never, as for pictures that are made without noise and may stand still.
    """

    budget_ms: float | None = 200.0
    guard_ms: float = 8.0
    backend: str | None = None
    model: str | None = None
    frozen_after_frames: int = 3

    def __post_init__(self) -> None:
        if self.budget_ms is not None and not (
            math.isfinite(self.budget_ms) and self.budget_ms > 0
        ):
            raise UserError(
                f"The budget is a positive number of milliseconds, got {self.budget_ms}; "
                "200 is the default."
            )
        if not (math.isfinite(self.guard_ms) and self.guard_ms >= 0):
            raise UserError(f"The guard is zero or more milliseconds, got {self.guard_ms}.")
        if self.frozen_after_frames != 0 and self.frozen_after_frames < 2:
            raise UserError(
                "The input is frozen after two or more equal frames, or never with 0, got "
                f"{self.frozen_after_frames}; 3 is the default."
            )

    def deadline(self, frame: OfferedFrame) -> Deadline | None:
        """When the report of `frame` has to be out: its age is already spent on arrival."""
        if self.budget_ms is None:
            return None
        return Deadline.after_ms(self.budget_ms - frame.age_ms, frame.arrived_ns)

    def guard_for(self, budget_ms: float) -> float:
        """The guard, never more than a quarter of a small budget."""
        return min(self.guard_ms, budget_ms / 4)

    def work_until(self, deadline: Deadline | None) -> Deadline | None:
        """When the model has to be done."""
        if deadline is None or self.budget_ms is None:
            return None
        return deadline.earlier_by_ms(self.guard_for(self.budget_ms))

    def watch_at(self, deadline: Deadline | None) -> Deadline | None:
        """When the watch closes the report over the head of a model that is not done."""
        if deadline is None or self.budget_ms is None:
            return None
        return deadline.earlier_by_ms(self.guard_for(self.budget_ms) / 2)

    def is_stale(self, frame: OfferedFrame) -> bool:
        """Whether a frame was older than the budget on arrival."""
        return self.budget_ms is not None and frame.age_ms >= self.budget_ms


class Job:
    """One frame from its arrival to its report. Whoever claims it first closes it."""

    def __init__(self, frame: OfferedFrame, deadline: Deadline | None) -> None:
        self.frame = frame
        self.deadline = deadline
        self.answer = AnswerSoFar()
        self.image: NDArray[np.uint8] | None = None
        self.started_ns: int | None = None
        self.loaded_ns: int | None = None
        self._lock = threading.Lock()
        self._claimed = False

    def claim(self) -> bool:
        """True for the first caller alone: that one publishes the report."""
        with self._lock:
            if self._claimed:
                return False
            self._claimed = True
            return True

    @property
    def closed(self) -> bool:
        """Whether the report is out, or on its way."""
        return self._claimed

    def hear(self, event: Event, now_ns: int) -> None:
        """Take in an event, unless the report is closed."""
        with self._lock:
            if not self._claimed:
                self.answer.add(event, now_ns)


class FrameProcessor:
    """Takes frames to reports: one at a time, never raising for what a frame or model does."""

    def __init__(
        self, answerer: Answerer, publish: Publish, settings: PipelineSettings, clock: Clock
    ) -> None:
        self.settings = settings
        self._answerer = answerer
        self._publish = publish
        self._clock = clock
        self._frozen = FrozenInput(settings.frozen_after_frames)

    def admit(self, frame: OfferedFrame) -> Job | None:
        """A job for `frame`; None when it was stale, and its report is out."""
        job = Job(frame, self.settings.deadline(frame))
        if not self.settings.is_stale(frame):
            return job
        reason = f"{frame.age_ms:.0f} ms old on arrival, budget {self.settings.budget_ms:g} ms"
        self.close(job, Verdict(Outcome.STALE, reason=reason))
        return None

    def process(self, job: Job) -> None:
        """Decode, ask the model, publish: exactly one report, unless the watch was faster."""
        job.started_ns = self._clock()
        if job.closed:
            return
        try:
            image = job.frame.load()
        except Exception as fault:  # whatever a camera sent, the run goes on
            self.close(job, Verdict(Outcome.MALFORMED, reason=_sentence(fault)))
            return
        job.image = image
        job.loaded_ns = self._clock()
        if self._frozen.see(job.frame.camera, job.frame.stamp_ns, image):
            self.close(job, FROZEN)
            return
        try:
            self._listen(job, image)
        except Exception as fault:  # whatever a driver does, the run goes on
            self.close(job, Verdict(Outcome.NO_BACKEND, reason=_sentence(fault)))
            return
        self.close(job)

    def _listen(self, job: Job, image: NDArray[np.uint8]) -> None:
        """Hear the model out, or until its report has been closed by somebody else."""
        events = self._answerer.answer(
            image,
            job.frame.ego_speed_kmh,
            self.settings.work_until(job.deadline),
            self._clock,
        )
        with closing(cast("_Closable", events)):
            for event in events:
                job.hear(event, self._clock())
                if job.closed:
                    return

    def close(self, job: Job, verdict: Verdict | None = None) -> bool:
        """Publish the report of `job` as it now stands; False when it was closed before."""
        if not job.claim():
            return False
        now_ns = self._clock()
        if verdict is None:
            verdict = judge(job.answer, job.deadline, now_ns)
        self._publish(self._report(job, verdict, now_ns), job.image)
        return True

    def _report(self, job: Job, verdict: Verdict, now_ns: int) -> SceneReport:
        frame, answer = job.frame, job.answer
        asked = verdict.outcome.names_backend and verdict.asked
        return SceneReport(
            camera=frame.camera,
            frame_id=frame.frame_id,
            stamp_ns=frame.stamp_ns,
            stamp_source=frame.stamp_source,
            sequence=frame.sequence,
            outcome=verdict.outcome,
            advice=verdict.advice,
            advice_ja=verdict.advice_ja,
            description_ja=verdict.description_ja,
            ego_speed_kmh=frame.ego_speed_kmh,
            backend=self.settings.backend if asked else None,
            reason=verdict.reason,
            model=self.settings.model if asked else None,
            budget_ms=self.settings.budget_ms,
            age_on_arrival_ms=frame.age_on_arrival_ms,
            latency_ms=frame.age_ms + (now_ns - frame.arrived_ns) / NS_PER_MS,
            stages_ms=_stages(job, now_ns),
            tokens=answer.tokens(),
            legal_mass=answer.legal_mass,
        )


class _Closable(Protocol):
    def close(self) -> None: ...


def _stages(job: Job, now_ns: int) -> StageTimes:
    """The model's stages, with the wait for it and the decoding of the message added."""
    if job.started_ns is None:
        return StageTimes(wait=(now_ns - job.frame.arrived_ns) / NS_PER_MS)
    times = job.answer.stages(now_ns)
    loaded_ns = now_ns if job.loaded_ns is None else job.loaded_ns
    load_ms = (loaded_ns - job.started_ns) / NS_PER_MS
    return replace(
        times,
        wait=(job.started_ns - job.frame.arrived_ns) / NS_PER_MS,
        preprocess=load_ms + (times.preprocess or 0.0),
    )


def _sentence(fault: Exception) -> str:
    """One line that names what went wrong."""
    text = " ".join(str(fault).split())
    return text[:300] if text else type(fault).__name__
