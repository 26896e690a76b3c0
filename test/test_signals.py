"""A signal is an early end with all clearing up."""

from __future__ import annotations

import os
import signal

import pytest

from vlm_driving.signals import stopped_by_signal


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_asks_for_an_end_and_the_handler_of_before_comes_back(name: str) -> None:
    number = getattr(signal, name)
    ours = signal.signal(number, mine := lambda *_: None)  # so that nothing ends the tests
    try:
        with stopped_by_signal() as stopped:
            stopped.tidily = True
            os.kill(os.getpid(), number)
            assert stopped.event.wait(1.0) and stopped.number == number
        assert signal.getsignal(number) is mine
    finally:
        signal.signal(number, ours)


def test_a_hangup_that_nohup_has_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stopped_by_signal() as stopped:
            stopped.tidily = True
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN and stopped.number is None
    finally:
        signal.signal(signal.SIGHUP, before)
