"""How much of the reference an answer says, and how much of the answer is supported."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from vlm_driving.evaluation.judges.reference.facts import Fact, Reading
from vlm_driving.evaluation.judges.reference.kinship import described
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.judges.reference.rarity import Rarity
from vlm_driving.evaluation.judges.reference.sentence import SIDES
from vlm_driving.evaluation.judges.reference.support import Truth, akin, known, match, said
from vlm_driving.evaluation.keyfact.claims import Claim

_ASKED_WEIGHT = 3.0
_CONCLUSION_WEIGHT = 2.0
_CONTEXT_SHARE = 0.8
"""Of a fact that the context holds and the reference leaves out."""
_DEED_WEIGHT = 0.4
"""Of a deed or an unknown word in hiragana, which has more synonyms than a thing has."""
_SPELT = 0.9
"""What a word counts that no table knows and that stands inside another one of the answer."""


class Asked(Enum):
    """What a question asks for."""

    COLOUR = "colour"
    NUMBER = "number"
    SIDE = "side"
    POLARITY = "polarity"
    OTHER = "other"


_ASKED = (
    (Asked.COLOUR, re.compile(r"何色|(?:何の|どんな|どの)色|色は(?:$|[何?？])|色を教え")),
    (
        Asked.NUMBER,
        re.compile(
            r"何(?:人|台|匹|頭|羽|個|本|枚|冊|つ|歳|時|階|軒|番|度|メートル|キロ|円|名|車線)|いくつ|いくら|どれ(?:くらい|ほど)|数は|距離は|速度は"
        ),
    ),
    (Asked.SIDE, re.compile(r"どちら|どこ|どの(?:あたり|位置|方)|左右|向き")),
    (
        Asked.POLARITY,
        re.compile(
            r"^(?!.*(?:何(?!か[^月年所国]|らか)|なに(?!か)|なん[でのだ]|どこ(?!か[^らへ])|誰(?!か[^らが]|か$)|だれ(?!か)|いつ(?!も)|なぜ|どう|どの|どちら|どれ|どんな|いくつ|いくら)).*(?:か[?？。]?|か)$"
        ),
    ),
)
_CHOICE = re.compile(r"どちら|どっち|どれ|それとも|あるいは|(?:です|ます)か、.*か")

_REQUEST = re.compile(
    r"(?:説明|教え|述べ|描写|挙げ|記述|解説|紹介|分析|要約|聞かせ|考察|推測|想像)[^、。]{0,10}か$"
)
"""A question in form alone: 説明していただけますか is no question of yes or no."""
OFFERS = re.compile(r"それとも|(?:です|ます)か、.*か$")


def asked_for(question: str) -> Asked:
    """What a question asks for, by its words."""
    text = question.strip().rstrip("?？。")
    if OFFERS.search(text) or _REQUEST.search(text):
        return Asked.OTHER
    for kind, pattern in _ASKED:
        if pattern.search(text):
            return kind
    return Asked.OTHER


def without_choices(asked: Reading) -> Reading:
    """A question without what it offers for a choice: 手前と奥のどちら tells neither."""
    if not _CHOICE.search(asked.text):
        return asked
    seen: dict[str, set[str]] = {}
    for fact in asked.facts:
        for kind in LEXICON.classes.get(fact.value, ()):
            seen.setdefault(kind, set()).add(fact.value)
    offered = {value for values in seen.values() if len(values) > 1 for value in values}
    return replace(asked, facts=tuple(f for f in asked.facts if f.value not in offered))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of weight, 0 to 1, and what was hit and missed of the reference."""

    recall: float
    precision: float
    hits: tuple[str, ...]
    missed: tuple[str, ...]


