"""Where an answer mentions a synonym, and whether it claims it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from vlm_driving.core import UserError
from vlm_driving.evaluation.keyfact.claims import Claim, judge
from vlm_driving.evaluation.keyfact.colours import is_another_things, is_likened
from vlm_driving.evaluation.keyfact.inflect import pattern_of
from vlm_driving.evaluation.keyfact.inside import inside_another
from vlm_driving.evaluation.keyfact.text import normalize_word

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


@dataclass(frozen=True, slots=True)
class Synonym:
    """A synonym ready to be looked for.

    Attributes:
        pattern: of normalized text; None where nothing but the word itself says it.
        polarity: True for a yes, False for a no, None for a word; a polarity stands first.
        figure: number and unit where the synonym is a figure, with how far off one may be.
        word: normalized.
        of_anything: a colour of anything, not of a lamp.
    """

    pattern: re.Pattern[str] | None
    polarity: bool | None
    figure: tuple[float, str, float] | None
    word: str
    of_anything: bool = False

    is_literal: bool = field(init=False)
    """Whether nothing but the word's own letters says it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_literal", self.pattern is None and self.polarity is None)


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


@lru_cache(maxsize=16384)
def compile_synonym(text: str, number_form: bool, of_anything: bool = False) -> Synonym:
    """Make a synonym ready; with `number_form` metres are tolerant.

    Raises:
        UserError: for a brace that is no `{20m±5}`.
    """
    raw = normalize_word(text)
    tolerant = _TOLERANT.fullmatch(raw)
    if tolerant is None and ("{" in raw or "}" in raw):
        raise UserError(f"The synonym {text!r} is no figure with a tolerance such as {{20m±5}}.")
    figure = None
    if tolerant is not None:
        unit = normalize_word(f"1{tolerant[2]}")[1:]
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
    return Synonym(_pattern(raw), polarity_of(raw), None, raw, of_anything)


@lru_cache(maxsize=8192)
def compile_group(
    group: tuple[str, ...], number_form: bool, of_anything: bool
) -> tuple[Synonym, ...]:
    """Make all synonyms of a group ready."""
    return tuple(compile_synonym(text, number_form, of_anything) for text in group)


def mentions(synonym: Synonym, sentences: tuple[str, ...]) -> Iterator[Mention]:
    """Every place where the normalized sentences say the synonym."""
    for number, sentence in enumerate(sentences):
        if synonym.polarity is not None:
            for side, start, end in _polarities(sentence):
                if side is synonym.polarity:
                    yield Mention(number, start, end, Claim.MADE)
            continue
        for start, end in _places(synonym, sentence):
            if synonym.figure is not None or not _is_another_word(synonym, sentence, start, end):
                yield Mention(number, start, end, judge(sentence, start, end))


def _places(synonym: Synonym, sentence: str) -> Iterator[tuple[int, int]]:
    """Where a sentence has the synonym's letters, or a figure that is near enough."""
    if synonym.pattern is None:
        word = synonym.word
        at = sentence.find(word)
        while at >= 0:
            yield at, at + len(word)
            at = sentence.find(word, at + len(word))
        return
    for match in synonym.pattern.finditer(sentence):
        if synonym.figure is not None:
            value, _, off = synonym.figure
            if abs(float(match[1]) - value) > off + 1e-9:
                continue
        yield match.span()


_OPENING = re.compile(
    rf"(?:えっと|えーと|ええと|あの|では|答えは|回答は|結論として|結論から言うと|"
    rf"(?:この)?(?:画像|写真)(?:を見る(?:と|限り)|では|から判断すると|を確認すると))*、?"
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
    if re.match(r"いいえ|いえ、|はい", sentence[match.end() :]):
        return None  # both is neither
    return match["yes"] is not None, match.end()


_AGAIN = re.compile(
    r"(?:(?<=、)|(?<=または)|(?<=はいか)|(?<=いいえか))(?:(?P<yes>はい|ええ)|(?P<no>いいえ|いえ))(?=です|か?、|$)"
)


def _polarities(sentence: str) -> Iterator[tuple[bool, int, int]]:
    """Every yes and no of a sentence: what it opens with, and what it says between commas."""
    opening = opening_polarity(sentence)
    if opening is not None:
        yield opening[0], 0, opening[1]
    for match in _AGAIN.finditer(sentence):
        yield match["yes"] is not None, *match.span()


def _pattern(word: str) -> re.Pattern[str] | None:
    before = r"(?<![\d.])" if word[:1].isdigit() else ""
    after = r"(?![\d]|\.\d)" if word[-1:].isdigit() else ""
    if _KATAKANA.fullmatch(word[-1:]) and len(word) <= 3:
        # バス is not バスケット; a マイクロバス is a bus, and a ダンプカー a ダンプ
        after = r"(?!(?!(?:カー|トラック)(?![ァ-ヶー]))[ァ-ヶー])"
    forms = pattern_of(word)
    if not before and not after and forms == re.escape(word):
        return None
    return re.compile(f"{before}(?:{forms}){after}")


def _is_another_word(synonym: Synonym, sentence: str, start: int, end: int) -> bool:
    """Whether the word at [start, end) is a part of another word."""
    word = synonym.word
    another = inside_another(word, sentence, start, end)
    if another is not None:
        return not (synonym.of_anything and is_likened(sentence, another))
    return not synonym.of_anything and is_another_things(word, sentence, start, end)


def apart(one: Mention, other: Mention) -> bool:
    """Whether two mentions stand in one sentence, one behind the other."""
    return one.sentence == other.sentence and (one.end <= other.start)


def covers(outer: Mention, inner: Mention) -> bool:
    """Whether one mention is a part of another, longer one."""
    return (
        outer.sentence == inner.sentence
        and outer.start <= inner.start
        and inner.end <= outer.end
        and outer.end - outer.start > inner.end - inner.start
    )
