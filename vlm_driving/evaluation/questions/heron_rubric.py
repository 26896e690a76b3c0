"""Our own key facts for Japanese-Heron-Bench, put beside the questions that a user supplies.

The file holds none of the benchmark's text. What it does hold is the digest of each question
that it was written for, so that a changed question is not judged by facts of the old one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from importlib import resources

from vlm_driving.evaluation.keyfact import Rubric, parse_rubric
from vlm_driving.evaluation.questions.question import Question, QuestionSet

_DIGITS = 16


def question_digest(text: str) -> str:
    """The first hexadecimal digits of the SHA-256 of a question's text."""
    return hashlib.sha256(text.strip().encode("utf-8")).hexdigest()[:_DIGITS]


@dataclass(frozen=True, slots=True)
class HeronRubric:
    """What the file says of one question.

    Attributes:
        question_id: as in the benchmark.
        digest: of the question's text.
        facts: written from the question and the human context alone.
        contradicts: what the published reference says against the context; "" for most.
    """

    question_id: str
    digest: str
    facts: Rubric
    contradicts: str


def heron_rubrics() -> tuple[HeronRubric, ...]:
    """The rubrics in the order of the questions."""
    file = resources.files("vlm_driving.evaluation").joinpath("rubrics", "heron_ja.jsonl")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return tuple(
        HeronRubric(
            str(row["question_id"]),
            row["question_sha256"],
            parse_rubric(row["facts"]),
            row.get("reference_contradicts", ""),
        )
        for row in rows
    )


def attach_heron_rubric(questions: QuestionSet) -> QuestionSet:
    """The set with our key facts where it has none of its own, and notes that say so."""
    rubrics = {(rubric.question_id, rubric.digest): rubric for rubric in heron_rubrics()}
    attached: list[Question] = []
    wrong: list[str] = []
    for question in questions:
        rubric = rubrics.get((question.id, question_digest(question.text)))
        if rubric is not None and question.facts is None:
            question = replace(question, facts=rubric.facts, weight=rubric.facts.weight)
        if rubric is not None and rubric.contradicts:
            wrong.append(f"{question.id} ({rubric.contradicts})")
        attached.append(question)
    count = sum(question.facts is not None for question in attached)
    note = f"Key facts: this project's rubric for Heron-Bench, {count} of {len(attached)} questions"
    if count < len(attached):
        note += " (the others differ from the questions that it was written for)"
    notes = [f"{note}."]
    if wrong:
        notes.append(f"Published references against the human context: {', '.join(wrong)}.")
    return replace(questions, questions=tuple(attached), notes=(*questions.notes, *notes))
