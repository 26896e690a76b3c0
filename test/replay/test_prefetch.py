"""Reading ahead changes nothing about what is read."""

from __future__ import annotations

import threading

import pytest

from vlm_driving.replay.prefetch import Prefetch


def test_items_come_in_order():
    with Prefetch(range(100), depth=3) as ahead:
        assert list(ahead) == list(range(100))


def test_a_fault_is_raised_where_it_stands():
    def items():
        yield 1
        yield 2
        raise OSError("the disk is gone")

    got = []
    with pytest.raises(OSError, match="the disk is gone"), Prefetch(items()) as ahead:
        for item in ahead:
            got.append(item)
    assert got == [1, 2]


def test_no_more_is_read_ahead_than_asked_for():
    read: list[int] = []
    gate = threading.Event()

    def items():
        for i in range(50):
            read.append(i)
            if i == 3:
                gate.set()
            yield i

    with Prefetch(items(), depth=2) as ahead:
        assert next(iter(ahead)) == 0
        assert gate.wait(timeout=5)
    assert len(read) <= 5  # one taken, two queued, one in hand, one begun


def test_leaving_early_ends_the_thread():
    before = threading.active_count()
    with Prefetch(iter(int, 1), depth=1) as ahead:  # endless zeros
        next(iter(ahead))
    assert threading.active_count() == before
