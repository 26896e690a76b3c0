"""How an answer says what it says: at length, over and over, by reading out, or with a plea.

None of this makes a right answer wrong, nor a wrong one right; each takes a part of what the facts
have earned. The parts grow steadily, so that no single word decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from vlm_driving.evaluation.questions.question import Question

_END = re.compile(r"[。.！!？?\n]+")
_SPACE = re.compile(r"[\s、,。「」『』（）()・:：!?！？.]+")

_MOST_WORDY = 0.15
"""Lost by an answer that is far longer than was asked for."""
_LONG_FROM, _LONG_AT = 4.0, 12.0  # times the length of the reference
_SHORT, _SHORT_OF_PROSE = 25, 80  # characters that any reference may be thought to have

_MOST_REPEATED = 0.3
_REPEATED_FROM = 0.3  # of what is said; whoever sums up says a sentence twice

_READ_OUT = 0.35
"""Lost where the answer reads the whole description out in place of answering."""
_LEAST_READ_OUT = 25  # characters; a shorter description, or one sentence, may be the answer
_COVERED = 0.9
_GRAM = 4
_LETTER = re.compile(r"[一-龥々ァ-ヶー0-9]")
_MOSTLY, _HALF, _LEAST_PAIRS = 0.75, 0.6, 8

_CUT = 0.12
_BREAKS_OFF = re.compile(
    r"(?<!の)(?<=.{6})(?:[はがをにでともへや、]|の|[っいえきし]て)$", re.DOTALL
)
"""Ends in a particle; ので may end an answer."""

_PLEA = 0.3
_PLEADS = re.compile(
    r"採点(?:者|して|する|を|官)|審査員|評価者|(?:\d+|満)点(?:を|満点を?)?(?:ください|下さい|お?付け|つけて|お願い|与え)|"
    r"(?:指示|命令|プロンプト)(?:を|は)(?:すべて|全て)?(?:無視|忘れ)|\[\[\d+\]\]|"
    r"(?:give|award|assign)\b[^.。]{0,40}\b(?:score|points?|rating|10)\b|ignore\b[^.。]{0,40}\binstructions?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Manner:
    """What an answer keeps of its share for the way it is said, and why that is less than 1."""

    factor: float
    notes: tuple[str, ...]


AS_IT_IS = Manner(1.0, ())


def manner_of(question: Question, answer: str) -> Manner:
    """Judge the manner of an answer.

    Args:
        question: with its reference and its description, where it has them.
        answer: not empty.
    """
    factor, notes = 1.0, []
    lost = _MOST_REPEATED * _beyond(_repeated(answer), _REPEATED_FROM, 1.0)
    if lost:
        notes.append("Says the same over and over.")
    wordy = _MOST_WORDY * _beyond(_times_as_long(question, answer), _LONG_FROM, _LONG_AT)
    if wordy:
        notes.append("Is far longer than was asked for.")
    factor *= 1.0 - max(lost, wordy)
    if question.category != "detail" and _reads_out(question.context, answer, question.reference):
        factor *= 1.0 - _READ_OUT
        notes.append("Reads out the description of the picture.")
    if _BREAKS_OFF.search(answer.rstrip()):
        factor *= 1.0 - _CUT
        notes.append("Breaks off.")
    if _PLEADS.search(answer):
        factor *= 1.0 - _PLEA
        notes.append("Speaks to whoever marks it.")
    return Manner(factor, tuple(notes))


def is_from_the_description(question: Question, answer: str) -> bool:
    """Whether most of what an answer says stands in the description."""
    mine = _pairs(answer)
    told = _pairs(question.context) - _pairs(question.text)
    return len(mine & told) >= max(_LEAST_PAIRS, _HALF * len(mine))


def _beyond(value: float, start: float, stop: float) -> float:
    """How far a value is from start to stop, 0 to 1."""
    return min(1.0, max(0.0, (value - start) / (stop - start)))


def _repeated(answer: str) -> float:
    """The part of an answer that says again what it has said."""
    said = [s for s in (_SPACE.sub("", s) for s in _END.split(answer)) if s]
    total = sum(map(len, said))
    return 1.0 - sum(map(len, dict.fromkeys(said))) / total if len(said) > 2 and total else 0.0


def _times_as_long(question: Question, answer: str) -> float:
    prose = question.category != "conv"
    due = max(len(question.reference.strip()), _SHORT_OF_PROSE if prose else _SHORT)
    return len(answer.strip()) / due


def _reads_out(context: str, answer: str, reference: str) -> bool:
    """Whether nearly all of a description stands in the answer, word for word, and little else."""
    told, said = _SPACE.sub("", context), _SPACE.sub("", answer)
    if (
        len(told) < _LEAST_READ_OUT
        or (len(_END.findall(context.strip())) < 2 and len(told) < 2 * len(reference))
        or len(said) > 2 * len(told)
    ):
        return False
    if len(said) < 0.7 * len(told):
        return False
    mine, theirs = _grams(said), _grams(told)
    if len(mine & theirs) >= _COVERED * len(mine):
        return True
    # The same in other endings; but not where the reference itself says as much.
    mine, theirs, due = _pairs(answer), _pairs(context), _pairs(reference)
    if len(mine) < _LEAST_PAIRS or len(mine & due) > _MOSTLY * len(mine):
        return False
    both = len(mine & theirs)
    return both >= _MOSTLY * len(mine) and both >= _MOSTLY * len(theirs)


@lru_cache(maxsize=512)
def _pairs(text: str) -> frozenset[str]:
    letters = "".join(_LETTER.findall(text))
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


@lru_cache(maxsize=512)
def _grams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + _GRAM] for i in range(len(text) - _GRAM + 1))
