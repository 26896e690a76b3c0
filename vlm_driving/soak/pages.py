"""Room for every frame and report of a soak, taken before the first one comes.

A soak judges how much memory a pipeline gains: what it writes down must not be part of that.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar

import numpy as np

from vlm_driving.core import Outcome
from vlm_driving.soak.kinds import Fault
from vlm_driving.soak.records import Heard, Offered, Wrong

_OFFERED = np.dtype(
    [
        ("picture", "i4"),
        ("same", "i4"),
        ("stamp_ns", "i8"),
        ("arrived_ns", "i8"),
        ("age_ms", "f8"),
        ("deadline_ns", "i8"),
        ("fault", "i1"),
    ]
)
_HEARD = np.dtype(
    [
        ("sequence", "i4"),
        ("published_ns", "i8"),
        ("outcome", "i1"),
        ("backend", "i1"),
        ("fell_back", "?"),
        ("frozen", "?"),
        ("opened", "?"),
        ("wrong", "i1"),
        ("stalled", "?"),
    ]
)
_OUTCOMES, _FAULTS, _WRONGS = list(Outcome), list(Fault), list(Wrong)
_NONE = -1
_Choice = TypeVar("_Choice", bound=Enum)


class Pages:
    """Rows of frames and reports. One thread writes and reads."""

    def __init__(self, frames: int, backends: tuple[str, ...]) -> None:
        """Take room for so many frames, and twice as many reports about these backends."""
        self._offered = np.empty(frames, _OFFERED)
        self._heard = np.empty(2 * frames, _HEARD)
        for rows in (self._offered, self._heard):
            rows.view(np.uint8).fill(0)  # written to, so that the system gives it now
        self._backends = list(backends)
        self.offered = 0
        self.heard = 0

    def offer(self, frame: Offered) -> None:
        """Write down the next frame; its number is the row's."""
        self._offered[self.offered] = (
            frame.picture,
            frame.same,
            frame.stamp_ns,
            frame.arrived_ns,
            frame.age_ms,
            frame.deadline_ns,
            _index(_FAULTS, frame.fault),
        )
        self.offered += 1

    def hear(self, report: Heard) -> None:
        """Write down the next report. Raises IndexError where there are far too many."""
        known = report.backend in self._backends
        self._heard[self.heard] = (
            report.sequence,
            report.published_ns,
            _OUTCOMES.index(report.outcome),
            self._backends.index(report.backend) if known and report.backend else _NONE,
            report.fell_back,
            report.frozen,
            report.opened,
            _index(_WRONGS, report.wrong),
            report.stalled,
        )
        self.heard += 1

    def frame(self, sequence: int) -> Offered:
        """One frame, as it was written down."""
        picture, same, stamp_ns, arrived_ns, age_ms, deadline_ns, fault = _row(
            self._offered[sequence]
        )
        of = _choice(_FAULTS, fault)
        return Offered(sequence, picture, same, stamp_ns, arrived_ns, age_ms, deadline_ns, of)

    def all_offered(self) -> list[Offered]:
        """Every frame, in order."""
        return [self.frame(sequence) for sequence in range(self.offered)]

    def all_heard(self) -> list[Heard]:
        """Every report, in order of publishing."""
        found = []
        for row in self._heard[: self.heard]:
            sequence, at_ns, outcome, backend, fell_back, frozen, opened, wrong, stalled = _row(row)
            named = None if backend == _NONE else self._backends[backend]
            of, how = _choice(_WRONGS, wrong), _OUTCOMES[outcome]
            found.append(Heard(sequence, at_ns, how, named, fell_back, frozen, opened, of, stalled))
        return found


def _row(row: Any) -> tuple[Any, ...]:
    values: tuple[Any, ...] = row.item()
    return values


def _index(among: list[_Choice], one: _Choice | None) -> int:
    return _NONE if one is None else among.index(one)


def _choice(among: list[_Choice], index: int) -> _Choice | None:
    return None if index == _NONE else among[index]
