"""Hazards against truth."""

from __future__ import annotations

from support.judged import JUDGE, hazard, said, truth

from vlm_driving.core import HazardKind
from vlm_driving.evaluation.truth.hazards import (
    by_kind,
    by_kind_and_side,
    figures,
    hazards_json,
    named_of,
)
from vlm_driving.evaluation.truth.intervals import blocks_of
from vlm_driving.evaluation.truth.judging import judge_frame


def judged(published, due):
    return [
        judge_frame(said(i, "KEEP", named), truth(i, "KEEP", hazards=right), JUDGE)
        for i, (named, right) in enumerate(zip(published, due, strict=True))
    ]


LEFT, RIGHT = hazard("pedestrian", "left"), hazard("pedestrian", "right")
SIGNAL = hazard("signal")


def test_a_hazard_counts_with_its_kind_and_side_whatever_its_range():
    frames = judged([(hazard("pedestrian", "left", "far"), SIGNAL)], [(LEFT, RIGHT)])
    found = figures(named_of(frames), by_kind_and_side)
    assert (found["precision"], found["recall"], found["f1"]) == (0.5, 0.5, 0.5)


def test_the_wrong_side_is_right_by_kind_alone():
    named = named_of(judged([(LEFT,)], [(RIGHT,)]))
    assert figures(named, by_kind_and_side)["f1"] == 0.0
    assert figures(named, by_kind)["f1"] == 1.0


def test_naming_one_thing_twice_earns_nothing_more():
    found = figures(named_of(judged([(LEFT, LEFT)], [(LEFT,)])), by_kind_and_side)
    assert (found["right"], found["due"], found["named"]) == (1, 1, 2)


def test_a_report_without_advice_names_nothing():
    frames = [judge_frame(said(0, "none"), truth(0, "STOP", hazards=(SIGNAL,)), JUDGE)]
    found = figures(named_of(frames), by_kind_and_side)
    assert (found["recall"], found["precision"]) == (0.0, None)


def test_kinds_stand_apart_and_unknown_hazards_are_left_out():
    frames = judged([(LEFT, SIGNAL), ()], [(LEFT,), None])
    found = hazards_json(frames, blocks_of(frames))
    assert found is not None
    assert found["n"] == 1
    assert found["by_kind"][HazardKind.PEDESTRIAN.value]["f1"] == 1.0
    assert found["by_kind"][HazardKind.SIGNAL.value] == {
        "precision": 0.0,
        "recall": None,
        "f1": 0.0,
        "right": 0,
        "due": 0,
        "named": 1,
    }
    assert hazards_json(judged([()], [None]), [0]) is None


def test_nothing_due_and_nothing_named_is_no_figure():
    assert figures(named_of(judged([()], [()])), by_kind_and_side)["f1"] is None
