"""What a reference and its context say about something that an answer claims."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from vlm_driving.evaluation.judges.reference.counts import Figure
from vlm_driving.evaluation.judges.reference.english import english_counts, english_meanings
from vlm_driving.evaluation.judges.reference.facts import Fact, Reading
from vlm_driving.evaluation.judges.reference.kinship import SHORT, describes, shared
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.judges.reference.opposites import opposed
from vlm_driving.evaluation.judges.reference.reading import read
from vlm_driving.evaluation.keyfact.claims import Claim

_ENGLISH = re.compile(r"[A-Za-z]")
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")
_ALIKE = 0.5
_HEAD = 0.6
_OTHER_COUNTER = 0.5
_DERIVED = 0.5
_LEAST_PART = 2.0
"""One and what it is added to come to too many figures."""
_MEASURED = frozenset(
    ("m", "g", "秒", "時", "円", "度", "%", "歳", "年", "月", "日", "キロ", "ドル", "倍")
)
"""Axes that are no counters of things."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is held to be true of an image: the reference first, then the context."""

    reference: Reading
    context: Reading
    english: frozenset[str]
    english_counts: frozenset[int]

    def facts(self) -> Iterable[Fact]:
        """Every fact, the reference's first."""
        yield from self.reference.facts
        yield from self.context.facts


def in_english(text: str) -> bool:
    """Whether a text has more English than Japanese."""
    return len(_ENGLISH.findall(text)) > 2 * len(_JAPANESE.findall(text))


def truth_of(reference: str, context: str) -> Truth:
    """Read reference and context; a context may be in English."""
    if in_english(context):
        return Truth(read(reference), read(""), english_meanings(context), english_counts(context))
    return Truth(read(reference), read(context), frozenset(), frozenset())


@lru_cache(maxsize=1 << 17)
def likeness(one: str, other: str) -> float:
    """How much of one meaning another one says, 0 to 1."""
    if one == other:
        return 1.0
    if LEXICON.agree(one, other):
        return 0.8
    head = _is_a(one, other) or _is_a(other, one)
    if not head and one[0] not in other and one[-1] not in other:
        return 0.0
    if (one in LEXICON.classes and other in LEXICON.classes) or opposed(one, other):
        return 0.0
    if head:
        return _HEAD
    if min(len(one), len(other)) < 2:
        return 0.0
    pairs = {one[at : at + 2] for at in range(len(one) - 1)}
    others = {other[at : at + 2] for at in range(len(other) - 1)}
    alike = 2.0 * len(pairs & others) / (len(pairs) + len(others))
    return alike if alike >= _ALIKE else 0.0


def _is_a(compound: str, wider: str) -> bool:
    """Whether a compound that no table knows ends in a word for something wider: 茶畑 is a 畑."""
    if compound in LEXICON.wider or wider not in LEXICON.things:
        return False
    for start in range(1, len(compound)):
        if (head := LEXICON.names.get(compound[start:])) is not None:
            return wider in LEXICON.wider[head]
    return False


def same_thing(one: str | None, other: str | None) -> bool:
    """Whether two facts are said of one thing, as far as could be read."""
    return one is not None and other is not None and likeness(one, other) > 0.0


def worked_out(answer: Reading, truth: Truth) -> Reading:
    """An answer with what two of its figures come to: 500円で20円のおつり are 480円."""
    loose = [f for f in answer.facts if f.figure is not None and said(f, truth) == 0.0]
    for one, other in combinations(loose, 2):
        if one.figure is None or other.figure is None or one.axis != other.axis:
            continue
        results = (one.figure.low + other.figure.low, abs(one.figure.low - other.figure.low))
        for fact in truth.reference.facts:
            due = fact.figure
            if due is None or due.axis != one.figure.axis or due.low not in results:
                continue
            if not any(match(fact, mine) for mine in answer.facts):
                rest = tuple(f for f in answer.facts if f is not one and f is not other)
                told = replace(fact, thing=one.thing, clause=one.clause)
                return replace(answer, facts=(*rest, told))
    return answer


def said(fact: Fact, truth: Truth) -> float:
    """How well reference or context support a claim, 0 to 1."""
    best = 0.0
    for other in truth.facts():
        if other.claim is Claim.DENIED and fact.claim is not Claim.DENIED:
            continue
        best = max(best, match(fact, other))
        if best >= 1.0:
            return best
    if best < 0.9 and fact.figure is None and truth.english:
        wider = LEXICON.wider.get(fact.value, frozenset())
        if fact.value in truth.english or wider & truth.english:
            best = 0.9
    if best < 0.9 and fact.figure is not None:
        low, high = fact.figure.low, fact.figure.high
        if any((low <= n <= high) if n else high > 2 for n in truth.english_counts):
            best = 0.9
        if best < _DERIVED and derived(fact, truth):
            best = _DERIVED
    return best


def akin(fact: Fact, *readings: Reading) -> float:
    """What a fact has in common with texts by its characters, unless they tell its contrary.

    A word of a description counts as said where the thing that it describes is.
    """
    best = max(shared(fact.value, reading.text) for reading in readings)
    if fact.value not in LEXICON.generic:
        for reading in readings:
            for other in reading.facts if len(reading.text) <= SHORT else ():
                if other.axis == "word" and other.claim is Claim.MADE:
                    best = max(best, describes(fact.value, other.value))
    if best and any(opposed(fact.value, f.value) for r in readings for f in r.facts):
        return 0.0
    return best


def match(one: Fact, other: Fact) -> float:
    """How much of one fact another one says, 0 to 1; whom they are said of is left aside."""
    if one.figure is not None or other.figure is not None:
        if one.figure is None or other.figure is None:
            return 0.0
        if not one.figure.meets(other.figure):
            return 0.0
        if one.figure.comparable(other.figure) or "number:" in (one.axis, other.axis):
            return 1.0
        # 机が5つ and 5人分の席: counted by other words, and perhaps the same.
        return _OTHER_COUNTER if _counts(one.figure) and _counts(other.figure) else 0.0
    return likeness(one.value, other.value)


def _counts(figure: Figure) -> bool:
    return figure.axis not in _MEASURED and figure.low > 1.0


def derived(fact: Fact, truth: Truth) -> bool:
    """Whether a figure follows from two of the reference or context: 2錠 3回 are 6錠."""
    mine = fact.figure
    if mine is None or mine.low != mine.high:
        return False
    given = {f.figure for f in truth.facts() if f.figure is not None}
    for one, other in combinations(sorted(given, key=lambda f: (f.low, f.axis)), 2):
        low, high = one.low, other.low
        if one.low != one.high or other.low != other.high:
            continue
        alike = one.comparable(other) or "" in (one.axis, other.axis)
        sums = (low + high, high - low) if alike and low >= _LEAST_PART else ()
        if "%" in (one.axis, other.axis) and mine.axis in (one.axis, other.axis):
            sums = (*sums, round(low * high / 100.0, 6))
        if mine.low in (*sums, low * high if low > 1.0 else mine.low + 1.0):
            return True
    return False


def known(fact: Fact, given: Fact) -> bool:
    """Whether what is given says a fact already; 動物 does not say 犬."""
    if fact.figure is not None or given.figure is not None:
        return match(fact, given) > 0.0
    if fact.value == given.value or fact.value in LEXICON.wider.get(given.value, frozenset()):
        return True
    return fact.value not in LEXICON.wider and likeness(fact.value, given.value) >= 0.8
