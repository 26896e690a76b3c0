"""Other shares and rates for the same cameras: from now on, and nobody loses what it had."""

from __future__ import annotations

import pytest

from vlm_driving.pipeline.accounts import (
    CameraShare,
    Waiting,
    above_rate,
    begin,
    offer,
    open_sharing,
    settle,
)
from vlm_driving.pipeline.camera_slots import CameraSlots
from vlm_driving.pipeline.resharing import reshare

MS = 1_000_000


def frame(at_ms):
    return Waiting(at_ms * MS, (at_ms + 200) * MS)


def taken_at(state, *at_ms, camera="a"):
    """The frames of `camera` that are within its rate, offered in turn and served at once."""
    kept = []
    for at in at_ms:
        if above_rate(state, camera, at * MS) is None:
            state = settle(begin(offer(state, camera, frame(at)), camera, 0), camera, 0, 0)
            kept.append(at)
    return state, kept


@pytest.mark.parametrize("names", [[], ["a"], ["a", "c"], ["a", "b", "c"], ["a", "b", "b"]])
def test_other_cameras_are_a_fault(names):
    state = open_sharing([CameraShare("a"), CameraShare("b")])
    with pytest.raises(ValueError, match="the cameras are a, b, got "):
        reshare(state, [CameraShare(name) for name in names])


def test_the_order_of_the_cameras_stays_whatever_order_they_are_named_in():
    state = open_sharing([CameraShare("a"), CameraShare("b")])
    state = reshare(state, [CameraShare("b", 2.0), CameraShare("a", 3.0)])
    assert [(one.settings.camera, one.settings.share) for one in state.cameras] == [
        ("a", 3.0),
        ("b", 2.0),
    ]


def test_engine_time_costs_by_the_new_share_and_what_was_had_stays():
    state = open_sharing([CameraShare("a"), CameraShare("b")])
    state = begin(offer(state, "a", frame(0)), "a", 100 * MS)
    state = settle(state, "a", 100 * MS, 100 * MS)
    state = reshare(state, [CameraShare("a", 4.0), CameraShare("b")])
    assert state.of("a").virtual_ns == 100 * MS
    state = begin(state, "a", 100 * MS)
    assert state.of("a").virtual_ns == 125 * MS


def test_a_frame_in_work_is_settled_by_the_share_that_it_was_begun_with(clock):
    slots: CameraSlots[str] = CameraSlots(
        [CameraShare("a"), CameraShare("b")], clock, lambda: 100 * MS
    )
    slots.put("a", "x", Waiting(clock(), clock() + 200 * MS))
    taken, _ = slots.poll()
    assert taken is not None
    slots.retune([CameraShare("a", 0.01), CameraShare("b")])
    clock.advance_ms(40)
    slots.finished(taken)
    assert slots.state.of("a").virtual_ns == 40 * MS  # not 100 ms less 60 ms a hundredfold


def test_a_waiting_frame_stays_in_its_slot(clock):
    slots: CameraSlots[str] = CameraSlots([CameraShare("a"), CameraShare("b")], clock)
    slots.put("a", "x", Waiting(clock(), clock() + 200 * MS))
    slots.retune([CameraShare("a", 5.0, max_rate_hz=1.0), CameraShare("b")])
    taken, _ = slots.poll()
    assert taken is not None
    assert (taken.item, taken.share) == ("x", 5.0)


def test_a_higher_rate_holds_from_the_next_frame_on():
    state, kept = taken_at(open_sharing([CameraShare("a", max_rate_hz=1.0)]), 0, 100, 200)
    assert kept == [0]
    state = reshare(state, [CameraShare("a", max_rate_hz=10.0)])
    assert taken_at(state, 300, 400, 440, 500)[1] == [300, 400, 500]


def test_a_lower_rate_counts_from_the_last_frame_that_was_taken():
    state, _ = taken_at(open_sharing([CameraShare("a", max_rate_hz=10.0)]), 0, 100, 200)
    state = reshare(state, [CameraShare("a", max_rate_hz=1.0)])
    assert taken_at(state, 300, 600, 1200, 1300, 2200)[1] == [1200, 2200]


def test_a_limit_can_be_taken_away_and_given():
    state, _ = taken_at(open_sharing([CameraShare("a", max_rate_hz=1.0)]), 0)
    state, kept = taken_at(reshare(state, [CameraShare("a")]), 10, 20, 30)
    assert kept == [10, 20, 30]
    state = reshare(state, [CameraShare("a", max_rate_hz=10.0)])
    assert taken_at(state, 40, 70, 130)[1] == [130]


def test_a_camera_whose_rate_changes_is_expected_by_what_comes_and_not_by_the_old_period():
    state, _ = taken_at(open_sharing([CameraShare("a", max_rate_hz=10.0)]), 0, 100, 200)
    assert state.of("a").expected_ns(210 * MS) == 300 * MS
    state = reshare(state, [CameraShare("a", max_rate_hz=1.0)])
    assert state.of("a").expected_ns(210 * MS) is None
    state, _ = taken_at(state, 1200)
    assert state.of("a").expected_ns(1210 * MS) == 2200 * MS


def test_with_the_same_rate_what_is_known_of_a_camera_stays():
    state, _ = taken_at(open_sharing([CameraShare("a", max_rate_hz=10.0)]), 0, 100, 200)
    again = reshare(state, [CameraShare("a", 2.0, max_rate_hz=10.0)])
    before, after = state.of("a"), again.of("a")
    assert after.rate_from_ns == before.rate_from_ns and after.period_ns == before.period_ns
