"""What an answer changes in a sentence that it else repeats.

Whoever repeats a sentence and puts another word into one place says another thing there, also
where the lexicon knows neither word. The more of the sentence is repeated, the surer that is: a
paraphrase is worded anew throughout, and its other words are other words for the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from vlm_driving.evaluation.judges.reference.counts import figures
from vlm_driving.evaluation.judges.reference.facts import Reading
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.judges.reference.opposites import opposed
from vlm_driving.evaluation.judges.reference.segments import words
from vlm_driving.evaluation.judges.reference.substitution import Contradiction
from vlm_driving.evaluation.judges.reference.support import Truth, likeness
from vlm_driving.evaluation.keyfact.text import sentences

_WORTH_A_LOOK = 0.45
"""Share of common pairs of characters from which on two sentences are laid beside each other."""
_REPEATS = (0.6, 0.8)
"""Share of characters repeated at which a change counts for nothing, and for all."""
_CERTAIN = 1.6
"""More than sure: who repeats all the rest earns all the rest by it."""
_MOST_WORDS = 2
"""In one place: where more is changed, nothing tells which word stands for which."""
_DEED = 0.4
"""A deed has more other words for it than a thing has."""
_FIGURE = re.compile(r"[\d.]+")
_DENIALS = re.compile(
    r"ません|ない(?=[。、でのとこかようがけしわもま]|$)|なく(?=、|て|な|$)|なし|(?<![は必])ず(?=に|、|$)|しか"
)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word with content by its meaning, or one character of the grammar between."""

    text: str
    content: bool
    size: int
    noun: bool = False


def edits(answer: Reading, truth: Truth, asked: Reading) -> list[Contradiction]:
    """Every change in a sentence of the reference that an answer repeats."""
    theirs = [piece for piece in sentences(truth.reference.text) if piece]
    allowed = {fact.value for fact in truth.context.facts} - {
        fact.value for fact in truth.reference.facts
    }
    given = {fact.value for fact in asked.facts}
    allowed |= given
    found: list[Contradiction] = []
    for mine in sentences(answer.text):
        best = max(theirs, key=lambda other: _common(mine, other), default="")
        if best and mine != best and _common(mine, best) >= _WORTH_A_LOOK:
            found += _changes(mine, best, allowed, given)
    return found


def _changes(mine: str, theirs: str, allowed: set[str], given: set[str]) -> list[Contradiction]:
    one, other = _tokens(theirs), _tokens(mine)
    codes = SequenceMatcher(
        None, [t.text for t in one], [t.text for t in other], autojunk=False
    ).get_opcodes()
    # What the question says already, everybody repeats.
    sizes = [[0 if t.text in given else t.size for t in tokens] for tokens in (one, other)]
    same = sum(
        sum(sizes[0][i1:i2]) + sum(sizes[1][j1:j2])
        for tag, i1, i2, j1, j2 in codes
        if tag == "equal"
    )
    share = same / max(1, sum(sizes[0]) + sum(sizes[1]))
    low, high = _REPEATS
    sure = _CERTAIN * min(1.0, (share - low) / (high - low))
    if sure <= 0.0:
        return []
    found: list[Contradiction] = []
    contrary = False
    for tag, i1, i2, j1, j2 in codes:
        if tag != "replace":
            continue
        old = [t for t in one[i1:i2] if t.content]
        new = [t for t in other[j1:j2] if t.content]
        old, new = _unlike(old, new), _unlike(new, old)
        if not old or len(old) != len(new) or len(new) > _MOST_WORDS:
            continue
        contrary |= any(opposed(a.text, b.text) for a in old for b in new)
        for token, instead in zip(new, old, strict=True):
            if token.text in allowed or token.text in LEXICON.generic:
                continue
            weight = sure if token.noun or opposed(token.text, instead.text) else _DEED * sure
            found.append(Contradiction(weight, f"{token.text} for {instead.text}"))
    denials = [len(_DENIALS.findall(text)) for text in (mine, theirs)]
    if denials[0] % 2 != denials[1] % 2 and not contrary:
        found.append(Contradiction(0.9 * sure, "denies" if denials[0] > denials[1] else "claims"))
    return found


def _unlike(some: list[_Token], others: list[_Token]) -> list[_Token]:
    return [t for t in some if not any(_alike(t.text, o.text) for o in others)]


def _alike(one: str, other: str) -> bool:
    if one[0].isdigit() and other[0].isdigit():
        return _FIGURE.match(one)[0] == _FIGURE.match(other)[0]  # type: ignore[index]
    return likeness(one, other) > 0.0


@lru_cache(maxsize=4096)
def _tokens(sentence: str) -> tuple[_Token, ...]:
    found: list[_Token] = []
    marked = {f.start: (f.end, f.text, True) for f in figures(sentence)}
    inside = [(f.start, f.end) for f in figures(sentence)]
    for word in words(sentence):
        if not any(start < word.end and word.start < end for start, end in inside):
            said_of = any(kind in LEXICON.said_of for kind in LEXICON.classes.get(word.meaning, ()))
            marked[word.start] = (word.end, word.meaning, word.noun or said_of)
    at = 0
    while at < len(sentence):
        if at in marked:
            end, text, noun = marked[at]
            found.append(_Token(text, True, end - at, noun))
            at = end
        else:
            found.append(_Token(sentence[at], False, 1))
            at += 1
    return tuple(found)


def _common(one: str, other: str) -> float:
    pairs, others = _pairs(one), _pairs(other)
    return 2.0 * len(pairs & others) / max(1, len(pairs) + len(others))


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))
