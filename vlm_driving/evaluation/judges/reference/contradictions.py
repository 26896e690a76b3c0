"""Where an answer says something else than the reference: same slot, other value."""

from __future__ import annotations

from vlm_driving.evaluation.judges.reference.bindings import crossings
from vlm_driving.evaluation.judges.reference.edits import edits
from vlm_driving.evaluation.judges.reference.facts import Fact, Reading
from vlm_driving.evaluation.judges.reference.kinship import SHORT
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.judges.reference.opposites import opposed
from vlm_driving.evaluation.judges.reference.pairings import swaps
from vlm_driving.evaluation.judges.reference.predicates import at_odds
from vlm_driving.evaluation.judges.reference.rarity import Rarity
from vlm_driving.evaluation.judges.reference.sentence import SIDES
from vlm_driving.evaluation.judges.reference.substitution import (
    Contradiction,
    named_instead,
    substitutions,
)
from vlm_driving.evaluation.judges.reference.support import (
    Truth,
    derived,
    known,
    likeness,
    match,
    said,
    same_thing,
)
from vlm_driving.evaluation.keyfact.claims import Claim

_ALIGNED = 0.5
"""How much of a clause has to be found in a clause of the reference to lie beside it."""


_ELSEWHERE = 0.3
_FROM_NOWHERE = 0.4
_OBJECT = 0.3
_BRIEF = 2
"""Clauses. In a longer account there is room for two things."""
_NOT_WHAT = ("を", "に", "で", "へ", "と")
_SCENE = frozenset(("weather", "daytime", "season"))
"""A picture has one of each."""
_DONE = frozenset(("motion", "posture", "hands", "ingest"))
"""What somebody does, which says little where it is said of another one."""
_TOLD_APART = frozenset(("colour", "side"))
"""Values that are wrong even of a thing that the reference calls something else."""


def contradictions(
    answer: Reading, truth: Truth, asked: Reading, rarity: Rarity
) -> list[Contradiction]:
    """Every contradiction of an answer, one a slot and value."""
    found: dict[tuple[str, str], Contradiction] = {}
    beside = _aligned(answer, truth.reference, rarity)
    for fact in answer.facts:
        if fact.claim is Claim.OPEN:
            continue
        for hit in (
            _polarity(fact, answer, truth),
            _value(fact, answer, truth, asked, beside) if fact.claim is Claim.MADE else None,
        ):
            if hit is None:
                continue
            key = (fact.axis if fact.axis != "word" else f"clause{fact.clause}", hit.text)
            if key not in found or found[key].weight < hit.weight:
                found[key] = hit
    for hit in substitutions(answer, truth, asked):
        if not any(hit.text == other.text for other in found.values()):
            found[("substituted", hit.text)] = hit
    exchanged = swaps(answer.text, truth.reference.text)
    short = len(answer.text) <= SHORT
    for hit in exchanged or (crossings(answer, truth, asked) if short else []):
        found[("exchanged", hit.text)] = hit
    told = any(other.text.startswith(("claims ", "denies ")) for other in found.values())
    for hit in at_odds(answer, truth, asked) if short else []:
        if not told and (hit.weight > 0.5 or not any(c.weight > 0.5 for c in found.values())):
            found[("predicate", hit.text)] = hit
    brief = max(answer.clauses, truth.reference.clauses) <= _BRIEF
    for hit in named_instead(answer, truth, asked) if brief else []:
        if not any(_of_same(hit.text.split(" ")[0], other.text) for other in found.values()):
            found[("named", hit.text)] = hit
    for hit in edits(answer, truth, asked):
        mine = hit.text.split(" for ")[0]
        key = next((k for k, other in found.items() if _of_same(mine, other.text)), ("edit", mine))
        if key not in found:
            found[key] = hit
        elif found[key].weight < hit.weight:
            found[key] = Contradiction(hit.weight, found[key].text)
    return list(found.values())


def _of_same(mine: str, text: str) -> bool:
    return text.split(" ")[0] == mine


