"""Other answers beside the due one: a list of everything, two values of one thing.

Whoever is asked for one thing and names several has not answered, even where the rubric does not
foresee the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from vlm_driving.evaluation.keyfact.claims import Claim, judge

_COLOURS = (
    ("赤", "紅", "朱", "レッド"),
    ("青", "紺", "藍", "水", "ブルー", "ネイビー"),
    ("黄", "イエロー"),
    ("緑", "グリーン"),
    ("白", "ホワイト"),
    ("黒", "ブラック"),
    ("茶", "ブラウン"),
    ("灰", "グレー", "グレイ", "銀", "シルバー"),
    ("紫", "パープル"),
    ("桃", "ピンク"),
    ("橙", "オレンジ"),
    ("金", "ゴールド"),
)
_SIDES = (("左",), ("右",))
COLOUR_OF = {word: names[0] for names in _COLOURS for word in names}
_SIDE_OF = {word: names[0] for names in _SIDES for word in names}
_ANY_COLOUR = "|".join(COLOUR_OF)
COLOUR = rf"(?:(?:{_ANY_COLOUR})色?(?:い|の)?|水色の?)"
_JOIN = r"(?:、|・|/|と|や|か|に|または|又は|あるいは|もしくは|それとも)+"
_SIDE = r"(?:左|右)(?:側|手|端|折|方)?"
_COLOURS_IN_A_ROW = re.compile(rf"{COLOUR}(?:{_JOIN}{COLOUR})+(?![一-龥ァ-ヶ])")
_SIDES_IN_A_ROW = re.compile(rf"{_SIDE}(?:{_JOIN}{_SIDE})+")
_COLOUR_WORD = re.compile(_ANY_COLOUR)
_SIDE_WORD = re.compile("[左右]")
_ROWS = {"colour": _COLOURS_IN_A_ROW, "side": _SIDES_IN_A_ROW}
_KINDS = {"colour": (_COLOUR_WORD, COLOUR_OF), "side": (_SIDE_WORD, _SIDE_OF)}
_ITEM = (
    r"(?:[^、・/はがをにでとやも。?]{0,8}[一-龥ァ-ヶー々a-zきりみけ]|"
    r"[ぁ-ん]{2,5}(?<!です)(?<!ます)(?<!から))"
)
_THINGS_IN_A_ROW = re.compile(rf"{_ITEM}(?:[、・/とや]{_ITEM}){{4,}}")
_OF_A_KIND = re.compile(
    r"[^、・/はがをにでとやも]{1,6}(?P<kind>[一-龥])(?:[、・/とや][^、・/はがをにでとやも]{1,6}(?P=kind)){2,}"
)
_SPLIT = re.compile(r"[、・/とや]")
_HALF_FROM, _NOTHING_FROM = 4, 6

_PREDICATE = (
    r"(?=です|でした|でしょう|だ(?!け)|で(?:あり|ある)|い(?:ます|る)|あり|ある|"
    r"と(?:思|考)|ほど|くらい|$)"
)
_OF_ONE = re.compile(
    rf"(?:(?P<thing>[一-龥ァ-ヶー々]{{1,8}})(?:の(?:色|数|台数|人数))?(?P<topic>[はが]))?(?P<total>全部で|合計で?|計|合わせて)?"
    rf"(?:(?P<colour>{_ANY_COLOUR})色?い?|(?P<number>\d+(?:\.\d+)?)(?P<unit>[一-龥キロつm]{{1,2}}?)){_PREDICATE}"
)
_COLOURED_THING = re.compile(
    rf"(?:^|、)(?P<colour>{_ANY_COLOUR})(?:色の|色い|い|の)(?P<thing>[一-龥ァ-ヶー々]{{1,8}}){_PREDICATE}"
)
_AT_A_SIDE = re.compile(
    r"(?:(?P<thing>[一-龥ァ-ヶー々]{1,8})[はが])?(?:[^、はが]{1,8}の)?(?P<side>左|右)(?:側|手|端|の方)?"
    r"(?:です|だ|に(?:い|あり|見え|立|停)[^、]{0,8})$"
)


def rivals_beside(
    sentence: str, start: int, end: int, due: frozenset[str], one: bool = True
) -> Claim:
    """What the mention at [start, end) is worth for what stands in one list with it.

    Args:
        sentence: normalized.
        start: of the mention.
        end: of it.
        due: every due synonym, normalized.
        one: one thing is due; otherwise several are, and only a long list takes anything.

    Returns:
        MADE, EITHER beside one other value (or some other things), OPEN beside more.
    """
    for begin, stop, kind, values in _values_in_a_row(sentence) if one else ():
        if begin <= start < stop:
            word, meaning = _KINDS[kind]
            right = {meaning[w] for d in due for w in word.findall(d)}
            others = values - right
            if right and others:
                return Claim.EITHER if len(others) == 1 else Claim.OPEN
    row = _OF_A_KIND.search(sentence) if one else None
    if row is not None and row.start() <= start < row.end():
        return Claim.OPEN
    for begin, stop, items in _things_in_a_row(sentence):
        if begin <= start < stop:
            rivals = {item for item in items if not any(d in item for d in due)}
            if len(rivals) >= _HALF_FROM:
                return Claim.OPEN if one and len(rivals) >= _NOTHING_FROM else Claim.EITHER
    return Claim.MADE


@lru_cache(maxsize=64)
def _values_in_a_row(sentence: str) -> tuple[tuple[int, int, str, frozenset[str]], ...]:
    return tuple(
        (*match.span(), kind, frozenset(meaning[w] for w in word.findall(match.group())))
        for kind, (word, meaning) in _KINDS.items()
        for match in _ROWS[kind].finditer(sentence)
    )


@lru_cache(maxsize=64)
def _things_in_a_row(sentence: str) -> tuple[tuple[int, int, frozenset[str]], ...]:
    return tuple(
        (*match.span(), frozenset(_SPLIT.split(match.group())))
        for match in _THINGS_IN_A_ROW.finditer(sentence)
    )


def two_of_one(
    said: tuple[str, ...], due: frozenset[str], units: frozenset[str], asked: str
) -> bool:
    """Whether one thing is said to have a due colour, side or figure, and another one as well.

    Args:
        said: normalized sentences.
        due: every due synonym, normalized.
        units: of the figures that are asked for; with one of these the thing may go unnamed.
        asked: the question, normalized; what it names may go unnamed, too.
    """
    values: dict[tuple[str, str], set[str]] = {}
    for thing, kind, value in chain.from_iterable(_values(sentence) for sentence in said):
        if kind in ("colour", "side") or thing or kind in units:
            values.setdefault(("" if thing in asked else thing, kind), set()).add(value)
    for (_, kind), found in values.items():
        if kind == "colour":
            good = {COLOUR_OF[w] for d in due for w in _COLOUR_WORD.findall(d)}
        elif kind == "side":
            good = {w for d in due for w in _SIDE_WORD.findall(d)}
        else:
            good = {d for d in due if d.endswith(kind)}
        if len(found) > 1 and found & good and found - good:
            return True
    return False


def _values(sentence: str) -> Iterator[tuple[str, str, str]]:
    at = _AT_A_SIDE.search(sentence)
    if at is not None and judge(sentence, at.start("side"), at.end("side")) is Claim.MADE:
        yield at["thing"] or "", "side", at["side"]
    for match in _COLOURED_THING.finditer(sentence):
        if judge(sentence, match.start("colour"), match.end()) is Claim.MADE:
            yield match["thing"], "colour", COLOUR_OF[match["colour"]]
    for match in _OF_ONE.finditer(sentence):
        group = "colour" if match["colour"] else "number"
        # 左に1台います speaks of the left, not of all.
        opens = match.start() == 0 or sentence[match.start() - 1] in "、はがで"
        if group == "number" and not (match["total"] or match["topic"] == "は" or opens):
            continue
        if judge(sentence, match.start(group), match.end()) is not Claim.MADE:
            continue
        if match["colour"]:
            yield match["thing"] or "", "colour", COLOUR_OF[match["colour"]]
        else:
            yield match["thing"] or "", match["unit"], match["number"] + match["unit"]
