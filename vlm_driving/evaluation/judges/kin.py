"""A rubric with further words for its facts: other names of the same thing, stems of the same deed.

Nobody lists every way to say a fact. Where an answer leaves one unmentioned, it is looked for in
the words of `kin_words` and in the names that the lexicon has for the same meaning.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import lru_cache

from vlm_driving.evaluation.judges.kin_words import KIN
from vlm_driving.evaluation.judges.more_kin_words import MORE_KIN
from vlm_driving.evaluation.keyfact import Rubric
from vlm_driving.evaluation.keyfact.rubric import Group
from vlm_driving.evaluation.keyfact.text import normalize, normalize_word

_KANA_BEHIND = re.compile(r"[ぁ-ん]+$")
_DENIED = re.compile(r"[ぁ-ん]{0,2}(?:ません|ない|なく|なかっ|なけれ|ず|ぬ)")
_LEAST_STEM = 3
"""Letters of a stem that is written in hiragana alone."""
_LEAST = 2
"""Letters of a word that is looked for: a single one is a part of too many words."""


def with_kin(facts: Rubric, answer: str, asked: str, missed: tuple[str, ...]) -> Rubric | None:
    """The rubric, its missed groups with what the answer says for them; None where that is nothing.

    Args:
        facts: the rubric.
        answer: the answer.
        asked: the question; what it says already is no news.
        missed: names of the groups that the answer does not claim.
    """
    text, given = normalize(answer), normalize(asked)

    def said(group: Group) -> Group:
        return tuple(word for word in kin_of(group) if word in text and word not in given)

    def more(group: Group) -> Group:
        if group[0] not in missed:
            return group
        return (*group, *said(group))

    found = replace(
        facts,
        lead=(*facts.lead, *said(facts.lead)) if facts.lead else (),
        must=tuple(more(group) for group in facts.must),
        any_of=tuple(more(group) for group in facts.any_of),
    )
    return None if found == facts else found


@lru_cache(maxsize=4096)
def kin_of(group: Group) -> tuple[str, ...]:
    """Further words for a group of synonyms, in one spelling."""
    own = [normalize_word(word) for word in group]
    found: dict[str, None] = {}
    for word in own:
        for line in _lines(word):
            found.update(dict.fromkeys(_LINES[line]))
    return tuple(word for word in found if word not in own)


def _lines(word: str) -> list[int]:
    """The lines that have a word, or a stem that it is a form of: 止まって of 止ま."""
    bare = len(_KANA_BEHIND.sub("", word)) or _LEAST_STEM
    for length in range(len(word), bare - 1, -1):
        found = _BY_WORD.get(word[:length])
        if found:
            # 避けません is no form of 避け that 回避します says in other words.
            return [] if _DENIED.match(word[length:]) else found
    return []


def _read() -> tuple[list[tuple[str, ...]], dict[str, list[int]]]:
    lines: list[tuple[str, ...]] = []
    by_word: dict[str, list[int]] = defaultdict(list)
    for line in (KIN.strip() + MORE_KIN).replace("\n+", "").splitlines():
        equal, _, narrower = line.partition(" < ")
        for word in equal.split():
            by_word[normalize_word(word)].append(len(lines))
        words = (normalize_word(word) for word in (*equal.split(), *narrower.split()))
        lines.append(tuple(word for word in words if len(word) >= _LEAST))
    return lines, dict(by_word)


_LINES, _BY_WORD = _read()
