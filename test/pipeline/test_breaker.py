"""Closed, open, half-open: the table of the module, line by line, and all short histories."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from vlm_driving.core import UserError
from vlm_driving.pipeline.breaker import (
    Breaker,
    BreakerSettings,
    Ended,
    Ending,
    Gate,
    TrialBegun,
    advance,
    gate,
    next_trial_ms,
)

MS = 1_000_000
SETTINGS = BreakerSettings(
    failures_in_row=3,
    window=8,
    window_ms=1000.0,
    failure_share=0.5,
    least_in_window=6,
    back_off_ms=100.0,
    back_off_cap_ms=1600.0,
    jitter=0.2,
    successes_to_close=2,
    trial_limit_ms=500.0,
    forget_ms=10_000.0,
)
FAILURES = [how for how in Ending if how.failed]


class Health:
    """A breaker with a clock."""

    def __init__(self, settings=SETTINGS, breaker=None, ms=1000):
        self.settings, self.ms = settings, ms
        self.breaker = breaker or Breaker()

    def gate(self) -> Gate:
        return gate(self.breaker, self.ms * MS, self.settings)

    def end(self, how, begun_ms=None, after_ms=0):
        begun_ms = self.ms if begun_ms is None else begun_ms
        self.ms += after_ms
        event = Ended(how, begun_ms * MS)
        self.breaker = advance(self.breaker, event, self.ms * MS, self.settings)

    def trial(self, how=None):
        self.breaker = advance(self.breaker, TrialBegun(), self.ms * MS, self.settings)
        if how is not None:
            self.end(how, after_ms=1)

    def wait_ms(self) -> float:
        wait_ms = next_trial_ms(self.breaker, self.ms * MS, self.settings)
        assert wait_ms is not None
        return wait_ms

    def broken(self):
        for _ in range(self.settings.failures_in_row):
            self.end(Ending.CRASH)
        assert self.gate() is Gate.OPEN
        return self

    def due(self):
        self.ms += round(self.wait_ms()) + 1
        assert self.gate() is Gate.TRIAL_DUE
        return self


@pytest.mark.parametrize("how", FAILURES)
def test_failures_in_a_row_open_it_whatever_their_kind(how):
    health = Health()
    health.end(how)
    health.end(how)
    assert health.gate() is Gate.CLOSED
    health.end(how)
    assert health.gate() is Gate.OPEN
    assert health.breaker.cause is how


def test_a_success_between_breaks_the_row():
    health = Health()
    for how in (Ending.HANG, Ending.HANG, Ending.SUCCESS, Ending.HANG, Ending.HANG):
        health.end(how)
    assert health.gate() is Gate.CLOSED


def test_the_excused_neither_count_nor_break_the_row():
    health = Health()
    for _ in range(50):
        health.end(Ending.EXCUSED)
    assert health.breaker == Breaker()
    for how in (Ending.HANG, Ending.EXCUSED, Ending.HANG, Ending.EXCUSED, Ending.HANG):
        health.end(how)
    assert health.gate() is Gate.OPEN


def test_half_of_the_window_failing_opens_it_without_a_row():
    health = Health()
    for _ in range(2):
        health.end(Ending.SUCCESS)
        health.end(Ending.ERROR)
    health.end(Ending.SUCCESS)
    assert health.gate() is Gate.CLOSED  # too few to mean anything
    health.end(Ending.ERROR)
    assert health.gate() is Gate.OPEN


def test_failures_that_have_left_the_window_are_forgotten():
    health = Health()
    for _ in range(2):
        health.end(Ending.ERROR)
        health.end(Ending.SUCCESS)
    health.ms += 1001
    for how in (Ending.SUCCESS, Ending.SUCCESS, Ending.SUCCESS, Ending.ERROR):
        health.end(how)
    assert health.gate() is Gate.CLOSED
    assert len(health.breaker.recent) == 4
    for _ in range(20):
        health.end(Ending.SUCCESS)
    assert len(health.breaker.recent) == SETTINGS.window


def test_it_stays_open_for_its_back_off_and_not_longer():
    health = Health().broken()
    wait_ms = health.wait_ms()
    assert 80.0 < wait_ms <= 100.0
    end_ns = health.ms * MS + round(wait_ms * MS)
    assert gate(health.breaker, end_ns - 1, SETTINGS) is Gate.OPEN
    assert gate(health.breaker, end_ns, SETTINGS) is Gate.TRIAL_DUE
    assert next_trial_ms(health.breaker, end_ns, SETTINGS) is None


def test_what_ends_while_it_is_open_changes_nothing():
    health = Health().broken()
    before = health.breaker
    for how in Ending:
        health.end(how)
    assert health.breaker == before


def test_one_trial_at_a_time():
    health = Health().broken().due()
    health.trial()
    assert health.gate() is Gate.TRIAL_RUNNING
    with pytest.raises(ValueError, match="none was due"):
        health.trial()


@pytest.mark.parametrize("prepare", [Health, lambda: Health().broken()])
def test_no_trial_begins_unless_it_is_half_open(prepare):
    with pytest.raises(ValueError, match="none was due"):
        prepare().trial()


def test_it_closes_after_its_trials_succeed():
    health = Health().broken().due()
    health.trial(Ending.SUCCESS)
    assert health.gate() is Gate.TRIAL_DUE
    health.trial(Ending.SUCCESS)
    assert health.gate() is Gate.CLOSED
    assert health.breaker.recent == ()


@pytest.mark.parametrize("how", FAILURES)
def test_a_failed_trial_opens_it_for_longer(how):
    health = Health(replace(SETTINGS, jitter=0.0)).broken()
    waits = []
    for _ in range(7):
        waits.append(health.wait_ms())
        health.due().trial(how)
        assert health.gate() is Gate.OPEN
    assert waits == [100, 200, 400, 800, 1600, 1600, 1600]


def test_one_success_does_not_outweigh_a_failed_trial():
    health = Health().broken().due()
    health.trial(Ending.SUCCESS)
    health.trial(Ending.HANG)
    assert health.gate() is Gate.OPEN
    health.due().trial(Ending.SUCCESS)
    assert health.gate() is Gate.TRIAL_DUE


def test_an_excused_trial_is_followed_by_another():
    health = Health().broken().due()
    health.trial(Ending.EXCUSED)
    assert health.gate() is Gate.TRIAL_DUE
    assert health.breaker.openings == 1


def test_only_the_trial_decides_while_it_is_half_open():
    health = Health().broken().due()
    health.trial()
    for how in (Ending.SUCCESS, Ending.HANG):
        health.end(how, begun_ms=health.ms - 1)
    assert health.gate() is Gate.TRIAL_RUNNING


def test_a_lost_trial_does_not_block_the_next_and_comes_too_late():
    health = Health().broken().due()
    health.trial()
    begun_ms = health.ms
    health.ms += 499
    assert health.gate() is Gate.TRIAL_RUNNING
    health.ms += 1
    assert health.gate() is Gate.TRIAL_DUE
    health.trial()
    health.end(Ending.HANG, begun_ms=begun_ms)
    assert health.gate() is Gate.TRIAL_RUNNING


def test_what_began_before_it_closed_says_nothing_about_the_closed_one():
    health = Health().broken().due()
    begun_ms = health.ms
    health.trial(Ending.SUCCESS)
    health.trial(Ending.SUCCESS)
    for _ in range(5):
        health.end(Ending.HANG, begun_ms=begun_ms)
    assert health.gate() is Gate.CLOSED
    assert health.breaker.recent == ()


@pytest.mark.parametrize(("calm_ms", "openings"), [(9_000, 2), (10_000, 1)])
def test_the_back_off_starts_small_again_only_after_a_calm_time(calm_ms, openings):
    health = Health().broken().due()
    health.trial(Ending.SUCCESS)
    health.trial(Ending.SUCCESS)
    health.ms += calm_ms
    health.broken()
    assert health.breaker.openings == openings


def test_the_seed_alone_decides_the_jitter():
    def waits(seed):
        settings = replace(SETTINGS, seed=seed)
        return [settings.back_off_ns(opening) for opening in range(1, 20)]

    assert waits(1) == waits(1)
    assert waits(1) != waits(2)
    for seed in range(50):
        for before, after in pairwise(waits(seed)[:5]):
            assert before < after  # doubled outweighs any jitter
        assert max(waits(seed)) <= 1600 * MS
    assert SETTINGS.back_off_ns(10_000) <= 1600 * MS


@pytest.mark.parametrize("jump_ms", [10**9, -900, -(10**9)])
def test_a_clock_that_jumps_leaves_no_phase_that_cannot_be_left(jump_ms):
    for prepare in (Health, lambda: Health().broken(), lambda: Health().broken().due()):
        health = prepare()
        if health.gate() is Gate.TRIAL_DUE:
            health.trial()
        health.ms += jump_ms
        for _ in range(40):  # a backend that works from here on is healthy within two seconds
            if health.gate() is Gate.TRIAL_DUE:
                health.trial(Ending.SUCCESS)
            elif health.gate() is Gate.CLOSED:
                health.end(Ending.SUCCESS)
            health.ms += 50
        assert health.gate() is Gate.CLOSED
        health.broken()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"failures_in_row": 0}, "counts are 1 or more"),
        ({"back_off_ms": 0.0}, "positive numbers"),
        ({"window_ms": float("nan")}, "positive numbers"),
        ({"back_off_cap_ms": 10.0}, "raise the cap"),
        ({"failure_share": 0.0}, "failure share"),
        ({"jitter": 0.5}, "jitter"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_one_sentence(changes, words):
    with pytest.raises(UserError, match=words):
        replace(SETTINGS, **changes)
