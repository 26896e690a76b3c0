"""The health of one backend: closed, open or half-open. Data in, data out; the clock is passed in.

| phase     | what happens                                  | becomes                            |
|-----------|-----------------------------------------------|------------------------------------|
| closed    | failures: N in a row                          | open                               |
| closed    | failures: a share of the sliding window       | open                               |
| closed    | success, or fewer failures                    | closed                             |
| open      | the back-off is over                          | half-open                          |
| open      | anything that ends                            | open: it began before, so it       |
|           |                                               | belongs to the fault known already |
| half-open | a trial begins                                | half-open, no second one beside it |
| half-open | the trial succeeds                            | half-open, or closed after K       |
| half-open | the trial fails                               | open, with a longer back-off       |
| half-open | the trial is excused, or lost (nobody said    | half-open, the next trial is due   |
|           | for `trial_limit_ms` how it ended)            |                                    |

How a request ended (`Ending`): a success is valid advice in time, also an `unsure` one. Failures
are hang, crash, error, garbage, wrong providers, and slow: no advice although the time that the
backend usually needs was there. Excused is everything that says nothing about the backend: the
frame was late when it began, the answer was no longer wanted, the machine stood still.

An ending counts by when its request began: in a closed breaker if that was after it closed, in a
half-open one if it is the trial's. What a hung worker says about a frame of long ago changes
nothing. The caller keeps `begun_ns` apart for two requests of one backend.

The back-off doubles with every opening, up to a cap, less a jitter that the seed and the number
of the opening alone decide; it starts small again once the breaker was closed for `forget_ms`.

Jumps of the clock (a suspended machine, a restored one): to the front, waits are over earlier
than meant, which costs one trial. To the back, an instant that lies in the future is taken for
now, and a wait that began there for over: nothing waits for a time that may never come.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from enum import Enum

from vlm_driving.core import UserError
from vlm_driving.core.deadline import NS_PER_MS


class Phase(str, Enum):
    """Where a breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Gate(str, Enum):
    """What a breaker says to a ladder that would like to start its backend."""

    CLOSED = "closed"
    """Healthy: start it."""
    OPEN = "open"
    """Leave it alone."""
    TRIAL_DUE = "trial due"
    """Start it as a trial, beside a healthy one."""
    TRIAL_RUNNING = "trial running"
    """Leave it alone until the trial that runs has ended."""


class Ending(str, Enum):
    """How a request to a backend ended; the values are the words of a report's reason."""

    SUCCESS = "success"
    HANG = "hang"
    CRASH = "crash"
    ERROR = "error"
    GARBAGE = "garbage"
    PROVIDERS = "wrong providers"
    SLOW = "slow"
    """No advice, although the time that the backend usually needs was there."""
    EXCUSED = "excused"
    """Says nothing about the backend."""

    @property
    def failed(self) -> bool:
        """Whether this counts against the backend."""
        return self not in (Ending.SUCCESS, Ending.EXCUSED)


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When a backend counts as broken, and for how long.

    Attributes:
        failures_in_row: that many open the breaker.
        window: newest endings that the share is taken over.
        window_ms: age beyond which an ending is no longer in the window.
        failure_share: share of failures in the window that opens the breaker.
        least_in_window: endings that a share needs to mean something.
        back_off_ms: how long the first opening lasts.
        back_off_cap_ms: how long any opening lasts at most.
        jitter: share of a back-off that may be taken off it, below a half, so that a doubled
            back-off stays longer than the one before.
        successes_to_close: trials in a row that have to succeed.
        trial_limit_ms: a trial that has not ended after this long is taken for lost.
        forget_ms: closed for this long, the next back-off starts small again.
        seed: decides the jitter.
    """

    failures_in_row: int = 3
    window: int = 20
    window_ms: float = 60_000.0
    failure_share: float = 0.5
    least_in_window: int = 10
    back_off_ms: float = 1_000.0
    back_off_cap_ms: float = 60_000.0
    jitter: float = 0.2
    successes_to_close: int = 2
    trial_limit_ms: float = 5_000.0
    forget_ms: float = 60_000.0
    seed: int = 0

    def __post_init__(self) -> None:
        counts = (self.failures_in_row, self.window, self.least_in_window, self.successes_to_close)
        times = (self.window_ms, self.back_off_ms, self.trial_limit_ms, self.forget_ms)
        if min(counts) < 1:
            raise UserError("The breaker's counts are 1 or more; 3 failures in a row is usual.")
        if not all(math.isfinite(ms) and ms > 0 for ms in (*times, self.back_off_cap_ms)):
            raise UserError("The breaker's times are positive numbers of milliseconds.")
        if self.back_off_cap_ms < self.back_off_ms:
            raise UserError(
                f"The cap of the breaker's back-off, {self.back_off_cap_ms:g} ms, is below the "
                f"back-off itself, {self.back_off_ms:g} ms; raise the cap."
            )
        if not 0.0 < self.failure_share <= 1.0:
            raise UserError("The breaker's failure share lies above 0 and up to 1; 0.5 is usual.")
        if not 0.0 <= self.jitter < 0.5:
            raise UserError("The breaker's jitter lies from 0 to below 0.5; 0.2 is usual.")

    def back_off_ns(self, opening: int) -> int:
        """How long opening number `opening` lasts, from 1: doubled, capped, jittered."""
        # Capped before it is doubled, for 2.0 ** 1100 is no number.
        doublings = min(opening - 1, math.ceil(math.log2(self.back_off_cap_ms / self.back_off_ms)))
        whole_ms = min(self.back_off_cap_ms, self.back_off_ms * 2.0**doublings)
        taken = self.jitter * random.Random(f"{self.seed}/{opening}").random()
        return round(whole_ms * (1.0 - taken) * NS_PER_MS)


@dataclass(frozen=True, slots=True)
class TrialBegun:
    """The backend was given a frame as its trial."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A request that began at monotonic `begun_ns` came to an end."""

    how: Ending
    begun_ns: int


