"""When this process, or the machine, stood still, and whose doing it was. Pure.

A canary thread (`canary`) sleeps a few milliseconds at a time. When it wakes late, these counters
of the kernel, read before and after, say why. What they can tell, and what they cannot:

* `no_cpu`: the thread was ready to run for most of the gap (`/proc/self/task/T/schedstat`). The
  machine had no CPU for it: other load, or the quota of a control group. Or another thread of ours
  was, and this one waited for the GIL that it held.
* `own_work`: it was not, but this process used a CPU for most of the gap. A thread of ours ran
  all the while and kept the interpreter's lock (GIL): our fault, and no excuse.
* `stood_still`: neither. The process was stopped (SIGSTOP), its host paused the machine, or memory
  had to be read back from disk. Also a call that sleeps and keeps the GIL, which nobody can tell
  from these without a witness in another process.
* `suspended`: CLOCK_BOOTTIME ran ahead of CLOCK_MONOTONIC. The machine slept; monotonic time, and
  with it every deadline, stood still as well, but the road did not.
* `unknown`: there is no schedstat (not Linux). Somebody was late, and nobody knows why.

A stall that still goes on when somebody asks has a kind for the time being: the kernel adds up a
wait for a CPU at its end.

A host that pauses a virtual machine may leave the pause on the account of whoever was running:
then it looks like `own_work`. The error is on the strict side: what is not clearly the machine's
is not excused. `no_cpu` is told apart, for a node that shares its CPUs with hogs is meant to
keep its promise all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from vlm_driving.core.deadline import NS_PER_MS

LEAST_SUSPEND_NS = 10 * NS_PER_MS
"""The two clocks are read one after the other; less than this is no sleep."""


class StallKind(str, Enum):
    """Why a thread that wanted to run did not; see the module's table."""

    NO_CPU = "no_cpu"
    OWN_WORK = "own_work"
    STOOD_STILL = "stood_still"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


MACHINE = frozenset({StallKind.NO_CPU, StallKind.STOOD_STILL, StallKind.SUSPENDED})
"""What was not this process's own doing, as far as can be told."""


@dataclass(frozen=True, slots=True)
class Beat:
    """The counters at one instant, all in ns.

    Attributes:
        monotonic_ns: CLOCK_MONOTONIC.
        boot_ns: CLOCK_BOOTTIME, which counts suspension; CLOCK_MONOTONIC where there is none.
        waited_ns: time that the canary's thread was ready and had no CPU; None if not known.
        cpu_ns: CPU time that all threads of this process used.
        others_waited_ns: time that its other threads were ready and had no CPU, summed up.
    """

    monotonic_ns: int
    boot_ns: int
    waited_ns: int | None
    cpu_ns: int
    others_waited_ns: int = 0


@dataclass(frozen=True, slots=True)
class Stall:
    """One time of standing still, on the monotonic clock.

    Attributes:
        begin_ns: when the canary should have woken.
        end_ns: when it did.
        kind: why.
        suspended_ns: time that no monotonic clock counted.
        no_cpu_ns: the part of it in which the canary was ready and had no CPU.
    """

    begin_ns: int
    end_ns: int
    kind: StallKind = StallKind.UNKNOWN
    suspended_ns: int = 0
    no_cpu_ns: int = 0

    @property
    def ms(self) -> float:
        """How long, in monotonic milliseconds."""
        return (self.end_ns - self.begin_ns) / NS_PER_MS


def stall_between(before: Beat, after: Beat, period_ns: int, least_ns: int) -> Stall | None:
    """The stall between two beats; None if the canary woke in time.

    Args:
        before: when it fell asleep.
        after: when it woke, or now if it has not woken yet.
        period_ns: how long it meant to sleep.
        least_ns: lateness that is nobody's business: timers and schedulers are not exact.
    """
    due_ns = before.monotonic_ns + period_ns
    late_ns = after.monotonic_ns - due_ns
    elapsed_ns = after.monotonic_ns - before.monotonic_ns
    suspended_ns = after.boot_ns - before.boot_ns - elapsed_ns
    waited_ns = None
    if before.waited_ns is not None and after.waited_ns is not None:
        waited_ns = after.waited_ns - before.waited_ns
    if suspended_ns >= LEAST_SUSPEND_NS:
        begin_ns = min(due_ns, after.monotonic_ns)
        kind, part_ns = StallKind.SUSPENDED, suspended_ns
        return Stall(begin_ns, after.monotonic_ns, kind, part_ns, max(0, waited_ns or 0))
    if late_ns < max(1, least_ns):
        return None
    cpu_ns = after.cpu_ns - before.cpu_ns
    others_ns = after.others_waited_ns - before.others_waited_ns
    if waited_ns is None:
        kind = StallKind.UNKNOWN
    elif 2 * waited_ns >= late_ns:
        kind = StallKind.NO_CPU
    elif 2 * (cpu_ns + others_ns) >= late_ns:
        kind = StallKind.OWN_WORK if cpu_ns >= others_ns else StallKind.NO_CPU
    else:
        kind = StallKind.STOOD_STILL
    no_cpu_ns = min(late_ns, max(0, waited_ns or 0))
    return Stall(due_ns, after.monotonic_ns, kind, no_cpu_ns=no_cpu_ns)


def stalled_ns(
    stalls: Iterable[Stall], begin_ns: int, end_ns: int, kinds: Collection[StallKind] | None = None
) -> int:
    """How much of the time from `begin_ns` to `end_ns` was stood still; 0 if none of it.

    Args:
        stalls: in any order; where they overlap, time counts once.
        begin_ns: monotonic.
        end_ns: monotonic, not before `begin_ns`.
        kinds: that count; None for all.
    """
    total_ns, done_ns = 0, begin_ns
    for stall in sorted(stalls, key=lambda one: one.begin_ns):
        if kinds is not None and stall.kind not in kinds:
            continue
        first_ns, last_ns = max(stall.begin_ns, done_ns), min(stall.end_ns, end_ns)
        if last_ns > first_ns:
            total_ns += last_ns - first_ns
            done_ns = last_ns
    return total_ns


def explaining(
    stalls: Iterable[Stall],
    closes_ns: int,
    deadline_ns: int,
    published_ns: int,
    kinds: Collection[StallKind] = MACHINE,
    slack_ns: int = 5 * NS_PER_MS,
) -> tuple[Stall, ...]:
    """The stalls that made a report late, oldest first; empty if the lateness is ours.

    They explain it only if they lie where it could have been closed, between `closes_ns` and the
    publishing, if they are as long as it was late, and if it was out at once when the last one
    ended.

    Args:
        stalls: of the canary.
        closes_ns: when the watch would have closed the report (`deadline - guard`); monotonic.
        deadline_ns: of the report.
        published_ns: when it was out.
        kinds: that are an excuse.
        slack_ns: what waking, closing and publishing may take.
    """
    inside = [
        one
        for one in sorted(stalls, key=lambda one: one.begin_ns)
        if one.kind in kinds and stalled_ns((one,), closes_ns, published_ns) > 0
    ]
    late_ns = published_ns - deadline_ns
    if not inside or stalled_ns(inside, closes_ns, published_ns) + slack_ns < late_ns:
        return ()
    last_ns = max(one.end_ns for one in inside)
    return tuple(inside) if published_ns <= max(last_ns, deadline_ns) + slack_ns else ()
