"""Where an answer mentions a synonym, and whether it claims it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from vlm_driving.core import UserError
from vlm_driving.evaluation.keyfact.claims import COLOURS, Claim, judge
from vlm_driving.evaluation.keyfact.inflect import pattern_of
from vlm_driving.evaluation.keyfact.text import normalize

YES = (
    "はい",
    "ええ",
    "うん",
    "そうです",
    "その通り",
    "そのとおり",
    "もちろん",
    "おっしゃる通り",
    "おっしゃるとおり",
)
NO = ("いいえ", "いえ", "いや", "違います", "ちがいます", "そうではありません", "ノー")
METRES_OFF = 0.25
"""How far off a distance may be where the form is a number."""

_TOLERANT = re.compile(r"\{(\d+(?:\.\d+)?)([^\d±{}]*)±(\d+(?:\.\d+)?)\}")
_FIGURE = re.compile(r"(\d+(?:\.\d+)?)([^\d]+)")
_KATAKANA = re.compile(r"[ァ-ヶー]")
# A word that is another one where it stands inside these.
_INSIDE: dict[str, tuple[str, ...]] = {
    "左": ("左右", "右左"),
    "右": ("左右", "右左"),
    "歩道": ("横断歩道",),
    "車": (
        "自転車",
        "車道",
        "車線",
        "車間",
        "車内",
        "車種",
        "車体",
        "電車",
        "列車",
        "停車",
        "駐車",
        "発車",
    ),
    "人": ("人形", "無人", "人工", "人気", "人影がない"),
    "雨": ("雨上がり",),
    "赤": ("赤ちゃん", "赤外", "赤字"),
    "青": ("青空", "青年", "青果"),
    "黄": ("黄昏", "黄金"),
    "緑": ("緑地", "緑道", "新緑", "緑豊か", "緑が多"),
    "昼": ("昼夜", "昼食"),
    "夜": ("昼夜", "夜明け"),
    "歩行者": ("歩行者用信号", "歩行者信号", "歩行者用の信号", "歩行者天国"),
    "自転車": ("自転車道", "自転車専用", "自転車横断", "自転車レーン", "自転車通行"),
}
_LAMP = r"(?:信号|灯|光|ランプ|表示|現示|点滅|点灯|点い|丸|停止信号|状態|時|方|間)"
_OTHER_THINGS = re.compile(
    rf"(?:色)?(?:い|の)(?!{_LAMP})(?=[一-龥ァ-ヶ々])|と?白|色?矢印|[いの]?(?:ブレーキ|制動|テール|尾)"
)


@dataclass(frozen=True, slots=True)
class Synonym:
    """A synonym ready to be looked for.

    Attributes:
        pattern: of normalized text.
        polarity: True for a yes, False for a no, None for a word; a polarity stands first.
        figure: number and unit where the synonym is a figure, with how far off one may be.
        word: normalized.
    """

    pattern: re.Pattern[str]
    polarity: bool | None
    figure: tuple[float, str, float] | None
    word: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in an answer: number of the sentence, start, end, and what is claimed there."""

    sentence: int
    start: int
    end: int
    claim: Claim


def polarity_of(word: str) -> bool | None:
    """Whether a word is a yes or a no."""
    if word in YES:
        return True
    return False if word in NO else None


@lru_cache(maxsize=4096)
def compile_synonym(text: str, number_form: bool) -> Synonym:
    """Make a synonym ready; with `number_form` metres are tolerant.

    Raises:
        UserError: for a brace that is no `{20m±5}`.
    """
    raw = normalize(text)
    tolerant = _TOLERANT.fullmatch(raw)
    if tolerant is None and ("{" in raw or "}" in raw):
        raise UserError(f"The synonym {text!r} is no figure with a tolerance such as {{20m±5}}.")
    figure = None
    if tolerant is not None:
        unit = normalize(f"1{tolerant[2]}")[1:]
        figure = (float(tolerant[1]), unit, float(tolerant[3]))
    elif number_form and (plain := _FIGURE.fullmatch(raw)):
        value = float(plain[1])
        figure = (value, plain[2], value * METRES_OFF if plain[2] == "m" else 0.0)
    if figure is not None:
        alone = r"|(?=(?:くらい|ぐらい|ほど)?(?:です)?$)" if number_form else ""
        pattern = re.compile(
            rf"(?<![\d.])(\d{{1,9}}(?:\.\d{{1,9}})?)(?:{re.escape(figure[1])}{alone})"
        )
        return Synonym(pattern, None, figure, raw)
    return Synonym(_pattern(raw), polarity_of(raw), None, raw)


def mentions(synonym: Synonym, sentences: tuple[str, ...]) -> Iterator[Mention]:
    """Every place where the normalized sentences say the synonym."""
    for number, sentence in enumerate(sentences):
        if synonym.polarity is not None:
            for side, start, end in _polarities(sentence):
                if side is synonym.polarity:
                    yield Mention(number, start, end, Claim.MADE)
            continue
        for match in synonym.pattern.finditer(sentence):
            start, end = match.span()
            if synonym.figure is not None:
                value, _, off = synonym.figure
                if abs(float(match[1]) - value) > off + 1e-9:
                    continue
            elif _is_another_word(synonym.word, sentence, start, end):
                continue
            yield Mention(number, start, end, judge(sentence, start, end))


_OPENING = re.compile(
    rf"(?:えっと|えーと|ええと|あの|では|答えは|回答は|結論として|結論から言うと)*、?"
    rf"(?:(?P<yes>{'|'.join(YES)})|(?P<no>{'|'.join(NO)}))(?P<after>(?:です)?(?:ね|よ)?(?:、|\?|$|:))"
)


def opening_polarity(sentence: str) -> tuple[bool, int] | None:
    """The yes or no that a sentence opens with, and where what follows begins."""
    match = _OPENING.match(sentence)
    if match is None:
        # Without a comma only where nothing else can be meant.
        match = re.match(r"(?P<yes>はい(?![っりるまられとは]))|(?P<no>いいえ(?![とは]))", sentence)
        if match is None:
            return None
    return match["yes"] is not None, match.end()


_AGAIN = re.compile(r"(?<=、)(?:(?P<yes>はい|ええ)|(?P<no>いいえ|いえ))(?=、|$)")


def _polarities(sentence: str) -> Iterator[tuple[bool, int, int]]:
    """Every yes and no of a sentence: what it opens with, and what it says between commas."""
    opening = opening_polarity(sentence)
    if opening is not None:
        yield opening[0], 0, opening[1]
    for match in _AGAIN.finditer(sentence):
        yield match["yes"] is not None, *match.span()


def _pattern(word: str) -> re.Pattern[str]:
    before = r"(?<![\d.])" if word[:1].isdigit() else ""
    after = r"(?![\d]|\.\d)" if word[-1:].isdigit() else ""
    if _KATAKANA.fullmatch(word[-1:]) and len(word) <= 3:
        after = r"(?![ァ-ヶー])"  # バス is not バスケット; a マイクロバス is a bus
    return re.compile(f"{before}(?:{pattern_of(word)}){after}")


def _is_another_word(word: str, sentence: str, start: int, end: int) -> bool:
    """Whether the word at [start, end) is a part of another word."""
    for longer in _INSIDE.get(word, ()):
        at = longer.find(word)
        while at >= 0:
            if sentence.startswith(longer, start - at) and start >= at:
                return True
            at = longer.find(word, at + 1)
    if word.startswith("歩道") and sentence[max(0, start - 2) : start] == "横断":
        return True
    return word in COLOURS and _OTHER_THINGS.match(sentence, end) is not None
