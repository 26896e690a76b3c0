"""Which backend answers this frame, and when the next one must start. Pure; the clock is passed in.

The views come in ladder order, the preferred one first. Who can be used:

| worker        | breaker       | otherwise                            | is                    |
|---------------|---------------|--------------------------------------|-----------------------|
| any other     | any           |                                      | refused               |
| ready or busy | open          |                                      | refused               |
| ready or busy | trial running |                                      | refused               |
| ready or busy | closed, due   | `work_until` is over                 | refused               |
| busy          | closed, due   | overdue with an older frame, or free | on standby: nobody    |
|               |               | only after `work_until`              | counts on it          |
| ready or busy | closed        |                                      | a rung                |
| ready or busy | trial due     | there is a rung with a closed one    | spare: it is tried,   |
|               |               |                                      | the rungs answer      |
| ready or busy | trial due     | there is none                        | a rung, and on trial  |

A backend's need is its p99 from request to advice, or its prior while it was not measured, times
the margin. It fits if it is free at an instant from which its need ends by `work_until`. What
each one does (`Role`):

| backend                                             | role     | starts                       |
|-----------------------------------------------------|----------|------------------------------|
| the first rung that fits                            | first    | now, or once it is free      |
| every other rung that fits                          | fallback | `work_until` less its need,  |
|                                                     |          | or at once when nothing that |
|                                                     |          | was begun can still answer   |
| no rung fits: the one likely to be done soonest     | first    | now, or once it is free:     |
|                                                     |          | words are lost, perhaps even |
|                                                     |          | advice, but not for waiting  |
| a rung that does not fit, above the first, free,    | beside   | with the first, to be        |
| not started for `remeasure_ms`                      |          | measured anew                |
| any other rung that does not fit                    | reserve  | only when nothing that was   |
|                                                     |          | begun can still answer, or   |
|                                                     |          | all of it is overdue         |
| the first spare that is free                        | beside   | with the first               |
| any other spare                                     | reserve  | when no rung is left either  |
| one on standby                                      | standby  | as a fallback or reserve, if |
|                                                     |          | its worker comes free        |

At most one runs beside, a trial before a measurement: each costs the others time. One that
computes on the same cores as a rung begins when that rung can no longer be robbed, which is when
advice is there: it costs words and never advice. It is given its whole need even where that ends
after `work_until`, or else a slow one could never pass.

What comes after the plan is the race: `ladder_race`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.breaker import Gate
from vlm_driving.pipeline.ladder_plan import (
    NO_TIME,
    NOBODY_KNOWS_NS,
    ON_TRIAL,
    OPEN,
    Plan,
    Refusal,
    Role,
    Step,
)
from vlm_driving.pipeline.ladder_view import BUSY, READY, BackendView, LadderSettings


@dataclass(frozen=True, slots=True)
class _Usable:
    view: BackendView
    rank: int
    free_ns: int
    need_ns: int
    typical_ns: int

    @property
    def trial(self) -> bool:
        return self.view.gate is Gate.TRIAL_DUE

    def comes_free(self, work_until_ns: int | None) -> bool:
        return self.free_ns < (NOBODY_KNOWS_NS if work_until_ns is None else work_until_ns)

    def fits(self, work_until_ns: int | None) -> bool:
        return work_until_ns is None or self.free_ns + self.need_ns <= work_until_ns


def plan(
    views: Sequence[BackendView],
    now_ns: int,
    work_until_ns: int | None,
    settings: LadderSettings,
) -> Plan:
    """The plan for one frame, by the tables of this module.

    Args:
        views: the backends in ladder order, names unique.
        now_ns: monotonic instant.
        work_until_ns: monotonic instant at which a model has to be done; None for no limit.
        settings: how the ladder reckons.

    Raises:
        ValueError: for two backends of one name.
    """
    names = tuple(view.name for view in views)
    if len(set(names)) < len(names):
        raise ValueError(f"two backends of one name on the ladder: {', '.join(names)}")
    refusals: list[Refusal] = []
    usable: list[_Usable] = []
    for rank, view in enumerate(views):
        found = _look(view, rank, now_ns, work_until_ns, settings)
        if isinstance(found, str):
            refusals.append(Refusal(view.name, found))
        else:
            usable.append(found)
    free = [one for one in usable if one.comes_free(work_until_ns)]
    healthy = [one for one in free if not one.trial]
    rungs = healthy or free
    first = _first(rungs, work_until_ns)
    beside = _beside(free, rungs, first, now_ns, work_until_ns, settings)
    steps = []
    for one in usable:
        role, start_ns = Role.RESERVE, None
        if one not in free:
            role = Role.STANDBY
        elif one is first:
            role, start_ns = Role.FIRST, one.free_ns
        elif one is beside:
            role, start_ns = Role.BESIDE, None if _shares_cores(one, rungs) else now_ns
        elif one in rungs and work_until_ns is not None and one.fits(work_until_ns):
            role, start_ns = Role.FALLBACK, work_until_ns - one.need_ns
        steps.append(_step(one, role, start_ns, spare=one.trial and bool(healthy)))
    return Plan(names, tuple(steps), tuple(refusals), work_until_ns)


def _look(
    view: BackendView,
    rank: int,
    now_ns: int,
    work_until_ns: int | None,
    settings: LadderSettings,
) -> _Usable | str:
    """What the ladder can do with a backend, or why nothing."""
    if view.state not in (READY, BUSY):
        return f"worker is {view.state}"
    if view.gate is Gate.OPEN:
        return OPEN
    if view.gate is Gate.TRIAL_RUNNING:
        return ON_TRIAL
    if work_until_ns is not None and now_ns >= work_until_ns:
        return NO_TIME
    free_ns = view.free_ns(now_ns, settings)
    if free_ns is None:
        free_ns = NOBODY_KNOWS_NS
    return _Usable(view, rank, free_ns, view.need_ns(settings), view.typical_ns(settings))


def _first(rungs: list[_Usable], work_until_ns: int | None) -> _Usable | None:
    fitting = [one for one in rungs if one.fits(work_until_ns)]
    if fitting:
        return fitting[0]
    return min(rungs, key=lambda one: one.free_ns + one.typical_ns, default=None)


def _beside(
    free: list[_Usable],
    rungs: list[_Usable],
    first: _Usable | None,
    now_ns: int,
    work_until_ns: int | None,
    settings: LadderSettings,
) -> _Usable | None:
    """The one backend that runs beside the first: a trial, or a measurement."""
    for one in free:
        if one not in rungs and one.free_ns == now_ns:
            return one
    if first is None or not first.fits(work_until_ns):
        return None  # nothing fits: the first one needs all there is
    for one in rungs[: rungs.index(first)]:
        last_ns = one.view.last_start_ns
        rested = last_ns is None or abs(now_ns - last_ns) >= settings.remeasure_ms * NS_PER_MS
        if one.free_ns == now_ns and rested:
            return one
    return None


def _shares_cores(one: _Usable, rungs: list[_Usable]) -> bool:
    """Whether a rung, at work or about to be, computes on the same cores."""
    cores = one.view.cores
    return cores != "" and any(cores == rung.view.cores for rung in rungs if rung is not one)


def _step(one: _Usable, role: Role, start_ns: int | None, *, spare: bool) -> Step:
    return Step(
        backend=one.view.name,
        rank=one.rank,
        role=role,
        start_ns=start_ns,
        trial=one.trial,
        spare=spare,
        free_ns=one.free_ns,
        need_ns=one.need_ns,
        typical_ns=one.typical_ns,
        cores=one.view.cores,
    )