@dataclass(frozen=True, slots=True)
class Breaker:
    """One backend's health as of its last event. Ask `gate` where it stands at an instant.

    Attributes:
        phase: as of the last event; an open one may have become half-open since.
        since_ns: when the phase began.
        back_off_ns: how long an open one stays so.
        openings: openings that the back-off has doubled with.
        in_row: failures in a row while closed.
        recent: (instant, failed) of the newest endings while closed.
        successes: trials in a row that succeeded while half-open.
        trial_ns: when the trial that runs began, or None.
        cause: the last failure before it opened; None when it never did.
    """

    phase: Phase = Phase.CLOSED
    since_ns: int = 0
    back_off_ns: int = 0
    openings: int = 0
    in_row: int = 0
    recent: tuple[tuple[int, bool], ...] = ()
    successes: int = 0
    trial_ns: int | None = None
    cause: Ending | None = None


def gate(breaker: Breaker, now_ns: int, settings: BreakerSettings) -> Gate:
    """Whether the backend may be started at `now_ns`, and as what."""
    breaker = _as_of(breaker, now_ns, settings)
    if breaker.phase is Phase.HALF_OPEN:
        return Gate.TRIAL_DUE if breaker.trial_ns is None else Gate.TRIAL_RUNNING
    return Gate.CLOSED if breaker.phase is Phase.CLOSED else Gate.OPEN


def advance(
    breaker: Breaker, event: TrialBegun | Ended, now_ns: int, settings: BreakerSettings
) -> Breaker:
    """The breaker after `event`, by the table of this module.

    Raises:
        ValueError: for a trial that begins when none is due.
    """
    breaker = _as_of(breaker, now_ns, settings)
    if isinstance(event, TrialBegun):
        if breaker.phase is not Phase.HALF_OPEN or breaker.trial_ns is not None:
            raise ValueError("a trial began when none was due")
        return replace(breaker, trial_ns=now_ns)
    if breaker.phase is Phase.CLOSED:
        return _while_closed(breaker, event, now_ns, settings)
    if breaker.phase is Phase.HALF_OPEN and event.begun_ns == breaker.trial_ns:
        return _after_trial(breaker, event.how, now_ns, settings)
    return breaker


def next_trial_ms(breaker: Breaker, now_ns: int, settings: BreakerSettings) -> float | None:
    """Milliseconds until a trial is due; None unless the breaker is open. For diagnostics."""
    breaker = _as_of(breaker, now_ns, settings)
    if breaker.phase is not Phase.OPEN:
        return None
    return (breaker.since_ns + breaker.back_off_ns - now_ns) / NS_PER_MS


def _as_of(breaker: Breaker, now_ns: int, settings: BreakerSettings) -> Breaker:
    """The breaker moved on to `now_ns` by time alone."""
    jumped_back = now_ns < breaker.since_ns
    if jumped_back:
        breaker = replace(
            breaker, since_ns=now_ns, recent=tuple((now_ns, bad) for _, bad in breaker.recent)
        )
    if breaker.phase is Phase.OPEN:
        over = now_ns - breaker.since_ns >= breaker.back_off_ns
        if jumped_back or over:
            return replace(
                breaker, phase=Phase.HALF_OPEN, since_ns=now_ns, successes=0, trial_ns=None
            )
    if breaker.trial_ns is not None:
        age_ns = now_ns - breaker.trial_ns
        if age_ns < 0 or age_ns >= settings.trial_limit_ms * NS_PER_MS:
            return replace(breaker, trial_ns=None)
    return breaker


def _while_closed(
    breaker: Breaker, event: Ended, now_ns: int, settings: BreakerSettings
) -> Breaker:
    if event.how is Ending.EXCUSED or event.begun_ns < breaker.since_ns:
        return breaker
    oldest_ns = now_ns - round(settings.window_ms * NS_PER_MS)
    recent = (*breaker.recent, (now_ns, event.how.failed))[-settings.window :]
    recent = tuple((min(at_ns, now_ns), bad) for at_ns, bad in recent if at_ns >= oldest_ns)
    in_row = breaker.in_row + 1 if event.how.failed else 0
    breaker = replace(breaker, recent=recent, in_row=in_row)
    if not event.how.failed:
        return breaker
    share = sum(bad for _, bad in recent) / len(recent)
    enough = len(recent) >= settings.least_in_window
    if in_row >= settings.failures_in_row or (enough and share >= settings.failure_share):
        calm = now_ns - breaker.since_ns >= settings.forget_ms * NS_PER_MS
        openings = 0 if calm else breaker.openings
        return _opened(openings + 1, event.how, now_ns, settings)
    return breaker


def _after_trial(breaker: Breaker, how: Ending, now_ns: int, settings: BreakerSettings) -> Breaker:
    if how.failed:
        return _opened(breaker.openings + 1, how, now_ns, settings)
    if how is Ending.EXCUSED:
        return replace(breaker, trial_ns=None)
    successes = breaker.successes + 1
    if successes < settings.successes_to_close:
        return replace(breaker, trial_ns=None, successes=successes)
    return Breaker(Phase.CLOSED, now_ns, openings=breaker.openings, cause=breaker.cause)


def _opened(openings: int, how: Ending, now_ns: int, settings: BreakerSettings) -> Breaker:
    wait_ns = settings.back_off_ns(openings)
    return Breaker(Phase.OPEN, now_ns, wait_ns, openings, cause=how)
