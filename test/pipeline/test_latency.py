"""Measured durations that forget."""

from __future__ import annotations

import math

import pytest

from vlm_driving.pipeline.latency import (
    ADVICE,
    ALWAYS_KEPT,
    KEPT_MS,
    LEAST_SAMPLES,
    MOST_SAMPLES,
    Latencies,
)

MS = 1_000_000


def filled(durations, step_ms=0.0, start_ns=0):
    latencies = Latencies()
    for index, ms in enumerate(durations):
        latencies.add(ADVICE, ms, start_ns + round(index * step_ms * MS))
    return latencies


def test_a_handful_of_samples_says_nothing():
    assert filled(range(LEAST_SAMPLES - 1)).quantile(ADVICE, 0.5, 0) is None
    assert filled(range(LEAST_SAMPLES)).quantile(ADVICE, 0.5, 0) is not None


def test_a_stage_that_was_never_measured_says_nothing():
    latencies = filled([1.0] * 20)
    assert latencies.quantile("done", 0.5, 0) is None
    assert latencies.count("done", 0) == 0


@pytest.mark.parametrize("count", [8, 9, 50, 99, 100, 101, 200, 256])
@pytest.mark.parametrize("q", [0.0, 0.01, 0.5, 0.9, 0.99, 1.0])
def test_a_quantile_is_the_least_sample_that_the_share_does_not_exceed(count, q):
    samples = [float(value) for value in range(1, count + 1)]
    found = filled(reversed(samples)).quantile(ADVICE, q, 0)
    covered = [s for s in samples if sum(x <= s for x in samples) >= round(q * count, 6)]
    assert found == min(covered)


def test_the_p99_of_fewer_than_a_hundred_is_the_longest():
    assert filled([10.0] * 98 + [70.0]).quantile(ADVICE, 0.99, 0) == 70.0
    assert filled([10.0] * 99 + [70.0]).quantile(ADVICE, 0.99, 0) == 10.0


def test_only_the_newest_samples_are_kept():
    latencies = filled([500.0] * 100 + [10.0] * MOST_SAMPLES)
    assert latencies.count(ADVICE, 0) == MOST_SAMPLES
    assert latencies.quantile(ADVICE, 1.0, 0) == 10.0


def test_what_is_older_than_two_minutes_is_forgotten_but_for_the_newest():
    latencies = filled([500.0] * 100 + [10.0] * ALWAYS_KEPT)
    limit_ns = round(KEPT_MS * MS)
    assert latencies.quantile(ADVICE, 1.0, limit_ns) == 500.0
    assert latencies.quantile(ADVICE, 1.0, limit_ns + 1) == 10.0
    assert latencies.count(ADVICE, 1 << 62) == ALWAYS_KEPT


def test_old_samples_fade_while_new_ones_come():
    latencies = filled([90.0] * 100)
    later_ns = round((KEPT_MS + 1) * MS)
    for _ in range(10):
        latencies.add(ADVICE, 5.0, later_ns)
    assert latencies.count(ADVICE, later_ns) == ALWAYS_KEPT
    assert latencies.quantile(ADVICE, 0.3, later_ns) == 5.0
    for _ in range(ALWAYS_KEPT - 10):
        latencies.add(ADVICE, 5.0, later_ns)
    assert latencies.quantile(ADVICE, 1.0, later_ns) == 5.0


def test_a_clock_that_jumps_back_loses_nothing():
    latencies = filled([10.0] * 100, start_ns=10**15)
    assert latencies.count(ADVICE, 0) == 100


@pytest.mark.parametrize("ms", [-0.001, math.nan, math.inf])
def test_what_is_no_duration_is_refused(ms):
    with pytest.raises(ValueError, match="zero or more"):
        Latencies().add(ADVICE, ms, 0)


def test_an_unknown_stage_or_share_is_refused():
    with pytest.raises(ValueError, match="unknown stage 'sleep', known are advice"):
        Latencies().add("sleep", 1.0, 0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Latencies().quantile(ADVICE, 99, 0)
