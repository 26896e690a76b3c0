"""How much a word that no table knows has in common with a text, by the characters of both.

縦笛 beside 縦に構えて吹く, 花屋 beside 花を売る店: written with the same kanji is seldom by chance.
It is weak evidence, which decides only where there is no better.
"""

from __future__ import annotations

import re
from functools import lru_cache

from vlm_driving.evaluation.judges.reference.glosses import GLOSSES
from vlm_driving.evaluation.judges.reference.lexicon import LEXICON

SHARED = 0.45
"""What a word counts at most by its characters alone."""

SHORT = 120
"""Characters. In a longer text every character and every description is found by chance, and
which clause of it stands for which one of a reference cannot be told."""
_KANJI = re.compile(r"[一-龥々]")
_KANA = re.compile(r"[ぁ-ゖー]{2,}")
_COMMON = frozenset(
    "一二三四五六七八九十人物中上下左右前後大小内外手方側的者様所場時間分入出見行来置付部"
)
"""Kanji of so many words that one of them in common tells nothing."""
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


@lru_cache(maxsize=1 << 15)
def shared(word: str, text: str) -> float:
    """The weight of what a word shares with a text, 0 to `SHARED`."""
    if len(text) > SHORT:
        return 0.0
    kanji = [char for char in _KANJI.findall(word) if char not in _COMMON]
    if kanji:
        return SHARED * sum(char in text for char in kanji) / len(kanji)
    folded = word.translate(_TO_HIRAGANA)
    if not _KANA.fullmatch(folded):
        return 0.0
    pairs = {folded[at : at + 2] for at in range(len(folded) - 1)}
    around = text.translate(_TO_HIRAGANA)
    found = sum(pair in around for pair in pairs) / len(pairs)
    return SHARED * found if found >= 0.5 else 0.0


_ONE_STEM, _MORE_STEMS = 0.4, 0.7
_BY_MEANING: dict[str, tuple[str, ...]] = {}
for _name, _stems in GLOSSES.items():
    _meaning = LEXICON.names.get(_name, _name)
    _BY_MEANING[_meaning] = (*_BY_MEANING.get(_meaning, ()), *_stems)


@lru_cache(maxsize=1 << 14)
def described(meaning: str, text: str) -> float:
    """How far a normalized text describes a thing without its name, 0 to 1."""
    if len(text) > SHORT:
        return 0.0
    stems = sum(stem in text for stem in _BY_MEANING.get(meaning, ()))
    return 0.0 if not stems else _ONE_STEM if stems == 1 else _MORE_STEMS


@lru_cache(maxsize=1 << 14)
def describes(word: str, meaning: str) -> float:
    """How far a word of an answer belongs to the description of a thing."""
    return _MORE_STEMS if any(word in stem for stem in _BY_MEANING.get(meaning, ())) else 0.0


def is_specific(meaning: str) -> bool:
    """Whether a meaning is that of a thing that has a description."""
    return meaning in _BY_MEANING


def letters(answer: str, truth: str) -> float:
    """The share of the pairs of characters of an answer that a truth has, too, 0 to 1."""
    pairs = {answer[at : at + 2] for at in range(len(answer) - 1)}
    return sum(pair in truth for pair in pairs) / max(1, len(pairs))
