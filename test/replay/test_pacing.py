"""Recorded times on the monotonic clock."""

from __future__ import annotations

import threading

import pytest
from support.scripted_answerer import MS, FakeClock

from vlm_driving.core import UserError
from vlm_driving.replay.pacing import ReplayClock, wait_until


class PatientEvent(threading.Event):
    """An event whose waiting moves a fake clock, always a little too far, as real ones do."""

    def __init__(self, clock: FakeClock, set_at_ns: int | None = None) -> None:
        super().__init__()
        self.clock, self.set_at_ns = clock, set_at_ns

    def wait(self, timeout=None):
        end_ns = self.clock.now_ns + round(timeout * 1e9) + MS
        if self.set_at_ns is not None and self.set_at_ns <= end_ns:
            self.clock.now_ns = self.set_at_ns
            self.set()
            return True
        self.clock.now_ns = end_ns
        return False


@pytest.mark.parametrize(("rate", "due_ms"), [(1.0, 100), (2.0, 50), (0.4, 250)])
def test_a_message_is_due_by_its_recorded_time_and_the_rate(rate, due_ms):
    clock = ReplayClock(first_log_ns=5_000 * MS, begun_ns=70 * MS, rate=rate)
    assert clock.due_ns(5_100 * MS) == (70 + due_ms) * MS


@pytest.mark.parametrize("rate", [1.0, 0.4, 3.0])
def test_the_recordings_time_runs_at_the_rate(rate):
    clock = ReplayClock(first_log_ns=5_000 * MS, begun_ns=70 * MS, rate=rate)
    assert clock.now_ns(70 * MS) == 5_000 * MS
    assert clock.now_ns(clock.due_ns(7_777 * MS)) == pytest.approx(7_777 * MS, abs=2)


@pytest.mark.parametrize("rate", [0, -1, 1e-300, 1e300, float("nan"), float("inf")])
def test_a_rate_is_a_positive_number(rate):
    with pytest.raises(UserError, match="rate is a positive number"):
        ReplayClock(0, 0, rate)


def test_waiting_ends_at_the_instant_even_if_sleeps_are_long():
    clock = FakeClock()
    due_ns = clock() + 500 * MS
    slept: list[float] = []

    def sleep(seconds):
        slept.append(seconds)
        clock.advance_ms(seconds * 1000)

    assert wait_until(due_ns, PatientEvent(clock), clock, sleep)
    assert clock() == due_ns
    assert len(slept) == 1


def test_who_is_late_does_not_wait():
    clock = FakeClock()
    before = clock()
    assert wait_until(before - 5 * MS, PatientEvent(clock), clock, lambda _: pytest.fail("slept"))
    assert clock() == before


def test_a_wait_of_centuries_can_be_stopped():
    """Damaged log times ask for it; the system's own waits refuse it."""
    stop = threading.Event()
    timer = threading.Timer(0.05, stop.set)
    timer.start()
    assert not wait_until((1 << 63) * 10, stop)


def test_a_stop_ends_the_waiting():
    clock = FakeClock()
    stop = PatientEvent(clock, set_at_ns=clock() + 50 * MS)
    assert not wait_until(clock() + 5_000 * MS, stop, clock, lambda _: None)
    assert stop.is_set()
