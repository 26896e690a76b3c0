"""What a judge is and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from vlm_driving.evaluation.questions.question import Question

LOWEST = 1.0
HIGHEST = 10.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says of one answer.

    Attributes:
        score: 1.0 to 10.0.
        share: of what was due, 0 to 1.
        right: everything due and nothing wrong; None where the judge does not tell.
        hits: facts that the answer claims.
        missed: facts that it does not.
        violated: what it claims and must not.
        notes: what else moved the score, one sentence each.
        failed: the judge came to no score (an endpoint is down, its answer cannot be read): such
            a row is counted and shown and never averaged in.
    """

    score: float
    share: float
    right: bool | None
    hits: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    violated: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    failed: bool = False


class Judge(Protocol):
    """Scores answers; the same answer gets the same score."""

    @property
    def name(self) -> str:
        """As `--judge` takes it."""

    @property
    def version(self) -> str:
        """Changes whenever any score may."""

    def judge(self, question: Question, answer: str) -> Judgement:
        """Score an answer.

        Raises:
            UserError: for a question that this judge cannot score (no key facts, no reference).
        """
