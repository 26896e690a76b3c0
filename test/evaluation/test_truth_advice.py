"""Advice against truth: confusion matrices, flicker, intervals."""

from __future__ import annotations

import pytest
from support.judged import JUDGE, frames, said, truth

from vlm_driving.evaluation.truth.advice import Confusion, intervals, pairs_of
from vlm_driving.evaluation.truth.flicker import changes_of
from vlm_driving.evaluation.truth.intervals import blocks_of, figure, mean
from vlm_driving.evaluation.truth.judging import judge_frame


def speeds(published, right):
    return Confusion.of(pairs_of(frames(published, right)), "speed")


def width(found):
    return found["high"] - found["low"]


def test_rows_are_what_is_right_and_columns_what_was_published():
    matrix = speeds(["STOP", "KEEP", "KEEP"], ["STOP", "STOP", "KEEP"])
    labels = list(matrix.labels)
    stop, keep = labels.index("STOP"), labels.index("KEEP")
    assert matrix.counts[stop, stop] == 1
    assert matrix.counts[stop, keep] == 1
    assert matrix.counts[keep, stop] == 0
    assert matrix.recall("STOP") == 0.5
    assert matrix.accuracy() == pytest.approx(2 / 3)


def test_a_timeout_a_drop_and_an_unsure_report_are_wrong_advice():
    matrix = speeds(["none", "dropped", "unsure", "STOP"], ["STOP"] * 4)
    assert matrix.recall("STOP") == 0.25
    assert matrix.counts[list(matrix.labels).index("STOP")].tolist() == [0, 0, 0, 1, 3]


def test_silence_is_right_where_no_advice_is():
    blind, talks = frames(["unsure", "KEEP"], ["none", "none"])
    assert blind.advice_right is True
    assert talks.advice_right is False


def test_macro_f1_is_over_what_truth_has():
    # KEEP: 2 of 3 right and nothing else said so; STOP: right, and once too often.
    matrix = speeds(["KEEP", "KEEP", "STOP", "STOP"], ["KEEP", "KEEP", "KEEP", "STOP"])
    assert matrix.macro_f1() == pytest.approx((0.8 + 2 / 3) / 2)
    assert speeds(["ACCELERATE"], ["KEEP"]).macro_f1() == 0.0
    assert Confusion.of([], "path").macro_f1() is None


def test_recall_of_what_never_was_due_is_unknown():
    assert speeds(["STOP"], ["KEEP"]).recall("STOP") is None


def test_frames_without_known_advice_are_not_counted():
    frame = judge_frame(said(0, "STOP"), truth(0, None), JUDGE)
    assert frame.advice_right is None
    assert pairs_of([frame]) == []


def test_a_change_that_truth_does_not_have_flickers():
    changes = changes_of(frames(["KEEP", "STOP", "KEEP", "KEEP"], ["KEEP"] * 4))
    assert (changes.published, changes.truth, changes.flicker) == (2, 0, 2)
    assert changes.minutes == pytest.approx(1.5 / 60)
    assert changes.flicker_a_minute() == pytest.approx(80.0)


def test_a_change_within_a_second_of_one_in_truth_is_no_flicker_and_each_bears_out_one():
    late = ["KEEP", "KEEP", "KEEP", "STOP", "STOP", "STOP"]
    right = ["KEEP", "STOP", "STOP", "STOP", "STOP", "STOP"]
    assert changes_of(frames(late, right)).flicker == 0
    too_late = ["KEEP", "KEEP", "KEEP", "KEEP", "STOP", "STOP"]
    assert changes_of(frames(too_late, right)).flicker == 1
    twice = ["KEEP", "STOP", "KEEP", "KEEP", "KEEP", "KEEP"]
    assert changes_of(frames(twice, right)).flicker == 1


def test_early_is_as_good_as_late():
    early = ["KEEP", "STOP", "STOP", "STOP"]
    assert changes_of(frames(early, ["KEEP", "KEEP", "KEEP", "STOP"])).flicker == 0


