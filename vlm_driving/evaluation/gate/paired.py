"""Scores of both runs, question by question and frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vlm_driving.evaluation.gate.differences import Difference, by_category, by_stretches
from vlm_driving.evaluation.gate.pairing import Pairs, Row, pair_frames
from vlm_driving.evaluation.gate.sides import Side, number
from vlm_driving.evaluation.questions import CATEGORIES

_OF_A_TRUTH = ("truth", "truth_hazards", "reference")


@dataclass(frozen=True, slots=True)
class Moved:
    """A question whose answer got another score; scores from 1 to 10."""

    row: Row
    other: Row
    run: float
    reference: float

    @property
    def difference(self) -> float:
        """The run minus the reference."""
        return round(self.run - self.reference, 4)


def paired_scores(questions: Pairs[Row]) -> dict[str, Difference]:
    """The differences of `score` and of each category's score."""
    groups: dict[str, list[tuple[float, float]]] = {name: [] for name in CATEGORIES}
    for moved in _scored(questions):
        category = moved.row.get("category")
        if category in groups:
            groups[str(category)].append((moved.run, moved.reference))
    overall, found = by_category(groups)
    if overall is None:
        return {}
    return {"score": overall, **{f"score_{name}": one for name, one in found.items()}}


def _scored(questions: Pairs[Row]) -> list[Moved]:
    """Questions that the judge scored in both runs."""
    found = []
    for row, other in questions.both:
        mine, theirs = number(row.get("score")), number(other.get("score"))
        if mine is not None and theirs is not None:
            found.append(Moved(row, other, mine, theirs))
    return found


def moved_questions(questions: Pairs[Row]) -> tuple[Moved, ...]:
    """Questions whose answer got another score, the worst first."""
    moved = [one for one in _scored(questions) if one.difference]
    return tuple(sorted(moved, key=lambda one: one.difference))


def pair_truth(run: Side, reference: Side) -> tuple[tuple[tuple[Row, Row], ...], int]:
    """Judged frames that both have with one and the same truth, and how many others there are.

    Simulated drives all have the same stamps, and labels are mended: a frame whose truth is another
    is judged by another measure.
    """
    mine, theirs = _truth_rows(run), _truth_rows(reference)
    if not mine or not theirs:
        return (), 0
    pairs = pair_frames(mine, theirs)
    same = tuple(
        (row, other)
        for row, other in pairs.both
        if all(row.get(key) == other.get(key) for key in _OF_A_TRUTH)
    )
    return same, len(pairs.both) - len(same) + len(pairs.gone) + len(pairs.new)


def paired_truth(pairs: Sequence[tuple[Row, Row]]) -> dict[str, Difference]:
    """The differences of what was published: descriptions, and the share of right advice."""
    scores, right = [], []
    for row, other in pairs:
        stamp = row["stamp_ns"]
        mine, theirs = number(row.get("score")), number(other.get("score"))
        if mine is not None and theirs is not None:
            scores.append((stamp, mine, theirs))
        was, before = row.get("advice_right"), other.get("advice_right")
        if isinstance(was, bool) and isinstance(before, bool):
            right.append((stamp, float(was), float(before)))
    found = {"truth_score": by_stretches(scores), "advice_right_share": by_stretches(right)}
    return {name: one for name, one in found.items() if one is not None}


def _truth_rows(side: Side) -> list[tuple[str, int, int, Row]]:
    rows: Sequence[Row] = () if side.truth is None else side.truth.rows
    keyed = ((str(r.get("camera")), r.get("stamp_ns"), r.get("sequence"), r) for r in rows)
    return [
        (camera, stamp, sequence, row)
        for camera, stamp, sequence, row in keyed
        if isinstance(stamp, int) and isinstance(sequence, int)
    ]
