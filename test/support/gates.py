"""Gates of a few limits, held against two runs."""

from __future__ import annotations

from typing import Any

from support.scored_runs import score_row
from vlm_driving.evaluation.gate.comparison import compare
from vlm_driving.evaluation.gate.gate_file import Gate
from vlm_driving.evaluation.gate.result import GateResult, judge
from vlm_driving.evaluation.gate.rules import ACROSS_MACHINES, SWITCHES
from vlm_driving.evaluation.gate.sides import Side


def gate(**limits: Any) -> Gate:
    """Limits and switches by name, as a file would have them."""
    switches = {key: limits.pop(key, usual) for key, usual in SWITCHES.items()}
    return Gate("gate.yaml", {key: float(value) for key, value in limits.items()}, switches)


def held(sides: tuple[Side, Side], a_gate: Gate) -> GateResult:
    """What a gate says of a run and its reference."""
    return judge(compare(*sides, a_gate.switches[ACROSS_MACHINES]), a_gate)


def states(result: GateResult) -> dict[tuple[str, str], str]:
    """How each gate stands, by its key and figure."""
    return {(v.key, v.figure): v.state.value for v in result.verdicts}


def rows(scores: list[float], **changes: Any) -> list[dict[str, Any]]:
    """A row of scores for each question."""
    return [score_row(i, score, **changes) for i, score in enumerate(scores)]
