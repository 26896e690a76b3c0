"""Yes or no: what a reference and an answer say to a question that asks for one of them.

An answer may say it outright (はい), by the question's own words (開いていません), by their
contraries (閉まっています), or by what follows from it (危険です to 渡れますか).
"""

from __future__ import annotations

import re
from dataclasses import replace

from vlm_driving.evaluation.judges.reference.facts import Fact, Reading
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.judges.reference.opposites import opposed
from vlm_driving.evaluation.judges.reference.reading import read
from vlm_driving.evaluation.judges.reference.support import likeness
from vlm_driving.evaluation.keyfact.claims import Claim
from vlm_driving.evaluation.keyfact.sides import last_permission, side_of
from vlm_driving.evaluation.keyfact.text import sentences

_ASKS_LEAVE = re.compile(
    r"て(?:も)?(?:よ|い|良|大丈夫|構|かま|平気|安全|問題)|でき|[けせてねべめれげえ]ますか|可能|許|"
    r"大丈夫|平気|安全|問題な|よい|良い|いい(?:です|考え)|そうですか|べき"
)
_REFUSED = re.compile(
    r"^(?:それは)?(?:まだ)?(?:だめ|駄目|無理|危険|危な|やめ|不可能|不可|できま?せん|できない|避け|控え|いけま)|"
    r"問題が(?:あり|ある)|(?:だめ|駄目|無理|禁止|不可能|危険|違反|困難|厳禁)(?:です|だ|でしょう|だと|と(?:思|考|言)|されて|である|になり|なの)|"
    r"(?:禁じられて|禁止されて|やめ(?:た|て|る)|控え(?:た|て|る)|待(?:つ|った|って)(?:べき|必要|ほう|方|くださ)|"
    r"(?:認められて|許されて|許可されて)(?:は)?(?:いま?せ|いな|おら)|ては(?:いけ|なり|なら|だめ)|安全(?:では|とは)|(?:よく|良く)(?:は)?な(?:い|さそう)|難しい(?:です|でしょう|と)|べきでは(?:あり|な))"
)
_GRANTED = re.compile(
    r"^(?:大丈夫|問題な|問題あり|平気|安全で|安全だ|構いま|かまいま|可能)|"
    r"(?:大丈夫|問題(?:は)?(?:な|あり)|平気|差し支えな|構いま|かまいま|可能で|許可されて|安全(?:です|だ|と))"
)
_DONE = r"(?:済み|中)?(?:さ|し|でき|です|する)"
"""Behind a noun that is asked for as a deed: 予約されていますか."""
_NOT_BEGUN = re.compile(
    r"これから|間もなく|まもなく|もうすぐ|まだ|(?<=[一-龥]{2})前(?:です|だ|で、|である)"
)
_BY_NOW = re.compile(r"もう|すでに|既に|て(?:い|しま)|ました")
_ASKS_NOT = re.compile(
    r"(?:(?<!構い)(?<!かまい)(?<!すみ)ません|ない(?:です|でしょう|の|のです)?)か[?。]*$"
)
_ASKS_BAN = re.compile(
    r"(?:禁止|不可|違反|違法|だめ|無理|通行止め|立入禁止)(?:です|でしょう|なのです)?か"
)
_BE = LEXICON.generic | {"状態", "状況", "様子", "問題"}
_STATES = frozenset(
    kind
    for kind in (
        "locked",
        "openness",
        "lamp",
        "charged",
        "plugged",
        "upright",
        "valid",
        "stock",
        "safety",
    )
    if len(LEXICON.members[kind]) == 2
)
_OFFER = re.compile(r"(?:です|ます|でしょう)?か、")


def agree(answer: Reading, reference: Reading, asked: Reading) -> bool | None:
    """Whether both say yes or both say no; None where one of them cannot be read."""
    if _ASKS_NOT.search(
        asked.text
    ):  # はい and いいえ are said to the question here, not to the fact
        answer, reference = replace(answer, opened=None), replace(reference, opened=None)
    if answer.opened is not None and reference.opened is not None:
        return answer.opened is reference.opened
    if (alike := _same_states(answer, reference)) is not None:
        return alike
    mine, theirs = _side(answer, asked), _side(reference, asked)
    if mine is not None and theirs is not None:
        return mine is theirs
    # What is claimed in the first sentence says less: it tells that both agree, not that they
    # do not (止まるべきです).
    mine = answer.claimed if mine is None else mine
    theirs = reference.claimed if theirs is None else theirs
    if mine is not None and mine is theirs:
        return True
    if mine is None or theirs is None or answer.opened is None:
        return None
    return False


