"""The arithmetic of the examination: shares, recalls, F1, calibration. Pure functions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

BINS = 15


def wilson95(right: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share; (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    z = 1.959964
    share = right / n
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def share(right: Iterable[bool]) -> float | None:
    """Share of True, rounded to 4 digits; None of nothing."""
    values = [bool(r) for r in right]
    return round(sum(values) / len(values), 4) if values else None


def ratio(part: float, whole: float) -> float | None:
    """`part` of `whole`, rounded to 4 digits; None where `whole` is 0."""
    return round(part / whole, 4) if whole else None


def recalls(
    truth: Sequence[Hashable], said: Sequence[Hashable | None]
) -> dict[Hashable, tuple[int, float]]:
    """Each class that occurs in `truth`: how often, and the share of it that was said.

    Raises ValueError for unequal lengths.
    """
    counts = Counter(truth)
    hits = Counter(t for t, s in zip(truth, said, strict=True) if t == s)
    return {c: (counts[c], hits[c] / counts[c]) for c in sorted(counts, key=repr)}


def macro_recall(truth: Sequence[Hashable], said: Sequence[Hashable | None]) -> float | None:
    """Mean of `recalls` over the classes that occur; None of nothing."""
    found = [recall for _, recall in recalls(truth, said).values()]
    return round(sum(found) / len(found), 4) if found else None


def micro_f1(
    truth: Sequence[Sequence[Hashable]], said: Sequence[Sequence[Hashable]]
) -> dict[str, Any]:
    """F1 over all items of all scenes; an item counts as often as it occurs in a scene."""
    hit = due = claimed = 0
    for there, named in zip(truth, said, strict=True):
        hit += sum((Counter(there) & Counter(named)).values())
        due += len(there)
        claimed += len(named)
    return {
        "f1": ratio(2 * hit, due + claimed),
        "precision": ratio(hit, claimed),
        "recall": ratio(hit, due),
        "due": due,
        "claimed": claimed,
    }


def calibration_error(
    confidence: Sequence[float], right: Sequence[bool], bins: int = BINS
) -> float | None:
    """Expected calibration error over bins of equal mass; None of nothing.

    Equal confidences share their mean success, so that the order of scenes changes nothing
    where a bin's edge falls between them.
    """
    if not confidence:
        return None
    order = np.argsort(np.asarray(confidence, float), kind="stable")
    sure = np.asarray(confidence, float)[order]
    _, inverse, counts = np.unique(sure, return_inverse=True, return_counts=True)
    hits = (np.bincount(inverse, np.asarray(right, float)[order]) / counts)[inverse]
    parts = zip(np.array_split(sure, bins), np.array_split(hits, bins), strict=True)
    gap = sum(len(c) * abs(float(c.mean()) - float(h.mean())) for c, h in parts if len(c))
    return round(gap / len(sure), 4)


def auroc(confidence: Sequence[float], right: Sequence[bool]) -> float | None:
    """Chance that a right answer is more confident than a wrong one; ties count half.

    None where all are right or all are wrong.
    """
    sure = np.asarray(confidence, float)
    hits = np.asarray(right, bool)
    positives, negatives = int(hits.sum()), int((~hits).sum())
    if not positives or not negatives:
        return None
    _, inverse, counts = np.unique(sure, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2.0)[inverse]  # the mean rank of equal values
    above = float(ranks[hits].sum()) - positives * (positives + 1) / 2.0
    return round(above / (positives * negatives), 4)


def points(own: float | None, other: float | None) -> float | None:
    """Difference of two shares in percentage points."""
    return None if own is None or other is None else round(100 * (own - other), 2)
