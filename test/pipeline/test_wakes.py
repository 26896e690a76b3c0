"""A watch that gets up earlier where threads wake late."""

from __future__ import annotations

import threading

import pytest
from support.scripted_answerer import MS

from vlm_driving.core import Deadline
from vlm_driving.pipeline import PipelineSettings
from vlm_driving.pipeline.canary import Canary, Counters
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.stalls import Beat
from vlm_driving.pipeline.wakes import WakeLateness
from vlm_driving.pipeline.watch import Watch

SETTINGS = PipelineSettings(budget_ms=200.0, guard_ms=8.0)


def test_the_worst_wake_of_the_window_counts():
    wakes = WakeLateness(window_ms=100.0)
    assert wakes.worst_ms == 0.0
    for at_ms, late_ms in ((0, 3), (10, 20), (20, 5), (30, 7)):
        wakes.add(late_ms * MS, at_ms * MS)
    assert wakes.worst_ms == 20.0
    wakes.add(1 * MS, 111 * MS)  # the worst one is forgotten, the second worst is left
    assert wakes.worst_ms == 7.0
    wakes.add(0, 300 * MS)
    assert wakes.worst_ms == 0.0


@pytest.mark.parametrize(
    ("late_ms", "kept_ms"), [(0.0, 8.0), (7.0, 8.0), (23.0, 23.0), (49.0, 49.0), (400.0, 50.0)]
)
def test_the_guard_grows_with_late_wakes_up_to_a_quarter_of_the_budget(late_ms, kept_ms):
    closes = SETTINGS.watch_at(Deadline(1000 * MS), late_ms)
    assert closes == Deadline(1000 * MS).earlier_by_ms(kept_ms)
    until = SETTINGS.work_until(Deadline(1000 * MS), late_ms)
    assert until == closes.earlier_by_ms(2.0)  # a model's last word is heard before


def test_the_watch_closes_earlier_while_threads_wake_late(clock, make_frame):
    late_ms = [0.0]
    closed: list[Job] = []
    watch = Watch(closed.append, clock, wakes_late_ms=lambda: late_ms[0])
    frame = make_frame()
    job = Job(frame, SETTINGS)
    watch.add(job)
    assert watch.next_due_ns() == clock() + 192 * MS
    clock.advance_ms(180.0)
    watch.close_due(clock())
    assert closed == []
    late_ms[0] = 20.0
    watch.close_due(clock())
    assert closed == [job]


def test_the_canary_tells_how_late_it_woke():
    class Turned(Counters):
        now_ns = 0

        def read(self):
            return Beat(self.now_ns, self.now_ns, 0, 0)

    counters = Turned(threading.get_native_id())
    canary = Canary(period_ms=10_000.0, open_counters=lambda thread_id: counters)
    canary.start()
    try:
        counters.now_ns += 10_012 * MS
        canary.beat()
        assert canary.wakes_late_ms() == pytest.approx(12.0)
    finally:
        canary.stop()


def test_a_machine_that_stood_still_once_does_not_wake_late_from_then_on():
    class Turned(Counters):
        now_ns = 0

        def read(self):
            return Beat(self.now_ns, self.now_ns, 0, 0)  # nobody ran, and nobody wanted to

    counters = Turned(threading.get_native_id())
    canary = Canary(period_ms=10_000.0, open_counters=lambda thread_id: counters)
    canary.start()
    try:
        counters.now_ns += 10_400 * MS
        canary.beat()
        assert [stall.kind.value for stall in canary.stalls()] == ["stood_still"]
        assert canary.wakes_late_ms() == 0.0
    finally:
        canary.stop()
