"""When something in a race is due by time alone. Pure."""

from __future__ import annotations

from vlm_driving.pipeline.ladder_plan import NOBODY_KNOWS_NS, Role
from vlm_driving.pipeline.ladder_state import Entry, Part, RaceState


def wake_ns(state: RaceState, now_ns: int) -> int | None:
    """The next instant after `now_ns` at which a `Tick` may change something; None for never."""
    until_ns = state.plan.work_until_ns
    instants: list[int | None] = []
    if state.decision is None:
        waiting = [entry for entry in state.entries if entry.part is Part.WAITING]
        known = [entry for entry in waiting if entry.free_ns < NOBODY_KNOWS_NS]
        instants += [entry.free_ns for entry in known if entry.step.role is not Role.STANDBY]
        instants += [due_ns(state, entry) for entry in known]
        if not any(entry.step.role is Role.FALLBACK for entry in known):
            instants += [overdue_ns(state, entry) for entry in state.entries]
        instants.append(until_ns)
    else:
        instants += [entry.until_ns for entry in state.entries if entry.part is Part.RUNNING]
    return min((at_ns for at_ns in instants if at_ns is not None and at_ns > now_ns), default=None)


def overdue_ns(state: RaceState, entry: Entry) -> int | None:
    """When a backend at work has had the time that it needs; None where time does not matter."""
    if entry.begun_ns is None or entry.part is not Part.RUNNING:
        return None
    return None if state.plan.work_until_ns is None else entry.begun_ns + entry.step.need_ns


def is_overdue(state: RaceState, entry: Entry, now_ns: int) -> bool:
    """Whether a backend at work has taken longer than the time that it needs."""
    at_ns = overdue_ns(state, entry)
    return at_ns is not None and now_ns >= at_ns


def due_ns(state: RaceState, entry: Entry) -> int | None:
    """When a waiting backend starts even though another is at work; None for not by time.

    A fallback is put off, as `ladder_race` says, by one that is nearly done on the same cores.
    """
    step, until_ns = entry.step, state.plan.work_until_ns
    if step.role is Role.FIRST:
        return entry.free_ns
    if step.start_ns is None or until_ns is None or step.role is not Role.FALLBACK:
        return step.start_ns
    due = step.start_ns
    for other in state.entries:
        if other.part is not Part.RUNNING or other.begun_ns is None:
            continue
        if other.near and other.step.shares_cores(step):
            due = max(due, min(other.begun_ns + other.step.need_ns, until_ns - step.typical_ns))
    return due
