"""The rules by which cameras share an engine, one at a time."""

from __future__ import annotations

import pytest

from vlm_driving.core import UserError
from vlm_driving.pipeline.accounts import (
    CameraShare,
    Waiting,
    above_rate,
    begin,
    offer,
    open_sharing,
    settle,
    withdraw,
)
from vlm_driving.pipeline.sharing import due_instants, pick, room_ns

MS = 1_000_000


def two(**shares):
    return open_sharing([CameraShare(name, share) for name, share in shares.items()])


def frame(at_ms, budget_ms=200):
    return Waiting(at_ms * MS, (at_ms + budget_ms) * MS)


def had(state, camera, at_ms, engine_ms):
    """`camera` offers a frame and is served."""
    state = begin(offer(state, camera, frame(at_ms)), camera, engine_ms * MS)
    return settle(state, camera, engine_ms * MS, engine_ms * MS)


def test_the_earliest_deadline_wins_whoever_came_first():
    state = offer(two(a=1, b=1), "a", frame(0, budget_ms=300))
    state = offer(state, "b", frame(10, budget_ms=100))
    choice = pick(state, 20 * MS)
    assert choice.camera == "b"
    assert choice.reason == "earliest deadline of 2 within their share"


def test_who_is_far_ahead_of_its_share_waits_although_its_deadline_is_earlier():
    state = offer(two(a=1, b=1), "b", frame(0, budget_ms=900))
    state = had(state, "a", 1, engine_ms=60)
    state = offer(state, "a", frame(61, budget_ms=100))
    choice = pick(state, 70 * MS)
    assert choice.camera == "b"
    assert choice.reason == "earliest deadline of 1 within their share, 1 ahead of theirs wait"


def test_within_what_one_may_run_ahead_the_deadline_decides():
    state = offer(two(a=1, b=1), "b", frame(0, budget_ms=900))
    state = had(state, "a", 1, engine_ms=50)
    state = offer(state, "a", frame(61, budget_ms=100))
    assert pick(state, 70 * MS).camera == "a"


def test_a_large_share_pays_less_for_the_same_engine_time():
    state = offer(two(a=2, b=1), "b", frame(0, budget_ms=900))
    state = had(state, "a", 1, engine_ms=90)
    state = offer(state, "a", frame(91, budget_ms=100))
    assert pick(state, 95 * MS).camera == "a"


def test_among_equal_deadlines_who_had_least_is_next():
    state = offer(two(a=1, b=1), "b", frame(0))
    state = had(state, "a", 0, engine_ms=20)
    state = offer(state, "a", frame(0))
    assert pick(state, 30 * MS).camera == "b"


def test_what_was_booked_is_set_right_when_the_frame_is_done():
    state = offer(two(a=1, b=1), "b", frame(0))
    state = begin(offer(state, "a", frame(0)), "a", 100 * MS)
    assert state.of("a").virtual_ns == 100 * MS
    assert settle(state, "a", 100 * MS, 30 * MS).of("a").virtual_ns == 30 * MS


def test_an_engine_that_falls_idle_with_every_frame_served_forgets_the_accounts():
    state = had(two(a=1, b=1), "a", 0, engine_ms=80)
    state = offer(state, "b", frame(200))
    assert [one.virtual_ns for one in state.cameras] == [0, 0]


@pytest.mark.parametrize("how", ["withdrawn", "displaced"])
def test_a_frame_that_went_unserved_keeps_the_accounts(how):
    state = offer(two(a=1, b=1), "b", frame(0))
    state = had(state, "a", 0, engine_ms=80)
    if how == "displaced":
        state = begin(offer(state, "b", frame(150)), "b", 0)
        state = settle(state, "b", 0, 0)
    else:
        state = withdraw(state, "b")
    state = offer(state, "b", frame(200))
    assert [one.virtual_ns for one in state.cameras] == [80 * MS, 0]


@pytest.mark.parametrize(("asked", "behind_ms"), [(True, 500), (False, 50)])
def test_who_asked_is_owed_much_and_who_was_silent_little(asked, behind_ms):
    state = two(a=1, b=1)
    if asked:
        state = offer(state, "b", frame(0))
    for at_ms in range(0, 20_000, 100):
        state = begin(offer(state, "a", frame(at_ms)), "a", 100 * MS)
        state = offer(state, "a", frame(at_ms + 50))
        state = settle(state, "a", 100 * MS, 100 * MS)
    state = offer(state, "b", frame(20_000))
    assert state.level_ns - state.of("b").virtual_ns == behind_ms * MS


