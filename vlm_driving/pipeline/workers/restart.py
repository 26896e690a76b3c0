"""When a worker that ended is started again: pure functions of what happened."""

from __future__ import annotations

from dataclasses import dataclass

_MOST_WAIT_MS = 86_400_000.0  # a day; waits overflow somewhere beyond
_MOST_DOUBLINGS = 60  # beyond any cap; a float would not hold many more


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How patient the parent is.

    Attributes:
        first_ms: wait after the first failure; doubled with each one that follows.
        longest_ms: no wait is longer.
        healthy_ms: a worker that was ready for so long had nothing wrong with it: its failure
            is a first one.
        most_failures: in a row, before it is not started again; None for no end of trying.
    """

    first_ms: float = 200.0
    longest_ms: float = 30_000.0
    healthy_ms: float = 10_000.0
    most_failures: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.first_ms <= self.longest_ms <= _MOST_WAIT_MS or not self.healthy_ms >= 0:
            raise ValueError(f"a restart waits from 0 ms up to its longest, a day, got {self}")
        if self.most_failures is not None and self.most_failures < 1:
            raise ValueError(f"at least one failure ends all trying, got {self.most_failures}")


@dataclass(frozen=True, slots=True)
class Restart:
    """What follows from a failure.

    Attributes:
        failures: in a row, this one included.
        wait_ms: until the next start, or None for never again.
    """

    failures: int
    wait_ms: float | None


def after_failure(
    policy: RestartPolicy, failures: int, ready_ms: float | None, lasting: bool = False
) -> Restart:
    """What to do about one more failure.

    Args:
        policy: how patient to be.
        failures: in a row, before this one.
        ready_ms: how long the worker had been ready, or None if it never was.
        lasting: somebody has to do something first, such as install a library.
    """
    if ready_ms is not None and ready_ms >= policy.healthy_ms:
        failures = 0
    failures += 1
    if policy.most_failures is not None and failures >= policy.most_failures:
        return Restart(failures, None)
    doubled = policy.first_ms * 2.0 ** min(failures - 1, _MOST_DOUBLINGS)
    return Restart(failures, policy.longest_ms if lasting else min(doubled, policy.longest_ms))
