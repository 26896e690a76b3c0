"""The threads behind a language model as judge."""

from __future__ import annotations

import threading

import pytest

from vlm_driving.evaluation.judges.llm.pool import in_threads


def test_nothing_more_is_started_once_the_caller_has_left():
    started: list[int] = []
    gate = threading.Semaphore(1)

    def work(task: int) -> int:
        gate.acquire(timeout=20)
        started.append(task)
        return task

    results = in_threads(range(100), work, 1)
    assert next(results) == 0
    results.close()
    before = set(threading.enumerate())
    gate.release()
    for thread in before:
        if thread.name.startswith("llm-judge"):
            thread.join(20)
    # Task 1 was under way.
    assert started in ([0], [0, 1])


def test_a_fault_of_ours_comes_out_in_the_thread_that_waits():
    def work(task: int) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(in_threads([1], work, 4))


def test_nothing_to_do_starts_no_thread():
    before = threading.active_count()
    assert list(in_threads([], str, 4)) == []
    assert threading.active_count() == before
