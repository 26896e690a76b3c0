"""SIGINT, SIGTERM and SIGHUP as an early end with all clearing up."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_SIGNAL_BASE = 128
"""With the signal's number on top: the exit code of what a signal ended."""
_LOOK_S = 0.2


class Stopped:
    """Whether a signal asked for an early end, and which.

    Attributes:
        tidily: there is something to bring to an end: a first signal only sets `event`.
            Until then a signal ends everything at once.
    """

    def __init__(self) -> None:
        self.event = threading.Event()
        self.tidily = False
        self.number: int | None = None

    def wait(self) -> None:
        """Until a signal came.

        A signal may be caught by any thread, those of a middleware included, and Python runs its
        handler once the main thread runs Python again: one that waits for a lock does not.
        """
        while not self.event.wait(_LOOK_S):
            pass

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Ask for an early end; the second signal does not wait for it."""
        if self.number is not None or not self.tidily:
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            sys.exit(EXIT_SIGNAL_BASE + number)
        self.number = number
        self.event.set()


def _ends() -> tuple[signal.Signals, ...]:
    """The signals that ask for an end; a hangup asks for none where `nohup` has it ignored."""
    hangup = getattr(signal, "SIGHUP", None)  # not on Windows
    if hangup is None or signal.getsignal(hangup) is signal.SIG_IGN:
        return signal.SIGINT, signal.SIGTERM
    return signal.SIGINT, signal.SIGTERM, hangup


@contextmanager
def stopped_by_signal() -> Iterator[Stopped]:
    """Turn SIGINT, SIGTERM and SIGHUP into an early end, with all clearing up, in the block."""
    stopped = Stopped()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    before = {number: signal.signal(number, stopped.handle) for number in _ends()}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