def _polarity(fact: Fact, answer: Reading, truth: Truth) -> Contradiction | None:
    """The same thing or deed claimed here and denied there."""
    if fact.figure is not None or fact.value in LEXICON.generic:
        return None

    def same(other: Fact) -> bool:
        if other.axis != fact.axis or likeness(other.value, fact.value) < 0.8:
            return False
        return fact.axis == "word" or same_thing(fact.thing, other.thing)

    mine = {f.claim for f in answer.facts if same(f)}
    theirs = {f.claim for f in truth.reference.facts if same(f)}
    if len(mine) != 1 or len(theirs) != 1 or Claim.OPEN in theirs or mine == theirs:
        return None
    if fact.axis == "word" and not fact.noun and _elsewhere(fact, answer, truth):
        return None
    side = "claims" if fact.claim is Claim.MADE else "denies"
    denying = [f for f in (*answer.facts, *truth.reference.facts) if same(f)]
    if all(_only_named(f) for f in denying if f.claim is Claim.DENIED):
        return Contradiction(_OBJECT, f"{side} {fact.value}")
    return Contradiction(0.9, f"{side} {fact.value}")


def _elsewhere(fact: Fact, answer: Reading, truth: Truth) -> bool:
    """Whether a deed is told of another side: 右側を通ってはいけない, 左側を通る."""
    mine = {f.value for f in answer.facts if f.clause == fact.clause and f.axis in SIDES}
    homes = {f.clause for f in truth.reference.facts if likeness(f.value, fact.value) >= 0.8}
    theirs = {f.value for f in truth.reference.facts if f.clause in homes and f.axis in SIDES}
    return any(opposed(one, two) for one in mine for two in theirs) and not mine & theirs


def _only_named(fact: Fact) -> bool:
    """Whether a thing stands in a denial without being what is denied: 傘を広げていない."""
    return fact.noun and fact.slot is not None and fact.slot.grammar.startswith(_NOT_WHAT)


def _value(
    fact: Fact, answer: Reading, truth: Truth, asked: Reading, beside: dict[int, set[int]]
) -> Contradiction | None:
    if fact.figure is None and fact.value not in LEXICON.classes:
        return None
    if fact.figure is not None and derived(fact, truth):
        return None
    clauses = beside.get(fact.clause, set())
    rivals = [f for f in truth.reference.facts if f.claim is Claim.MADE and _rival(fact, f)]
    if not rivals:
        return _unfounded(fact, answer, truth, asked)
    attribute = fact.axis != "word"
    bound = [f for f in rivals if same_thing(fact.thing, f.thing)]
    agreeing = [
        f
        for f in truth.facts()
        if f.claim is not Claim.DENIED and match(fact, f) > 0.0 and _may_be(fact, f, truth, asked)
    ]
    told = [f for f in truth.reference.facts if match(fact, f) > 0.0]
    if (
        attribute
        and fact.figure is None
        and told
        and all(f.claim is not Claim.MADE for f in told)
        and not any(_answer_has(rival, answer, fact) for rival in rivals)
    ):  # the reference names this value too, but claims the other one
        return Contradiction(0.8, f"{fact.value} for {rivals[0].value}")
    beside_it = [f for f in agreeing if f.clause in clauses and f in truth.reference.facts]
    crossed = [f for f in bound if f.clause in clauses]
    if crossed and agreeing and not beside_it and not ({f.clause for f in agreeing} & clauses):
        return Contradiction(0.7, f"{fact.value} for {crossed[0].value} of {crossed[0].thing}")
    # The thing itself, with this value and with another one.
    if attribute and any(
        f.thing is None or fact.thing is None or same_thing(fact.thing, f.thing) for f in agreeing
    ):
        return None
    if bound:
        rival = bound[0]
        if fact.axis not in _TOLD_APART and not fact.figure and rival.clause not in clauses:
            return Contradiction(0.4, f"{fact.value} for {rival.value} of {rival.thing}")
        if not _answer_has(rival, answer, fact):
            return Contradiction(1.0, f"{fact.value} for {rival.value} of {rival.thing}")
        # Both texts name both figures: perhaps only bound in another way.
        if fact.figure is not None and agreeing:
            return None  # which goes with which, `swaps` tells
        return Contradiction(0.8, f"{fact.value} for {rival.value} of {rival.thing}")
    near = [f for f in rivals if f.clause in clauses]
    supported = bool(agreeing) or said(fact, truth) > 0.0
    if supported:
        mixed = any(f.clause in clauses for f in agreeing if f in truth.reference.facts)
        left_out = [f for f in near if not _answer_has(f, answer, fact)]
        if left_out and not mixed:
            return Contradiction(0.6, f"{fact.value} for {left_out[0].value}")
        return None
    if any(known(fact, f) for f in asked.facts):
        return None
    missing = [f for f in rivals if not _answer_has(f, answer, fact)]
    if not missing:
        return None
    if (
        fact.figure is not None
        and fact.thing
        and missing[0].thing
        and not (same_thing(fact.thing, missing[0].thing) or missing[0].clause in clauses)
    ):
        return Contradiction(0.5, f"{fact.value} for {missing[0].value}")
    apart = fact.thing and missing[0].thing and not same_thing(fact.thing, missing[0].thing)
    if attribute and apart and not near and fact.axis not in _TOLD_APART:
        return None
    if near:
        sure = 0.5 if apart and fact.axis in _DONE else 1.0
        return Contradiction(sure, f"{fact.value} for {missing[0].value}")
    if not attribute and not _of_scene(fact):
        # A chair beside a table: invented perhaps, but two things find room in one picture.
        return Contradiction(_ELSEWHERE, f"{fact.value} for {missing[0].value}")
    if attribute and fact.figure is None and fact.axis not in _TOLD_APART and not _of_scene(fact):
        # Loud in one sentence, silent in another one: hardly of the same thing.
        return Contradiction(_ELSEWHERE, f"{fact.value} for {missing[0].value}")
    sure = 1.0 if len({f.value for f in rivals}) == 1 else 0.7
    return Contradiction(sure, f"{fact.value} for {missing[0].value}")


