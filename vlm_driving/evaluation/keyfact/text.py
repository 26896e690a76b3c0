"""One spelling for what Japanese spells in many ways, and sentences out of it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from vlm_driving.evaluation.keyfact.figures import plain_figures
from vlm_driving.evaluation.keyfact.idioms import plain_idioms

_SPELLINGS: tuple[tuple[str, str], ...] = (
    ("子供", "子ども"),
    ("こども", "子ども"),
    ("とまれ", "止まれ"),
    ("停まれ", "止まれ"),
    ("停まっ", "止まっ"),
    ("とまって", "止まって"),
    ("停まり", "止まり"),
    ("わかり", "分かり"),
    ("わから", "分から"),
    ("判ら", "分から"),
    ("判り", "分かり"),
    ("まっすぐ", "真っすぐ"),
    ("真っ直ぐ", "真っすぐ"),
    ("まん中", "真ん中"),
    ("映っ", "写っ"),
    ("うつっ", "写っ"),
    ("みえ", "見え"),
    ("みあたら", "見当たら"),
    ("みあたり", "見当たり"),
    ("見あた", "見当た"),
    ("付いてい", "点いてい"),
    ("ついてい", "点いてい"),
    ("お年より", "お年寄り"),
    ("ご年配", "お年寄り"),
    ("塞い", "ふさい"),
    ("塞が", "ふさが"),
    ("曇り", "くもり"),
    ("出来", "でき"),
    ("居ません", "いません"),
    ("居ない", "いない"),
    ("居ます", "います"),
    ("有りま", "ありま"),
    ("無い", "ない"),
    ("無く", "なく"),
    ("無し", "なし"),
)

_SENTENCE_END = re.compile(r"[。！？!?\n]+")
_LONGEST = 240
_MANY = 12
_BARE = 8
_LIST_MARK = re.compile(r"(?m)^[ \t]*(?:[-・*•]+|\d{1,2}[.)](?!\d))[ \t]*")
_ASIDE = re.compile(r"\(([^()]{2,60}(?:です|ます|ません|ました|ない|だ))[。]?\)")
_ASKED = re.compile(
    r"[「『\"][^」』\"]*[」』\"](?=という?(?:ご?質問|お?尋ね|問い|こと)|とのご?(?:質問|お尋ね)"
    r"|とお?(?:聞|尋|訊))"
)


@lru_cache(maxsize=4096)
def normalize(text: str) -> str:
    """NFKC, lower case, one spelling, ASCII figures, short units, no spaces or quotes."""
    return plain_idioms(_spelt(text), ends=True)


@lru_cache(maxsize=8192)
def normalize_word(text: str) -> str:
    """As `normalize` does, for a word that ends nothing: 汁なし may go on to 汁なしラーメン."""
    return plain_idioms(_spelt(text), ends=False)


def sentences(text: str) -> list[str]:
    """The sentences of normalized text, their ends left out; a question keeps its mark."""
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        piece = text[start : end.start()]
        if piece:
            found.append(piece + ("?" if "?" in end.group() else ""))
        start = end.end()
    found.append(text[start:])
    # What never ends is cut, so that reading it takes no longer than it is worth.
    return [piece[at : at + _LONGEST] for piece in found for at in range(0, len(piece), _LONGEST)]


def lists_everything(sentence: str) -> bool:
    """Whether a sentence is a string of bare words, which claims nothing of any of them."""
    items = re.split("[、・]", sentence)
    return len(items) >= _MANY and sum(len(item) <= _BARE for item in items) >= 0.8 * len(items)


def _spelt(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"[~〜∼˜～]", "~", text)
    text = re.sub(r"(?<=[ァ-ヶ])[‐‑–—―−-]", "ー", text)
    text = _LIST_MARK.sub("", text)
    text = re.sub(r"[ \t\r\u3000]+", "", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = text.replace(",", "、").replace("､", "、")
    text = _asides_last(_ASKED.sub("", text))
    text = re.sub(r"[「」『』\"'“”‘’()（）【】\[\]*#]", "", text)
    for old, new in _SPELLINGS:
        text = text.replace(old, new)
    return plain_figures(text)


def _asides_last(text: str) -> str:
    """A sentence in brackets stands for itself: 赤(青ではありません) does not deny 赤."""
    asides = _ASIDE.findall(text)
    return "。".join([_ASIDE.sub("", text), *asides]) if asides else text
