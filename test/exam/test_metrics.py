"""What a hand gets from a few numbers."""

from __future__ import annotations

import pytest

from vlm_driving.exam.metrics import (
    auroc,
    calibration_error,
    macro_recall,
    micro_f1,
    points,
    ratio,
    recalls,
    share,
    wilson95,
)


def test_macro_recall_is_the_mean_over_the_classes_that_occur() -> None:
    truth = ["stop", "stop", "keep", "keep", "keep", "go"]
    said = ["stop", None, "keep", "keep", "go", "stop"]
    assert recalls(truth, said) == {"go": (1, 0.0), "keep": (3, 2 / 3), "stop": (2, 0.5)}
    assert macro_recall(truth, said) == pytest.approx((0 + 2 / 3 + 1 / 2) / 3, abs=1e-4)
    assert macro_recall([], []) is None
    with pytest.raises(ValueError):
        recalls(["a"], [])


def test_micro_f1_counts_items_over_all_scenes() -> None:
    found = micro_f1([["a", "b"], [], ["c", "c"]], [["a", "x"], ["y"], ["c"]])
    # Hits a and c; 4 are due, 4 are claimed.
    assert (found["due"], found["claimed"]) == (4, 4)
    assert found["f1"] == found["precision"] == found["recall"] == 0.5
    assert micro_f1([[]], [[]])["f1"] is None


def test_who_says_70_percent_and_is_right_in_70_percent_has_no_error() -> None:
    assert calibration_error([0.7] * 10, [True] * 7 + [False] * 3, bins=1) == 0.0
    assert calibration_error([1.0] * 4, [True, True, False, False], bins=1) == 0.5
    # Two bins of equal mass: (0.2 against 0) and (0.9 against 1), half each.
    sure = [0.2, 0.2, 0.9, 0.9]
    assert calibration_error(sure, [False, False, True, True], bins=2) == pytest.approx(0.15)
    assert calibration_error([], []) is None
    # Equal confidences that an edge divides: the order of the scenes changes nothing.
    assert calibration_error([0.5] * 4, [True, True, False, False], bins=2) == 0.0


def test_auroc_is_the_chance_that_the_right_one_is_surer() -> None:
    assert auroc([0.9, 0.8, 0.1], [True, True, False]) == 1.0
    assert auroc([0.1, 0.9], [True, False]) == 0.0
    assert auroc([0.5, 0.5, 0.5], [True, False, True]) == 0.5
    # Pairs: .9>.6, .9>.4, .5<.6, .5>.4 -> 3 of 4.
    assert auroc([0.9, 0.6, 0.5, 0.4], [True, False, True, False]) == 0.75
    assert auroc([0.9, 0.1], [True, True]) is None


def test_shares_of_nothing_are_none_and_not_zero() -> None:
    assert (share([]), ratio(1, 0), points(None, 0.5)) == (None, None, None)
    assert (share([True, False]), ratio(1, 4), points(0.75, 0.5)) == (0.5, 0.25, 25.0)


def test_the_wilson_interval_against_a_known_case() -> None:
    assert wilson95(95, 100) == pytest.approx((0.8882, 0.9785), abs=1e-3)
    assert wilson95(0, 0) == (0.0, 1.0)
    assert wilson95(10, 10)[1] == pytest.approx(1.0)
