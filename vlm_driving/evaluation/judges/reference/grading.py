"""One share, 0 to 1, out of recall, precision, yes or no, and contradictions."""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.evaluation.judges.reference.content import (
    OFFERS,
    Asked,
    Coverage,
    asked_for,
    coverage,
    in_question,
    without_choices,
)
from vlm_driving.evaluation.judges.reference.contradictions import contradictions
from vlm_driving.evaluation.judges.reference.kinship import SHORT, letters
from vlm_driving.evaluation.judges.reference.polarity import agree, chosen, surely
from vlm_driving.evaluation.judges.reference.predicates import lean
from vlm_driving.evaluation.judges.reference.rarity import Rarity
from vlm_driving.evaluation.judges.reference.reading import once, read, statements
from vlm_driving.evaluation.judges.reference.relations import from_the_same_end
from vlm_driving.evaluation.judges.reference.rewriting import spelt
from vlm_driving.evaluation.judges.reference.substitution import Contradiction
from vlm_driving.evaluation.judges.reference.support import truth_of, worked_out

# Set by thought on sentences of our own, none of them fitted to anybody's scores: an answer
# in other words says some two thirds of a reference's words; a single wrong fact in a short
# answer leaves a quarter.
_ENOUGH = 0.7
_RECALL_POWER = 0.6
_PRECISION_POWER = 0.5
_PUNISHMENT = 3.0
_PUNISHMENT_IN_SHORT = 6.0
_DOUBT = 2.0
_CERTAIN = 0.5
_DILUTION = 0.5
_UNREAD = 0.02
"""What an answer gets of which nothing is found in the reference, and nothing against it."""
_LETTERS = 0.01
"""What its letters add, which decide only where nothing else does."""
_POLARITY_SHARE = 0.5
"""How much of a yes-or-no question the yes or no is worth."""

_LEANING, _AGAINST = 0.25, 0.6
_WEAK, _WEAKER = 0.4, 0.3
"""What it is worth where it cannot be read, but the states that are told go one way."""


@dataclass(frozen=True, slots=True)
class Grade:
    """The share and where it comes from."""

    share: float
    coverage: Coverage
    contradictions: tuple[Contradiction, ...]


def grade(
    question: str,
    answer: str,
    reference: str,
    context: str,
    rarity: Rarity,
) -> Grade:
    """Grade an answer by content."""
    truth = truth_of(reference, context)
    told = from_the_same_end(spelt(statements(answer)), truth.reference.text)
    asked, said = without_choices(read(question)), once(read(told))
    said = worked_out(said, truth)
    kind = asked_for(question)
    covered = coverage(said, truth, asked, kind, rarity)
    against = contradictions(said, truth, asked, rarity)
    share = (
        min(1.0, covered.recall / _ENOUGH) ** _RECALL_POWER * covered.precision**_PRECISION_POWER
    )
    offered = OFFERS.search(question.strip().rstrip("?？。")) is not None
    if kind is Asked.POLARITY or offered:
        agreed = (
            chosen(question, said, truth.reference)
            if offered
            else agree(said, truth.reference, asked)
        )
        leaning = 0 if offered else lean(said, truth)
        if agreed is True:
            worth = _POLARITY_SHARE
            if leaning < 1 and kind is Asked.POLARITY and not surely(said, truth.reference, asked):
                worth = _WEAK if leaning == 0 else _WEAKER
            share = worth + (1.0 - worth) * share
        elif agreed is False:
            share *= 1.0 - _POLARITY_SHARE
            against.append(Contradiction(1.0, "the other one of yes and no"))
        elif leaning:
            share = _LEANING + (1.0 - _LEANING) * share if leaning > 0 else _AGAINST * share
    if any(not in_question(fact, asked) for fact in said.facts):
        unread = _UNREAD + _LETTERS * letters(
            said.text, f"{truth.reference.text}。{truth.context.text}"
        )
        share = unread + (1.0 - unread) * share
    certain = sum(c.weight for c in against if c.weight >= _CERTAIN)
    doubtful = sum(c.weight for c in against if c.weight < _CERTAIN)
    heavy = light = _PUNISHMENT
    if len(said.text) <= SHORT:
        heavy = _PUNISHMENT_IN_SHORT
        light = heavy if kind is Asked.POLARITY else _DOUBT
    share /= 1.0 + (heavy * certain + light * doubtful) / said.clauses**_DILUTION
    return Grade(share, covered, tuple(against))
