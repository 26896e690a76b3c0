"""Polite synonyms in plain style: います is said by いる, 見えません by 見えない and 見えず."""

from __future__ import annotations

import re

_PATTERNS = {
    "います": r"います|[がもは]いる|いる(?=よう|と|かも|でしょ|はず)|おります",
    "あります": r"あります|[がもは]ある|ある(?=よう|と|かも|でしょ|はず)|ございます",
    "ありません": r"ありません|ございません|[がはもの]ない|[がはも]なく",
}
_I_ROW = "いきしちにひみりぎじび"
_A_ROW = "わかさたなはまらがざば"
_ONE_STEM = ("でき", "起き", "見", "降り", "過ぎ")
_TAKES_RU = ("えます", "けます", "せます", "てます", "れます", "できます")


def pattern_of(word: str) -> str:
    """A regular expression for a normalized word in polite and plain style."""
    return _PATTERNS.get(word) or "|".join(re.escape(form) for form in _forms(word))


def _forms(word: str) -> tuple[str, ...]:
    if word.endswith("いません"):
        stem = word.removesuffix("いません")
        return word, stem + "いない", stem + "いなく", stem + "おりません", stem + "おらず"
    if word.endswith("ません"):
        stem = word.removesuffix("ません")
        if stem[-1:] in _I_ROW and stem and not stem.endswith(_ONE_STEM):
            stem = stem[:-1] + _A_ROW[_I_ROW.index(stem[-1])]
        return word, stem + "ない", stem + "なく", stem + "ず"
    if word.endswith("ています"):
        stem = word.removesuffix("います")
        return word, stem + "いる", stem + "おり"
    if word.endswith(_TAKES_RU) and len(word) > 3:
        return word, word.removesuffix("ます") + "る"
    return (word,)
