"""The gate as a program reads it: `gate` in the object that `vlm-driving score` prints last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.evaluation.gate.comparison import Comparison, Line
from vlm_driving.evaluation.gate.gate_file import Gate
from vlm_driving.evaluation.gate.paired import Moved
from vlm_driving.evaluation.gate.rules import ACROSS_MACHINES
from vlm_driving.evaluation.gate.verdicts import State, Verdict, passed, verdicts

SCHEMA = "vlm_driving/gate/1"
MOST_MOVED = 50
"""Questions that got better, or worse, and are named."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """A comparison, and what the gate says of it.

    Attributes:
        comparison: of the two runs.
        gate: None where there was only a comparison to make.
        verdicts: none without a gate.
    """

    comparison: Comparison
    gate: Gate | None
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool | None:
        """Whether the gate holds; None without a gate."""
        return None if self.gate is None else passed(self.gate, self.verdicts)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know, one sentence each."""
        return (*self.comparison.notes, *_about_latency(self))

    def of(self, state: State) -> list[Verdict]:
        """Verdicts that stand so."""
        return [verdict for verdict in self.verdicts if verdict.state is state]

    def to_json(self) -> dict[str, Any]:
        """Keys are added in later versions, none is taken away under this schema."""
        found = self.comparison
        worse = [one for one in found.moved if one.difference < 0]
        better = [one for one in reversed(found.moved) if one.difference > 0]
        return {
            "schema": SCHEMA,
            "passed": self.passed,
            "reference": str(found.reference.path),
            "file": None if self.gate is None else self.gate.name,
            "switches": {} if self.gate is None else dict(self.gate.switches),
            "broken": list(dict.fromkeys(verdict.key for verdict in self.of(State.BROKEN))),
            "skipped": list(dict.fromkeys(verdict.key for verdict in self.of(State.SKIPPED))),
            "gates": [_verdict(verdict) for verdict in self.verdicts],
            "figures": {name: _line(line) for name, line in found.lines.items()},
            "answers": {
                "common": len(found.questions.both),
                "changed": found.changed["answers"],
                "gone": list(found.questions.gone),
                "new": list(found.questions.new),
                "changed_questions": list(found.questions.changed),
                "worse": [_moved(one) for one in worse[:MOST_MOVED]],
                "better": [_moved(one) for one in better[:MOST_MOVED]],
                "worse_n": len(worse),
                "better_n": len(better),
            },
            "frames": {
                "common": len(found.frames.both),
                "missing": len(found.frames.gone),
                "new": len(found.frames.new),
                "changed_descriptions": found.changed["descriptions"],
                "changed_advice": found.changed["advice"],
                "changed_outcomes": found.changed["outcomes"],
                "paired_by": "sequence" if found.frames.by_sequence else "stamp_ns",
            },
            "unlike": {
                key: {"run": mine, "reference": theirs}
                for key, (mine, theirs) in found.unlike.items()
            },
            "notes": list(self.notes),
        }


def judge(comparison: Comparison, gate: Gate | None) -> GateResult:
    """Hold a comparison against a gate.

    Raises:
        UserError: not one gate could be judged: passing would say nothing.
    """
    found: Sequence[Verdict] = () if gate is None else verdicts(gate, comparison.lines)
    if gate is not None and all(verdict.state is State.SKIPPED for verdict in found):
        first = f"{found[0].key}: {found[0].reason}" if found else "no figure is in both runs"
        raise UserError(
            f"No gate of {gate.name} can be judged on {comparison.run.path} "
            f"({first}); set gates on figures that the run has."
        )
    return GateResult(comparison, gate, tuple(found))


def _about_latency(result: GateResult) -> list[str]:
    unlike = result.comparison.unlike
    if not {"cpu", "cores"} & set(unlike):
        return []
    forced = result.gate is not None and result.gate.switches[ACROSS_MACHINES]
    end = "the gate compares them all the same" if forced else "no gate holds them to each other"
    return [f"The runs are of different machines: latencies differ for that reason alone; {end}."]


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "gate": verdict.key,
        "figure": verdict.figure,
        "state": verdict.state.value,
        "limit": verdict.limit,
        "value": _rounded(verdict.value),
        "reason": verdict.reason,
    }


def _line(line: Line) -> dict[str, Any]:
    paired = line.paired
    return {
        "run": _rounded(line.run),
        "reference": _rounded(line.reference),
        "difference": _rounded(line.difference),
        "low": None if paired is None else _rounded(paired.low),
        "high": None if paired is None else _rounded(paired.high),
        "n": None if paired is None else paired.n,
        "significant": None if paired is None else paired.significant,
        "comparable": not line.reason,
        "reason": line.reason,
    }


def _moved(moved: Moved) -> dict[str, Any]:
    return {
        "question_id": str(moved.row.get("question_id")),
        "category": moved.row.get("category"),
        "run": moved.run,
        "reference": moved.reference,
        "difference": moved.difference,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
