"""All orders of events on all small ladders: what must hold in every race, whatever happens."""

from __future__ import annotations

from collections import deque

import pytest
from support.ladder_world import KINDS, NAMES, at, ladders, make_plan

from vlm_driving.core import Outcome
from vlm_driving.pipeline.breaker import Ending
from vlm_driving.pipeline.ladder_plan import NOBODY_KNOWS_NS, Role
from vlm_driving.pipeline.ladder_race import begin, react
from vlm_driving.pipeline.ladder_state import (
    Advised,
    Cancel,
    Close,
    CountLate,
    Failed,
    Finished,
    Freed,
    Judge,
    Nearing,
    Part,
    Publish,
    Refused,
    Start,
    Tick,
)
from vlm_driving.pipeline.ladder_wake import wake_ns

UNTIL_NS = at(190)
CLOSE_NS = at(194)
THREE = ("fits", "slow", "soon free", "stands by", "on trial")
FPGA, GPU, CPU = NAMES


def events_at(state, now_ns):
    """All that can happen to this race now, time standing still."""
    for entry in state.entries:
        name = entry.name
        if entry.part is Part.WAITING:
            yield Failed(name, Ending.CRASH)
            if entry.free_ns > now_ns:
                yield Freed(name)
            continue
        if entry.begun_ns is None:
            continue
        yield Advised(name)  # from one that is over as well: a straggler
        if entry.part is Part.RUNNING:
            yield Finished(name)
            yield Failed(name, Ending.HANG)
            if entry.step.cores and not entry.near:
                yield Nearing(name)
            # Only one that was busy before: what the others would show is the same.
            if entry.begun_ns == now_ns and not entry.advised and entry.step.free_ns > at(0):
                yield Refused(name)


def next_ns(state, now_ns):
    """When time moves on to: the next wake, but not past the watch."""
    wake = wake_ns(state, now_ns)
    if now_ns < CLOSE_NS:
        return CLOSE_NS if wake is None else min(wake, CLOSE_NS)
    return wake


def explore(views, depth):
    """Visits every state that any order of events leads to; checks every step. Returns count."""
    start = begin(make_plan(*views))
    seen = set()
    edge = deque([(step(start, Tick(), at(0)), at(0), 0)])
    while edge:  # those that few events led to come first, so that none is cut off too early
        state, now_ns, steps = edge.popleft()
        key = what_is_known(state, now_ns)
        if key in seen:
            continue
        seen.add(key)
        if state.decision is not None:  # one straggler at each instant shows all there is to see
            steps = max(steps, depth - 1)
        later_ns = next_ns(state, now_ns)
        if later_ns is not None:
            event = Close() if later_ns == CLOSE_NS else Tick()
            edge.appendleft((step(state, event, later_ns), later_ns, steps))
        if steps < depth:
            for event in events_at(state, now_ns):
                edge.append((step(state, event, now_ns), now_ns, steps + 1))
    return len(seen)


def what_is_known(state, now_ns):
    """All of a state that changes in a race."""
    return (
        now_ns,
        state.closed_ns,
        *(
            (
                one.part,
                one.begun_ns,
                one.near,
                one.advised,
                one.late,
                one.lost,
                one.free_ns,
                one.step.role,
            )
            for one in state.entries
        ),
    )


def step(state, event, now_ns):
    """One reaction, checked."""
    after, actions = react(state, event, now_ns)
    check_starts(state, after, actions, now_ns)
    check_answer(state, after, event, actions)
    check_judgements(state, after, actions, now_ns)
    check_somebody_works(after, now_ns)
    return after


def check_starts(before, after, actions, now_ns):
    started = [action for action in actions if isinstance(action, Start)]
    assert len({action.backend for action in started}) == len(started)
    for action in started:
        entry = before.entry(action.backend)
        assert entry.part is Part.WAITING  # never twice, and never after it was lost
        assert entry.begun_ns is None
        assert after.entry(action.backend).free_ns <= now_ns < UNTIL_NS
        assert after.decision is None
        assert action.trial == entry.step.trial
        assert action.until_ns == UNTIL_NS or (entry.outlives and action.until_ns > UNTIL_NS)
        if advised(before):
            assert entry.step.role is Role.BESIDE  # costs words alone
        if entry.step.spare:  # beside a healthy one, never instead of it
            healthy = [one for one in after.entries if not one.step.spare]
            counted_on = any(one.part is Part.RUNNING or one.advised for one in healthy)
            coming = counted_on or any(is_coming(one, now_ns) for one in waiting_of(healthy))
            assert coming or all(stands_by(one, now_ns) for one in waiting_of(healthy))


def waiting_of(entries):
    return [one for one in entries if one.part is Part.WAITING]


def is_coming(entry, now_ns):
    """Whether a waiting one is the first, or is soon free and then begins."""
    return entry.step.role is Role.FIRST or entry.free_ns > now_ns


def stands_by(entry, now_ns):
    unknown = entry.step.role is Role.STANDBY or entry.free_ns == NOBODY_KNOWS_NS
    return unknown and entry.free_ns > now_ns


def advised(state):
    return any(one.advised and not one.step.spare for one in state.entries)


