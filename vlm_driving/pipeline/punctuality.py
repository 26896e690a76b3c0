"""Counts reports that were late, and says which of them the machine's standing still explains."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.stalls import Stall, explaining

MOST_LATE = 1000
"""Late reports that are remembered one by one; all are counted."""

Stalls = Callable[[int], "tuple[Stall, ...]"]
"""The stalls that ended after a monotonic instant; see `Canary.stalls`."""


@dataclass(frozen=True, slots=True)
class LateReport:
    """One report that was closed after its deadline.

    Attributes:
        camera: of the frame.
        sequence: of the frame.
        late_ms: after the deadline.
        stalls: that explain it; none where the lateness is ours.
    """

    camera: str
    sequence: int
    late_ms: float
    stalls: tuple[Stall, ...]

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "camera": self.camera,
            "sequence": self.sequence,
            "late_ms": round(self.late_ms, 3),
            "stalled_ms": round(sum(stall.ms for stall in self.stalls), 3),
            "kinds": sorted({stall.kind.value for stall in self.stalls}),
        }


class Punctuality:
    """Any thread may call."""

    def __init__(self, stalls: Stalls) -> None:
        self._stalls = stalls
        self._lock = threading.Lock()
        self._late: list[LateReport] = []
        self.late = 0
        self.explained = 0

    def note(self, job: Job, closed_ns: int) -> None:
        """Take in that the report of `job`, which was taken into work, was closed."""
        closes = job.closes_at()
        if job.deadline is None or closes is None or closed_ns <= job.deadline.monotonic_ns:
            return
        why = explaining(
            self._stalls(job.frame.arrived_ns),
            closes.monotonic_ns,
            job.deadline.monotonic_ns,
            closed_ns,
        )
        late_ms = -job.deadline.remaining_ms(closed_ns)
        late = LateReport(job.frame.camera, job.frame.sequence, late_ms, why)
        with self._lock:
            self.late += 1
            self.explained += bool(why)
            if len(self._late) < MOST_LATE:
                self._late.append(late)

    @property
    def reports(self) -> tuple[LateReport, ...]:
        """The first late reports, in the order in which they were closed."""
        with self._lock:
            return tuple(self._late)
