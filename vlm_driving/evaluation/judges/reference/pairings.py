"""What goes with what: 左が赤、右が青 beside 左が青、右が赤.

Every word of a swap stands in the reference, and word by word nothing is wrong. What is wrong is
that a clause of the answer joins words of two clauses of the reference while another clause joins
the rest of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from vlm_driving.evaluation.judges.reference.counts import figures
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON
from vlm_driving.evaluation.judges.reference.opposites import opposed
from vlm_driving.evaluation.judges.reference.segments import words
from vlm_driving.evaluation.judges.reference.sentence import SIDES
from vlm_driving.evaluation.judges.reference.substitution import Contradiction
from vlm_driving.evaluation.judges.reference.support import likeness
from vlm_driving.evaluation.keyfact.text import sentences

_PART = re.compile(r"、|(?:て|く|り|し|(?P<be>で))(?=[一-龥ァ-ヶー]{1,6}(?:は|が))")
"""Where a part ends; behind で only if it stands for です (青で), not for a place (上で)."""
_MOST_PARTS = 24
_Part = frozenset[str]


def swaps(answer: str, reference: str) -> list[Contradiction]:
    """Every pair of rival values that two parts of a normalized answer have exchanged."""
    theirs = parts(reference)
    if len(theirs) < 2:
        return []
    homes = {word: number for word, number in _only_once(theirs)}
    mine = [_at_home(part, homes) for part in parts(answer)]
    rivals = list(_rivals(homes))
    found: dict[frozenset[str], Contradiction] = {}
    for one, other in combinations([part for part in mine if len(part) > 1], 2):
        for value, rival in rivals:
            here, there = homes[value], homes[rival]
            if here == there:
                continue
            if any(
                _exchanged(part, beside, value, rival, homes)
                for part, beside in ((one, other), (other, one))
            ):
                text = f"{value} for {rival} (exchanged)"
                found.setdefault(frozenset((value, rival)), Contradiction(1.0, text))
    return list(found.values())


def _exchanged(
    part: dict[str, int], beside: dict[str, int], value: str, rival: str, homes: dict[str, int]
) -> bool:
    """Whether `value` lies among its rival's words in one part, and the rival among its own."""
    if value not in part or rival in part or rival not in beside or value in beside:
        return False
    here, there = homes[value], homes[rival]
    with_value = [home for word, home in part.items() if word != value]
    with_rival = [home for word, home in beside.items() if word != rival]
    if there not in with_value or here not in with_rival:
        return False
    # A word that the whole is about (池の東に) may lie with either.
    own = with_value.count(here) + with_rival.count(there)
    return with_value.count(there) + with_rival.count(here) > own


def _rivals(homes: dict[str, int]) -> Iterator[tuple[str, str]]:
    for one, other in combinations(homes, 2):
        if one[0].isdigit() or other[0].isdigit():
            if one.lstrip("0123456789.") == other.lstrip("0123456789."):
                yield one, other
        elif opposed(one, other):
            yield one, other


def _at_home(part: _Part, homes: dict[str, int]) -> dict[str, int]:
    """The words of a part that the reference says in one place, and where."""
    found: dict[str, int] = {}
    for word in sorted(part):
        same = [home for home in homes if home == word or likeness(home, word) > 0.0]
        if len({homes[home] for home in same}) == 1:
            found[same[0]] = homes[same[0]]
    return found


def _only_once(parts: list[_Part]) -> Iterator[tuple[str, int]]:
    for number, part in enumerate(parts):
        for word in sorted(part):
            if (word not in LEXICON.generic or word in LEXICON.classes) and not any(
                any(likeness(word, other) > 0.0 for other in rest)
                for at, rest in enumerate(parts)
                if at != number
            ):
                yield word, number


def parts(text: str, but: re.Pattern[str] | None = None) -> list[_Part]:
    """The meanings and figures of each part of a normalized text, but of those that `but` finds."""
    found: list[_Part] = []
    for sentence in sentences(text):
        start = 0
        for end in [*(m.end() for m in _PART.finditer(sentence) if _ends(sentence, m)), None]:
            piece = sentence[start:end]
            if (but is None or not but.search(piece)) and (said := _words(piece)):
                found.append(said)
            start = end or 0
    return found[:_MOST_PARTS]


def _ends(sentence: str, match: re.Match[str]) -> bool:
    if match["be"] is None:
        return True
    at = match.start()
    if any(figure.end == at for figure in figures(sentence)):
        return True
    kinds = (LEXICON.classes.get(w.meaning, ()) for w in words(sentence) if w.end == at)
    return any(kind in LEXICON.said_of - SIDES for found in kinds for kind in found)


def _words(piece: str) -> _Part:
    counted = figures(piece)
    said = {figure.text for figure in counted}
    for word in words(piece):
        if not any(f.start < word.end and word.start < f.end for f in counted):
            said.add(word.meaning)
    return frozenset(said)