def check_answer(before, after, event, actions):
    published = [action.decision for action in actions if isinstance(action, Publish)]
    if before.decision is not None:
        assert published == []
        assert after.decision == before.decision
    elif isinstance(event, Close):
        assert len(published) == 1
    late = [action.backend for action in actions if isinstance(action, CountLate)]
    assert not late or (before.decision is not None and isinstance(event, Advised))
    assert after.late == before.late + len(late)
    if isinstance(event, Advised):
        entry, now = before.entry(event.backend), after.entry(event.backend)
        if entry.part is Part.RUNNING:
            assert now.advised
        else:
            assert now.advised == entry.advised
    for decision in published:
        check_decision(before, after, event, decision)


def check_decision(before, after, event, decision):
    # What counts is the advice that was heard up to now; nothing that comes after the close.
    heard = [one for one in before.entries if one.advised]
    if isinstance(event, Advised) and before.entry(event.backend).part is Part.RUNNING:
        heard.append(before.entry(event.backend))
    names = after.plan.names
    asked = tuple(one.name for one in after.entries if one.begun_ns is not None)
    assert decision.asked == asked
    assert decision.reason
    if not heard:
        assert decision.backend is None
        assert decision.outcome in (Outcome.TIMEOUT, Outcome.NO_BACKEND)
        assert decision.fallback_from == ()
        return
    best = min(heard, key=lambda one: (one.step.spare, names.index(one.name)))
    assert decision.backend == best.name
    assert decision.outcome is None
    spare = {one.name for one in heard if one.step.spare}
    silent = tuple(
        name
        for name in names[: names.index(best.name)]
        if name not in {one.name for one in heard} or name in spare
    )
    assert decision.fallback_from == silent
    for name in silent:
        assert f"{name}: " in decision.reason


def check_judgements(before, after, actions, now_ns):
    judged = {action.backend: action for action in actions if isinstance(action, Judge)}
    assert len(judged) == sum(isinstance(action, Judge) for action in actions)
    for old, new in zip(before.entries, after.entries, strict=True):
        ended = old.part is Part.RUNNING and new.part is not Part.RUNNING
        assert ended == (old.name in judged)  # each start is judged once
        cancelled = Cancel(old.name) in actions
        assert not cancelled or ended
        if old.part is Part.OVER:
            assert new.part is Part.OVER
        if not ended:
            continue
        # Only a refused one waits again, and only until its worker says that it is free.
        assert new.part is Part.OVER or new.free_ns == NOBODY_KNOWS_NS
        verdict = judged[old.name]
        assert verdict.begun_ns == old.begun_ns
        had_ns = now_ns - old.begun_ns
        if verdict.how is Ending.SLOW:
            assert had_ns >= old.step.need_ns
            assert not old.advised
        if verdict.how is Ending.SUCCESS:
            assert new.advised
        if cancelled and old.outlives and not new.advised:
            assert now_ns >= old.until_ns  # heard out


def check_somebody_works(state, now_ns):
    """While the report is open without advice, somebody works, or will be woken for."""
    if state.decision is not None:
        assert state.closed_ns <= now_ns
        return
    assert now_ns < CLOSE_NS
    if advised(state) or now_ns >= UNTIL_NS:
        return
    assert wake_ns(state, now_ns) is not None
    running = [one for one in state.entries if one.part is Part.RUNNING]
    waiting = waiting_of(state.entries)
    assert running or waiting
    for one in waiting:
        if one.step.role is Role.FALLBACK and not any(other.near for other in running):
            assert now_ns < max(one.step.start_ns, one.free_ns)
    counted_on = [one for one in running if one.step.role is not Role.BESIDE]
    in_time = any(now_ns < one.begun_ns + one.step.need_ns for one in counted_on)
    fallback = any(one.step.role is Role.FALLBACK for one in waiting)
    if not counted_on or not (in_time or fallback):
        chosen = who_is_next(waiting, now_ns)
        assert chosen is None or chosen.free_ns > now_ns  # else it would be at work


def who_is_next(waiting, now_ns):
    """By the plan's own table: the first rung, one that fits, or the one likely soonest."""
    rungs = [one for one in waiting if not one.step.spare and not stands_by(one, now_ns)]
    for one in rungs:
        if one.step.role is Role.FIRST:
            return one
    for one in rungs:
        if max(one.free_ns, now_ns) + one.step.need_ns <= UNTIL_NS:
            return one
    return min(rungs, key=lambda one: max(one.free_ns, now_ns) + one.step.typical_ns, default=None)


TWO = [pytest.param(views, id=" / ".join(chosen)) for chosen, views in ladders(2, KINDS)]


@pytest.mark.parametrize("views", TWO)
def test_every_order_of_events_on_a_ladder_of_two(views):
    assert explore(views, depth=3) >= 2


@pytest.mark.parametrize("top", THREE)
def test_every_order_of_few_events_on_a_ladder_of_three(top):
    for chosen, views in ladders(3, THREE):
        odd = chosen.count("slow") + chosen.count(
            "stands by"
        )  # two of them: see the ladders of two
        if chosen[0] == top and odd <= 1:
            explore(views, depth=2)


def test_every_order_of_events_while_three_may_answer():
    views = [KINDS["fits"](FPGA), KINDS["on trial"](GPU), KINDS["fits"](CPU)]
    assert explore(views, depth=99) > 1000
