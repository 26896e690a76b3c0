"""Quantiles are numpy's; scores are what a hand gets; constants are what a lazy model gets."""

from __future__ import annotations

import numpy as np
import pytest

from vlm_driving.bench.stats import (
    Spread,
    accuracy,
    best_constant_accuracy,
    best_constant_macro_f1,
    macro_f1,
    wilson95,
)


def test_a_spread_has_numpys_quantiles() -> None:
    values = np.random.default_rng(3).gamma(2.0, 10.0, size=137).tolist()
    spread = Spread.of(values)
    assert (spread.p50, spread.p90, spread.p99) == pytest.approx(
        tuple(np.quantile(values, [0.5, 0.9, 0.99]))
    )
    assert (spread.n, spread.min, spread.max) == (137, min(values), max(values))


def test_one_value_is_its_own_spread_and_none_is_refused() -> None:
    assert Spread.of([7.0]).to_json() == {
        "n": 1, "p50": 7.0, "p90": 7.0, "p99": 7.0, "min": 7.0, "max": 7.0
    }  # fmt: skip
    with pytest.raises(ValueError, match="at least one value"):
        Spread.of([])


def test_macro_f1_is_the_mean_of_the_f1_of_each_class() -> None:
    truth = ["stop", "stop", "keep", "keep", "keep", "go"]
    said = ["stop", "keep", "keep", "keep", "go", "go"]
    # stop: precision 1, recall 1/2; keep: 2/3 and 2/3; go: 1/2 and 1.
    assert macro_f1(truth, said) == pytest.approx((2 / 3 + 2 / 3 + 2 / 3) / 3)
    assert macro_f1(truth, truth) == 1.0


def test_a_missing_answer_is_a_miss_and_no_class_of_its_own() -> None:
    truth = ["a", "a", "b", "b"]
    # a: precision 1, recall 1/2; b: 1 and 1.
    assert macro_f1(truth, ["a", None, "b", "b"]) == pytest.approx((2 / 3 + 1) / 2)
    assert macro_f1(truth, ["a", "never", "b", "b"]) == pytest.approx((2 / 3 + 1) / 2)
    assert accuracy(truth, ["a", None, "b", "b"]) == 0.75


def test_a_false_claim_costs_the_claimed_class() -> None:
    # a: precision 1/2, recall 1 -> 2/3; b: 0.
    assert macro_f1(["a", "b"], ["a", "a"]) == pytest.approx(1 / 3)


def test_pairs_are_labels_too() -> None:
    truth = [("STOP", "KEEP"), ("KEEP", "KEEP")]
    assert macro_f1(truth, truth) == 1.0
    assert macro_f1(truth, [("STOP", "KEEP"), ("KEEP", "SHIFT_LEFT")]) == 0.5


def test_the_best_constant_is_found_by_trying_each_class() -> None:
    truth = ["keep"] * 6 + ["stop"] * 3 + ["go"]
    constant = best_constant_macro_f1(truth)
    assert constant.label == "keep"
    assert constant.score == pytest.approx((2 * 6 / 16) / 3)
    assert best_constant_accuracy(truth).score == 0.6
    assert best_constant_accuracy([]).label is None


def test_scores_of_nothing_and_of_unequal_lengths() -> None:
    assert macro_f1([], []) == 0.0
    assert accuracy([], []) == 0.0
    with pytest.raises(ValueError, match="2 truths stand against 1"):
        macro_f1(["a", "b"], ["a"])


def test_the_wilson_interval_against_a_known_case() -> None:
    low, high = wilson95(95, 100)
    assert (low, high) == pytest.approx((0.8882, 0.9785), abs=1e-3)
    assert wilson95(0, 0) == (0.0, 1.0)
    assert wilson95(10, 10)[1] == pytest.approx(1.0)
