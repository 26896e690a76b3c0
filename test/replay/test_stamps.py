"""Which clock a stamp belongs to, and how old a frame is."""

from __future__ import annotations

import pytest

from vlm_driving.core import StampSource
from vlm_driving.replay.stamps import StampClock, age_ms, choose_stamp

MS = 1_000_000
LOG = 1_700_000_000_000 * MS


def test_a_zero_stamp_is_the_time_of_arrival():
    assert choose_stamp(0, LOG) == (LOG, StampSource.ARRIVAL)
    assert choose_stamp(LOG - 5, LOG) == (LOG - 5, StampSource.HEADER)


def test_the_age_is_counted_on_the_recordings_clock():
    same = StampClock.of_first_frames([(LOG - 5 * MS, LOG)])
    assert age_ms(LOG - 5 * MS, StampSource.HEADER, LOG + 2 * MS, same) == 7.0
    assert age_ms(LOG, StampSource.ARRIVAL, LOG + 2 * MS, same) == 2.0
    assert same.note() is None


def test_a_stamp_ahead_of_the_recording_has_a_negative_age():
    assert age_ms(LOG + 24 * MS, StampSource.HEADER, LOG, StampClock()) == -24.0


@pytest.mark.parametrize("first_ms", [3, 0], ids=["begun", "zero"])
def test_a_simulators_stamps_are_another_clock(first_ms):
    """They begin at zero while the bag was recorded in 2023: no frame is 53 years old."""
    times = [(first_ms * MS, LOG), (53 * MS, LOG + 50 * MS), (103 * MS, LOG + 100 * MS)]
    clock = StampClock.of_first_frames(times)
    assert age_ms(3 * MS, StampSource.HEADER, LOG, clock) == 0.0
    assert age_ms(103 * MS, StampSource.HEADER, LOG + 110 * MS, clock) == 10.0
    assert "different clocks" in (clock.note() or "")


def test_an_arrival_stamp_is_not_moved_to_the_headers_clock():
    clock = StampClock.of_first_frames([(3 * MS, LOG)])
    assert age_ms(LOG, StampSource.ARRIVAL, LOG + 4 * MS, clock) == 4.0


@pytest.mark.parametrize("stamp_ns", [0, LOG, LOG - 9_000 * MS, LOG + 9_000 * MS])
def test_a_near_or_missing_stamp_is_the_same_clock(stamp_ns):
    assert StampClock.of_first_frames([(stamp_ns, LOG)]).offset_ns == 0


@pytest.mark.parametrize("wrong_ms", [3_600_000, -3_600_000, 7 - LOG // MS])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_wild_stamp_does_not_choose_the_clock(wrong_ms, place):
    """A camera whose clock is set a moment after it starts."""
    times = [(LOG + i * 50 * MS, LOG + i * 50 * MS) for i in range(3)]
    times[place] = (times[place][0] + wrong_ms * MS, times[place][1])
    assert StampClock.of_first_frames(times).offset_ns == 0


def test_without_frames_there_is_one_clock():
    assert StampClock.of_first_frames([]).offset_ns == 0