def _unfounded(fact: Fact, answer: Reading, truth: Truth, asked: Reading) -> Contradiction | None:
    """A figure from nowhere, where one of the reference is left out."""
    if len(answer.text) > SHORT:
        return None
    if fact.figure is None or said(fact, truth) > 0.0 or any(known(fact, f) for f in asked.facts):
        return None
    for other in truth.reference.facts:
        if other.figure is not None and not _answer_has(other, answer, fact):
            return Contradiction(_FROM_NOWHERE, f"{fact.value} for {other.value}")
    return None


def _may_be(fact: Fact, other: Fact, truth: Truth, asked: Reading) -> bool:
    """Whether a figure of the context can be the one that an answer means.

    That of a glass in the corner is not, where the question is how many birds there are.
    """
    if fact.figure is None or other.thing is None or other in truth.reference.facts:
        return True
    if fact.thing is not None:
        return same_thing(fact.thing, other.thing)
    return any(likeness(f.value, other.thing) > 0.0 for f in asked.facts)


def _of_scene(fact: Fact) -> bool:
    return any(kind in _SCENE for kind in LEXICON.classes.get(fact.value, ()))


def _rival(fact: Fact, other: Fact) -> bool:
    """Whether two claims cannot both be true of one thing."""
    if fact.figure is not None:
        return (
            other.figure is not None
            and fact.figure.comparable(other.figure)
            and not fact.figure.meets(other.figure)
        )
    if (
        fact.axis != other.axis
        or other.figure is not None
        or LEXICON.agree(fact.value, other.value)
    ):
        return False
    mine = LEXICON.classes.get(fact.value, ())
    return any(kind in LEXICON.classes.get(other.value, ()) for kind in mine)


def _answer_has(rival: Fact, answer: Reading, but: Fact) -> bool:
    return any(
        f is not but and f.claim is Claim.MADE and f.axis == rival.axis and match(f, rival) > 0.0
        for f in answer.facts
    )


def _aligned(answer: Reading, reference: Reading, rarity: Rarity) -> dict[int, set[int]]:
    """The clauses of the reference that lie beside each clause of the answer."""
    mine: dict[int, list[Fact]] = {}
    for fact in answer.facts:
        mine.setdefault(fact.clause, []).append(fact)
    theirs: dict[int, list[Fact]] = {}
    for fact in reference.facts:
        theirs.setdefault(fact.clause, []).append(fact)
    found: dict[int, set[int]] = {}
    for clause, facts in mine.items():
        if len(theirs) == 1:
            found[clause] = set(theirs)
            continue
        shares: dict[int, float] = {}
        for other, others in theirs.items():
            total = shared = 0.0
            for fact in facts:
                rivals = any(_rival(fact, f) for f in others)
                weight = rarity.weight(fact.value)
                agree = max((match(fact, f) for f in others), default=0.0)
                shared += weight * agree
                total += 0.0 if rivals and not agree else weight
            if total > 0.0 and shared / total >= _ALIGNED:
                shares[other] = shared
        if shares:
            best = max(shares.values())
            found[clause] = {other for other, share in shares.items() if share >= best - 1e-9}
    return found
