"""Frames without a report, and the diagnostics that tell of them."""

from __future__ import annotations

import pytest

from vlm_driving.ros.measuring.losses import Silence, counted, silence
from vlm_driving.ros.measuring.records import Diagnosed

S = 1_000_000_000
NONE = Silence()
WINDOW_S = 10


def told(at_s: float, **lost: int) -> Diagnosed:
    values = {f"lost/{kind}": f"{count}: for a reason" for kind, count in lost.items()}
    return Diagnosed(round(at_s * S), {"front": values})


def telling(lost_s: list[float], until_s: int = 40, kind: str = "dropped") -> list[Diagnosed]:
    """One message a second, each of what was lost in the ten seconds before it."""
    return [
        told(at, **{kind: sum(at - WINDOW_S < one <= at for one in lost_s)})
        for at in range(1, until_s)
    ]


def test_losses_that_every_message_counts_are_told():
    lost_s = [5.0, 5.1, 12.3, 12.4, 12.5, 29.9]
    assert silence("front", [round(at * S) for at in lost_s], telling(lost_s)) == NONE


def test_a_loss_that_no_message_counts_is_not():
    lost_s = [5.0, 12.3]
    stamps = [round(at * S) for at in (*lost_s, 25.0)]
    assert silence("front", stamps, telling(lost_s)) == Silence(1, 1)


def test_a_message_that_counts_too_few_tells_of_no_more_than_it_counts():
    stamps = [round(at * S) for at in (5.0, 5.1, 5.2, 5.3)]
    assert silence("front", stamps, telling([5.0])) == Silence(3, 3)


def test_nothing_is_told_where_no_message_comes_or_of_another_camera():
    assert silence("front", [5 * S], []) == Silence(1, 1)
    assert silence("left", [5 * S], telling([5.0])) == Silence(1, 1)


def test_a_loss_that_is_known_seconds_later_is_told():
    assert silence("front", [5 * S], telling([7.9], kind="lost_on_the_way")) == NONE


def test_frames_with_a_report_without_an_answer_tell_of_no_other():
    assert silence("front", [5 * S], telling([5.0], kind="timeout")) == Silence(1, 1)


@pytest.mark.parametrize(
    ("cause", "found"),
    [
        ("stamp_old, frames_lost", Silence(2, 0)),
        ("socket_buffers", Silence(2, 0)),
        ("encoding", Silence(2, 2)),
        ("", Silence(2, 2)),
    ],
)
def test_losses_that_are_not_counted_are_told_if_their_cause_is_named(cause, found):
    naming = [
        Diagnosed(at * S, {"front": {"causes": cause if at == 9 else ""}}) for at in range(1, 40)
    ]
    assert silence("front", [5 * S, 6 * S], naming) == found
    # What is named before and after their time says nothing about them.
    assert silence("front", [20 * S, 21 * S], naming) == Silence(2, 2)
    assert silence("left", [5 * S, 6 * S], naming) == Silence(2, 2)


@pytest.mark.parametrize("every_s", [0.1, 0.5, 3.0])
def test_losses_are_counted_through_windows_that_overlap(every_s):
    lost_s = [every_s * n for n in range(1, int(35 / every_s))]
    inside = sum(8 < at <= 30 for at in lost_s)
    found = counted("front", ("dropped",), telling(lost_s), 8 * S, 30 * S)
    assert found == inside


def test_nothing_is_counted_without_messages():
    assert counted("front", ("dropped",), [], 0, 30 * S) == 0
