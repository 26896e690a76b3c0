"""What is meant to happen to one frame, and the words that explain it. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

OPEN = "breaker is open"
ON_TRIAL = "its trial is still running"
NO_TIME = "no time was left"
STILL_BUSY = "still busy with an older frame"
SPARE = "on trial"
TOO_SLOW = "too slow for the time left"
PREFERRED = "the preferred backend"
NO_LADDER = "no backend on the ladder"

NOBODY_KNOWS_NS = 1 << 62
"""When a worker will be free that is overdue: an instant that does not come."""


class Role(str, Enum):
    """What a backend does in a plan: see the table of `ladder`."""

    FIRST = "first"
    FALLBACK = "fallback"
    RESERVE = "reserve"
    BESIDE = "beside"
    STANDBY = "standby"


@dataclass(frozen=True, slots=True)
class Step:
    """One backend's part in the plan.

    Attributes:
        backend: its name.
        rank: its place on the ladder, 0 for the preferred one.
        role: what it does.
        start_ns: when it starts if nothing happens before; None where only events decide.
        trial: its breaker is half-open, so its start is the trial.
        spare: on trial while others are healthy, so that theirs is the answer to publish.
        free_ns: when it can take a frame.
        need_ns: time that it needs to advice, by its p99 or prior, with the margin.
        typical_ns: the same by its p50.
        cores: what it computes on; empty for a device of its own.
    """

    backend: str
    rank: int
    role: Role
    start_ns: int | None
    trial: bool
    spare: bool
    free_ns: int
    need_ns: int
    typical_ns: int
    cores: str = ""

    def shares_cores(self, other: Step) -> bool:
        """Whether the two slow each other down."""
        return self.cores != "" and self.cores == other.cores


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a backend has no part in the plan, as a clause."""

    backend: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is meant to happen to one frame.

    Attributes:
        names: every backend on the ladder, the preferred one first.
        steps: those that have a part, in ladder order.
        refusals: those that have none, in ladder order.
        work_until_ns: when a model has to be done; None for no limit.
    """

    names: tuple[str, ...]
    steps: tuple[Step, ...]
    refusals: tuple[Refusal, ...]
    work_until_ns: int | None

    @property
    def first(self) -> Step | None:
        """The step that all others stand behind; None where no backend can be used."""
        return next((step for step in self.steps if step.role is Role.FIRST), None)

    def why_not(self, name: str) -> str:
        """Why the plan does not begin with this backend, as a clause."""
        for refusal in self.refusals:
            if refusal.backend == name:
                return refusal.reason
        step = next(step for step in self.steps if step.backend == name)
        if step.role is Role.STANDBY:
            return STILL_BUSY
        return SPARE if step.spare else TOO_SLOW

    @property
    def fallback_from(self) -> tuple[str, ...]:
        """The backends above the first step: what is fallen back from already."""
        return () if self.first is None else self.names[: self.first.rank]

    @property
    def reason(self) -> str:
        """Why the plan begins where it begins, as a clause."""
        if self.first is not None and self.first.rank == 0:
            return PREFERRED
        above = self.names if self.first is None else self.fallback_from
        return ", ".join(f"{name}: {self.why_not(name)}" for name in above) or NO_LADDER
