"""Reads a context in English into the meanings of the lexicon: what may be claimed."""

from __future__ import annotations

import re
from functools import lru_cache

from vlm_driving.evaluation.judges.reference.lexicon import LEXICON

_WORD = re.compile(r"[a-z]+|\d+")
_COUNTS = {
    word: value
    for value, words in enumerate(
        ("zero", "a an one", "two pair couple", "three", "four", "five", "six", "seven", "eight")
    )
    for word in words.split()
}
_MANY = frozenset(("several", "many", "group", "bunch", "multiple", "lots", "various"))


@lru_cache(maxsize=1024)
def english_meanings(text: str) -> frozenset[str]:
    """The meanings that the English words of a text have in the lexicon."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        for form in (word, word.removesuffix("s"), word.removesuffix("es"), word[:-3] + "y"):
            if form in LEXICON.english:
                meaning = LEXICON.english[form]
                found |= LEXICON.wider.get(meaning, frozenset()) | {meaning}
                break
    return frozenset(found)


@lru_cache(maxsize=1024)
def english_counts(text: str) -> frozenset[int]:
    """The figures that an English text names; 0 stands for an unnamed many."""
    found: set[int] = set()
    for word in _WORD.findall(text.lower()):
        if word.isdigit() and len(word) < 9:
            found.add(int(word))
        elif word in _COUNTS:
            found.add(_COUNTS[word])
        elif word in _MANY:
            found.add(0)
    return frozenset(found)
