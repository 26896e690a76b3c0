"""The arithmetic of the bench: quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