def test_a_timeout_between_two_equal_pieces_of_advice_is_no_change():
    changes = changes_of(frames(["KEEP", "none", "KEEP"], ["KEEP"] * 3))
    assert (changes.published, changes.flicker) == (0, 0)


def test_a_path_that_wavers_flickers_too():
    assert changes_of(frames(["KEEP", "KEEP SHIFT_LEFT"], ["KEEP", "KEEP"])).flicker == 1


def test_who_says_nothing_has_no_flicker_to_be_praised_for():
    changes = changes_of(frames(["none"] * 3, ["KEEP"] * 3))
    assert changes.flicker is None
    assert changes.flicker_a_minute() is None


def test_silence_makes_flicker_no_rarer():
    # Half a second apart: three pieces of advice, then nothing for half a minute.
    changes = changes_of(frames(["KEEP", "STOP", "KEEP", *["none"] * 60], ["KEEP"] * 63))
    assert changes.flicker == 2
    assert changes.flicker_a_minute() == pytest.approx(120.0)
    assert changes.minutes == pytest.approx(31 / 60)


def test_what_was_said_before_a_long_silence_is_not_held_against_what_is_said_after_it():
    said_and_right = ["KEEP", "KEEP", *["none"] * 12, "STOP", "STOP"]
    right = ["KEEP"] * 5 + ["STOP"] * 11
    changes = changes_of(frames(said_and_right, right))
    assert (changes.published, changes.flicker, changes.truth) == (0, 0, 1)
    assert changes.advised_minutes == pytest.approx(1 / 60)


def test_frames_that_lie_far_apart_are_no_neighbours():
    near, far = (
        frames(["KEEP"], ["KEEP"])[0],
        judge_frame(said(60, "STOP"), truth(60, "STOP"), JUDGE),
    )
    changes = changes_of([near, far])
    assert (changes.published, changes.truth, changes.minutes) == (None, 0, 0.0)
    assert changes.truth_a_minute() is None


def test_cameras_do_not_change_each_others_advice():
    front = frames(["KEEP", "KEEP"], ["KEEP", "KEEP"])
    rear = [judge_frame(said(i, "STOP", camera="rear"), truth(i, "STOP"), JUDGE) for i in range(2)]
    changes = changes_of([front[0], rear[0], front[1], rear[1]])
    assert (changes.published, changes.truth) == (0, 0)


def test_blocks_are_five_seconds_of_one_camera():
    judged = frames(["KEEP"] * 21, ["KEEP"] * 21)  # half a second apart
    assert blocks_of(judged) == [0] * 10 + [1] * 10 + [2]


def test_intervals_know_that_neighbours_are_alike():
    # 100 frames in 10 blocks that are all right or all wrong: as good as 10 frames, not 100.
    values = [[float(block % 2), 1.0] for block in range(10) for _ in range(10)]
    alike = figure(values, [i // 10 for i in range(100)], mean)
    apart = figure(values, list(range(100)), mean)
    assert alike["mean"] == apart["mean"] == 0.5
    assert width(alike) > 2 * width(apart)
    assert alike == figure(values, [i // 10 for i in range(100)], mean)


def test_one_block_has_a_figure_and_no_interval():
    assert figure([[1, 1], [0, 1]], [0, 0], mean) == {
        "mean": 0.5,
        "low": None,
        "high": None,
        "n": 2,
    }
    assert figure([], [], mean)["mean"] is None


def test_the_intervals_of_advice_hold_its_figures():
    judged = frames(["STOP", "KEEP"] * 30, ["STOP", "STOP"] * 15 + ["KEEP", "KEEP"] * 15)
    found = intervals(judged, blocks_of(judged))
    assert found["right"]["mean"] == 0.5
    assert found["stop_recall"] == found["stop_recall"] | {"mean": 0.5, "n": 30}
    matrix = Confusion.of(pairs_of(judged), "speed")
    assert found["speed_macro_f1"]["mean"] == pytest.approx(matrix.macro_f1(), abs=0.0005)
    assert found["speed_macro_f1"]["low"] <= found["speed_macro_f1"]["mean"]
