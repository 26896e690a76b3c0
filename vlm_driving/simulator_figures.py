"""The figures of closed loops: sums over scenarios, shares of other drivers', and their table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.table import Table

from vlm_driving.simulator.scenario import Score


@dataclass(slots=True)
class Driven:
    """One driver over all scenarios."""

    name: str
    scores: dict[str, Score]
    figures: list[dict[str, Any]]


_COUNTS = (
    "collisions", "red_lights", "reds_met", "missed_stops", "needless_stops", "progress_m",
    "seconds", "advice_changes", "frames", "without_advice",
)  # fmt: skip


def summary(one: Driven, everyone: Sequence[Driven]) -> dict[str, Any]:
    """A driver's sums, and the shares of others' that the figures ask for."""
    total = _totals(one)
    truth = next((_totals(d) for d in everyone if d.name == "truth"), None)
    keep = next((_totals(d) for d in everyone if d.name == "keep"), None)
    minutes = total["seconds"] / 60
    latencies = [ms for figures in one.figures for ms in figures.get("latencies_ms", [])]
    outcomes: Counter[str] = Counter()
    for figures in one.figures:
        outcomes.update(figures.get("outcomes", {}))
    return {
        **total,
        "red_light_share": _share(total["red_lights"], total["reds_met"]),
        "needless_stops_per_10_min": _share(10 * total["needless_stops"], minutes),
        "advice_changes_per_min": _share(total["advice_changes"], minutes),
        "progress_share": None
        if truth is None
        else _share(total["progress_m"], truth["progress_m"]),
        "collision_share_of_keep": (
            None if keep is None else _share(total["collided_drives"], keep["collided_drives"])
        ),
        "outcomes": dict(outcomes) or None,
        "late_reports": sum(figures.get("late_reports", 0) for figures in one.figures),
        "latency_ms": _percentiles(latencies),
        "by_scenario": {name: score.to_json() for name, score in one.scores.items()},
    }


def _totals(one: Driven) -> dict[str, Any]:
    sums = {key: sum(getattr(score, key) for score in one.scores.values()) for key in _COUNTS}
    # A car that nothing stops runs into one after the other: drives count, not contacts.
    sums["collided_drives"] = sum(score.collisions > 0 for score in one.scores.values())
    sums["drives"] = len(one.scores)
    return {key: round(value, 1) for key, value in sums.items()}


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _percentiles(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    p50, p90, p99 = np.percentile(values, [50, 90, 99]).tolist()
    return {
        "p50": round(p50, 1),
        "p90": round(p90, 1),
        "p99": round(p99, 1),
        "max": round(max(values), 1),
    }


_ROWS = {
    "drives": "drives",
    "drives with a collision": "collided_drives",
    "collisions": "collisions",
    "red lights run": "red_lights",
    "of red lights met": "reds_met",
    "stop signs missed": "missed_stops",
    "needless stops": "needless_stops",
    "metres": "progress_m",
    "of the truth's metres": "progress_share",
    "changes of advice a minute": "advice_changes_per_min",
    "frames": "frames",
    "frames without advice": "without_advice",
}


def table(drivers: dict[str, dict[str, Any]]) -> Table:
    """A column a driver, so that it fits into a narrow terminal."""
    out = Table(title="Closed loop")
    out.add_column("")
    for name in drivers:
        out.add_column(name, justify="right")
    for title, key in _ROWS.items():
        cells = ["-" if d[key] is None else f"{d[key]:g}" for d in drivers.values()]
        out.add_row(title, *cells)
    return out
