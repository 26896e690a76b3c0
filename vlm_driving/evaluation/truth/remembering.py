"""A judge that is not asked twice: neighbouring frames are often due, and told, the same."""

from __future__ import annotations

from vlm_driving.evaluation.judges.judge import Judge, Judgement
from vlm_driving.evaluation.keyfact import Rubric
from vlm_driving.evaluation.questions.question import Question


class RememberingJudge:
    """Says what `judge` says, of questions that differ in nothing but their key facts."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._said: dict[tuple[Rubric | None, str], Judgement] = {}

    @property
    def name(self) -> str:
        """Of the judge behind."""
        return self._judge.name

    @property
    def version(self) -> str:
        """Of the judge behind."""
        return self._judge.version

    def judge(self, question: Question, answer: str) -> Judgement:
        """Score an answer. Raises UserError for a question that the judge cannot score."""
        key = question.facts, answer
        if key not in self._said:
            self._said[key] = self._judge.judge(question, answer)
        return self._said[key]
