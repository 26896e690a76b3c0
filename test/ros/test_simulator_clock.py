"""Simulated time goes on in its pace, and never further than it may."""

from __future__ import annotations

import threading
import time

import pytest

from vlm_driving.ros.simulator.clock import TICK_NS, ClockStopped, SimulatedClock
from vlm_driving.ros.simulator.driver import FRAME_TICKS, Lead


@pytest.fixture
def make():
    made = []

    def start(rate, publish=lambda now_ns: None, stop=None):
        made.append(SimulatedClock(publish, rate, 1000, stop or threading.Event()))
        made[-1].start()
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_every_tick_up_to_the_limit_is_published_once(make):
    times: list[int] = []
    clock = make(0.0, times.append)
    for limit in (0, 40, 40, 55):
        clock.allow(limit)
        clock.wait(limit)
    assert times == [1000 + i * TICK_NS for i in range(56)]
    assert clock.ns(55) == times[-1] and clock.tick == 55


def test_it_takes_its_time_and_after_a_stand_it_does_not_catch_up(make):
    clock = make(2.0)
    clock.allow(0)
    clock.wait(0)
    time.sleep(0.15)  # 60 ticks' worth
    assert clock.tick == 0
    began_s = time.monotonic()
    clock.allow(41)  # the first of them is due already
    clock.wait(41)
    assert time.monotonic() - began_s >= 0.099


def test_it_keeps_its_rate_while_it_is_not_held(make):
    clock = make(10.0)
    began_s = time.monotonic()
    clock.allow(1000)
    clock.wait(1000)
    assert 0.499 <= time.monotonic() - began_s < 1.5


def test_a_stop_ends_who_waits(make):
    stop = threading.Event()
    clock = make(1.0, stop=stop)
    threading.Timer(0.02, stop.set).start()
    with pytest.raises(ClockStopped):
        clock.wait(1)


def test_what_publishing_raises_comes_to_who_waits(make):
    def publish(now_ns: int) -> None:
        raise RuntimeError("no context")

    clock = make(1.0, publish)
    clock.allow(5)
    with pytest.raises(RuntimeError, match="no context"):
        clock.wait(5)


def test_a_frame_is_begun_as_early_as_the_slowest_of_the_last_ones_needs():
    lead = Lead(1.0)
    assert 1 <= lead.ticks <= 2  # nothing is known yet
    lead.begin()
    time.sleep(0.02)
    lead.end()
    assert 5 <= lead.ticks <= FRAME_TICKS
    lead.begin()
    time.sleep(0.11)
    lead.end()
    assert lead.ticks == FRAME_TICKS
    assert Lead(0.0).ticks == 0


def test_a_stop_ends_even_a_drive_that_never_has_to_wait(make):
    stop = threading.Event()
    clock = make(0.0, stop=stop)
    clock.allow(5)
    clock.wait(5)
    stop.set()
    with pytest.raises(ClockStopped):
        clock.wait(5)  # which has come already
