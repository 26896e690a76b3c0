"""Whether something grows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LEAST_S = 60.0
"""Growth within less says nothing."""


@dataclass(frozen=True, slots=True)
class Growth:
    """A series of measurements, in the unit of the series.

    Attributes:
        begin: median of its first quarter.
        end: median of its last quarter.
        most: of all.
        per_hour: the median slope of all pairs (Theil and Sen), which no single step moves.
        seconds: from first to last.
    """

    begin: float
    end: float
    most: float
    per_hour: float
    seconds: float

    @property
    def grown(self) -> float:
        """End less begin."""
        return self.end - self.begin

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "begin": round(self.begin, 2),
            "end": round(self.end, 2),
            "most": round(self.most, 2),
            "grown": round(self.grown, 2),
            "per_hour": round(self.per_hour, 2),
            "seconds": round(self.seconds, 1),
        }


def growth(series: Sequence[tuple[float, float]]) -> Growth | None:
    """What a series of (seconds, value), in order, did; None for fewer than two."""
    if len(series) < 2:
        return None
    at, value = (np.array(column, dtype=np.float64) for column in zip(*series, strict=True))
    quarter = max(1, len(series) // 4)
    earlier, later = np.triu_indices(len(series), 1)
    span = at[later] - at[earlier]
    slopes = (value[later] - value[earlier])[span > 0] / span[span > 0]
    return Growth(
        begin=float(np.median(value[:quarter])),
        end=float(np.median(value[-quarter:])),
        most=float(value.max()),
        per_hour=3600 * float(np.median(slopes)) if slopes.size else 0.0,
        seconds=float(at[-1] - at[0]),
    )
