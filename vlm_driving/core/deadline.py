"""An instant on the monotonic clock by which a report has to be out."""

from __future__ import annotations

import time
from dataclasses import dataclass

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """An absolute CLOCK_MONOTONIC instant in nanoseconds.

    The clock is the machine's, so the same number is the same instant in every
    process. `None` in place of a Deadline means that there is no limit.
    """

    monotonic_ns: int

    @classmethod
    def after_ms(cls, budget_ms: float, now_ns: int | None = None) -> Deadline:
        """The instant `budget_ms` after `now_ns` (default: the monotonic clock's now)."""
        start_ns = time.monotonic_ns() if now_ns is None else now_ns
        return cls(start_ns + round(budget_ms * NS_PER_MS))

    def remaining_ms(self, now_ns: int | None = None) -> float:
        """Milliseconds left at `now_ns`; negative once the instant has passed."""
        now = time.monotonic_ns() if now_ns is None else now_ns
        return (self.monotonic_ns - now) / NS_PER_MS

    def expired(self, now_ns: int | None = None) -> bool:
        """Whether the instant has been reached."""
        return self.remaining_ms(now_ns) <= 0

    def earlier_by_ms(self, guard_ms: float) -> Deadline:
        """The instant `guard_ms` before this one."""
        return Deadline(self.monotonic_ns - round(guard_ms * NS_PER_MS))
