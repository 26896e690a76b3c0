"""One scored row for each question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vlm_driving.evaluation.judges.judge import Judge, Judgement
from vlm_driving.evaluation.questions import Answer, Answers, Question, QuestionSet
from vlm_driving.evaluation.scores.asking import Pair, Verdict, ask, lowest

DIGITS = 4
"""Decimals of a score: enough for every judge, and few enough to be summed exactly."""


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """A question, the answer, and what the judge said of it.

    Attributes:
        question: with its category and weight.
        answer: as it was given.
        judgement: `failed` where the judge had none; such a row is counted, never averaged.
        judge: name of the judge.
        judge_version: its version.
        reference_score: of the question's reference by the same judge; None where not judged.
    """

    question: Question
    answer: Answer
    judgement: Judgement
    judge: str
    judge_version: str
    reference_score: float | None = None

    @property
    def score(self) -> float | None:
        """1 to 10, or None where the judge failed."""
        return None if self.judgement.failed else round(self.judgement.score, DIGITS)

    def to_json(self) -> dict[str, Any]:
        """The row of `scores.jsonl`."""
        question, judgement = self.question, self.judgement
        return {
            "question_id": question.id,
            "category": question.category,
            "image_category": question.image_category,
            "score": self.score,
            "share": None if judgement.failed else round(judgement.share, DIGITS),
            "right": judgement.right,
            "hits": list(judgement.hits),
            "missed": list(judgement.missed),
            "violated": list(judgement.violated),
            "notes": list(judgement.notes),
            "failed": judgement.failed,
            "judge": {"name": self.judge, "version": self.judge_version},
            "latency_ms": self.answer.latency_ms,
            "outcome": self.answer.outcome,
            "reference_score": self.reference_score,
            "weight": question.weight,
            "image": question.image,
            "camera": question.camera,
            "stamp_ns": question.stamp_ns,
            "question": question.text,
            "answer": self.answer.text,
            "reference": question.reference,
        }

    def to_cells(self) -> dict[str, Any]:
        """The row of `scores.csv`: the judge's name and version in cells of their own."""
        return {**self.to_json(), "judge": self.judge, "judge_version": self.judge_version}


def score_answers(
    questions: QuestionSet,
    answers: Answers,
    judge: Judge,
    on_row: Callable[[ScoredRow], None] = lambda row: None,
) -> list[ScoredRow]:
    """Judge every answer; the rows are in the order of the questions.

    Args:
        questions: the set.
        answers: one for each of them.
        judge: asked once for each answer that has words.
        on_row: called with each row as soon as it is there, so that a judge that stops half
            way takes nothing with it.
    """
    rows: dict[str, ScoredRow] = {}

    def keep(question: Question, verdict: Verdict) -> None:
        answer, judgement = answers.by_id[question.id], verdict.judgement
        row = ScoredRow(
            question, answer, judgement, judge.name, judge.version, verdict.reference_score
        )
        rows[question.id] = row
        on_row(row)

    worded: list[Pair] = []
    for question in questions:
        answer = answers.by_id[question.id]
        if answer.problem is None:
            worded.append((question, answer.text))
        else:
            keep(question, Verdict(lowest(answer.problem)))
    ask(judge, worded, lambda index, verdict: keep(worded[index][0], verdict))
    return [rows[question.id] for question in questions]


def score_texts(
    questions: Iterable[Question], texts: Mapping[str, str], judge: Judge
) -> dict[str, float]:
    """Scores of other texts (references, baselines) by question id; failures are left out."""
    pairs = [(question, texts[question.id]) for question in questions if question.id in texts]
    return {
        question.id: round(verdict.judgement.score, DIGITS)
        for (question, _), verdict in zip(pairs, ask(judge, pairs), strict=True)
        if not verdict.judgement.failed
    }
