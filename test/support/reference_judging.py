"""Pairs and graded answers for the reference judge, and yardsticks to hold beside it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np

from vlm_driving.evaluation.judges.reference_judge import ReferenceJudge
from vlm_driving.evaluation.questions.question import Question

DATA = Path(__file__).resolve().parents[1] / "data"


def rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


def question(row: dict) -> Question:
    return Question(
        id=row["id"],
        category=row["category"],
        image_category="",
        context=row["context"],
        text=row["question"],
        reference=row["reference"],
        image=f"{row['id']}.jpg",
    )


PAIRS = rows("reference_pairs.jsonl")
HELD_OUT = rows("reference_pairs_held_out.jsonl")
HELD_OUT_2 = rows("reference_pairs_held_out_2.jsonl")
GRADED = rows("reference_graded.jsonl")


def ask(
    text: str,
    answer: str,
    reference: str,
    context: str = "",
    category: str = "conv",
    judge: ReferenceJudge | None = None,
) -> float:
    asked = Question("q", category, "", context, text, reference, image="q.jpg")
    return (judge or ReferenceJudge([asked])).judge(asked, answer).score


def chrf(answer: str, reference: str, longest: int = 6) -> float:
    precision = recall = 0.0
    for size in range(1, longest + 1):
        mine = Counter(answer[i : i + size] for i in range(len(answer) - size + 1))
        theirs = Counter(reference[i : i + size] for i in range(len(reference) - size + 1))
        both = sum((mine & theirs).values())
        precision += both / max(1, sum(mine.values())) / longest
        recall += both / max(1, sum(theirs.values())) / longest
    return 5 * precision * recall / (4 * precision + recall) if precision + recall else 0.0


def ranked(judge: ReferenceJudge, pairs: list[dict]) -> float:
    return sum(
        judge.judge(question(row), row["right"]).share
        > judge.judge(question(row), row["wrong"]).share
        for row in pairs
    ) / len(pairs)


def ranked_by_overlap(pairs: list[dict]) -> float:
    return sum(
        chrf(row["right"], row["reference"]) > chrf(row["wrong"], row["reference"]) for row in pairs
    ) / len(pairs)


def spearman(one: list[float], other: list[float]) -> float:
    return float(np.corrcoef(ranks(one), ranks(other))[0, 1])


def interval(one: list[float], other: list[float], samples: int = 1000) -> tuple[float, float]:
    """The middle 95 % of the correlation over samples drawn with replacement."""
    drawn = np.random.default_rng(0).integers(0, len(one), (samples, len(one)))
    found = [spearman([one[i] for i in at], [other[i] for i in at]) for at in drawn]
    return float(np.percentile(found, 2.5)), float(np.percentile(found, 97.5))


def ranks(values: list[float]) -> np.ndarray:
    _, at, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[at]
