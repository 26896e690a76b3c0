"""Time as the client sees it, so that a test needs none."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """What the client asks of time."""

    def time(self) -> float:
        """Seconds since 1970, for a Retry-After that is a date."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; returns early after `wake`."""
        ...

    def wake(self) -> None:
        """End every wait, now and from now on."""
        ...


class SystemClock:
    """The machine's time."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait, or until woken."""
        self._woken.wait(seconds)

    def wake(self) -> None:
        """End every wait."""
        self._woken.set()
