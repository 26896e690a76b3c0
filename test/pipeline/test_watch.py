"""The watch closes what is due, nothing else, and is not kept from it."""

from __future__ import annotations

import threading
import time

import pytest
from support.scripted_answerer import MS

from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.pipeline.watch import Watch

SETTINGS = PipelineSettings(budget_ms=300, guard_ms=10)
PATIENCE_S = 20.0


def job_of(frame, settings=SETTINGS):
    return Job(frame, settings)


@pytest.fixture
def closed():
    return []


@pytest.fixture
def watch(closed, clock):
    return Watch(closed.append, clock)


def test_it_closes_what_is_due_and_nothing_else(watch, closed, clock, make_frame):
    early, late = job_of(make_frame(0)), job_of(make_frame(1, arrived_ns=clock() + 20 * MS))
    watch.add(late)
    watch.add(early)
    due = SETTINGS.watch_at(early.deadline)
    assert due is not None
    assert watch.next_due_ns() == due.monotonic_ns == early.frame.arrived_ns + 290 * MS
    watch.close_due(due.monotonic_ns - 1)
    assert closed == []
    watch.close_due(due.monotonic_ns)
    assert closed == [early]
    assert watch.next_due_ns() == due.monotonic_ns + 20 * MS
    watch.close_due(due.monotonic_ns)
    assert closed == [early]  # once


def test_the_model_is_done_before_the_watch_comes_and_the_watch_before_the_deadline(make_frame):
    for settings in (SETTINGS, PipelineSettings(budget_ms=4), PipelineSettings(budget_ms=1e12)):
        deadline = settings.deadline(make_frame())
        work, watch = settings.work_until(deadline), settings.watch_at(deadline)
        assert work is not None and watch is not None and deadline is not None
        assert work.monotonic_ns < watch.monotonic_ns < deadline.monotonic_ns


def test_what_has_its_report_is_taken_off(watch, closed, make_frame):
    jobs = [job_of(make_frame(number)) for number in range(2)]
    for job in jobs:
        watch.add(job)
    watch.remove(jobs[0])
    watch.remove(jobs[0])
    watch.close_due(1 << 62)
    assert closed == [jobs[1]]
    assert watch.next_due_ns() is None


def test_a_job_without_a_deadline_needs_no_watch(watch, closed, make_frame):
    watch.add(job_of(make_frame(), PipelineSettings(budget_ms=None)))
    assert watch.next_due_ns() is None
    watch.wait_until_idle()


def test_everything_due_is_closed_in_one_go(watch, closed, make_frame):
    jobs = [job_of(make_frame(number)) for number in range(20)]
    for job in jobs:
        watch.add(job)
    watch.close_due(1 << 62)
    assert closed == jobs


def test_its_thread_closes_by_time_and_ends_when_told(make_frame):
    at = {}
    settings = PipelineSettings(budget_ms=60, guard_ms=10)
    watch = Watch(lambda job: at.update({job: time.monotonic_ns()}), time.monotonic_ns)
    thread = threading.Thread(target=watch.run, daemon=True)
    thread.start()
    time.sleep(0.05)  # it waits for nothing by now, and has to be woken
    jobs = [
        job_of(make_frame(0, arrived_ns=time.monotonic_ns() + n * MS), settings) for n in (9, 0)
    ]
    for job in jobs:
        watch.add(job)
    idle = threading.Thread(target=watch.wait_until_idle, daemon=True)
    idle.start()
    idle.join(PATIENCE_S)
    assert not idle.is_alive()
    assert list(at) == [jobs[1], jobs[0]]
    for job in jobs:
        assert at[job] >= job.frame.arrived_ns + 50 * MS
    watch.stop()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_nobody_waits_for_a_watch_that_was_stopped(watch, make_frame):
    watch.add(job_of(make_frame()))
    waiter = threading.Thread(target=watch.wait_until_idle, daemon=True)
    waiter.start()
    watch.stop()
    waiter.join(PATIENCE_S)
    assert not waiter.is_alive()
    watch.run()  # ends at once


def test_what_is_closed_by_time_beside_frames_comes_after_them(closed, clock, make_frame):
    class Questions:
        due_ns = 5

        def next_due_ns(self):
            return self.due_ns

        def close_due(self, now_ns):
            closed.append(now_ns)

    watch = Watch(closed.append, clock, Questions())
    assert watch.next_due_ns() == 5
    job = job_of(make_frame())
    watch.add(job)
    assert watch.next_due_ns() == 5
    watch.close_due(1 << 62)
    assert closed == [job, 1 << 62]
