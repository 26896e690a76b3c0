"""A deadline is an instant on the machine's monotonic clock."""

from __future__ import annotations

import time

import pytest

from vlm_driving.core import Deadline

MS = 1_000_000


def test_budget_is_counted_from_the_instant_given():
    assert Deadline.after_ms(200, now_ns=7 * MS).monotonic_ns == 207 * MS


def test_part_of_a_millisecond_counts():
    assert Deadline.after_ms(0.5, now_ns=0).monotonic_ns == 500_000


@pytest.mark.parametrize(("now_ms", "left_ms"), [(0, 200.0), (150, 50.0), (200, 0.0), (230, -30.0)])
def test_remaining_time_runs_down_and_below_zero(now_ms, left_ms):
    deadline = Deadline.after_ms(200, now_ns=0)
    assert deadline.remaining_ms(now_ms * MS) == left_ms
    assert deadline.expired(now_ms * MS) is (left_ms <= 0)


def test_the_guard_brings_it_forward():
    assert Deadline(100 * MS).earlier_by_ms(7.5) == Deadline(92_500_000)


def test_the_earlier_deadline_is_the_smaller():
    assert min(Deadline(2), Deadline(1)) == Deadline(1)


def test_without_an_instant_it_is_now():
    before = time.monotonic_ns()
    deadline = Deadline.after_ms(1000)
    after = time.monotonic_ns()
    assert before <= deadline.monotonic_ns - 1000 * MS <= after
    assert not deadline.expired()
