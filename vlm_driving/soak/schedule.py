"""When which fault strikes: drawn from a seed, pure.

A soak is a row of rounds. In a round every fault strikes once, in an order of its own; then it is
quiet, for the figures of a machine on which nothing is wrong. A round is made of slots: one fault
of a backend at its beginning, and while that one recovers, one of the feed or the machine. So
these two overlap in their consequences, never in themselves. Faults that take a pipeline of their
own (`kinds.CHILDREN`) last longer, and run beside whatever comes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from vlm_driving.soak.kinds import CHILDREN, Fault, Place

AFTERMATH_S = 5.0
"""Behind a fault, in which what it broke is put together again."""
FIRST_S = 0.5
_QUIET_S = 7.0  # of each round, the aftermath of its last fault included
_SLOT_S = 3.2
_SECOND_S = 1.9  # from a slot's beginning to its second fault
_LONG_SLOT_S = 4.6  # with a second fault that lasts two seconds
_CHILD_S = 12.0  # for a pipeline of its own, from its start to its end
_LONG = (Fault.SILENT, Fault.HOGS)
_LONG_S = 2.0
_MOST_S = {
    Fault.HANG: 2.5,
    Fault.KILLED: 1.0,
    Fault.NO_START: 1.5,
    Fault.FROZEN: 0.5,
    Fault.STAMPS: 0.4,
    Fault.CLOCK_JUMPS: 0.5,
    Fault.DISK_FULL: 1.0,
    Fault.SIGTERM: 30.0,
    Fault.PARENT_KILLED: 30.0,
}


@dataclass(frozen=True, slots=True)
class Window:
    """One strike of one fault. Seconds from the first frame.

    Attributes:
        fault: the kind.
        begin_s: when it begins.
        end_s: when it ends at the latest; one that has struck `strikes` times ends earlier.
        strikes: answers that a fault inside a worker spoils at most.
        variant: which of a fault's ways, where it has several; taken modulo their number.
    """

    fault: Fault
    begin_s: float
    end_s: float
    strikes: int
    variant: int


def make_schedule(duration_s: float, faults: Sequence[Fault], seed: int) -> tuple[Window, ...]:
    """All windows of a soak in order of their beginnings.

    Args:
        duration_s: from the first frame to the last one.
        faults: that are wanted; the order does not matter.
        seed: decides the order in each round, the lengths and the variants.
    """
    wanted = [fault for fault in Fault if fault in faults]
    if not wanted:
        return ()
    rng = random.Random(f"soak/{seed}")
    _, busy_s = _round(wanted, random.Random(0), 0)
    length_s = busy_s + _QUIET_S
    rounds = max(1, int(duration_s / length_s))
    windows = [
        _moved(window, number * duration_s / rounds + FIRST_S)
        for number in range(rounds)
        for window in _round(wanted, rng, number)[0]
    ]
    fits = [w for w in windows if w.fault in CHILDREN or w.end_s <= duration_s]
    return tuple(sorted(fits, key=lambda window: window.begin_s))


def _round(wanted: Sequence[Fault], rng: random.Random, number: int) -> tuple[list[Window], float]:
    """One round from second zero on, and how long its slots are."""
    firsts = [fault for fault in wanted if fault.place is Place.BACKEND]
    seconds = [f for f in wanted if f.place is not Place.BACKEND and f not in CHILDREN]
    children = [fault for fault in wanted if fault in CHILDREN]
    for row in (firsts, seconds, children):
        rng.shuffle(row)
    windows, at_s = [], 0.0
    for first, second in zip_longest(firsts, seconds):
        if first is not None:
            windows.append(_window(first, at_s, rng, number))
        if second is not None:
            windows.append(_window(second, at_s + _SECOND_S, rng, number))
        at_s += _LONG_SLOT_S if second in _LONG else _SLOT_S
    at_s = max(at_s, _CHILD_S * len(children))
    for place, child in enumerate(children):
        windows.append(_window(child, place * at_s / len(children), rng, number))
    return windows, at_s


def _window(fault: Fault, begin_s: float, rng: random.Random, number: int) -> Window:
    begin_s += 0.3 * rng.random()
    lasts_s = _LONG_S if fault in _LONG else _MOST_S.get(fault, 1.0)
    return Window(fault, begin_s, begin_s + lasts_s, rng.randint(1, 4), number)


def _moved(window: Window, by_s: float) -> Window:
    begin_s, end_s = round(window.begin_s + by_s, 3), round(window.end_s + by_s, 3)
    return Window(window.fault, begin_s, end_s, window.strikes, window.variant)
