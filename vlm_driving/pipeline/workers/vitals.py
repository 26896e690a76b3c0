"""Whether a worker is still well, from when it was last heard and what it is busy with."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from vlm_driving.core.deadline import NS_PER_MS


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a worker may take. Each must exceed what its native code does in one call.

    Attributes:
        start_s: from its start until it is ready. Until then silence is not held against it:
            loading a driver may stop all of a process's Python for long.
        silence_ms: without a sign of life.
        grace_ms: for ending a request once its deadline has passed or it was cancelled.
        longest_s: for a request without a deadline.
    """

    start_s: float = 60.0
    silence_ms: float = 1000.0
    grace_ms: float = 1000.0
    longest_s: float = 60.0

    def __post_init__(self) -> None:
        times = (self.start_s, self.silence_ms, self.grace_ms, self.longest_s)
        if not all(math.isfinite(time) and time > 0 for time in times):
            raise ValueError(f"limits are positive times, got {self}")


@dataclass(frozen=True, slots=True)
class Vitals:
    """Monotonic instants.

    Attributes:
        started_ns: of the process.
        heard_ns: of its last message.
        ready: whether it ever was.
        end_by_ns: when the request in work should end, or None while there is none.
    """

    started_ns: int
    heard_ns: int
    ready: bool = False
    end_by_ns: int | None = None

    def later_by(self, ns: int) -> Vitals:
        """The same, had everything happened `ns` later: for time in which nobody listened."""
        end = None if self.end_by_ns is None else self.end_by_ns + ns
        return replace(
            self, started_ns=self.started_ns + ns, heard_ns=self.heard_ns + ns, end_by_ns=end
        )


def complaint(vitals: Vitals, limits: Limits, now_ns: int) -> str | None:
    """What is wrong with a worker at `now_ns`, in one clause, or None."""
    if not vitals.ready:
        if now_ns - vitals.started_ns > limits.start_s * 1000 * NS_PER_MS:
            return f"it was not ready {limits.start_s:g} s after its start"
        return None
    if now_ns - vitals.heard_ns > limits.silence_ms * NS_PER_MS:
        return f"nothing was heard of it for {limits.silence_ms:g} ms"
    if vitals.end_by_ns is not None and now_ns - vitals.end_by_ns > limits.grace_ms * NS_PER_MS:
        return f"it had not ended a request {limits.grace_ms:g} ms after its time was up"
    return None
