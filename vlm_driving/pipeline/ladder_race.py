"""What happens to one frame after its plan: a pure function of state, event and instant.

`react(state, event, now_ns)` gives the next state and what is to be done. What each event means:

| event        | of a backend at work                      | of one that waits | of any other     |
|--------------|-------------------------------------------|-------------------|------------------|
| advised      | its advice is held; those that are less   |                   | counted as late, |
|              | preferred are cancelled, but no trial     |                   | if it is         |
| finished     | over: success, or without advice slow,    |                   |                  |
|              | excused, or garbage if time was left      |                   |                  |
| failed       | over; advice that it gave stays           | over              |                  |
| refused      | waits as if on standby, excused           |                   |                  |
| freed        |                                           | may start, as a   |                  |
|              |                                           | fallback if fits  |                  |
| nearing      | a fallback on its cores may be put off    |                   |                  |
| close        | whatever the state: publish what is held                                         |

After each event, in this order:

1. Publish, if the answer of the winner is whole: its end has been heard, with advice. (A spare
   is published only when no other backend can still answer.)
2. Start, unless advice is held or `work_until` is reached:
   - nothing that was begun can still answer: the plan's first; then the best-preferred that
     fits the time that is left; then the one likely to be done soonest; then the spares.
     (What runs beside, a trial while a healthy backend waits, and, under a deadline and with no
     fallback to come, one that has taken longer than its need, are not counted on.)
   - each fallback whose latest instant has come, whether or not others are at work;
   - one beside, with the first or, on shared cores, once advice is held.
3. Give up, if nothing is at work and nothing can still start: publish without an answer.
4. After publishing: cancel and judge what is at work; trials and measurements go on to their
   advice or their own ends, for else a slow backend could never pass.

The first valid advice wins: it decides what would be published at any moment from then on. A
better-preferred backend's advice takes its place only before publishing. Nothing that comes
after publishing changes it.

**A fallback that would rob the cores of a first one that is nearly done** waits only on proof. A
backend that hangs looks just like one that is about to answer, so hope is no reason to let a
fallback's latest instant pass: that would turn a hang into lost advice. A backend that has begun
to decode *this* frame has shown that it lives, and a second model on its cores would make both
miss. So the fallback is put off until the other's own need is over, and never beyond the
instant from which its own p50 still fits; and only where the two share their cores.

Each start is judged once, and a backend starts once, unless its worker refused. Without advice it
is slow, which counts against it, if it had all the time that it needs; with less it is excused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from vlm_driving.pipeline.breaker import Ending
from vlm_driving.pipeline.ladder_plan import NOBODY_KNOWS_NS, Plan, Role, Step
from vlm_driving.pipeline.ladder_state import (
    Action,
    Advised,
    Cancel,
    Close,
    CountLate,
    Entry,
    Failed,
    Finished,
    Freed,
    Judge,
    Nearing,
    Part,
    Publish,
    RaceEvent,
    RaceState,
    Refused,
    Start,
    Tick,
    decide,
)
from vlm_driving.pipeline.ladder_wake import due_ns, is_overdue


def begin(plan: Plan) -> RaceState:
    """The state before the first event, which is a `Tick`."""
    return RaceState(plan, tuple(Entry(step, step.free_ns) for step in plan.steps))


def react(state: RaceState, event: RaceEvent, now_ns: int) -> tuple[RaceState, tuple[Action, ...]]:
    """The state after `event` at monotonic `now_ns`, and what is to be done, in order."""
    turn = _Turn(state, now_ns)
    turn.hear(event)
    turn.settle()
    return turn.state, tuple(turn.actions)


class _Turn:
    """One call of `react`: the state as it changes, and the actions as they come up."""

    def __init__(self, state: RaceState, now_ns: int) -> None:
        self.state = state
        self.now_ns = now_ns
        self.actions: list[Action] = []

    def hear(self, event: RaceEvent) -> None:
        """Take in what has happened."""
        if isinstance(event, Tick):
            return
        if isinstance(event, Close):
            if self.state.decision is None:
                self._publish()
            return
        entry = self.state.entry(event.backend)
        if entry is None:
            return
        if isinstance(event, Advised):
            self._hear_advice(entry)
        elif entry.part is Part.WAITING:
            if isinstance(event, Freed):
                self._change(entry, free_ns=self.now_ns, step=self._freed_step(entry))
            elif isinstance(event, Failed):
                self._change(entry, part=Part.OVER, lost=event.how)
        elif entry.part is Part.RUNNING:
            if isinstance(event, Nearing):
                self._change(entry, near=True)
            elif isinstance(event, Finished):
                how = self._verdict(entry, finished=True)
                self._end(entry, how, lost=how if how is Ending.GARBAGE else None)
            elif isinstance(event, Failed):
                self._end(entry, event.how, lost=event.how)
            elif isinstance(event, Refused) and not entry.advised:
                self._end(entry, Ending.EXCUSED, lost=Ending.EXCUSED)
                self._change(
                    entry, part=Part.WAITING, free_ns=NOBODY_KNOWS_NS, begun_ns=None, until_ns=None
                )

    def settle(self) -> None:
        """Do what the state now asks for, in the order of the module's list."""
        if self.state.decision is None and self._winner_is_whole():
            self._publish()
        if self.state.decision is None and self._time_is_left():
            self._start_due()
        if self.state.decision is None and not any(map(self._can_answer, self.state.entries)):
            self._publish()
        if self.state.decision is not None:
            self._cut()

    def _freed_step(self, entry: Entry) -> Step:
        """The part of one that came free unexpectedly: a fallback after all, if it still fits."""
        step, until_ns = entry.step, self.state.plan.work_until_ns
        if step.role not in (Role.STANDBY, Role.RESERVE):
            return step
        if step.spare or until_ns is None or self.now_ns + step.need_ns > until_ns:
            return replace(step, role=Role.RESERVE)
        return replace(step, role=Role.FALLBACK, start_ns=until_ns - step.need_ns)

    def _hear_advice(self, entry: Entry) -> None:
        if self.state.decision is not None:
            begun = entry.begun_ns is not None and not entry.advised and not entry.late
            if entry.part is Part.RUNNING:  # it outlives the report: judged by its advice
                self._change(entry, advised=True)
            elif begun:
                self._change(entry, late=True)
                self.actions.append(CountLate(entry.name))
            return
        if entry.part is not Part.RUNNING or entry.advised:
            return
        self._change(entry, advised=True)
        if entry.step.spare:
            return
        for other in self.state.entries:
            less = other.step.rank > entry.step.rank
            if less and other.part is Part.RUNNING and not other.outlives:
                self._cancel(other)

    def _winner_is_whole(self) -> bool:
        winner = self.state.winner
        if winner is None or winner.part is not Part.OVER:
            return False
        if not winner.step.spare:
            return True
        others = (entry for entry in self.state.entries if not entry.step.spare)
        return not any(self._can_answer(one) and not self._stands_by(one) for one in others)

    def _can_answer(self, entry: Entry) -> bool:
        if entry.part is Part.WAITING:
            return self._time_is_left()
        return entry.part is Part.RUNNING

    def _time_is_left(self) -> bool:
        until_ns = self.state.plan.work_until_ns
        return until_ns is None or self.now_ns < until_ns

    def _start_due(self) -> None:
        if not any(entry.advised and not entry.step.spare for entry in self.state.entries):
            head = self._head()
            if head is not None and head.free_ns <= self.now_ns:
                self._start(head)
            for entry in self._waiting():
                due = due_ns(self.state, entry)
                if due is not None and max(due, entry.free_ns) <= self.now_ns:
                    self._start(entry)
            return
        for entry in self._waiting():
            free = entry.free_ns <= self.now_ns
            if entry.step.role is Role.BESIDE and free and not self._robs(entry):
                self._start(entry)

    def _head(self) -> Entry | None:
        """Who starts although its time has not come, because nothing at work is counted on."""
        running = [entry for entry in self.state.entries if entry.part is Part.RUNNING]
        relied = [one for one in running if one.step.role is not Role.BESIDE]
        rungs = [one for one in self._waiting() if not one.step.spare]
        if any(not one.step.trial for one in rungs):
            relied = [one for one in relied if not one.step.trial]
        if any(not is_overdue(self.state, one, self.now_ns) for one in relied):
            return None
        if relied and any(one.step.role is Role.FALLBACK for one in rungs):
            return None  # it has its own instant, which is not to be missed
        if rungs:
            firsts = (one for one in rungs if one.step.role is Role.FIRST)
            first = next((one for one in firsts if not self._stands_by(one)), None)
            return first or self._best(rungs)
        if running or self.state.winner is not None:
            return None
        return self._best([one for one in self._waiting() if one.step.spare])

    def _best(self, entries: list[Entry]) -> Entry | None:
        """The best-preferred that fits the time left, else the one likely to be done soonest."""
        until_ns = self.state.plan.work_until_ns
        able = [
            entry
            for entry in entries
            if (until_ns is None or self._from_ns(entry) < until_ns) and not self._stands_by(entry)
        ]
        for entry in able:
            if until_ns is None or self._from_ns(entry) + entry.step.need_ns <= until_ns:
                return entry
        return min(able, key=lambda one: self._from_ns(one) + one.step.typical_ns, default=None)

    def _stands_by(self, entry: Entry) -> bool:
        """Whether nobody knows if it can take the frame at all."""
        unknown = entry.step.role is Role.STANDBY or entry.free_ns == NOBODY_KNOWS_NS
        return unknown and entry.free_ns > self.now_ns

    def _from_ns(self, entry: Entry) -> int:
        return max(self.now_ns, entry.free_ns)

    def _robs(self, entry: Entry) -> bool:
        """Whether its start would slow one down that is still to give advice."""
        return any(
            other.part is Part.RUNNING and not other.advised and other.step.shares_cores(entry.step)
            for other in self.state.entries
        )

    def _waiting(self) -> Iterator[Entry]:
        return iter([entry for entry in self.state.entries if entry.part is Part.WAITING])

    def _start(self, entry: Entry) -> None:
        until_ns = self.state.plan.work_until_ns
        if until_ns is not None and entry.outlives:
            until_ns = max(until_ns, self.now_ns + entry.step.need_ns)
        self._change(entry, part=Part.RUNNING, begun_ns=self.now_ns, until_ns=until_ns, lost=None)
        self.actions.append(Start(entry.name, until_ns, entry.step.trial))

    def _publish(self) -> None:
        decision = decide(self.state)
        self.state = replace(self.state, decision=decision, closed_ns=self.now_ns)
        self.actions.append(Publish(decision))

    def _cut(self) -> None:
        """After publishing: end all that has no end of its own, or has reached it."""
        for entry in self.state.entries:
            if entry.part is not Part.RUNNING:
                continue
            past = entry.until_ns is not None and self.now_ns >= entry.until_ns
            if past or entry.advised or not entry.outlives:
                self._cancel(entry)

    def _cancel(self, entry: Entry) -> None:
        current = self.state.entry(entry.name) or entry
        self.actions.append(Cancel(entry.name))
        self._end(current, self._verdict(current, finished=False))

    def _verdict(self, entry: Entry, *, finished: bool) -> Ending:
        """How a request ends that has not failed."""
        if entry.advised:
            return Ending.SUCCESS
        if finished and (entry.until_ns is None or self.now_ns < entry.until_ns):
            return Ending.GARBAGE
        had_ns = self.now_ns - (entry.begun_ns or 0)
        return Ending.SLOW if had_ns >= entry.step.need_ns else Ending.EXCUSED

    def _end(self, entry: Entry, how: Ending, lost: Ending | None = None) -> None:
        self._change(entry, part=Part.OVER, lost=lost)
        begun_ns = 0 if entry.begun_ns is None else entry.begun_ns
        self.actions.append(Judge(entry.name, how, begun_ns))

    def _change(self, entry: Entry, **changes: Any) -> None:
        entries = tuple(
            replace(one, **changes) if one.name == entry.name else one for one in self.state.entries
        )
        self.state = replace(self.state, entries=entries)
