"""What has happened to one frame so far: state, events and actions of the race. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vlm_driving.core import Outcome
from vlm_driving.pipeline.breaker import Ending
from vlm_driving.pipeline.ladder_plan import (
    NO_LADDER,
    NO_TIME,
    PREFERRED,
    SPARE,
    STILL_BUSY,
    TOO_SLOW,
    Plan,
    Role,
    Step,
)

NO_ADVICE_YET = "no advice in time"
NOT_BEGUN = "its turn had not come"
NO_ADVICE = "ended without advice"


class Part(str, Enum):
    """How far one backend is with this frame."""

    WAITING = "waiting"
    """Not begun."""
    RUNNING = "running"
    """Begun, and its end has not been heard."""
    OVER = "over"
    """Ended, cut off, or lost before it began: nothing more is expected."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One backend's part in the race.

    Attributes:
        step: what the plan says of it.
        free_ns: when its worker can take the frame, as far as is known.
        part: how far it is.
        begun_ns: when it was started; None for never.
        until_ns: when its request ends by itself; None for never, or not begun.
        near: it has said that only its decoding is left.
        advised: its advice was valid and came before the report closed.
        late: its advice came after that.
        lost: how it failed, or that its worker would not take the frame; None for neither.
    """

    step: Step
    free_ns: int
    part: Part = Part.WAITING
    begun_ns: int | None = None
    until_ns: int | None = None
    near: bool = False
    advised: bool = False
    late: bool = False
    lost: Ending | None = None

    @property
    def name(self) -> str:
        """The backend's name."""
        return self.step.backend

    @property
    def outlives(self) -> bool:
        """Whether it is heard out when the report is closed: it has its own end."""
        return self.step.trial or self.step.role is Role.BESIDE

    @property
    def why_not(self) -> str:
        """Why its advice is not the answer, as a clause."""
        if self.lost is Ending.EXCUSED:
            return STILL_BUSY
        if self.lost is not None:
            return f"failed ({self.lost.value})"
        if self.advised:
            return SPARE
        if self.begun_ns is None:
            if self.step.spare:
                return SPARE
            return NOT_BEGUN if self.step.role in (Role.FIRST, Role.FALLBACK) else TOO_SLOW
        return NO_ADVICE if self.part is Part.OVER else NO_ADVICE_YET


@dataclass(frozen=True, slots=True)
class Decision:
    """Who answers a frame, and why.

    Attributes:
        backend: whose advice it is; None for nobody's.
        fallback_from: the better-preferred backends, in ladder order: none of them gave an
            answer, unless on trial while a healthy one answered. Empty without an answer.
        reason: why it is this one, as a clause; without an answer, why nobody did.
        outcome: None where there is advice, for the answer decides then; else timeout if
            anything was lost by time alone, no_backend if everything was broken.
        asked: the backends that were started, in ladder order.
    """

    backend: str | None
    fallback_from: tuple[str, ...]
    reason: str
    outcome: Outcome | None
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RaceState:
    """Everything that is known of one frame's race; made by `ladder_race.begin`.

    Attributes:
        plan: what was meant to happen.
        entries: one for each step of the plan, in ladder order.
        decision: what was handed over for publishing; None while the report is open.
        closed_ns: when that was.
    """

    plan: Plan
    entries: tuple[Entry, ...]
    decision: Decision | None = None
    closed_ns: int | None = None

    @property
    def over(self) -> bool:
        """Whether the report is closed and nothing more will be judged."""
        running = any(entry.part is Part.RUNNING for entry in self.entries)
        return self.decision is not None and not running

    @property
    def late(self) -> int:
        """How many answers came after the report was closed."""
        return sum(entry.late for entry in self.entries)

    def entry(self, name: str) -> Entry | None:
        """The part of backend `name`; None when the plan has none for it."""
        return next((entry for entry in self.entries if entry.name == name), None)

    @property
    def winner(self) -> Entry | None:
        """Whose advice is published if the report closes now.

        The best-preferred one that has advised; a spare only when nobody else has.
        """
        advised = [entry for entry in self.entries if entry.advised]
        return min(advised, key=lambda one: (one.step.spare, one.step.rank), default=None)


