"""When a recorded frame is due, and what time it is in the recording."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from vlm_driving.core import UserError

NS_PER_S = 1_000_000_000
LEAST_RATE, MOST_RATE = 0.001, 1000.0
MOST_WAIT_NS = 3600 * NS_PER_S
"""Waited at a time: the system knows no wait of centuries, as damaged times would ask for."""
SPIN_NS = 2_000_000
"""The last part of a wait, slept in one exact sleep that a signal does not have to end."""


@dataclass(frozen=True, slots=True)
class ReplayClock:
    """The recording's clock, running at `rate` from the moment the first frame is offered.

    Attributes:
        first_log_ns: log time of the first frame.
        begun_ns: monotonic instant at which that frame is due.
        rate: recorded seconds a second.
    """

    first_log_ns: int
    begun_ns: int
    rate: float = 1.0

    def __post_init__(self) -> None:
        check_rate(self.rate)

    def due_ns(self, log_ns: int) -> int:
        """The monotonic instant at which a message of `log_ns` is due."""
        return self.begun_ns + round((log_ns - self.first_log_ns) / self.rate)

    def now_ns(self, monotonic_ns: int) -> int:
        """The recording's time at a monotonic instant."""
        return self.first_log_ns + round((monotonic_ns - self.begun_ns) * self.rate)


def check_rate(rate: float) -> None:
    """Raises UserError unless `rate` is a positive number that a clock can run at."""
    if not (math.isfinite(rate) and LEAST_RATE <= rate <= MOST_RATE):
        raise UserError(
            f"The rate is a positive number from {LEAST_RATE:g} to {MOST_RATE:g}, got {rate:g}; "
            "1 is the recorded speed."
        )


def wait_until(
    due_ns: int,
    stop: threading.Event,
    clock: Callable[[], int] = time.monotonic_ns,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait for a monotonic instant; False when `stop` was set first. Late comers do not wait."""
    while (left_ns := due_ns - clock()) > SPIN_NS:
        if stop.wait(min(left_ns - SPIN_NS, MOST_WAIT_NS) / NS_PER_S):
            return False
    if left_ns > 0:
        sleep(left_ns / NS_PER_S)
    return not stop.is_set()
