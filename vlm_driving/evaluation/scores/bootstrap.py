"""Means by group and their intervals, the same to the last digit on every machine.

Scores are whole numbers of 1/10,000 here: sums are exact, whatever their order. The draws come from
numpy's legacy generator, whose stream numpy keeps as it is (NEP 19).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SEED = 20240501
RESAMPLES = 2000
LEVEL = 0.95
_UNITS = 10_000
_DRAWS_AT_ONCE = 2_000_000

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with its bootstrap interval of 95 %, over `n` values."""

    mean: float
    low: float
    high: float
    n: int

    def to_json(self) -> dict[str, float | int]:
        """Rounded to thousandths."""
        return {
            "mean": round(self.mean, 3),
            "low": round(self.low, 3),
            "high": round(self.high, 3),
            "n": self.n,
        }


@dataclass(frozen=True, slots=True)
class Sample:
    """The mean of a group, and its means in the resamples."""

    mean: float
    resampled: Floats  # (RESAMPLES,)
    n: int

    def figure(self) -> Figure:
        """The mean with the interval that 95 % of the resampled means are in."""
        ordered = np.sort(self.resampled)
        outside = int(len(ordered) * (1 - LEVEL) / 2)
        low, high = ordered[outside], ordered[len(ordered) - 1 - outside]
        return Figure(self.mean, float(low), float(high), self.n)


def draw(*columns: Sequence[float], seed: int = SEED) -> tuple[Sample, ...]:
    """Resample rows of one group; columns of one row stay together.

    Args:
        columns: values from 0 to 10 or so with four decimals; of one length, at least 1.
        seed: of the draws; equal seeds and lengths draw the same rows.
    """
    n = len(columns[0])
    units = [np.array([round(x * _UNITS) for x in column], dtype=np.int64) for column in columns]
    generator = np.random.RandomState(seed)
    sums = [np.empty(RESAMPLES, dtype=np.int64) for _ in columns]
    step = max(1, _DRAWS_AT_ONCE // n)
    for start in range(0, RESAMPLES, step):
        size = min(step, RESAMPLES - start)
        chosen = (generator.random_sample((size, n)) * n).astype(np.int64)
        for total, unit in zip(sums, units, strict=True):
            total[start : start + size] = unit[chosen].sum(axis=1)
    return tuple(
        Sample(int(unit.sum()) / (n * _UNITS), total / float(n * _UNITS), n)
        for unit, total in zip(units, sums, strict=True)
    )


def macro(samples: Sequence[Sample]) -> Sample:
    """The mean of the groups' means, each group resampled by itself."""
    mean, resampled = 0.0, np.zeros(RESAMPLES)
    for sample in samples:  # one after the other: no sum whose order the machine chooses
        mean, resampled = mean + sample.mean, resampled + sample.resampled
    k = float(len(samples))
    return Sample(mean / k, resampled / k, sum(sample.n for sample in samples))


def percent_of(sample: Sample, reference: Sample) -> Sample:
    """One mean in per cent of another, drawn together; of nothing it is nothing."""
    if reference.mean <= 0 or not (reference.resampled > 0).all():
        return Sample(0.0, np.zeros(RESAMPLES), sample.n)
    return Sample(
        100 * sample.mean / reference.mean,
        100 * sample.resampled / reference.resampled,
        sample.n,
    )
