"""Hazards against truth: precision, recall and F1, by kind alone and by kind and side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from vlm_driving.core import Hazard, HazardKind
from vlm_driving.evaluation.truth.intervals import Floats, figure, ratio
from vlm_driving.evaluation.truth.judging import JudgedFrame, hazards_of

Named = tuple[tuple[Hazard, ...], tuple[Hazard, ...]]
"""What had to be named, and what was."""
Key = Callable[[Hazard], Hashable]


def by_kind_and_side(hazard: Hazard) -> Hashable:
    """What counts as the same hazard: kind and side (the range is not compared)."""
    return hazard.kind, hazard.side


def by_kind(hazard: Hazard) -> Hashable:
    """The kind alone."""
    return hazard.kind


def named_of(frames: Iterable[JudgedFrame]) -> list[Named]:
    """Of frames whose hazards are known."""
    return [(f.truth.hazards, hazards_of(f.report)) for f in frames if f.truth.hazards is not None]


def counts_of(named: Named, key: Key, kind: HazardKind | None = None) -> tuple[int, int, int]:
    """Right, due and said, of one kind or of all; two of a sort count twice."""
    due, said = (Counter(key(h) for h in hs if kind in (None, h.kind)) for hs in named)
    return (due & said).total(), due.total(), said.total()


def f1(sums: Floats) -> Floats:
    """Of the columns right, due and said; nan where nothing was due and nothing said."""
    return ratio(2 * sums[..., 0], sums[..., 1] + sums[..., 2])


def figures(named: Sequence[Named], key: Key, kind: HazardKind | None = None) -> dict[str, Any]:
    """Precision, recall, F1 and the counts behind them; null where a figure has no meaning."""
    counts = np.array([counts_of(one, key, kind) for one in named]).reshape(-1, 3)
    right, due, said = (int(total) for total in counts.sum(axis=0))
    return {
        "precision": _share(right, said),
        "recall": _share(right, due),
        "f1": _share(2 * right, due + said),
        "right": right,
        "due": due,
        "named": said,
    }


def hazards_json(frames: Sequence[JudgedFrame], blocks: Sequence[int]) -> dict[str, Any] | None:
    """Everything about hazards; None where no truth tells of them."""
    known = [(f, b) for f, b in zip(frames, blocks, strict=True) if f.truth.hazards is not None]
    if not known:
        return None
    named = named_of(frame for frame, _ in known)
    seen = {hazard.kind for due, said in named for hazard in (*due, *said)}
    kinds = [kind for kind in HazardKind if kind in seen]
    counts = np.array([counts_of(one, by_kind_and_side) for one in named])
    return {
        **figures(named, by_kind_and_side),
        "n": len(named),
        "interval": figure(counts, [block for _, block in known], f1),
        "kind_alone": figures(named, by_kind),
        "by_kind": {kind.value: figures(named, by_kind_and_side, kind) for kind in kinds},
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
