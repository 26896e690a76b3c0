"""Keeps account of every frame and every report, each compared with the offline answer."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from vlm_driving.core import Outcome, SceneReport
from vlm_driving.pipeline import OfferedFrame, PipelineSettings
from vlm_driving.pipeline.desk import FROZEN, Clock
from vlm_driving.pipeline.stalls import Stall, explaining
from vlm_driving.soak.checks import late
from vlm_driving.soak.feed import Delivery
from vlm_driving.soak.pages import Pages
from vlm_driving.soak.pictures import Expected
from vlm_driving.soak.records import Heard, Offered, wrong_with

_UNANSWERED = (Outcome.TIMEOUT, Outcome.NO_BACKEND)


class Ledger:
    """`publish` is for the publisher's thread, all else for the one that offers."""

    def __init__(
        self,
        pages: Pages,
        expected: Sequence[Expected],
        settings: PipelineSettings,
        stalls: Callable[[], Sequence[Stall]],
        tell: Callable[[str], None],
        clock: Clock = time.monotonic_ns,
    ) -> None:
        """Write down nothing yet.

        Args:
            pages: to write on, empty.
            expected: the offline answer to each picture.
            settings: of the pipeline, with a budget.
            stalls: when the machine stood still so far; asked for late reports alone.
            tell: takes a sentence about a report that is wrong or has no answer.
            clock: monotonic nanoseconds.
        """
        self.pages = pages
        self.advised = 0
        self._expected = expected
        self._settings = settings
        self._stalls = stalls
        self._tell = tell
        self._clock = clock
        self._came: deque[tuple[SceneReport, int]] = deque()

    def offer(self, frame: OfferedFrame, delivery: Delivery) -> None:
        """Note a frame that is about to be offered."""
        deadline = self._settings.deadline(frame)
        assert deadline is not None
        self.pages.offer(
            Offered(
                frame.sequence,
                delivery.picture,
                delivery.same,
                delivery.stamp_ns,
                frame.arrived_ns,
                delivery.age_ms,
                deadline.monotonic_ns,
                delivery.fault,
            )
        )

    def publish(self, report: SceneReport) -> None:
        """Note the instant; comparing is left for later."""
        self._came.append((report, self._clock()))

    def drain(self) -> None:
        """Compare what has come, and keep the result alone."""
        while self._came:
            heard = self._judged(*self._came.popleft())
            self.pages.hear(heard)
            self.advised += heard.advised

    def _judged(self, report: SceneReport, published_ns: int) -> Heard:
        heard = Heard(
            report.sequence,
            published_ns,
            report.outcome,
            report.backend,
            bool(report.fallback_from),
            report.reason == FROZEN.reason,
            report.stages_ms.preprocess is not None,
        )
        if report.outcome in _UNANSWERED:
            self._tell(f"frame {report.sequence}: {report.outcome.value}, {report.reason}")
        if not 0 <= report.sequence < self.pages.offered:
            return heard
        frame = self.pages.frame(report.sequence)
        wrong = wrong_with(report, self._expected[frame.picture], self._expected)
        if wrong is not None:
            self._tell(f"frame {report.sequence}: {wrong.value}")
        return replace(
            heard, wrong=wrong, stalled=late(frame, heard) and self._stalled(frame, heard)
        )

    def _stalled(self, frame: Offered, heard: Heard) -> bool:
        """Whether the machine's standing still explains why a report was late."""
        guard_ns = round(self._settings.guard_for(self._settings.budget_ms or 0.0) / 2 * 1e6)
        closes_ns = frame.deadline_ns - guard_ns
        return bool(explaining(self._stalls(), closes_ns, frame.deadline_ns, heard.published_ns))