def decide(state: RaceState) -> Decision:
    """The decision as things stand."""
    asked = tuple(entry.name for entry in state.entries if entry.begun_ns is not None)
    plan, winner = state.plan, state.winner
    if winner is None:
        why = ", ".join(f"{name}: {_why_not(state, name)}" for name in plan.names) or NO_LADDER
        return Decision(None, (), why, _outcome(state), asked)
    above = plan.names[: winner.step.rank]
    silent = above
    if winner.step.spare:  # the healthy ones are what it stands in for, wherever they are
        silent = tuple(name for name in plan.names if name in above or _is_healthy(state, name))
    why = ", ".join(f"{name}: {_why_not(state, name)}" for name in silent)
    return Decision(winner.name, above, why or PREFERRED, None, asked)


def _why_not(state: RaceState, name: str) -> str:
    entry = state.entry(name)
    if entry is None:
        return state.plan.why_not(name)
    stood_by = any(one.backend == name and one.role is Role.STANDBY for one in state.plan.steps)
    if stood_by and entry.begun_ns is None and entry.lost is None:
        return STILL_BUSY  # it came free, but not in time to be of use
    return entry.why_not


def _is_healthy(state: RaceState, name: str) -> bool:
    entry = state.entry(name)
    return entry is not None and not entry.step.trial


def _outcome(state: RaceState) -> Outcome:
    lost_by_time = any(entry.lost in (None, Ending.EXCUSED) for entry in state.entries)
    lost_by_time |= any(refusal.reason == NO_TIME for refusal in state.plan.refusals)
    return Outcome.TIMEOUT if lost_by_time else Outcome.NO_BACKEND


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed. Also the first event of every race."""


@dataclass(frozen=True, slots=True)
class Nearing:
    """A backend has begun to decode, the last stage before its advice."""

    backend: str


@dataclass(frozen=True, slots=True)
class Advised:
    """A backend's whole, valid advice has come; an `unsure` one is an answer like any other."""

    backend: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A backend has said that its answer ends here."""

    backend: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A backend, or the worker that holds it, has failed, at work or still waiting.

    Raises ValueError for an ending that is no failure.
    """

    backend: str
    how: Ending

    def __post_init__(self) -> None:
        if not self.how.failed:
            raise ValueError(f"{self.how.value} is no failure")


@dataclass(frozen=True, slots=True)
class Refused:
    """A worker would not take the frame that it was to start with: still at an older one.

    The backend waits again, for a `Freed`; this start is as if it had not been.
    """

    backend: str


@dataclass(frozen=True, slots=True)
class Freed:
    """A worker has come free of an older frame."""

    backend: str


@dataclass(frozen=True, slots=True)
class Close:
    """The watch closes the report now."""


RaceEvent = Tick | Nearing | Advised | Finished | Failed | Refused | Freed | Close


@dataclass(frozen=True, slots=True)
class Start:
    """Send the frame to a backend; with `trial`, tell its breaker that a trial begins.

    `until_ns` is the deadline of the request; None for no limit.
    """

    backend: str
    until_ns: int | None
    trial: bool


@dataclass(frozen=True, slots=True)
class Cancel:
    """Tell a backend that its answer is no longer wanted."""

    backend: str


@dataclass(frozen=True, slots=True)
class Judge:
    """Tell a backend's breaker how its request that began at `begun_ns` ended."""

    backend: str
    how: Ending
    begun_ns: int


@dataclass(frozen=True, slots=True)
class CountLate:
    """An answer came after the report was closed."""

    backend: str


@dataclass(frozen=True, slots=True)
class Publish:
    """Close the report, with the answer of `decision.backend` so far, or without one."""

    decision: Decision


Action = Start | Cancel | Judge | CountLate | Publish
