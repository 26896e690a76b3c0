"""What the camera delivers under each of the feed's faults."""

from __future__ import annotations

import pytest

from vlm_driving.soak.feed import BURST, TRANSPORT_MS, Delivery, Feed
from vlm_driving.soak.kinds import Fault
from vlm_driving.soak.schedule import Window

RATE = 10.0


def delivered(fault: Fault, begin_s: float = 1.0, end_s: float = 2.0) -> dict[int, list[Delivery]]:
    """What arrives at each of fifty ticks."""
    feed = Feed([Window(fault, begin_s, end_s, 1, 0)], 8, RATE)
    return {tick: feed.deliver(tick / RATE) for tick in range(50)}


def test_without_faults_neighbours_differ_and_arrive_a_moment_after_their_stamps():
    feed = Feed([], 8, RATE)
    row = [feed.deliver(tick / RATE) for tick in range(50)]
    assert [len(one) for one in row] == [1] * 50
    frames = [one[0] for one in row]
    assert all(a.picture != b.picture for a, b in zip(frames, frames[1:], strict=False))
    assert all(one.age_ms == pytest.approx(TRANSPORT_MS, abs=0.01) for one in frames)
    assert all(
        b.stamp_ns - a.stamp_ns == 100_000_000 for a, b in zip(frames, frames[1:], strict=False)
    )


def test_a_burst_is_ten_frames_at_once():
    row = delivered(Fault.BURST)
    assert len(row[10]) == BURST == 10
    assert len({one.picture for one in row[10]}) == 8
    assert all(len(row[tick]) == 1 for tick in row if tick != 10)


def test_a_silent_camera_delivers_nothing_until_its_window_is_over():
    row = delivered(Fault.SILENT, 1.0, 3.0)
    assert [tick for tick in row if not row[tick]] == list(range(10, 30))


def test_a_frozen_camera_repeats_one_picture_under_new_stamps():
    row = delivered(Fault.FROZEN, 1.0, 1.5)
    frozen = [row[tick][0] for tick in range(10, 15)]
    assert {one.picture for one in frozen} == {frozen[0].picture}
    assert [one.same for one in frozen] == [0, 1, 2, 3, 4]
    assert all(a.stamp_ns < b.stamp_ns for a, b in zip(frozen, frozen[1:], strict=False))
    assert row[9][0].picture != frozen[0].picture != row[15][0].picture


def test_stamps_that_jump_make_frames_old_or_of_the_future():
    ages = [one.age_ms for tick in range(10, 20) for one in delivered(Fault.STAMPS)[tick]]
    assert min(ages) < -1000 and max(ages) > 1000


@pytest.mark.parametrize(
    ("fault", "age_ms"),
    [(Fault.CLOCK_PAUSED, 0.0), (Fault.CLOCK_SLOW, 0.3), (Fault.CLOCK_FAST, 30.0)],
)
def test_the_age_is_measured_with_the_clock_as_it_runs(fault: Fault, age_ms: float):
    row = delivered(fault)
    assert row[15][0].age_ms == pytest.approx(age_ms, abs=0.01)
    assert row[25][0].age_ms == pytest.approx(TRANSPORT_MS, abs=0.01)


def test_a_clock_that_jumps_ahead_makes_the_frame_on_its_way_old_and_no_other():
    row = delivered(Fault.CLOCK_JUMPS, 1.02, 1.52)
    ages = {tick: row[tick][0].age_ms for tick in row}
    assert ages[11] == pytest.approx(3000 + TRANSPORT_MS, abs=0.01)
    assert ages[16] == pytest.approx(-3000 + TRANSPORT_MS, abs=0.01)
    assert all(
        age == pytest.approx(TRANSPORT_MS, abs=0.01) for t, age in ages.items() if t not in (11, 16)
    )


def test_the_feed_counts_what_it_touched():
    feed = Feed([Window(Fault.FROZEN, 0.0, 0.5, 1, 0)], 8, RATE)
    for tick in range(20):
        feed.deliver(tick / RATE)
    assert list(feed.applied.values()) == [5]
