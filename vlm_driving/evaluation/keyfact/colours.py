"""Colours: a bare one is that of a lamp, unless its list says otherwise."""

from __future__ import annotations

import re
from functools import lru_cache

COLOURS = frozenset(("赤", "青", "黄", "緑", "赤色", "青色", "黄色", "緑色"))

_LAMP = r"(?:信号|灯|光|ランプ|表示|現示|点滅|点灯|点い|丸|停止信号|状態|時|方|間|可能性|恐れ|確率)"
_OTHER_THINGS = re.compile(
    rf"(?:色)?(?:い|の)(?!{_LAMP})(?=[一-龥ァ-ヶ々])|と?白|色?矢印|[いの]?(?:ブレーキ|制動|テール|尾)|"
    rf"く(?!点|光|灯|な)|色?(?:カラーコーン|コーン|パイロン)"
)
# 空は青です: the colour of what the clause is about.
_OF_A_THING = re.compile(
    r"(?:(?<!歩行者用の)(?<!対向)車|乗用車|バス|トラック|バイク|空|海|建物|屋根|傘|服|上着|シャツ|ズボン|帽子|"
    r"車体|看板|標識|旗|花|葉|木|線|壁|コーン|文字|羽|ランドセル|かばん|車線)(?:の?色)?[はがも][^、はが]{0,4}$"
)
_PREDICATE = re.compile(r"色?(?:です|でした|だ|く|、|で、|$)")
_ADJECTIVE = re.compile(
    r"(?:赤|青|黄|緑|黒|白|灰|茶|紫|紺)色?(?:い|の|く|系|っぽ|っぽい|み|な)|(?:黄色|茶色)い"
)
_LIKE = re.compile(r"(?:のよう|みたい|色|の色)")


@lru_cache(maxsize=8192)
def is_of_anything(group: tuple[str, ...]) -> bool:
    """Whether a list of synonyms asks for a colour of anything, and not of a lamp.

    Whoever lists 青い or 青色の beside 青 does.
    """
    return any(_ADJECTIVE.fullmatch(word) for word in group)


@lru_cache(maxsize=1024)
def asks_for_a_colour(asked: str) -> bool:
    """Whether a question asks for the colour of something that is no lamp."""
    return "何色" in asked and re.search(r"信号|灯|ランプ|矢印|現示", asked) is None


@lru_cache(maxsize=1024)
def is_about_no_lamp(text: str, known: bool) -> bool:
    """Whether question and reference, where they are `known`, name nothing that lights up."""
    return known and re.search(r"信号|灯|ランプ|ライト|矢印|現示|点滅|光", text) is None


def is_another_things(word: str, sentence: str, start: int, end: int) -> bool:
    """Whether the bare colour at [start, end) is that of something else than a lamp."""
    if word not in COLOURS:
        return False
    if _OTHER_THINGS.match(sentence, end) is not None:
        return True
    predicate = _PREDICATE.match(sentence, end)
    return predicate is not None and _OF_A_THING.search(sentence[:start]) is not None


def is_of_what_was_not_asked(sentence: str, start: int, asked: str) -> bool:
    """Whether the colour at `start` is said of a thing of which no colour was asked."""
    if "色" not in asked:
        return False
    thing = _OF_A_THING.search(sentence[:start])
    return thing is not None and re.split("[はがも]|の?色", thing.group())[0] not in asked


def is_likened(sentence: str, end: int) -> bool:
    """Whether a thing is named for its colour: 青空のような色."""
    return _LIKE.match(sentence, end) is not None
