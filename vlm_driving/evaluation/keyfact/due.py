"""What kind of thing a rubric asks for: one thing, several, a figure of some unit."""

from __future__ import annotations

import re
from functools import lru_cache

from vlm_driving.evaluation.keyfact.claims import Claim
from vlm_driving.evaluation.keyfact.mentions import compile_synonym, mentions, polarity_of
from vlm_driving.evaluation.keyfact.rubric import Group, Rubric
from vlm_driving.evaluation.keyfact.text import normalize_word

CLAIMED = frozenset((Claim.MADE, Claim.EITHER))
_TOTAL = re.compile(r"(?:合計|計|全部|合わせ|総勢|全員)(?:で|て)?$")
_PARTS = frozenset("人台本個匹頭枚機羽体隻艘艇")


@lru_cache(maxsize=1024)
def names_in_lead(facts: Rubric) -> bool:
    """Whether `lead` asks for a thing, and not for a yes or no."""
    return bool(facts.lead) and all(
        polarity_of(normalize_word(word)) is None for word in facts.lead
    )


def asks_for_one(facts: Rubric) -> bool:
    """Whether one thing is due, so that whoever names several has not answered."""
    single = len(facts.must) + names_in_lead(facts) == 1 and not facts.any_of
    return single and facts.form in (None, "name", "number")


@lru_cache(maxsize=1024)
def due_words(facts: Rubric) -> frozenset[str]:
    """Every due synonym, normalized."""
    groups = (facts.lead, *facts.must, *facts.any_of)
    return frozenset(normalize_word(word) for group in groups for word in group)


@lru_cache(maxsize=1024)
def units_of(facts: Rubric) -> frozenset[str]:
    """The units of the figures that are asked for, where the question asks for a number."""
    if facts.form != "number":
        return frozenset()
    groups = (facts.lead, *facts.must)
    compiled = (compile_synonym(word, True) for group in groups for word in group)
    return frozenset(synonym.figure[1] for synonym in compiled if synonym.figure is not None)


@lru_cache(maxsize=4096)
def other_side(group: Group) -> Group | None:
    """The side that contradicts a group which asks for left, or for right; None for any other."""
    for side, other in (("左", "右"), ("右", "左")):
        if all(side in word and other not in word for word in group):
            return (other,)
    return None


@lru_cache(maxsize=4096)
def unit_of(group: Group) -> str:
    """The unit of a group that asks for a figure; "" for any other."""
    found = [re.fullmatch(r"\d+(?:\.\d+)?(\D{1,2})", normalize_word(word)) for word in group]
    units = {"" if match is None else match[1] for match in found}
    return units.pop() if len(units) == 1 else ""


def claimed_figures(
    unit: str, said: tuple[str, ...]
) -> tuple[tuple[int, int] | None, float | None]:
    """Where the figure of a unit is claimed that counts, and what several of them add up to.

    A total counts, or else the first; 黒い車が1台、白い車が1台 says two as well.
    """
    anything = compile_synonym(f"{{0{unit}±1000000000}}", True)
    claimed = [m for m in mentions(anything, said) if m.claim in CLAIMED]
    totals = [m for m in claimed if _TOTAL.search(said[m.sentence][: m.start])]
    chosen = totals or claimed
    if not chosen:
        return None, None
    first = (chosen[0].sentence, chosen[0].start)
    parts = [m for m in claimed if m.sentence == first[0] and m.claim is Claim.MADE]
    if totals or unit not in _PARTS or len(parts) < 2:
        return first, None
    figures = [re.match(r"[\d.]+", said[m.sentence][m.start :]) for m in parts]
    return first, sum(float(f.group()) for f in figures if f is not None)
