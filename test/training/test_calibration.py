"""Temperature and threshold say what the held-out scenes say."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.train

from vlm_driving.training.calibration import (  # noqa: E402
    Decisions,
    calibrate,
    fit_bias,
    fit_temperature,
    fit_threshold,
    joint_confidence,
    lean_to,
)


def labelled(temperature: float, scenes: int = 4000) -> Decisions:
    """Logits whose softmax at `temperature` is the true distribution of the label."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (scenes, 4))
    scaled = np.exp(logits / temperature)
    probabilities = scaled / scaled.sum(1, keepdims=True)
    truth = np.array([rng.choice(4, p=p) for p in probabilities])
    return Decisions(logits, truth)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_temperature_that_made_the_labels_is_found(temperature: float) -> None:
    assert fit_temperature([labelled(temperature)]) == pytest.approx(temperature, rel=0.1)


def test_confidence_of_a_pair_is_the_product() -> None:
    one = Decisions(np.log([[0.8, 0.2]]), np.array([0]))
    two = Decisions(np.log([[0.25, 0.75]]), np.array([0]))
    confidence, right = joint_confidence([one, two], 1.0, [np.zeros(2), np.zeros(2)])
    assert confidence[0] == pytest.approx(0.6)
    assert not right[0]


def test_a_bias_moves_the_choice_and_not_the_confidence_in_it() -> None:
    one = Decisions(np.log([[0.6, 0.4]]), np.array([1]))
    confidence, right = joint_confidence([one], 1.0, [np.array([0.0, 0.5])])
    assert confidence[0] == pytest.approx(0.4)
    assert right[0]


def test_a_bias_is_found_where_a_rare_label_is_missed_too_often() -> None:
    rng = np.random.default_rng(3)
    truth = (rng.random(4000) < 0.1).astype(np.int64)  # label 1 is rare
    evidence = rng.normal(np.where(truth == 1, 1.0, -1.0), 1.2)
    odds = 2 * evidence / 1.2**2 + np.log(0.1 / 0.9)
    group = Decisions(np.stack([np.zeros(4000), odds], axis=1), truth)
    bias = fit_bias(group, 1.0, np.ones(2))
    chosen = np.stack([np.zeros(4000), odds], axis=1) + bias
    recall = [float((chosen.argmax(1)[truth == i] == i).mean()) for i in (0, 1)]
    plain = [float(((odds > 0)[truth == i] == bool(i)).mean()) for i in (0, 1)]
    assert np.mean(recall) > np.mean(plain) + 0.05
    assert recall[1] > plain[1] + 0.1
    assert fit_bias(labelled(1.0), 1.0, np.ones(4)) == pytest.approx(np.zeros(4), abs=0.25)


def test_what_is_mostly_wrong_and_least_confident_is_not_given() -> None:
    confidence = np.linspace(0.2, 1.0, 1000).astype(np.float64)
    threshold = fit_threshold(confidence, confidence > 0.21)
    assert (confidence < threshold).sum() == 15


def test_what_is_mostly_right_is_given() -> None:
    confidence = np.linspace(0.2, 1.0, 1000).astype(np.float64)
    assert fit_threshold(confidence, confidence > 0.205) == 0.0


def test_a_model_that_is_always_right_is_never_unsure() -> None:
    confidence = np.linspace(0.2, 1.0, 1000).astype(np.float64)
    assert fit_threshold(confidence, np.ones(1000, bool)) == 0.0


def test_hardly_any_ordinary_scene_may_be_unsure() -> None:
    confidence = np.linspace(0.2, 1.0, 1000).astype(np.float64)
    threshold = fit_threshold(confidence, np.zeros(1000, bool))
    assert 0.01 < (confidence < threshold).mean() <= 0.02


def missed_too_often(scenes: int = 4000) -> Decisions:
    """Label 1 is due in a third of the scenes, and the evidence for it is weak."""
    rng = np.random.default_rng(4)
    truth = (rng.random(scenes) < 1 / 3).astype(np.int64)
    odds = rng.normal(np.where(truth == 1, 0.5, -1.5), 1.0)
    return Decisions(np.stack([np.zeros(scenes), odds], axis=1), truth)


@pytest.mark.parametrize("least", [0.75, 0.85])
def test_a_label_is_leaned_to_until_enough_of_it_is_said_and_no_further(least: float) -> None:
    group = missed_too_often()
    due = group.truth == 1

    def recall(bias: float) -> float:
        return float((group.logits[due, 1] + bias > 0).mean())

    bias = lean_to(group, 1.0, np.zeros(2), 1, least, most_bias=2.0)
    assert recall(0.0) < 0.75
    assert recall(bias[1]) >= least > recall(bias[1] - 0.1)
    assert bias[0] == 0.0


def test_leaning_ends_at_its_bound_and_takes_nothing_back() -> None:
    group = missed_too_often()
    assert lean_to(group, 1.0, np.zeros(2), 1, 0.999, most_bias=0.3)[1] == pytest.approx(0.3)
    assert lean_to(group, 1.0, np.array([0.0, 1.7]), 1, 0.1, most_bias=2.0)[1] == 1.7
    never = Decisions(group.logits, np.zeros_like(group.truth))
    assert lean_to(never, 1.0, np.zeros(2), 1, 0.9, most_bias=2.0)[1] == 0.0


def test_nine_of_ten_due_stops_are_said_where_a_bounded_bias_can_do_that() -> None:
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 4, 4000)
    logits = rng.normal(0, 1.0, (4000, 4))
    logits[np.arange(4000), truth] += 2.2
    path = Decisions(np.tile([2.0, 0.0, 0.0], (4000, 1)), np.zeros(4000, np.int64))
    found = calibrate({"speed": Decisions(logits, truth), "path": path})
    labels = list(found.bias["speed"])
    chosen = (logits / found.temperature + list(found.bias["speed"].values())).argmax(axis=1)
    stop = truth == labels.index("STOP")
    assert (logits.argmax(axis=1)[stop] == labels.index("STOP")).mean() < 0.88
    assert (chosen[stop] == labels.index("STOP")).mean() == pytest.approx(0.9, abs=0.02)
