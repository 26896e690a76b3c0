"""What a gate says of a comparison: pure functions of figures and limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from vlm_driving.evaluation.gate.comparison import Line
from vlm_driving.evaluation.gate.gate_file import Gate
from vlm_driving.evaluation.gate.rules import (
    NOISE_FORGIVEN,
    RULES,
    SIGNIFICANT_FAILS,
    SKIPPED_FAILS,
    Kind,
    Rule,
)

_TOLERANCE = 1e-9
NEITHER = "neither run has it"
WITH_INTERVAL = ("score", "truth_score", "advice_right_share")
"""What `significant_drop_fails` looks at; three categories more would cry wolf."""


class State(str, Enum):
    """How a gate stands."""

    KEPT = "kept"
    BROKEN = "broken"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One gate on one figure.

    Attributes:
        key: of the gate.
        figure: its name.
        limit: as the gate file has it; None for a gate that is true or false.
        value: what was held against the limit; None where there was nothing.
        state: kept, broken or skipped.
        reason: why, where the numbers alone do not say it.
    """

    key: str
    figure: str
    limit: float | None
    value: float | None
    state: State
    reason: str = ""


def verdicts(gate: Gate, lines: Mapping[str, Line]) -> list[Verdict]:
    """Every gate that the file sets, on each of its figures, in the order of `RULES`."""
    found = [
        _verdict(rule, lines[name], gate.limits[rule.key], gate.switches)
        for rule in RULES
        if rule.key in gate.limits
        for name in rule.figures
    ]
    found = _without_empty_categories(found)
    if gate.switches[SIGNIFICANT_FAILS]:
        found += [v for name in WITH_INTERVAL if (v := _significant(lines[name])) is not None]
    return found


def passed(gate: Gate, found: Sequence[Verdict]) -> bool:
    """Whether the gate holds."""
    broken = {State.BROKEN, State.SKIPPED} if gate.switches[SKIPPED_FAILS] else {State.BROKEN}
    return not any(verdict.state in broken for verdict in found)


def _verdict(rule: Rule, line: Line, limit: float, switches: Mapping[str, bool]) -> Verdict:
    def said(state: State, value: float | None = None, reason: str = "") -> Verdict:
        return Verdict(rule.key, line.figure.name, limit, value, state, reason)

    if line.run is None:
        if line.reference is not None:
            return said(State.BROKEN, reason="the reference has it, this run does not")
        return said(State.SKIPPED, reason=NEITHER)
    if rule.kind is Kind.LEAST:
        return said(_kept(line.run >= limit - _TOLERANCE), line.run)
    if rule.kind is Kind.MOST:
        return said(_kept(line.run <= limit + _TOLERANCE), line.run)
    if line.reference is None:
        # A reference that was never scored must not let everything pass.
        return said(State.BROKEN, line.run, "the reference does not have it: make a new one")
    if line.reason:
        return said(State.BROKEN if line.remake else State.SKIPPED, reason=line.reason)
    if rule.kind is Kind.RATIO:
        if line.reference <= 0:
            return said(State.SKIPPED, reason="the reference's is 0")
        ratio = round(line.run / line.reference, 4)
        return said(_kept(ratio <= limit + _TOLERANCE), ratio)
    difference = line.difference
    assert difference is not None
    worse = -difference if rule.kind is Kind.DROP else difference
    worse = round(max(worse, 0.0), 6)
    if worse <= limit + _TOLERANCE:
        return said(State.KEPT, worse)
    if line.paired is not None and line.paired.significant is False and switches[NOISE_FORGIVEN]:
        return said(State.KEPT, worse, "within noise: its interval holds 0")
    return said(State.BROKEN, worse)


def _kept(kept: bool) -> State:
    return State.KEPT if kept else State.BROKEN


def _without_empty_categories(found: Sequence[Verdict]) -> list[Verdict]:
    """Leaves out categories that neither set has, where the gate looks at others as well."""
    keys = {v.key for v in found if v.state is not State.SKIPPED}
    return [
        v for v in found if v.state is not State.SKIPPED or v.reason != NEITHER or v.key not in keys
    ]


def _significant(line: Line) -> Verdict | None:
    """A drop beyond noise, however small; None where nothing was compared."""
    if line.paired is None or line.reason:
        return None
    dropped = line.paired.significant is True and line.paired.mean < 0
    reason = "a drop beyond noise" if dropped else ""
    if line.paired.significant is None:
        return Verdict(
            SIGNIFICANT_FAILS, line.figure.name, None, None, State.SKIPPED, "too few to tell"
        )
    worse = round(max(-line.paired.mean, 0.0), 6)
    return Verdict(SIGNIFICANT_FAILS, line.figure.name, None, worse, _kept(not dropped), reason)
