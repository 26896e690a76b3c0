"""When the model may say that it is unsure: temperature and threshold from held-out scenes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm_driving.training.answer_format import LABEL_GROUPS

STOP_WORTH = 2.0
"""A missed STOP costs as much as two other mistakes."""

LEANING = ("STOP", "SHIFT_LEFT", "SHIFT_RIGHT")
"""Labels that may be chosen a little sooner: to stay or to speed up is never leaned to."""

LEAST_STOP_RECALL, MOST_STOP_BIAS = 0.9, 1.0
"""The point to operate at: STOP is leaned to until that share of the due ones is said, or the
bias has come to its end. Stopping once too often is the lesser harm."""

RIGHT_AT_LEAST = 0.5
"""Advice that is right less often than this is not given."""

MOST_UNSURE = 0.015
"""Never call more than this share of ordinary scenes unsure."""


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Logits of the legal labels, and which label was right, over held-out scenes.

    Attributes:
        logits: (scenes, labels) float.
        truth: (scenes,) index of the right label.
    """

    logits: NDArray[np.float64]
    truth: NDArray[np.int64]

    def probabilities(self, temperature: float) -> NDArray[np.float64]:
        """(scenes, labels), renormalized over the legal labels."""
        scaled = self.logits / temperature
        scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))

    def log_probabilities(self, temperature: float) -> NDArray[np.float64]:
        """(scenes, labels); bounded below, for a label that is as good as impossible."""
        return np.asarray(np.log(np.maximum(self.probabilities(temperature), 1e-12)))

    def surprise(self, temperature: float) -> float:
        """Mean negative log likelihood of the right label."""
        every = self.log_probabilities(temperature)
        return float(-every[np.arange(len(self.truth)), self.truth].mean())


def fit_temperature(groups: list[Decisions]) -> float:
    """The one temperature under which the right labels of all groups surprise least."""
    grid = np.geomspace(0.3, 4.0, 80)
    return float(min(grid, key=lambda t: sum(group.surprise(t) for group in groups)))


BIAS_STEP, MOST_BIAS = 0.1, 0.5
"""Log-odds: how finely a bias is searched, and the largest."""
LEAST_GAIN = 0.002
"""Mean recall that a bias has to gain to be taken."""


def fit_bias(
    group: Decisions,
    temperature: float,
    worth: NDArray[np.float64],
    movable: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """What to add to each label's log-probability so that the mean recall is highest.

    The most likely label is the best guess where every mistake costs the same; on a road a
    missed rare label costs more. `worth` weighs the labels' recalls, (labels,); where `movable`
    is false a label keeps a bias of 0. One label after the other is moved while that helps.
    """
    likely = group.log_probabilities(temperature)
    labels = likely.shape[1]
    there = [group.truth == label for label in range(labels)]

    def value(bias: NDArray[np.float64]) -> float:
        chosen = (likely + bias).argmax(axis=1)
        recalls = [float((chosen[t] == i).mean()) if t.any() else 1.0 for i, t in enumerate(there)]
        return float(np.average(recalls, weights=worth))

    bias = np.zeros(labels)
    best = value(bias)
    steps = np.arange(-MOST_BIAS, MOST_BIAS + BIAS_STEP / 2, BIAS_STEP)
    for _ in range(4):
        before = best
        for label in range(labels):
            if movable is not None and not movable[label]:
                continue
            for step in sorted(steps, key=abs):
                trial = bias.copy()
                trial[label] = step
                found = value(trial)
                if found > best + LEAST_GAIN:
                    bias, best = trial, found
        if best == before:
            break
    return np.round(bias, 3)


def lean_to(
    group: Decisions,
    temperature: float,
    bias: NDArray[np.float64],
    label: int,
    least_recall: float,
    most_bias: float,
) -> NDArray[np.float64]:
    """`bias`, that of `label` raised until its recall is `least_recall`, to `most_bias` at most.

    It is not lowered; a label that is never due keeps what it has.
    """
    likely = group.log_probabilities(temperature)
    due = group.truth == label
    raised = bias.copy()
    while due.any() and raised[label] + BIAS_STEP <= most_bias + 1e-9:
        chosen = (likely[due] + raised).argmax(axis=1)
        if (chosen == label).mean() >= least_recall:
            break
        raised[label] = round(raised[label] + BIAS_STEP, 3)
    return raised


def joint_confidence(
    groups: list[Decisions], temperature: float, biases: list[NDArray[np.float64]]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Confidence of each scene's whole advice, and whether all of it was right.

    One bias a group, as `fit_bias` gives it: it moves the choice, not the confidence in it.
    """
    confidence = np.ones(len(groups[0].truth))
    right = np.ones(len(groups[0].truth), bool)
    row = np.arange(len(confidence))
    for group, bias in zip(groups, biases, strict=True):
        probabilities = group.probabilities(temperature)
        chosen = (group.log_probabilities(temperature) + bias).argmax(axis=1)
        confidence *= probabilities[row, chosen]
        right &= chosen == group.truth
    return confidence, right


def fit_threshold(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The confidence below which advice is not given.

    It stands above the least confident MOST_UNSURE of all scenes, if fewer than RIGHT_AT_LEAST
    of those were right; 0.0 otherwise.
    """
    order = np.argsort(confidence, kind="stable")
    least = order[: max(1, int(len(order) * MOST_UNSURE))]
    if len(order) == len(least) or right[least].mean() >= RIGHT_AT_LEAST:
        return 0.0
    return float(confidence[order[len(least)]])


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted on held-out scenes.

    Attributes:
        temperature: of all labels' logits.
        unsure_below_confidence: advice less sure than this is not given.
        bias: log-odds by group and label.
        speed_right: share of scenes.
        path_right: share of scenes.
        unsure_share: of ordinary scenes.
    """

    temperature: float
    unsure_below_confidence: float
    bias: dict[str, dict[str, float]]
    speed_right: float
    path_right: float
    unsure_share: float


def calibrate(decisions: dict[str, Decisions]) -> Calibration:
    """Temperature, biases and threshold that fit `decisions` ("speed" and "path") best."""
    groups = list(decisions.values())
    temperature = fit_temperature(groups)
    biases = []
    for name, group in decisions.items():
        labels = list(LABEL_GROUPS[name])
        worth = np.array([STOP_WORTH if label == "STOP" else 1.0 for label in labels])
        movable = np.array([label in LEANING for label in labels])
        bias = fit_bias(group, temperature, worth, movable)
        if "STOP" in labels:
            stop = labels.index("STOP")
            bias = lean_to(group, temperature, bias, stop, LEAST_STOP_RECALL, MOST_STOP_BIAS)
        biases.append(bias)
    confidence, right = joint_confidence(groups, temperature, biases)
    threshold = fit_threshold(confidence, right)
    alone = {
        name: float(joint_confidence([group], temperature, [bias])[1].mean())
        for (name, group), bias in zip(decisions.items(), biases, strict=True)
    }
    return Calibration(
        temperature,
        threshold,
        {
            name: dict(zip(LABEL_GROUPS[name], map(float, bias), strict=True))
            for name, bias in zip(decisions, biases, strict=True)
        },
        alone["speed"],
        alone["path"],
        float((confidence < threshold).mean()),
    )
