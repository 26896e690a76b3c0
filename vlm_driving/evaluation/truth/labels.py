"""Label files: the truth of frames, written by people or programs.

JSON Lines, UTF-8, one frame a line:

    {"camera": "/camera/image", "stamp_ns": 1700000000000000000,
     "advice": {"speed": "KEEP", "path": "KEEP"},
     "hazards": [{"kind": "vehicle_ahead", "side": "center", "range": "far"}],
     "reference": "前方に車がいます。", "facts": {"must": [["車"]]}, "note": "why"}

What a line leaves out is not judged. `"advice": null` says that no advice is right, `"hazards": []`
that none is to be named.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from vlm_driving.core import (
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    PathAdvice,
    SpeedAdvice,
    UserError,
)
from vlm_driving.evaluation.keyfact import Rubric, parse_rubric
from vlm_driving.evaluation.questions.lines import Row, read_rows
from vlm_driving.evaluation.truth.truth import Course, Truth, TruthSet, checked

KEYS = ("camera", "stamp_ns", "advice", "hazards", "reference", "facts", "note")

Name = TypeVar("Name", bound=Enum)


def load_labels(path: Path) -> TruthSet:
    """Read a label file.

    Raises:
        UserError: no such file, a line that is wrong, or two lines for one frame.
    """
    rows, notes = read_rows(path)
    return checked(str(path), map(_truth, rows), notes)


def _truth(row: Row) -> Truth:
    unknown = next((key for key in row.data if key not in KEYS), None)
    if unknown is not None:
        raise UserError(f"{row.place}: unknown key {unknown!r}; the keys are {', '.join(KEYS)}.")
    stamp_ns = row.data.get("stamp_ns")
    if not isinstance(stamp_ns, int) or isinstance(stamp_ns, bool):
        raise UserError(f"{row.place}: stamp_ns is a whole number, got {stamp_ns!r}.")
    if not any(row.data.get(key) is not None for key in KEYS[3:6]) and "advice" not in row.data:
        raise UserError(
            f"{row.place} says nothing of the frame; give it advice, hazards, or facts."
        )
    return Truth(
        camera=row.text("camera"),
        stamp_ns=stamp_ns,
        course=_course(row),
        advised="advice" in row.data,
        hazards=_hazards(row),
        reference=row.text("reference", ""),
        facts=_facts(row),
    )


def _course(row: Row) -> Course | None:
    advice = row.data.get("advice")
    if advice is None:
        return None
    fields = _object(row, "advice", advice, ("speed", "path"))
    return Course(
        _one_of(row, "advice.speed", SpeedAdvice, fields["speed"]),
        _one_of(row, "advice.path", PathAdvice, fields["path"]),
    )


def _hazards(row: Row) -> tuple[Hazard, ...] | None:
    given = row.data.get("hazards")
    if given is None:
        return None
    if not isinstance(given, list):
        raise UserError(f"{row.place}: hazards is a list, got {given!r:.80}.")
    return tuple(_hazard(row, one) for one in given)


def _hazard(row: Row, given: object) -> Hazard:
    fields = _object(row, "a hazard", given, ("kind", "side", "range"))
    return Hazard(
        _one_of(row, "a hazard's kind", HazardKind, fields["kind"]),
        _one_of(row, "a hazard's side", HazardSide, fields["side"]),
        _one_of(row, "a hazard's range", HazardRange, fields["range"]),
    )


def _facts(row: Row) -> Rubric | None:
    given = row.data.get("facts")
    try:
        return None if given is None else parse_rubric(given)
    except UserError as fault:
        raise UserError(f"{row.place}: {fault}") from None


def _object(row: Row, name: str, given: object, keys: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(given, Mapping) or set(given) != set(keys):
        raise UserError(f"{row.place}: {name} is an object with {', '.join(keys)}, got {given!r}.")
    return given


def _one_of(row: Row, name: str, names: type[Name], given: object) -> Name:
    try:
        return names(given)
    except ValueError:
        known = ", ".join(str(one.value) for one in names)
        raise UserError(f"{row.place}: {name} is one of {known}, got {given!r}.") from None
