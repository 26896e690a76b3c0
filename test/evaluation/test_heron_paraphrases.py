"""Right answers to Heron-Bench's questions in words of our own, under our rubric."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.keyfact import score
from vlm_driving.evaluation.questions import load_questions
from vlm_driving.evaluation.questions.heron_rubric import attach_heron_rubric, heron_rubrics
from vlm_driving.evaluation.scores.baselines import (
    CONSTANT,
    ECHO_QUESTION,
    SHUFFLED,
    run_baselines,
)
from vlm_driving.evaluation.scores.figures import means_of
from vlm_driving.evaluation.scores.rows import score_texts

FILE = Path(__file__).parents[1] / "data" / "heron_paraphrases.jsonl"
ROWS = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
FACTS = {rubric.question_id: rubric.facts for rubric in heron_rubrics()}
JUDGE = KeyfactJudge()
COPIED = 14  # characters in a row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['question_id']} {row['text'][:12]}")
def test_a_right_answer_in_other_words_meets_the_rubric(row: dict[str, Any]) -> None:
    found = score(row["text"], FACTS[str(row["question_id"])])
    assert found.right, found


def test_there_are_enough_of_them_in_every_category() -> None:
    assert len({row["text"] for row in ROWS}) >= 110
    assert min(Counter(row["category"] for row in ROWS).values()) >= 20
    assert {str(row["question_id"]) for row in ROWS} == set(FACTS)


def test_each_is_within_a_point_of_the_reference(shared_dir: Path) -> None:
    questions = {q.id: q for q in attach_heron_rubric(load_questions(shared_dir / "heron_bench"))}
    wrong = {rubric.question_id for rubric in heron_rubrics() if rubric.contradicts}
    for row in ROWS:
        question = questions[str(row["question_id"])]
        found = JUDGE.judge(question, row["text"])
        reference = JUDGE.judge(question, question.reference)
        assert found.score >= reference.score - 1.0, (row, found)
        if question.id not in wrong:
            assert found.score <= reference.score + 1.0, (row, found)


def test_none_copies_the_benchmark(shared_dir: Path) -> None:
    questions = {q.id: q for q in load_questions(shared_dir / "heron_bench")}
    for row in ROWS:
        question = questions[str(row["question_id"])]
        text = row["text"]
        for at in range(len(text) - COPIED + 1):
            piece = text[at : at + COPIED]
            assert piece not in question.reference and piece not in question.context, (row, piece)


def test_the_figures_that_the_rubric_has_to_hold(shared_dir: Path) -> None:
    questions = attach_heron_rubric(load_questions(shared_dir / "heron_bench"))

    def mean(category: str, texts: dict[str, str]) -> float:
        scores = [JUDGE.judge(q, texts[q.id]).score for q in questions if q.category == category]
        return sum(scores) / len(scores)

    for category in ("conv", "detail", "complex"):
        references = mean(category, {q.id: q.reference for q in questions})
        assert references >= 8.5
        assert mean(category, {q.id: q.text for q in questions}) <= 2.5
        if category != "detail":
            assert mean(category, {q.id: q.context for q in questions}) < references - 2.0


@pytest.mark.parametrize("page", ["heron_rubric.md", "heron_rubric.ja.md"])
def test_the_page_says_what_the_judge_gives(page: str, shared_dir: Path) -> None:
    questions = attach_heron_rubric(load_questions(shared_dir / "heron_bench"))
    text = (Path(__file__).parents[2] / "docs" / page).read_text("utf-8")
    lines = [line for line in text.splitlines() if re.search(r"\| \d+\.\d\d \|", line)]
    baselines = run_baselines(questions, JUDGE)
    references = score_texts(questions, {q.id: q.reference for q in questions}, JUDGE)
    computed = [
        means_of(references, {q.id: q.category for q in questions}),
        *(baselines.means[name] for name in (ECHO_QUESTION, SHUFFLED, CONSTANT)),
        baselines.oracle,
    ]
    for line, means in zip(lines, computed, strict=True):
        said = [float(cell) for cell in re.findall(r"\d+\.\d\d", line)]
        given = [means[key] for key in ("conv", "detail", "complex", "overall")]
        assert said == pytest.approx(given, abs=0.0051), line
    for rubric in heron_rubrics():
        assert (f"\n| {rubric.question_id} |" in text) is bool(rubric.contradicts)
    assert max(max(means.values()) for means in list(computed)[1:4]) <= 2.5
