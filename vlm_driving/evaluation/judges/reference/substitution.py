"""A thing that stands where the reference has another one, in a clause that is else the same.

The lexicon does not know every thing. 風船を見ている beside 花火を見ている is another claim all the
same; how alike the two clauses are says how sure that is, for a paraphrase is worded anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.evaluation.judges.reference.facts import Fact, Reading, Slot
from vlm_driving.evaluation.judges.reference.kinship import is_specific
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.judges.reference.support import Truth, akin, known, likeness, said
from vlm_driving.evaluation.keyfact.claims import Claim

_MOST = 0.6
_NAMED = 0.4
_ALIKE = 0.4
"""Below this share of common pairs of characters two clauses tell nothing."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A claim against the reference: how sure (0 to 1), and in words."""

    weight: float
    text: str


def substitutions(answer: Reading, truth: Truth, asked: Reading) -> list[Contradiction]:
    """Things of an answer that nothing supports, in the place of things that it leaves out."""
    mine = [f for f in answer.facts if _is_thing(f)]
    theirs = [f for f in truth.reference.facts if _is_thing(f)]
    found: list[Contradiction] = []
    for fact in mine:
        if said(fact, truth) > 0.0 or any(known(fact, f) for f in asked.facts):
            continue
        best: Contradiction | None = None
        for other in theirs:
            if other.slot is None or fact.slot is None:
                continue
            if any(likeness(f.value, other.value) > 0.0 for f in mine):
                continue
            sure = _MOST * _same_place(fact.slot, other.slot)
            if sure > 0.0 and (best is None or sure > best.weight):
                best = Contradiction(sure, f"{fact.value} for {other.value}")
        if best is not None:
            found.append(best)
    return found


def named_instead(answer: Reading, truth: Truth, asked: Reading) -> list[Contradiction]:
    """Things of an answer from nowhere, where it leaves out one of the reference by name.

    Only things that `glosses` knows: who names such a thing hardly describes another one.
    """
    mine = [f for f in answer.facts if _is_thing(f)]
    missing = [
        f
        for f in truth.reference.facts
        if _is_thing(f)
        and is_specific(f.value)
        and not any(likeness(f.value, other.value) > 0.0 for other in mine)
        and not any(known(f, other) for other in asked.facts)
    ]
    found: list[Contradiction] = []
    for fact in mine:
        if not is_specific(fact.value) or said(fact, truth) > 0.0:
            continue
        if any(known(fact, f) for f in asked.facts) or akin(fact, truth.reference, truth.context):
            continue
        if missing:
            found.append(Contradiction(_NAMED, f"{fact.value} for {missing[0].value}"))
    return found


def _is_thing(fact: Fact) -> bool:
    return (
        fact.noun
        and fact.slot is not None
        and fact.claim is not Claim.DENIED
        and fact.value not in LEXICON.generic
    )


def _same_place(one: Slot, other: Slot) -> float:
    if one.grammar != other.grammar:
        return 0.0
    if one.after != other.after or (not one.after and one.before != other.before):
        return 0.0
    return max(0.0, (_common(one.clause, other.clause) - _ALIKE) / (1.0 - _ALIKE))


def _common(one: str, other: str) -> float:
    pairs = {one[at : at + 2] for at in range(len(one) - 1)}
    others = {other[at : at + 2] for at in range(len(other) - 1)}
    if not pairs or not others:
        return 0.0
    return len(pairs & others) / min(len(pairs), len(others))
