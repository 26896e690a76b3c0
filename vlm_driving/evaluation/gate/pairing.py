"""What two runs have in common: the same questions, and reports to the same frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from vlm_driving.evaluation.gate.sides import Side

Thing = TypeVar("Thing")
Row = Mapping[str, Any]

_OF_A_QUESTION = ("category", "question", "reference", "image", "camera", "stamp_ns")


@dataclass(frozen=True, slots=True)
class Pairs(Generic[Thing]):
    """Things of both runs that belong together, in the run's order.

    Attributes:
        both: the run's and the reference's.
        gone: names of what only the reference has.
        new: names of what only the run has.
        changed: names of what is not the same any more; neither in `both` nor in `gone`.
        by_sequence: frames were paired by their number, for their stamps have nothing in common.
    """

    both: tuple[tuple[Thing, Thing], ...] = ()
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    by_sequence: bool = False


def pair_questions(run: Side, reference: Side) -> Pairs[Row]:
    """Rows of the scores by question; one whose words, reference or key facts changed is another.

    A score is an answer's to a question: with another rubric it would be another figure.
    """
    mine, theirs = _rows(run), _rows(reference)
    both, changed = [], []
    for name, row in mine.items():
        if name not in theirs:
            continue
        if _same(name, row, run, theirs[name], reference):
            both.append((row, theirs[name]))
        else:
            changed.append(name)
    return Pairs(
        tuple(both),
        tuple(name for name in theirs if name not in mine),
        tuple(name for name in mine if name not in theirs),
        tuple(changed),
    )


def _rows(side: Side) -> dict[str, Row]:
    rows = () if side.questions is None else side.questions.rows
    return {str(row.get("question_id")): row for row in rows}


def _same(name: str, row: Row, run: Side, other: Row, reference: Side) -> bool:
    if any(row.get(key) != other.get(key) for key in _OF_A_QUESTION):
        return False
    mine, theirs = run.facts.get(name), reference.facts.get(name)
    return mine is None or theirs is None or mine.get("facts") == theirs.get("facts")


Stamp = tuple[str, int, int]
"""Camera, stamp_ns, and which of equal stamps it is; or camera, sequence and 0."""


def pair_frames(
    mine: Sequence[tuple[str, int, int, Thing]], theirs: Sequence[tuple[str, int, int, Thing]]
) -> Pairs[Thing]:
    """Frames by camera and stamp; by their number where no stamp is in both runs.

    Args:
        mine: camera, stamp_ns, sequence, and what is to be paired.
        theirs: likewise.
    """
    pairs = _paired(_by_stamp(mine), _by_stamp(theirs), by_sequence=False)
    if pairs.both or not mine or not theirs:
        return pairs
    return _paired(_by_number(mine), _by_number(theirs), by_sequence=True)


def _by_stamp(frames: Iterable[tuple[str, int, int, Thing]]) -> dict[Stamp, Thing]:
    seen: Counter[tuple[str, int]] = Counter()
    found: dict[Stamp, Thing] = {}
    for camera, stamp_ns, _, thing in frames:
        found[(camera, stamp_ns, seen[(camera, stamp_ns)])] = thing
        seen[(camera, stamp_ns)] += 1
    return found


def _by_number(frames: Iterable[tuple[str, int, int, Thing]]) -> dict[Stamp, Thing]:
    return {(camera, sequence, 0): thing for camera, _, sequence, thing in frames}


def _paired(
    mine: Mapping[Stamp, Thing], theirs: Mapping[Stamp, Thing], *, by_sequence: bool
) -> Pairs[Thing]:
    return Pairs(
        tuple((thing, theirs[key]) for key, thing in mine.items() if key in theirs),
        tuple(f"{key[0]} {key[1]}" for key in theirs if key not in mine),
        tuple(f"{key[0]} {key[1]}" for key in mine if key not in theirs),
        by_sequence=by_sequence,
    )
