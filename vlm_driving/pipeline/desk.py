"""Where jobs are opened and closed: exactly one report for each frame, whoever closes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Outcome, SceneReport, StageTimes
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.answer import Verdict, judge
from vlm_driving.pipeline.frozen import FROZEN_JA, FrozenInput
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.offered import OfferedFrame
from vlm_driving.pipeline.settings import PipelineSettings

FROZEN = Verdict(Outcome.UNSURE, advice_ja=FROZEN_JA, reason="frozen_input", asked=False)
"""Advice on a picture that stands still would be about a road of the past."""

MOST_ASPECT = 32
"""Of a picture's longer side to its shorter one: to cover a model's input with a line of pixels
takes seconds and gigabytes."""

Clock = Callable[[], int]
"""Monotonic nanoseconds."""

Publish = Callable[[SceneReport, "NDArray[np.uint8] | None"], None]
"""Takes the report, and the decoded image where there is one; must return at once."""

Noted = Callable[[Job, SceneReport, int], None]
"""Told of every report that is out, with the monotonic instant at which it was closed."""


class ReportDesk:
    """Takes frames in and gives their reports out. `open` is for one thread, the rest for any.

    Attributes:
        settings: for the frames that are admitted from now on; may be replaced at any time, but for
            `frozen_after_frames`.
    """

    def __init__(
        self,
        publish: Publish,
        settings: PipelineSettings,
        clock: Clock,
        noted: Noted = lambda job, report, closed_ns: None,
    ) -> None:
        self.settings = settings
        self._publish = publish
        self._clock = clock
        self._noted = noted
        self._frozen = FrozenInput(settings.frozen_after_frames)

    def admit(self, frame: OfferedFrame) -> Job | None:
        """A job for `frame`; None when it was stale, and its report is out."""
        job = Job(frame, self.settings)
        if not job.settings.is_stale(frame):
            return job
        reason = f"{frame.age_ms:.0f} ms old on arrival, budget {job.settings.budget_ms:g} ms"
        self.close(job, Verdict(Outcome.STALE, reason=reason))
        return None

    def open(self, job: Job) -> NDArray[np.uint8] | None:
        """Begin work: the decoded image, or None when the report is out already.

        Never raises for what a camera sent: that is a report of its own.
        """
        job.started_ns = self._clock()
        if job.closed:
            return None
        try:
            image = checked(job.frame.load())
        except Exception as fault:  # whatever a camera sent, the run goes on
            self.close(job, Verdict(Outcome.MALFORMED, reason=sentence(fault)))
            return None
        job.image = image
        job.loaded_ns = self._clock()
        if self._frozen.see(job.frame.camera, job.frame.stamp_ns, image):
            self.close(job, FROZEN)
            return None
        return image

    def close(self, job: Job, verdict: Verdict | None = None) -> bool:
        """Publish the report of `job` as it now stands; False when it was closed before."""
        if not job.claim():
            return False
        now_ns = self._clock()
        if verdict is None:
            verdict = judge(job.standing, job.deadline, now_ns, job.frame.role)
        report = self._report(job, verdict, now_ns)
        self._publish(report, job.image)
        self._noted(job, report, now_ns)
        return True

    def _report(self, job: Job, verdict: Verdict, now_ns: int) -> SceneReport:
        frame, standing = job.frame, job.standing
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
            ego_speed_kmh=frame.known_speed_kmh,
            backend=standing.backend if asked else None,
            fallback_from=standing.fallback_from if asked else (),
            reason=verdict.reason,
            model=standing.model if asked else None,
            budget_ms=job.settings.budget_ms,
            age_on_arrival_ms=frame.age_on_arrival_ms,
            latency_ms=frame.age_ms + (now_ns - frame.arrived_ns) / NS_PER_MS,
            stages_ms=_stages(job, now_ns),
            tokens=standing.answer.tokens(),
            legal_mass=standing.answer.legal_mass,
        )


def checked(image: object) -> NDArray[np.uint8]:
    """`image`, if it is a picture: (height, width, 3) uint8, no side empty or far the longer.

    Raises:
        ValueError: with what it is in place of that.
    """
    if not isinstance(image, np.ndarray):
        raise ValueError(f"the message became {type(image).__name__}, not a picture")
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise ValueError(
            f"the message became an array of shape {image.shape} and type {image.dtype}, "
            "not (height, width, 3) uint8"
        )
    height, width = image.shape[:2]
    if max(height, width) > MOST_ASPECT * min(height, width):
        raise ValueError(f"a picture of {width}x{height} pixels is no camera's")
    return image


def sentence(fault: Exception) -> str:
    """One line that names what went wrong."""
    text = " ".join(str(fault).split())
    return text[:300] if text else type(fault).__name__


def _stages(job: Job, now_ns: int) -> StageTimes:
    """The model's stages, with the wait for it and the decoding of the message added."""
    if job.started_ns is None:
        return StageTimes(wait=(now_ns - job.frame.arrived_ns) / NS_PER_MS)
    times = job.standing.answer.stages(now_ns)
    loaded_ns = now_ns if job.loaded_ns is None else job.loaded_ns
    load_ms = (loaded_ns - job.started_ns) / NS_PER_MS
    return replace(
        times,
        wait=(job.started_ns - job.frame.arrived_ns) / NS_PER_MS,
        preprocess=load_ms + (times.preprocess or 0.0),
    )
