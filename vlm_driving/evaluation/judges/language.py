"""The rule on language: answers are due in Japanese; code, figures and quotations are free."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

NOT_JAPANESE = 0.4
"""What is left of the share of an answer that is hardly in Japanese."""
HALF_JAPANESE = 0.7
LEAST_JAPANESE = 0.3
"""Of what is written, below which an answer is not in Japanese."""
MOSTLY_JAPANESE = 0.5
WITH_FOREIGN_WORDS = 0.72
WITH_A_FOREIGN_WORD = 0.9
ALL_JAPANESE = 0.82

_WORD_COUNTS = 2  # a foreign word takes more letters than the same word in kanji
_FREE = re.compile(
    r"```.*?(?:```|$)|`[^`\n]*`|https?://\S+|「[^」]*」|『[^』]*』|\"[^\"\n]*\"|“[^”]*”|"
    r"\d[\d.,:/%]*\s?(?:km/?h|km|cm|mm|kg|m|g|s|°c)?(?![a-z])|\$[^$\n]*\$",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
_FOREIGN = re.compile(r"[^\W\d_ぁ-ゖァ-ヺー㐀-鿿々]")
_HAN = re.compile(r"[㐀-鿿々]")
_LEAST_KANA_OF_PROSE = 0.1
_PROSE = 10  # from so many kanji on, a text without kana is not Japanese


@dataclass(frozen=True, slots=True)
class Language:
    """How far an answer is in Japanese.

    Attributes:
        japanese: share of what is written, 0 to 1; 1 where nothing but figures or code is.
        factor: by which the share of the answer is multiplied.
        note: a sentence where that is less than 1, else "".
    """

    japanese: float
    factor: float
    note: str


def language_of(answer: str, asked: str = "") -> Language:
    """Judge the language of an answer; Latin words of the question are free."""
    kana = len(_KANA.findall(answer))
    if kana > 2 * _LEAST_KANA_OF_PROSE * len(answer) and not _FOREIGN.search(answer):
        return Language(1.0, 1.0, "")
    text = _FREE.sub(" ", unicodedata.normalize("NFKC", answer))
    known = {word.lower() for word in _words(unicodedata.normalize("NFKC", asked))}
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    ours = kana + han
    if han >= _PROSE and kana < _LEAST_KANA_OF_PROSE * ours:
        ours = kana
    foreign = sum(_weight(word, kana > 0) for word in _words(text) if word.lower() not in known)
    written = max(kana + han, ours) + foreign
    share = ours / written if written else 1.0
    if share >= ALL_JAPANESE:
        lower = sum(word.islower() for word in _words(text) if word.lower() not in known)
        if lower < 2:
            return Language(share, 1.0, "")
        return Language(share, WITH_A_FOREIGN_WORD, "Words of the answer are not in Japanese.")
    if share >= MOSTLY_JAPANESE:
        return Language(share, WITH_FOREIGN_WORDS, "Some of the answer is not in Japanese.")
    if share >= LEAST_JAPANESE:
        return Language(share, HALF_JAPANESE, "About half of the answer is not in Japanese.")
    return Language(share, NOT_JAPANESE, "The answer is not in Japanese.")


def _words(text: str) -> list[str]:
    """Words in other letters than kana and kanji."""
    return _WORD.findall(_HAN.sub(" ", _KANA.sub(" ", text)))


def _weight(word: str, in_japanese: bool) -> int:
    """What a foreign word counts for; SUV, x and TOKYO are free beside kana, a name half."""
    if in_japanese and word.isascii() and (word.isupper() or len(word) == 1):
        return 0
    return 1 if in_japanese and word[:1].isupper() else _WORD_COUNTS
