"""Advice against truth: confusion matrices and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from vlm_driving.core import PathAdvice, SpeedAdvice
from vlm_driving.evaluation.truth.intervals import Floats, figure, mean, ratio
from vlm_driving.evaluation.truth.judging import JudgedFrame, course_of
from vlm_driving.evaluation.truth.truth import Course

NONE = "NONE"
"""No advice: a report without any, or a picture in which none is right."""
LABELS: Mapping[str, tuple[str, ...]] = {
    "speed": (*(one.value for one in SpeedAdvice), NONE),
    "path": (*(one.value for one in PathAdvice), NONE),
}
Pair = tuple[Course | None, Course | None]
"""What is right, and what was published."""


def pairs_of(frames: Iterable[JudgedFrame]) -> list[Pair]:
    """Of frames whose right advice is known."""
    return [(f.truth.course, course_of(f.report)) for f in frames if f.truth.advised]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each truth (row) met each advice (column).

    Attributes:
        labels: of rows and columns.
        counts: (labels, labels) whole numbers.
    """

    labels: tuple[str, ...]
    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, pairs: Sequence[Pair], part: str) -> Confusion:
        """Count `part` (speed or path) of the pairs."""
        labels = LABELS[part]
        counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
        for truth, said in pairs:
            counts[labels.index(_label(truth, part)), labels.index(_label(said, part))] += 1
        return cls(labels, counts)

    def recall(self, label: str) -> float | None:
        """Share of the frames with this truth that were told so; None: there is no such frame."""
        row = self.counts[self.labels.index(label)]
        return None if row.sum() == 0 else float(row[self.labels.index(label)] / row.sum())

    def recalls(self) -> dict[str, float | None]:
        """By label, those that truth has."""
        found = {label: self.recall(label) for label in self.labels}
        return {k: round(v, 3) for k, v in found.items() if v is not None}

    def accuracy(self) -> float | None:
        """Share of frames that were told right."""
        total = self.counts.sum()
        return float(np.trace(self.counts) / total) if total else None

    def macro_f1(self) -> float | None:
        """The mean F1 of the labels that truth has; None without any frame."""
        if not self.counts.sum():
            return None
        return float(macro_f1(self.counts.astype(np.float64).ravel(), self.due()))

    def to_json(self) -> dict[str, Any]:
        """Labels, matrix (rows truth, columns advice), recall by label, macro F1, accuracy."""
        return {
            "labels": list(self.labels),
            "matrix": self.counts.tolist(),
            "recall": self.recalls(),
            "macro_f1": _rounded(self.macro_f1()),
            "accuracy": _rounded(self.accuracy()),
        }

    def due(self) -> npt.NDArray[np.bool_]:
        """(labels,): those that truth has."""
        return np.asarray(self.counts.sum(axis=1) > 0)


def macro_f1(sums: Floats, due: npt.NDArray[np.bool_]) -> Floats:
    """The mean F1 of the labels in `due`.

    Args:
        sums: (..., labels * labels), rows truth.
        due: (labels,), those that the whole truth has; in a resample that lacks one it is left out.
    """
    size = len(due)
    counts = sums.reshape(*sums.shape[:-1], size, size)
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    f1 = ratio(2 * right, counts.sum(axis=-1) + counts.sum(axis=-2))[..., due]
    known = ~np.isnan(f1)
    return ratio(np.where(known, f1, 0.0).sum(axis=-1), known.sum(axis=-1).astype(np.float64))


def intervals(frames: Sequence[JudgedFrame], blocks: Sequence[int]) -> dict[str, Any]:
    """The figures of advice with their intervals: right, macro F1 and STOP recall."""
    known = [(f, b) for f, b in zip(frames, blocks, strict=True) if f.truth.advised]
    at = [block for _, block in known]
    pairs = pairs_of(frame for frame, _ in known)
    found: dict[str, Any] = {
        "right": figure([[truth == said, 1] for truth, said in pairs], at, mean)
    }
    for part in LABELS:
        due = Confusion.of(pairs, part).due()
        cells = [Confusion.of([pair], part).counts.ravel() for pair in pairs]
        found[f"{part}_macro_f1"] = figure(cells, at, partial(macro_f1, due=due))
    stops = [
        [_label(said, "speed") == "STOP", 1] if _label(truth, "speed") == "STOP" else [0, 0]
        for truth, said in pairs
    ]
    found["stop_recall"] = figure(stops, at, mean) | {"n": sum(due for _, due in stops)}
    return found


def _label(course: Course | None, part: str) -> str:
    return NONE if course is None else course.to_json()[part]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
