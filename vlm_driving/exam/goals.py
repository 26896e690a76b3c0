"""The figures that a bundle is meant to reach, and whether it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure: where it stands in the figures, its bound, and the floor without a GPU."""

    name: str
    path: Path
    bound: float
    at_least: bool = True
    floor: float | None = None


GOALS = (
    Goal("advice exact", ("advice", "exact"), 0.95),
    Goal("macro recall, speed", ("advice", "macro_recall_speed"), 0.93, floor=0.80),
    Goal("macro recall, path", ("advice", "macro_recall_path"), 0.93, floor=0.80),
    Goal("STOP recall", ("advice", "stop_recall"), 0.97, floor=0.90),
    Goal("STOP answered ACCELERATE", ("advice", "stop_answered_accelerate"), 0, False),
    Goal("false STOP", ("advice", "false_stop"), 0.02, False),
    Goal("advice above opponents, points", ("advice", "lead_points"), 30.0),
    Goal("hazards F1", ("hazards", "f1"), 0.93, floor=0.75),
    Goal("key facts, conv", ("questions", "category", "conv", "right"), 0.92, floor=0.80),
    Goal("key facts, detail", ("questions", "category", "detail", "right"), 0.85, floor=0.70),
    Goal("key facts, complex", ("questions", "category", "complex", "right"), 0.85, floor=0.65),
    Goal("key facts above opponents, points", ("questions", "lead_points"), 25.0),
    Goal("wording", ("wording", "right"), 0.75),
    Goal(
        "compositions against seeds, advice, points",
        ("compositions", "points_above_seeds", "advice_exact"),
        -5.0,
    ),
    Goal(
        "compositions against seeds, questions, points",
        ("compositions", "points_above_seeds", "questions"),
        -5.0,
    ),
    Goal(
        "compositions against seeds, hazards, points",
        ("compositions", "points_above_seeds", "hazards_f1"),
        -5.0,
    ),
    Goal("descriptions, precision", ("prose", "precision"), 0.95),
    Goal("descriptions, recall", ("prose", "recall"), 0.85),
    Goal("prose contradicting", ("prose", "contradicting"), 0.005, False),
    Goal("loops", ("prose", "loops"), 0, False),
    Goal("sentence skeletons", ("prose", "skeletons"), 500),
    Goal("against the other bundle, worst, points", ("against", "least_points"), -1.0),
    Goal("calibration error", ("calibration", "ece"), 0.05, False),
    Goal(
        "calibration error, worst slice",
        ("calibration", "worst_claimed_slice", "ece"),
        0.08,
        False,
    ),
    Goal("AUROC of confidence", ("calibration", "auroc"), 0.80),
    Goal("unsure on clear frames", ("clear", "unsure"), 0.02, False),
    Goal("unsure without a road", ("blind", "unsure"), 0.95),
    Goal("unsure without a road, worst kind", ("blind", "least_kind"), 0.95),
)


def goals(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each goal with its value (None where it was not measured) and whether it is reached."""
    return [_state(goal, look_up(figures, goal.path)) for goal in GOALS]


def look_up(figures: Mapping[str, Any], path: Path) -> float | None:
    """The figure at a path; None where something on the way is missing."""
    found: Any = figures
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return None if found is None else float(found)


def _state(goal: Goal, value: float | None) -> dict[str, Any]:
    def reached(bound: float | None) -> bool | None:
        if value is None or bound is None:
            return None
        return value >= bound if goal.at_least else value <= bound

    return {
        "name": goal.name,
        "value": value,
        "bound": goal.bound,
        "at_least": goal.at_least,
        "reached": reached(goal.bound),
        "floor": goal.floor,
        "floor_reached": reached(goal.floor),
    }
