"""Judges by content against a reference and a context, where nobody wrote key facts.

Deterministic and offline. What counts is what an answer claims: things, figures, sides,
colours, yes and no; how much of the reference it says, how much of it reference or context
support, and what contradicts them. Sharing the reference's wording earns nothing by itself,
length is not rewarded, and what the question says already counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.judge import HIGHEST, LOWEST, Judgement
from vlm_driving.evaluation.judges.reference import Rarity, grade
from vlm_driving.evaluation.judges.reference.support import in_english
from vlm_driving.evaluation.questions.question import Question

_SURE = 0.5
"""From here on a contradiction counts as a violation, not only as a doubt."""


class ReferenceJudge:
    """Grades content; how rare a word is comes from the set's own references and contexts.

    So the same answer may get another score within another question set.
    """

    name = "reference"
    version = "3"

    def __init__(self, questions: Iterable[Question]) -> None:
        scenes: dict[tuple[str, int | None], dict[str, None]] = {}
        for question in questions:
            texts = scenes.setdefault(question.scene, {})
            texts[question.reference] = None
            if not in_english(question.context):
                texts[question.context] = None
        self._rarity = Rarity("\n".join(texts) for texts in scenes.values())

    def judge(self, question: Question, answer: str) -> Judgement:
        """Score an answer.

        Raises:
            UserError: the question has no reference.
        """
        if not question.reference.strip():
            raise UserError(
                f"Question {question.id} has no reference answer, which the reference judge "
                "compares with; give it a `reference`, or judge it by key facts."
            )
        if not answer.strip():
            return Judgement(LOWEST, 0.0, False, notes=("The answer is empty.",))
        found = grade(question.text, answer, question.reference, question.context, self._rarity)
        violated = tuple(c.text for c in found.contradictions if c.weight >= _SURE)
        notes = tuple(
            f"Perhaps a contradiction: {c.text}." for c in found.contradictions if c.weight < _SURE
        )
        # Rounded, so that a last bit of floating point never shows in a score.
        share = round(found.share, 6)
        return Judgement(
            round(LOWEST + (HIGHEST - LOWEST) * share, 3),
            share,
            None,
            found.coverage.hits,
            found.coverage.missed,
            violated,
            notes,
        )
