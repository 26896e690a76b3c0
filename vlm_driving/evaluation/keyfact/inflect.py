"""Polite synonyms in plain style: います is said by いる, 見えません by 見えない and 見えず."""

from __future__ import annotations

import re

_FIND = "判断|判別|特定|断定|識別|推測|推定|確定|把握|読み取り|お答え|回答"
REFUSALS = (
    r"分か(?:りません|らない|らず|りかね|りにくい|りづらい)|"
    rf"(?:{_FIND})(?:は|が|も|する(?:こと)?(?:は|が))?"
    r"(?:でき(?:ません|ない|ず|かね)|しかね|しづら|しにく|難し|困難|不可能)|"
    r"判断が?(?:つきません|つかない|つかず)|読み取れ(?:ません|ない|ず)|"
    r"(?:はっきりと?|確実なこと|断定的なこと|何と)(?:は|も)?(?:言|い)え(?:ません|ない)|"
    r"不明(?!瞭な)|定かでは(?:ありません|ない)|知りません"
)
"""All ways to say that it cannot be told."""
_PATTERNS = {
    "います": r"います|[がもは]いる|いる(?=よう|と|かも|でしょ|はず)|おります",
    "あります": r"あります|[がもは]ある|ある(?=よう|と|かも|でしょ|はず)|ございます",
    "ありません": r"ありません|ございません|[がはもの]ない|[がはも]なく",
    "分かりません": REFUSALS,
}
_LACKS = ("ない", "なく", "ません", "ず", "ていない", "ていません", "ておらず", "なさ")
_I_ROW = "いきしちにひみりぎじび"
_A_ROW = "わかさたなはまらがざば"
_TAKES_RU = ("えます", "けます", "せます", "てます", "れます", "できます")
# What comes before いません where it is the verb いる, and not the end of 使いません.
_BE = re.compile(r"(?:^|[てではがもにを]|^[ぁ-ん]{1,2})$")


def pattern_of(word: str) -> str:
    """A regular expression for a normalized word in polite and plain style."""
    return _PATTERNS.get(word) or "|".join(re.escape(form) for form in _forms(word))


def _forms(word: str) -> tuple[str, ...]:
    if word.endswith("なし") and len(word) > 2:
        return word, word.removesuffix("なし") + "ありません"
    if word.endswith("いません") and _BE.search(word.removesuffix("いません")):
        stem = word.removesuffix("いません")
        return word, stem + "いない", stem + "いなく", stem + "おりません", stem + "おらず"
    if word.endswith("足り"):  # which is said of what is lacking
        return tuple(word + end for end in _LACKS)
    if word.endswith("ません"):
        return _negated(word)
    if word.endswith("ています"):
        stem = word.removesuffix("います")
        return word, stem + "いる", stem + "おり"
    if word.endswith(_TAKES_RU) and len(word) > 3:
        return word, word.removesuffix("ます") + "る"
    return (word,)


def _negated(word: str) -> tuple[str, ...]:
    """Both readings of a stem: 使いません is 使わない, 用いません is 用いない.

    The wrong one of the two is a word that nobody writes.
    """
    stem = word.removesuffix("ません")
    stems = [stem]
    if stem[-1:] in _I_ROW and stem:
        stems.append(stem[:-1] + _A_ROW[_I_ROW.index(stem[-1])])
    if stem == "し":
        stems = [stem]
    forms = [s + end for s in stems for end in ("ない", "なく", "なかった", "ず")]
    if stem.endswith("し"):
        forms.append(stem[:-1] + "せず")
    return word, *forms
