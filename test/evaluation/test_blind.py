"""Strangers' sentences: written by people who had seen neither judges nor rubric code.

Nothing is mended by looking at these files: they measure what the judges are worth on sentences
that they were not made for. `pytest -rP` prints the figures. The thresholds stand a little below
the figures in docs/scores.md: what falls below them got worse.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from support.reference_judging import DATA, question, ranked, ranked_by_overlap

from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.judges.reference_judge import ReferenceJudge
from vlm_driving.evaluation.keyfact import parse_rubric
from vlm_driving.evaluation.questions import Question

NEAR = 0.5
"""Points beyond the fair range that still count as fair."""


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


def _score(judge: KeyfactJudge, row: dict[str, Any]) -> float:
    asked = Question(
        id=row["id"],
        category=row["category"],
        image_category="",
        context=row["context"],
        text=row["question"],
        reference=row["reference"],
        facts=parse_rubric(row["facts"]),
    )
    return judge.judge(asked, row["answer"]).score


@pytest.mark.parametrize(
    ("name", "enough", "distance"), [("blind_cases_1", 0.77, 1.4), ("blind_cases_2", 0.70, 1.6)]
)
def test_most_answers_of_strangers_get_what_a_fair_person_gives(name, enough, distance):
    rows, judge = _rows(f"{name}.jsonl"), KeyfactJudge()
    assert len(rows) >= 100
    scores = [_score(judge, row) for row in rows]
    fair = [
        row["fair"]["low"] - NEAR <= score <= row["fair"]["high"] + NEAR
        for row, score in zip(rows, scores, strict=True)
    ]
    off = sum(abs(s - row["fair"]["score"]) for row, s in zip(rows, scores, strict=True))
    of = Counter(row["kind"] for row in rows)
    met = Counter(row["kind"] for row, one in zip(rows, fair, strict=True) if one)
    print(f"{name}: {sum(fair)} of {len(rows)}, {off / len(rows):.2f} points from the fair mark")
    print(", ".join(f"{kind} {met[kind]}/{of[kind]}" for kind in of))
    assert sum(fair) >= enough * len(rows)
    assert off <= distance * len(rows)


@pytest.mark.parametrize(("name", "enough"), [("blind_pairs_1", 0.92), ("blind_pairs_2", 0.90)])
def test_most_pairs_of_strangers_are_ranked_right_where_overlap_ranks_few(name, enough):
    rows = _rows(f"{name}.jsonl")
    assert len(rows) >= 150
    judge = ReferenceJudge(map(question, rows))
    share = ranked(judge, rows)
    print(f"{name}: {share:.3f}, chrF {ranked_by_overlap(rows):.3f}")
    for kind in sorted({row["changed"] for row in rows}):
        print(kind, f"{ranked(judge, [row for row in rows if row['changed'] == kind]):.2f}")
    assert share >= enough
    assert ranked_by_overlap(rows) < 0.35
