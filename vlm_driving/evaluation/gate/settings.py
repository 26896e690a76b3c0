"""What two runs were made with, and which figures of them cannot be held against each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from vlm_driving.evaluation.gate.figures import FIGURES, Group
from vlm_driving.evaluation.gate.sides import Side, at

_PLAIN = (
    "kind",
    "model",
    "camera_topic",
    "pace",
    "rate",
    "budget_ms",
    "question_budget_ms",
    "start_s",
    "duration_s",
    "backend",
    "threads",
    "version",
)
_OF_A_MACHINE = ("cpu", "cores", "system", "python", "onnxruntime")
_MAKE_LATENCY = ("cpu", "cores")
# The first that differs is the reason: the others mostly follow from it.
_TIMING = {"pace": "paces", "rate": "rates", "budget_ms": "budgets"}
_ASKING = {"pace": "paces", "question_budget_ms": "question budgets"}

Unlike = dict[str, "tuple[Any, Any]"]
"""The run's value and the reference's, by the name of the setting."""


def unlike_settings(run: Side, reference: Side) -> Unlike:
    """Settings that differ; what only one of them knows is left out."""
    mine, theirs = _settings(run), _settings(reference)
    return {
        key: (mine[key], theirs[key]) for key in mine if key in theirs and mine[key] != theirs[key]
    }


def _settings(side: Side) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for data in (side.summary, side.settings):
        found |= {key: data[key] for key in _PLAIN if key in data}
        if isinstance(data.get("bag"), str):
            found["bag"] = PurePath(data["bag"]).name
        machine = at(data, "machine")
        if isinstance(machine, Mapping):
            found |= {key: machine[key] for key in _OF_A_MACHINE if key in machine}
    return found


def not_comparable(unlike: Mapping[str, Any], across_machines: bool) -> dict[str, str]:
    """Why a figure must not be held against the reference's, by the name of the figure.

    Args:
        unlike: settings that differ.
        across_machines: latencies of two machines may be compared all the same.
    """
    timing = [_said(key, name, unlike) for key, name in _TIMING.items() if key in unlike][:1]
    asking = [_said(key, name, unlike) for key, name in _ASKING.items() if key in unlike][:1]
    machine = [] if across_machines else [k for k in _MAKE_LATENCY if k in unlike]
    found: dict[str, str] = {}
    for figure in FIGURES:
        reasons: list[str] = []
        asked = figure.name.startswith("question_")
        if figure.group in (Group.LATENCY, Group.OUTCOMES):
            reasons += asking if asked else timing
        if figure.group is Group.LATENCY and machine:
            reasons.append("the machines differ")
        if reasons:
            found[figure.name] = "; ".join(reasons)
    return found


def _said(key: str, name: str, unlike: Mapping[str, Any]) -> str:
    mine, theirs = unlike[key]
    return f"the {name} differ ({shown(mine)}, reference {shown(theirs)})"


def shown(value: Any) -> str:
    """A setting in a sentence."""
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
