"""The published relative score: answers in per cent of the references that stood beside them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from vlm_driving.evaluation.judges.llm.tally import Judged


def relative_scores(rows: Iterable[Judged]) -> dict[str, float | None]:
    """Per category, and `overall` as the mean of the categories, as published.

    A ratio of means, not a mean of ratios. Failed rows count on neither side; an empty answer
    counts with the lowest score, its reference was not scored. None: there is nothing to divide
    by.
    """
    answers: defaultdict[str, list[float]] = defaultdict(list)
    references: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.judgement.failed:
            continue
        answers[row.question.category].append(row.judgement.score)
        if row.reference_score is not None:
            references[row.question.category].append(row.reference_score)
    result: dict[str, float | None] = {
        category: 100 * _mean(answers[category]) / _mean(references[category])
        if references[category]
        else None
        for category in sorted(answers)
    }
    known = [value for value in result.values() if value is not None]
    result["overall"] = _mean(known) if known and len(known) == len(result) else None
    return result


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)