def surely(answer: Reading, reference: Reading, asked: Reading) -> bool:
    """Whether a yes or no can be read by more than how a first sentence ends."""
    if answer.opened is not None or _same_states(answer, reference) is not None:
        return True
    return _side(answer, asked) is not None and _side(reference, asked) is not None


def _same_states(answer: Reading, reference: Reading) -> bool | None:
    """Whether both tell the same one of two states, or one each: 施錠 and 鍵がかかる."""
    found = {
        fact.value == other.value
        for fact in answer.facts
        for other in reference.facts
        if fact.axis == other.axis
        and fact.axis in _STATES
        and fact.claim is other.claim is Claim.MADE
    }
    return found.pop() if len(found) == 1 else None


def chosen(question: str, answer: Reading, reference: Reading) -> bool | None:
    """Whether both choose the same of two that a question offers: 昼ですか、夜ですか."""
    options = [read(part) for part in _OFFER.split(question, maxsplit=1)]
    if len(options) != 2:
        return None
    mine, theirs = (_choice(reading, options[0], options[1]) for reading in (answer, reference))
    return None if mine is None or theirs is None else mine == theirs


def _choice(reading: Reading, one: Reading, other: Reading) -> bool | None:
    """True for the first of two options, False for the second, None where it is not told."""
    found: set[bool] = set()
    for option, rest, side in ((one, other, True), (other, one, False)):
        for fact in option.facts:
            if fact.value in _BE or any(likeness(fact.value, f.value) > 0.0 for f in rest.facts):
                continue
            for told in reading.facts:
                if told.figure is None and likeness(fact.value, told.value) >= 0.8:
                    found.add(side if told.claim is not Claim.DENIED else not side)
    return found.pop() if len(found) == 1 else None


def _side(reading: Reading, asked: Reading) -> bool | None:
    """The side that a text takes, the surest sign first."""
    if reading.opened is not None:
        return reading.opened
    if _BY_NOW.search(asked.text) and _NOT_BEGUN.search(reading.text):
        return False
    if _ASKS_BAN.search(asked.text):
        said, may = _by_words(reading, asked), _by_leave(reading)
        return (None if may is None else not may) if said is None else said
    asks_leave = _ASKS_LEAVE.search(asked.text) is not None
    if asks_leave and _REFUSED.search(reading.text):
        return False
    side = _by_words(reading, asked)
    if side is None and asks_leave:
        side = _by_leave(reading)
    return _by_verb(reading, asked) if side is None else side


def _by_words(reading: Reading, asked: Reading) -> bool | None:
    """By what the question says last: claimed, denied, or its contrary claimed."""
    given = [f for f in asked.facts if f.figure is None and f.value not in _BE]
    for fact in reversed(given[-2:]):
        done = not fact.noun or re.search(rf"{re.escape(fact.value)}{_DONE}", asked.text)
        found = {
            side for other in reading.facts if (side := _of(fact, other, not done)) is not None
        }
        if len(found) == 1:
            return found.pop()
        if found:
            return None
    return None


def _of(fact: Fact, other: Fact, thing: bool) -> bool | None:
    if other.figure is not None or other.axis != fact.axis or other.claim is Claim.OPEN:
        return None
    if fact.axis == "word" and thing:  # a thing that both name is no answer yet
        return False if other.claim is Claim.DENIED and fact.value == other.value else None
    if likeness(fact.value, other.value) >= 0.8:
        return other.claim is not Claim.DENIED
    contrary = any(len(LEXICON.members[kind]) == 2 for kind in LEXICON.classes.get(fact.value, ()))
    if contrary and opposed(fact.value, other.value):
        return other.claim is Claim.DENIED
    return None


def _by_leave(reading: Reading) -> bool | None:
    """By what one may do, or had better not."""
    for sentence in sentences(reading.text):
        if _REFUSED.search(sentence):
            return False
        may = last_permission(sentence)
        if may is not None:
            return may
        if _GRANTED.search(sentence):
            return True
    return None


def _by_verb(reading: Reading, asked: Reading) -> bool | None:
    question = asked.text.rstrip("。")
    for sentence in sentences(reading.text):
        side = side_of(sentence, question, False)
        if side is not None:
            return side
    return None
