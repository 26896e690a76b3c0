"""Asks a judge about many texts: one after the other, or all at once where the judge can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.judge import LOWEST, Judge, Judgement
from vlm_driving.evaluation.questions import Question

Pair = tuple[Question, str]

UNSEEN = "the judge saw no image"
"""How the note begins of an answer that was judged without its picture."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says of a text.

    Attributes:
        judgement: `failed` where it has nothing to say.
        reference_score: what it gave the reference in the same breath, if that is its way.
    """

    judgement: Judgement
    reference_score: float | None = None


def lowest(note: str) -> Judgement:
    """The judgement of what is no answer."""
    return Judgement(LOWEST, 0.0, False, notes=(note,))


def costs_money(judge: Judge) -> bool:
    """Whether each judgement may cost money: such a judge takes many texts at once."""
    return hasattr(judge, "judge_all")


def shows_images(judge: Judge) -> bool:
    """Whether the judge is to see the pictures."""
    return bool(getattr(judge, "shows_images", False))


def ask(
    judge: Judge,
    pairs: Sequence[Pair],
    on_verdict: Callable[[int, Verdict], None] = lambda index, verdict: None,
) -> list[Verdict]:
    """Judge every text, in the order of `pairs`.

    An empty text gets the lowest score unasked. A question that the judge cannot score fails by
    itself and takes no other with it.

    Args:
        judge: one with `judge_all` is given everything at once, and answers in its own order.
        pairs: questions and texts.
        on_verdict: called with the place in `pairs` as soon as a verdict is there.
    """
    found: dict[int, Verdict] = {}

    def note(index: int, verdict: Verdict) -> None:
        found[index] = verdict
        on_verdict(index, verdict)

    if costs_money(judge):
        full = [index for index, (_, text) in enumerate(pairs) if text.strip()]
        for index in sorted(set(range(len(pairs))) - set(full)):
            note(index, Verdict(lowest("empty answer")))
        judge.judge_all(  # type: ignore[attr-defined]
            [pairs[index] for index in full],
            lambda row, _: note(full[row.index], Verdict(row.judgement, row.reference_score)),
        )
    else:
        for index, (question, text) in enumerate(pairs):
            note(index, Verdict(_one(judge, question, text)))
    return [found[index] for index in range(len(pairs))]


def _one(judge: Judge, question: Question, text: str) -> Judgement:
    if not text.strip():
        return lowest("empty answer")
    try:
        return judge.judge(question, text)
    except UserError as fault:
        return Judgement(LOWEST, 0.0, None, notes=(str(fault),), failed=True)
