"""Python's garbage collector, run when no report is near its deadline.

A collection holds the interpreter's lock from its begin to its end, and with it the watch. A full
one looks at every object that is kept: half a millisecond for a thousand reports in a list. So in
a program of ours it does not come by itself: what is loaded is set aside, and the thread that
decides anyway asks after every turn whether this is a good moment.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType

from vlm_driving import process
from vlm_driving.core.deadline import NS_PER_MS

FULL = 2
"""The generation of a collection that looks at everything."""
_AUTOMATIC = (200_000, 50, 1000)
"""Thresholds for the interpreter itself: a net below us, for a program that never asks."""
_PATIENCE = 6  # times `full_every_s`


@dataclass(frozen=True, slots=True)
class CollectorSettings:
    """When to collect.

    Attributes:
        young: new objects from which the youngest are looked at; well under 0.1 ms at 2,000.
        middle: collections of the youngest until those that survived are looked at again.
        old: of these, until everything is: with the others this bounds how much is new by then.
        full_every_s: least time between two collections of everything.
        margin_ms: between the expected end of a collection and the next deadline.
        most_pause_ms: a collection of everything that took longer sets aside what it found alive:
            what has been kept so long will hardly be a circle of garbage some day.
    """

    young: int = 2000
    middle: int = 5
    old: int = 3
    full_every_s: float = 10.0
    margin_ms: float = 10.0
    most_pause_ms: float = 2.0

    def __post_init__(self) -> None:
        times = (self.full_every_s, self.margin_ms, self.most_pause_ms)
        if min(self.young, self.middle, self.old) < 1 or not all(
            math.isfinite(t) and t >= 0 for t in times
        ):
            raise ValueError(f"counts are from 1 on and times zero or more, got {self}")


@dataclass(frozen=True, slots=True)
class Memories:
    """What is known of earlier collections.

    Attributes:
        pauses_ns: how long they took lately, by generation; the longest weighs longest.
        full_ns: when everything was looked at last; monotonic.
    """

    pauses_ns: tuple[int, int, int] = (NS_PER_MS, NS_PER_MS, 5 * NS_PER_MS)
    full_ns: int = 0

    def after(self, generation: int, begun_ns: int, ended_ns: int) -> Memories:
        """With one more."""
        took_ns = ended_ns - begun_ns
        faded_ns = self.pauses_ns[generation] * 7 // 8
        pauses = list(self.pauses_ns)
        pauses[generation] = max(took_ns, faded_ns)
        first, second, third = pauses
        full_ns = ended_ns if generation == FULL else self.full_ns
        return replace(self, pauses_ns=(first, second, third), full_ns=full_ns)


def wanted(
    counts: tuple[int, int, int], memories: Memories, now_ns: int, settings: CollectorSettings
) -> tuple[int, ...]:
    """The generations that are due at `now_ns`, the oldest first.

    Args:
        counts: as of `gc.get_count()`: new objects, and collections since the next older one.
        memories: of earlier collections.
        now_ns: monotonic.
        settings: when to collect.
    """
    new, young, middle = counts
    waited_ns = now_ns - memories.full_ns
    rested = waited_ns >= settings.full_every_s * 1000 * NS_PER_MS
    due = (
        (FULL, middle >= settings.old and rested),
        (1, young >= settings.middle),
        (0, new >= settings.young),
    )
    return tuple(generation for generation, is_due in due if is_due)


def fits(
    generation: int,
    due_ns: int | None,
    memories: Memories,
    now_ns: int,
    settings: CollectorSettings,
) -> bool:
    """Whether a collection may begin at `now_ns`.

    Everything is looked at while no report is open, unless that has not come for long.

    Args:
        generation: of it.
        due_ns: when the next open report has to be closed, monotonic; None while none is open.
        memories: of earlier collections; one may take twice as long as they did.
        now_ns: monotonic.
        settings: when to collect.
    """
    if due_ns is None:
        return True
    patience_ns = _PATIENCE * settings.full_every_s * 1000 * NS_PER_MS
    if generation == FULL and now_ns - memories.full_ns < patience_ns:
        return False  # there will be a moment without a report
    end_ns = now_ns + 2 * memories.pauses_ns[generation] + round(settings.margin_ms * NS_PER_MS)
    return end_ns <= due_ns


def choose(
    counts: tuple[int, int, int],
    due_ns: int | None,
    memories: Memories,
    now_ns: int,
    settings: CollectorSettings,
) -> int | None:
    """The generation to collect at `now_ns`, or None: the oldest one that is due and fits."""
    due = wanted(counts, memories, now_ns, settings)
    return next((one for one in due if fits(one, due_ns, memories, now_ns, settings)), None)


class Collector:
    """To be used as a context; does nothing in a process that is somebody else's.

    One thread asks, the one that opens it or another.
    """

    def __init__(
        self,
        settings: CollectorSettings | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
        ours: bool | None = None,
    ) -> None:
        """Change nothing yet.

        Args:
            settings: when to collect.
            clock: monotonic nanoseconds.
            ours: whether the process is; left out, what `process.is_ours()` says.
        """
        self._settings = settings or CollectorSettings()
        self._clock = clock
        self._ours = ours
        self._open = False
        self._thresholds = gc.get_threshold()
        self._frozen_before = 0
        self.memories = Memories()

    def open(self) -> None:
        """Set aside what is loaded, and take over. For the moment before the first frame."""
        if self._open or not (process.is_ours() if self._ours is None else self._ours):
            return
        self._thresholds = gc.get_threshold()
        self._frozen_before = gc.get_freeze_count()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_AUTOMATIC)
        self.memories = Memories(full_ns=self._clock())
        self._open = True

    def close(self) -> None:
        """Leave the collector as it was."""
        if not self._open:
            return
        self._open = False
        gc.set_threshold(*self._thresholds)
        if not self._frozen_before:  # else somebody else's would be let go too
            gc.unfreeze()

    def turn(self, due_ns: int | None) -> int | None:
        """Collect, if that is due and this is a good moment; the generation that was collected.

        Args:
            due_ns: when the next open report has to be closed, monotonic; None while none is open.
        """
        if not self._open:
            return None
        now_ns = self._clock()
        generation = choose(gc.get_count(), due_ns, self.memories, now_ns, self._settings)
        if generation is None:
            return None
        gc.collect(generation)
        ended_ns = self._clock()
        if generation == FULL and ended_ns - now_ns > self._settings.most_pause_ms * NS_PER_MS:
            gc.freeze()
        self.memories = self.memories.after(generation, now_ns, ended_ns)
        return generation

    def __enter__(self) -> Collector:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
