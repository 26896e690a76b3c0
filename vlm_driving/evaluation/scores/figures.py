"""The figures of a scored set: absolute, and in per cent of the references' own score."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vlm_driving.evaluation.questions import CATEGORIES
from vlm_driving.evaluation.scores.bootstrap import (
    SEED,
    Figure,
    Sample,
    draw,
    macro,
    percent_of,
)
from vlm_driving.evaluation.scores.rows import ScoredRow
from vlm_driving.evaluation.summary import quantiles

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Figures:
    """Means with intervals.

    Attributes:
        category: `overall` (the mean of the categories' means), conv, detail and complex.
        image_category: by what the pictures are of.
        relative: `category` in per cent of the references' score; empty without references, and
            without `overall` where a category's references were never scored.
        references: the references' own score by category.
        weighted: the mean over all questions, by their weights; None where nothing was scored.
    """

    category: Mapping[str, Figure]
    image_category: Mapping[str, Figure]
    relative: Mapping[str, Figure]
    references: Mapping[str, Figure]
    weighted: float | None


@dataclass(frozen=True, slots=True)
class _Scored:
    row: ScoredRow
    score: float


def figures_of(rows: Sequence[ScoredRow]) -> Figures:
    """Group and average; rows whose judge failed are left out."""
    scored = [_Scored(row, row.score) for row in rows if row.score is not None]
    category: dict[str, Sample] = {}
    both: dict[str, tuple[Sample, ...]] = {}
    for place, name in enumerate(CATEGORIES):
        group = [s for s in scored if s.row.question.category == name]
        # A seed of its own: categories of one size, drawn in step, would all be lucky at once.
        seed = SEED + place
        if group:
            (category[name],) = draw([s.score for s in group], seed=seed)
        pairs = _beside_references(group)
        if pairs:
            mine, theirs = ([pair[i] for pair in pairs] for i in range(2))
            both[name] = draw(mine, theirs, seed=seed)
    relative = {name: percent_of(*pair) for name, pair in both.items()}
    due = {s.row.question.category for s in scored if s.row.question.reference.strip()}
    pictures: dict[str, list[float]] = {}
    for s in sorted(scored, key=lambda s: s.row.question.image_category):
        pictures.setdefault(s.row.question.image_category, []).append(s.score)
    pictures.pop("", None)
    return Figures(
        category=_with_overall(category),
        image_category={name: draw(scores)[0].figure() for name, scores in pictures.items()},
        relative=_with_overall(relative) if due <= set(relative) else _figures(relative),
        references=_with_overall({name: pair[1] for name, pair in both.items()}),
        weighted=_weighted(scored),
    )


def means_of(scores: Mapping[str, float], categories: Mapping[str, str]) -> dict[str, float]:
    """Category means and their mean, without intervals, of scores by question id."""
    found: dict[str, float] = {}
    for name in CATEGORIES:
        values = [round(s * 10_000) for i, s in scores.items() if categories[i] == name]
        if values:
            found[name] = sum(values) / (len(values) * 10_000)
    return {OVERALL: sum(found.values()) / len(found), **found} if found else {}


def outcomes_of(rows: Sequence[ScoredRow]) -> dict[str, Any]:
    """Latency, and count and mean score by outcome; what no row had is null or empty."""
    by_outcome = Counter(row.answer.outcome for row in rows if row.answer.outcome is not None)
    means = {}
    for name in sorted(by_outcome):
        scores = [r.score for r in rows if r.answer.outcome == name and r.score is not None]
        units = sum(round(score * 10_000) for score in scores)
        mean = round(units / (len(scores) * 10_000), 3) if scores else None
        means[name] = {"n": by_outcome[name], "score": mean}
    latencies = [row.answer.latency_ms for row in rows if row.answer.latency_ms is not None]
    return {"latency_ms": quantiles(latencies) if latencies else None, "outcomes": means}


def _beside_references(group: Sequence[_Scored]) -> list[tuple[float, float]]:
    """Scores of answers and of their references.

    A judge that scores both in one breath is never asked about an empty answer, so that the
    reference beside it has no score. The answer counts all the same, beside a reference like the
    others: or a model would do best that says nothing to what it does not know.
    """
    known = [s.row.reference_score for s in group if s.row.reference_score is not None]
    if not known:
        return []
    usual = math.fsum(known) / len(known)
    pairs = []
    for s in group:
        if s.row.reference_score is not None:
            pairs.append((s.score, s.row.reference_score))
        elif not s.row.answer.text.strip() and s.row.question.reference.strip():
            pairs.append((s.score, usual))
    return pairs


def _with_overall(samples: Mapping[str, Sample]) -> dict[str, Figure]:
    if not samples:
        return {}
    return {OVERALL: macro(list(samples.values())).figure(), **_figures(samples)}


def _figures(samples: Mapping[str, Sample]) -> dict[str, Figure]:
    return {name: sample.figure() for name, sample in samples.items()}


def _weighted(scored: Sequence[_Scored]) -> float | None:
    if not scored:
        return None
    total = math.fsum(s.row.question.weight for s in scored)
    return math.fsum(s.row.question.weight * s.score for s in scored) / total
