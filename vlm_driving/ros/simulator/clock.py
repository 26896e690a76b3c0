"""Simulated time: /clock tick by tick, in real time, and never further than the drive has come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

TICK_NS = 5_000_000
"""200 ticks a simulated second: as dense as ages of frames need it."""
TICK_S = TICK_NS / 1e9
POLL_S = 0.1
LOST_S = 0.1
"""What was lost beyond this (the program was suspended) is not made up for."""


class ClockStopped(Exception):
    """Simulated time goes on no more."""


class SimulatedClock:
    """Publishes ticks at `rate` simulated seconds a second, up to the limit that it was given.

    At the limit it stands; from there it goes on in its pace, so that time slows down and jumps
    nowhere.
    """

    def __init__(
        self, publish: Callable[[int], object], rate: float, start_ns: int, stop: threading.Event
    ) -> None:
        """Begin nothing yet.

        Args:
            publish: takes ROS time in ns, on the clock's own thread.
            rate: simulated seconds a second; 0 waits for nothing but the limit.
            start_ns: the time of tick 0.
            stop: ends every wait.
        """
        self._publish = publish
        self._rate = rate
        self._start_ns = start_ns
        self._stop = stop
        self._changed = threading.Condition()
        self._tick = self._limit = -1
        self._is_closing = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="simulated clock", daemon=True)

    def start(self) -> None:
        """Tick, once a limit allows it."""
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._is_closing.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def ns(self, tick: int) -> int:
        """The ROS time of a tick."""
        return self._start_ns + tick * TICK_NS

    @property
    def tick(self) -> int:
        """The last one that was published; -1 before the first."""
        return self._tick

    def allow(self, tick: int) -> None:
        """Let time go on up to this tick."""
        with self._changed:
            self._limit = max(self._limit, tick)
            self._changed.notify_all()

    def wait(self, tick: int) -> None:
        """Wait until this tick is published.

        Raises:
            ClockStopped: the stop was asked for.
            Exception: what publishing raised.
        """
        with self._changed:
            while True:  # looks at least once: a drive that never has to wait must end, too
                if self._failure is not None:
                    raise self._failure
                if self._stop.is_set() or self._is_closing.is_set():
                    raise ClockStopped
                if self._tick >= tick:
                    return
                self._changed.wait(POLL_S)

    def _run(self) -> None:
        try:
            anchor_s, anchor, tick = time.monotonic(), 0, 0
            while not self._is_closing.is_set():
                if self._rate > 0:
                    late_s = time.monotonic() - anchor_s - (tick - anchor) * TICK_S / self._rate
                    if late_s < 0:
                        self._is_closing.wait(-late_s)
                    elif late_s > LOST_S:
                        anchor_s, anchor = time.monotonic(), tick
                if self._stood_at_limit(tick):
                    anchor_s, anchor = time.monotonic(), tick
                if self._is_closing.is_set():
                    break
                self._publish(self.ns(tick))
                with self._changed:
                    self._tick = tick
                    self._changed.notify_all()
                tick += 1
        except Exception as error:
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _stood_at_limit(self, tick: int) -> bool:
        """Wait until this tick is allowed; whether that took any waiting."""
        with self._changed:
            if tick <= self._limit:
                return False
            self._changed.wait_for(lambda: tick <= self._limit or self._is_closing.is_set())
        return True