def coverage(
    answer: Reading,
    truth: Truth,
    asked: Reading,
    kind: Asked,
    rarity: Rarity,
) -> Coverage:
    """Compare an answer with a reference; what the question says counts for nothing."""
    due: dict[tuple[str, str, bool], tuple[float, Fact]] = {}
    for fact in truth.reference.facts:
        if in_question(fact, asked):
            continue
        weight = _weight(fact, rarity)
        if _is_asked(fact, kind):
            weight *= _ASKED_WEIGHT
        elif fact.concludes and fact.noun:
            weight *= _CONCLUSION_WEIGHT
        due.setdefault((fact.axis, fact.value, fact.claim is Claim.DENIED), (weight, fact))
    # 犬 says nothing of a ハスキー where the question speaks of the 犬 already.
    news = replace(answer, facts=tuple(f for f in answer.facts if not in_question(f, asked)))
    hit = total = 0.0
    hits: list[str] = []
    missed: list[str] = []
    right = claimed = 0.0
    for weight, fact in due.values():
        got = _best(fact, news)
        if got < _SPELT and _is_spelt_out(fact, answer, asked):
            got = _SPELT
            right, claimed = right + weight * got, claimed + weight * got
        hit += weight * got
        total += weight
        if weight > 0.15:
            (hits if got >= 0.5 else missed).append(_words(fact))
    if not total:  # words that cannot be told from grammar: what remains is their letters
        return _letters(answer, truth.reference, asked)
    hit += _CONTEXT_SHARE * _beyond(answer, truth, asked, rarity, due)
    for key_fact in _once(answer):
        if in_question(key_fact, asked):
            continue
        weight = _weight(key_fact, rarity)
        claimed += weight
        found = said(key_fact, truth)
        if not found and key_fact.figure is None:
            found = akin(key_fact, truth.reference, truth.context)
        right += weight * found
    return Coverage(
        min(1.0, hit / total),
        right / claimed if claimed else 0.0,
        tuple(hits),
        tuple(missed),
    )


def _beyond(
    answer: Reading,
    truth: Truth,
    asked: Reading,
    rarity: Rarity,
    due: dict[tuple[str, str, bool], tuple[float, Fact]],
) -> float:
    """The weight of what an answer says of the context beyond the reference."""
    found: dict[str, float] = {}
    for fact in truth.context.facts:
        if fact.value in found or in_question(fact, asked) or fact.claim is Claim.DENIED:
            continue
        if any(match(fact, other) >= 0.8 for _, other in due.values()):
            continue
        found[fact.value] = _weight(fact, rarity) * _best(fact, answer)
    return sum(found.values())


def _letters(answer: Reading, reference: Reading, asked: Reading) -> Coverage:
    """Common pairs of characters, the question's and the copula's left out."""
    given = _pairs(asked.text) | _pairs("ですます")
    due, said_ = _pairs(reference.text) - given, _pairs(answer.text) - given
    both = len(due & said_)
    return Coverage(both / len(due) if due else 0.0, both / len(said_) if said_ else 0.0, (), ())


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _best(fact: Fact, answer: Reading) -> float:
    best = 0.0
    for other in answer.facts:
        if (other.claim is Claim.DENIED) != (fact.claim is Claim.DENIED):
            continue
        if (other.figure is None) != (fact.figure is None):
            continue
        doubt = 0.75 if other.claim is Claim.OPEN and fact.claim is Claim.MADE else 1.0
        best = max(best, doubt * match(fact, other))
    if not best and fact.figure is None and fact.claim is Claim.MADE:
        best = max(akin(fact, answer), described(fact.value, answer.text))
    return best


def _is_spelt_out(fact: Fact, answer: Reading, asked: Reading) -> bool:
    """Whether an answer has a word that no table knows, letter for letter, inside another one."""
    return (
        fact.noun
        and fact.claim is Claim.MADE
        and len(fact.value) > 1
        and fact.value not in LEXICON.wider
        and fact.value in answer.text
        and fact.value not in asked.text
        and not any(f.claim is Claim.DENIED and fact.value in f.value for f in answer.facts)
    )


def _once(answer: Reading) -> list[Fact]:
    seen: dict[tuple[str, str, bool], Fact] = {}
    for fact in answer.facts:
        seen.setdefault((fact.axis, fact.value, fact.claim is Claim.DENIED), fact)
    return list(seen.values())


def _weight(fact: Fact, rarity: Rarity) -> float:
    weight = rarity.weight(fact.value)
    thing = fact.noun if fact.axis == "word" else fact.axis not in LEXICON.light
    return weight if thing else weight * _DEED_WEIGHT


def in_question(fact: Fact, asked: Reading) -> bool:
    """Whether the question itself says it; a denial is news."""
    if fact.claim is Claim.DENIED:
        return False
    return any(known(fact, f) for f in asked.facts)


def _is_asked(fact: Fact, kind: Asked) -> bool:
    if kind is Asked.COLOUR:
        return fact.axis == "colour"
    if kind is Asked.NUMBER:
        return fact.figure is not None
    if kind is Asked.SIDE:
        return fact.axis in SIDES
    return False


def _words(fact: Fact) -> str:
    text = fact.value if fact.thing is None else f"{fact.thing}:{fact.value}"
    return f"not {text}" if fact.claim is Claim.DENIED else text
