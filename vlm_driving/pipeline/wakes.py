"""How late threads of this process wake: what the watch has to keep back besides its guard."""

from __future__ import annotations

from collections import deque

from vlm_driving.core.deadline import NS_PER_MS


class WakeLateness:
    """The latest wake of the last seconds. One thread adds, any may ask.

    A machine that is short of CPUs lets a thread wait for one, again and again and about as
    long: who was woken 20 ms late a second ago had better get up 20 ms earlier now.
    """

    def __init__(self, window_ms: float = 5_000.0) -> None:
        """Remember the wakes of the last `window_ms`."""
        self._window_ns = round(window_ms * NS_PER_MS)
        self._falling: deque[tuple[int, int]] = deque()
        """(instant, lateness): those that no later one exceeds, so the first is the worst."""

    def add(self, late_ns: int, now_ns: int) -> None:
        """A thread that slept woke `late_ns` late, at monotonic `now_ns`."""
        falling = self._falling
        while falling and falling[-1][1] <= late_ns:
            falling.pop()
        falling.append((now_ns, late_ns))
        while falling[0][0] < now_ns - self._window_ns:
            falling.popleft()

    @property
    def worst_ms(self) -> float:
        """The latest wake, in ms; 0 if there was none."""
        first = next(iter(tuple(self._falling)), None)
        return 0.0 if first is None else first[1] / NS_PER_MS
