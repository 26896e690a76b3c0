"""The arithmetic of the bench: quantiles, classification scores, and their constants."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

QUANTILES = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, tails and extent of a series, in the unit of the series."""

    n: int
    p50: float
    p90: float
    p99: float
    min: float
    max: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one value; linear interpolation between ranks.

        Raises ValueError for an empty series.
        """
        if not values:
            raise ValueError("a spread needs at least one value")
        series = np.asarray(values, dtype=np.float64)
        p50, p90, p99 = (float(q) for q in np.quantile(series, QUANTILES))
        return cls(len(values), p50, p90, p99, float(series.min()), float(series.max()))

    def to_json(self) -> dict[str, float | int]:
        """Name to value, rounded to a microsecond where the unit is milliseconds."""
        return {
            "n": self.n,
            "p50": round(self.p50, 3),
            "p90": round(self.p90, 3),
            "p99": round(self.p99, 3),
            "min": round(self.min, 3),
            "max": round(self.max, 3),
        }


def class_f1(
    truth: Sequence[Hashable], predicted: Sequence[Hashable | None]
) -> dict[Hashable, float]:
    """F1 of every class that occurs in `truth`.

    A prediction of None, or of a class that never occurs, is only a miss of the true
    class: it makes no class of its own. Raises ValueError for unequal lengths.
    """
    _same_length(truth, predicted)
    hits = Counter(t for t, p in zip(truth, predicted, strict=True) if t == p)
    actual = Counter(truth)
    claimed = Counter(p for p in predicted if p is not None)
    return {c: 2 * hits[c] / (actual[c] + claimed[c]) for c in sorted(actual, key=repr)}


def macro_f1(truth: Sequence[Hashable], predicted: Sequence[Hashable | None]) -> float:
    """Mean of `class_f1`; 0.0 for no truth at all. Raises ValueError for unequal lengths."""
    scores = class_f1(truth, predicted)
    return sum(scores.values()) / len(scores) if scores else 0.0


def accuracy(truth: Sequence[Hashable], predicted: Sequence[Hashable | None]) -> float:
    """Share of equal pairs; 0.0 for no pairs. Raises ValueError for unequal lengths."""
    _same_length(truth, predicted)
    if not truth:
        return 0.0
    return sum(t == p for t, p in zip(truth, predicted, strict=True)) / len(truth)


@dataclass(frozen=True, slots=True)
class Constant:
    """The best that one answer, given every time, can reach."""

    label: Any
    score: float


def best_constant_macro_f1(truth: Sequence[Hashable]) -> Constant:
    """The class that gets the highest macro-F1 when it is always the answer."""
    return _best(truth, macro_f1)


def best_constant_accuracy(truth: Sequence[Hashable]) -> Constant:
    """The class that is right most often when it is always the answer."""
    return _best(truth, accuracy)


def wilson95(right: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share; (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    z = 1.959964
    share = right / n
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def _best(truth: Sequence[Hashable], score: Any) -> Constant:
    candidates = sorted(set(truth), key=repr)
    if not candidates:
        return Constant(None, 0.0)
    scored = [(float(score(truth, [c] * len(truth))), c) for c in candidates]
    best, label = max(scored, key=lambda pair: pair[0])
    return Constant(label, best)


def _same_length(truth: Sequence[Any], predicted: Sequence[Any]) -> None:
    if len(truth) != len(predicted):
        raise ValueError(f"{len(truth)} truths stand against {len(predicted)} predictions")
