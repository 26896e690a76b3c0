"""A question set as JSON Lines, so that a run holds what it was asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from vlm_driving.evaluation.keyfact import Rubric
from vlm_driving.evaluation.questions.question import Question


def questions_text(questions: Iterable[Question]) -> str:
    """One row a question, in the format that `load_questions` reads."""
    return "".join(json.dumps(question_json(q), ensure_ascii=False) + "\n" for q in questions)


def questions_digest(text: str) -> str:
    """SHA-256 of `questions_text`: the same for the same questions, wherever they came from."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def question_json(question: Question) -> dict[str, Any]:
    """The row of one question; keys that it has nothing for are left out."""
    row: dict[str, Any] = {"question_id": question.id}
    if question.image is not None:
        row["image"] = question.image
    else:
        row |= {"camera": question.camera, "stamp_ns": question.stamp_ns}
    row |= {
        "category": question.category,
        "image_category": question.image_category,
        "context": question.context,
        "text": question.text,
    }
    if question.reference:
        row["reference"] = question.reference
    if question.facts is not None:
        row["facts"] = rubric_json(question.facts)
    return row | {"weight": question.weight}


def rubric_json(rubric: Rubric) -> dict[str, Any]:
    """Key facts as `parse_rubric` takes them."""
    facts: dict[str, Any] = {}
    if rubric.lead:
        facts["lead"] = list(rubric.lead)
    if rubric.must:
        facts["must"] = [list(group) for group in rubric.must]
    if rubric.any_of:
        facts["any"] = {"k": rubric.any_k, "of": [list(group) for group in rubric.any_of]}
    if rubric.must_not:
        facts["must_not"] = [list(group) for group in rubric.must_not]
    if rubric.form is not None:
        facts["form"] = rubric.form
    return facts | {"weight": rubric.weight}
