"""Timers in monotonic time, all of a port on one thread."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable

from vlm_driving.ros.callbacks import call_safely
from vlm_driving.ros.port import Log


class DdsTimer:
    """One callback at a steady rate."""

    def __init__(self, period_s: float, callback: Callable[[], None]) -> None:
        self.period_s = period_s
        self.callback = callback
        self.is_cancelled = False

    def cancel(self) -> None:
        """Call no more."""
        self.is_cancelled = True


def next_due(due_s: float, period_s: float, now_s: float) -> float:
    """The next instant on the timer's grid that is not past: late calls are not made up for."""
    missed = max(0, int((now_s - due_s) // period_s))
    return due_s + (missed + 1) * period_s


class Timers:
    """Calls each timer when it is due; the thread begins with the first timer."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._due: list[tuple[float, int, DdsTimer]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def add(self, period_s: float, callback: Callable[[], None]) -> DdsTimer:
        """A timer, first due after one period. Raises ValueError for a period of 0 or less."""
        if not period_s > 0:
            raise ValueError(f"period_s is {period_s}; it must be above 0")
        timer = DdsTimer(period_s, callback)
        with self._changed:
            entry = (time.monotonic() + period_s, next(self._numbers), timer)
            heapq.heappush(self._due, entry)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="dds timers", daemon=True)
                self._thread.start()
            self._changed.notify()
        return timer

    def close(self) -> None:
        """End all timers, and wait for the call that runs."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None and threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while (timer := self._wait()) is not None:
            call_safely(timer.callback, "timer", self._log)

    def _wait(self) -> DdsTimer | None:
        """The next timer that is due, put back for its next time; None when all is over."""
        with self._changed:
            while not self._closing:
                while self._due and self._due[0][2].is_cancelled:
                    heapq.heappop(self._due)
                if not self._due:
                    self._changed.wait()
                    continue
                due_s, number, timer = self._due[0]
                now_s = time.monotonic()
                if now_s < due_s:
                    self._changed.wait(due_s - now_s)
                    continue
                after_s = next_due(due_s, timer.period_s, now_s)
                heapq.heapreplace(self._due, (after_s, number, timer))
                return timer
        return None
