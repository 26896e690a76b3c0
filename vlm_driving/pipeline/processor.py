"""One frame after the other through a model in this process, without workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Deadline, Outcome
from vlm_driving.pipeline.answer import AnswerSoFar, Standing, Verdict
from vlm_driving.pipeline.desk import Clock, Publish, ReportDesk, sentence
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.offered import OfferedFrame
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.runtime.events import Event


class Answerer(Protocol):
    """Something that answers a frame: an engine in this process."""

    def answer(
        self,
        image_bgr: NDArray[np.uint8],
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Clock,
        task: str | None = None,
    ) -> Iterator[Event]:
        """Events of one answer, as they come; the last one is Done. May raise anything.

        `task` is given only where a user's own words stand in place of the bundle's.
        """
        ...


class FrameProcessor:
    """Takes frames to reports: one at a time, never raising for what a frame or model does."""

    def __init__(
        self, answerer: Answerer, publish: Publish, settings: PipelineSettings, clock: Clock
    ) -> None:
        self.settings = settings
        self._answerer = answerer
        self._desk = ReportDesk(publish, settings, clock)
        self._clock = clock

    def admit(self, frame: OfferedFrame) -> Job | None:
        """A job for `frame`; None when it was stale, and its report is out."""
        return self._desk.admit(frame)

    def process(self, job: Job) -> None:
        """Decode, ask the model, publish: exactly one report, unless the watch was faster."""
        settings = self.settings
        job.stand(Standing(AnswerSoFar(), settings.backend, settings.model))
        image = self._desk.open(job)
        if image is None:
            return
        try:
            self._listen(job, image)
        except Exception as fault:  # whatever a driver does, the run goes on
            self.close(job, Verdict(Outcome.NO_BACKEND, reason=sentence(fault)))
            return
        self.close(job)

    def close(self, job: Job, verdict: Verdict | None = None) -> bool:
        """Publish the report of `job` as it now stands; False when it was closed before."""
        return self._desk.close(job, verdict)

    def _listen(self, job: Job, image: NDArray[np.uint8]) -> None:
        """Hear the model out, or until its report has been closed by somebody else."""
        speed, until, task = job.frame.ego_speed_kmh, job.work_until(), job.settings.task
        if task is not None:
            events = self._answerer.answer(image, speed, until, self._clock, task)
        else:
            events = self._answerer.answer(image, speed, until, self._clock)
        with closing(cast("_Closable", events)):
            for event in events:
                job.hear(job.standing.answer, event, self._clock())
                if job.closed:
                    return


class _Closable(Protocol):
    def close(self) -> None: ...