def test_a_frame_is_passed_over_when_its_work_cannot_be_done_in_time():
    state = offer(two(a=1, b=1), "a", frame(0))
    state = offer(state, "b", frame(50))
    assert pick(state, 160 * MS, need_ns=40 * MS).camera == "a"
    assert pick(state, 161 * MS, need_ns=40 * MS).camera == "b"
    choice = pick(state, 211 * MS, need_ns=40 * MS)
    assert (choice.camera, choice.again_ns) == (None, None)
    assert choice.reason == "no frame waits that can still be done in time"


def test_a_fresh_frame_is_tried_even_if_the_figures_say_that_none_can_be_done():
    state = offer(two(a=1), "a", frame(0))
    assert pick(state, 20 * MS, need_ns=5000 * MS).camera == "a"
    assert pick(state, 21 * MS, need_ns=5000 * MS).camera is None


def test_without_deadlines_cameras_take_turns():
    state = open_sharing([CameraShare("a"), CameraShare("b")])
    turns = []
    for at_ms in range(0, 800, 100):
        for name in "ab":
            state = offer(state, name, Waiting(at_ms * MS))
        camera = pick(state, at_ms * MS, 100 * MS).camera
        assert camera is not None
        turns.append(camera)
        state = settle(begin(state, camera, 100 * MS), camera, 100 * MS, 100 * MS)
    assert turns == list("abababab")


def test_the_engine_is_kept_free_for_a_camera_that_would_lose_its_frame_again():
    state = two(first=1, second=1)
    for at_ms in (0, 200):
        state = offer(state, "first", frame(at_ms, 190))
        state = begin(state, "first", 150 * MS)
        state = offer(state, "second", frame(at_ms + 60, 190))
        state = settle(state, "first", 150 * MS, 150 * MS)
    state = offer(withdraw(state, "second"), "first", frame(400, 190))
    choice = pick(state, 400 * MS, 150 * MS)
    assert choice.camera is None
    assert choice.reason == "kept free for second, which has lost frames"
    assert choice.again_ns is not None
    # It is not waited for without end: half a period later the first one is served.
    assert 460 * MS < choice.again_ns <= 560 * MS
    assert pick(offer(state, "first", frame(555, 190)), 560 * MS, 150 * MS).camera == "first"


def test_frames_above_the_rate_are_named_as_such():
    state = open_sharing([CameraShare("a", max_rate_hz=5)])
    assert above_rate(state, "a", 0) is None
    state = offer(state, "a", frame(0))
    assert above_rate(state, "a", 99 * MS) == "above max_rate_hz 5 of camera a"
    assert above_rate(state, "a", 100 * MS) is None


def test_expected_frames_count_as_early_as_they_have_come_lately():
    state = two(a=1)
    for at_ms in (0, 200, 390):
        state = begin(offer(state, "a", frame(at_ms)), "a", 0)
    period = state.of("a").period_ns
    assert period == pytest.approx(197.5 * MS)
    due = due_instants(state, 400 * MS, 250 * MS)
    assert due == (390 * MS + round(period) - 10 * MS + 200 * MS,)
    assert due_instants(state, 700 * MS, 250 * MS) == ()  # it has fallen silent


@pytest.mark.parametrize("gap_ns", [0, 1, 1000])
def test_a_burst_is_no_forecast_of_a_million_frames(gap_ns):
    state = two(a=1)
    for i in range(4):
        state = offer(state, "a", Waiting(i * gap_ns, 200 * MS))
    assert len(due_instants(state, 3 * gap_ns, 400 * MS)) <= 100


def test_the_room_beside_frames_is_what_is_left_when_each_is_put_as_late_as_it_can_be():
    assert room_ns((), 0, 20) is None
    assert room_ns((100,), 0, 20) == 80
    assert room_ns((100, 100, 100), 0, 20) == 40
    assert room_ns((100, 500), 0, 20) == 80
    assert room_ns((100, 110, 500), 10, 20) == 60
    assert room_ns((30, 30), 0, 20) == -10


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: CameraShare("a", share=0), "share of camera a is a positive"),
        (lambda: CameraShare("a", share=float("nan")), "share of camera a is a positive"),
        (lambda: CameraShare("a", max_rate_hz=-1), "max_rate_hz of camera a"),
        (lambda: open_sharing([CameraShare("a"), CameraShare("a")]), "a is named twice"),
        (lambda: open_sharing([CameraShare("a")], ahead_ms=-1), "ahead_ms is zero or more"),
    ],
)
def test_settings_that_make_no_sense_are_explained(make, says):
    with pytest.raises(UserError, match=says):
        make()


def test_a_camera_that_nobody_named_is_a_fault_of_ours():
    with pytest.raises(ValueError, match="no camera 'b'"):
        offer(two(a=1), "b", frame(0))
