"""When the model may say that it is unsure: temperature and threshold from held-out scenes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

    def surprise(self, temperature: float) -> float:
        """Mean negative log likelihood of the right label."""
        chosen = self.probabilities(temperature)[np.arange(len(self.truth)), self.truth]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def fit_temperature(groups: list[Decisions]) -> float:
    """The one temperature under which the right labels of all groups surprise least."""
    grid = np.geomspace(0.3, 4.0, 80)
    return float(min(grid, key=lambda t: sum(group.surprise(t) for group in groups)))


def joint_confidence(
    groups: list[Decisions], temperature: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Confidence of each scene's whole advice, and whether all of it was right."""
    confidence = np.ones(len(groups[0].truth))
    right = np.ones(len(groups[0].truth), bool)
    for group in groups:
        probabilities = group.probabilities(temperature)
        confidence *= probabilities.max(axis=1)
        right &= probabilities.argmax(axis=1) == group.truth
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
