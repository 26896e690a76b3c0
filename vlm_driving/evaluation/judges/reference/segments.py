"""Cuts normalized Japanese into words by script, particles and the lexicon.

The cheapest way through a sentence wins: a known word costs little, an unknown run of one
script costs more the longer it is, and what is left of hiragana is grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from vlm_driving.evaluation.judges.reference.lexicon import LEXICON

_GRAMMAR_WORDS = """
は が を に へ と で も の や か ね よ な ば から まで より など だけ ほど くらい しか です ます
ません でした ました でしょう である であり では には とは への との での ている ています ていた
ており てい おり いる います いません いない ある あります あり ありません ない なく なり なって
なる なります された されて される されます され れて れた れる られ している しています して
した する します し この その あの これ それ あれ ここ そこ また そして しかし さらに ただし
なお および または つまり ので のに ため けど ように ような よう そう という といった として
とともに に対して について によって による において における たり ながら かも もの こと ところ
とき みたい らしい はず べき たい くださ ください いえ はい いいえ かもです ことができ
ことができます できます できる でき いて いた って った んで んだ ちょうど たち さん おそらく
たぶん きっと とても かなり やや もう まだ ほぼ およそ だいたい 見えます みられ さまざま
いくつか どちら どこ だれ いつ なぜ どう どの どんな どれ いくつ ありま おりま しま られて らに
ほか ほかに ともに すべて みんな 一つ一つ だ た て い る う く っ り き ん さ け げ め み せ え
れ べ ぶ む つ す そ ら わ ま お ご ぜ び じ ち
"""
_GRAMMAR = tuple(sorted(_GRAMMAR_WORDS.split(), key=len, reverse=True))
_GRAMMAR_BY_HEAD: dict[str, tuple[str, ...]] = {
    head: tuple(word for word in _GRAMMAR if word[0] == head)
    for head in {word[0] for word in _GRAMMAR}
}
_NAMES_BY_HEAD: dict[str, tuple[str, ...]] = {}
for _name in LEXICON.names:
    _NAMES_BY_HEAD[_name[0]] = (*_NAMES_BY_HEAD.get(_name[0], ()), _name)

_SCRIPTS = re.compile(
    r"(?P<kanji>[一-龥々〆ヶ]+)|(?P<kata>[ァ-ヴー]+)|(?P<hira>[ぁ-ん]+)|(?P<latin>[a-z0-9.]*[a-z][a-z0-9]*)"
)
_UNKNOWN = {"kanji": (2.2, 0.6), "kata": (3.0, 0.0), "latin": (2.5, 0.0), "hira": (1.9, 0.45)}
_HIRAGANA_NOUN = 1.7
"""Off the price of unknown hiragana where a noun begins and a particle follows it."""
_WORDS_OF_PLACE = frozenset(("中に", "外に", "中で", "外で"))
_PART_OF_COMPOUND = 0.4
"""On the price of one kanji beside another one: 広 of 広島 is not wide."""
_PREFIXES = frozenset("左右")
"""These go before any noun: 右車線, 左前輪."""
_STRIPPED = re.compile(r"(?<=.)(?:達|等|類|用|製|的|中|内|上|側)$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence: where it stands, what it means, and whether it is known.

    `noun` is whether it can be a thing of which something is said.
    """

    start: int
    end: int
    meaning: str
    known: bool
    noun: bool


def script_of(name: str) -> str:
    """The script of a whole name, or of its first run."""
    match = _SCRIPTS.match(name)
    return match.lastgroup or "" if match is not None and match.end() == len(name) else ""


@lru_cache(maxsize=16384)
def words(sentence: str) -> tuple[Word, ...]:
    """The words with content of a normalized sentence."""
    script_at = [""] * len(sentence)
    run_end = [0] * len(sentence)
    for match in _SCRIPTS.finditer(sentence):
        for at in range(*match.span()):
            script_at[at] = match.lastgroup or ""
            run_end[at] = match.end()
    size = len(sentence)
    cost = [0.0] * (size + 1)
    take: list[tuple[int, str]] = [(1, "")] * size
    for at in range(size - 1, -1, -1):
        best, way = cost[at + 1] + (0.9 if script_at[at] == "hira" else 4.0), (1, "")
        if not script_at[at]:
            best = cost[at + 1]
        for name in _NAMES_BY_HEAD.get(sentence[at], ()):
            # A name in hiragana does not begin behind a kanji: there it is an ending.
            # 背中に is no 中に either.
            if (at and script_at[at - 1] == "kanji") and (
                script_at[at] == "hira" == script_of(name) or name in _WORDS_OF_PLACE
            ):
                continue
            if sentence.startswith(name, at):
                price = cost[at + len(name)] + (1.6 if len(name) == 1 else 1.0)
                if len(name) == 1 and script_at[at] == "kanji":
                    compound = "kanji" in script_at[at + 1 : at + 2] + script_at[at - 1 : at]
                    if name in _PREFIXES and script_at[at + 1 : at + 2] == ["kanji"]:
                        price -= 1.1
                    elif compound:
                        price += _PART_OF_COMPOUND
                if price < best - 1e-9:
                    best, way = price, (len(name), "known")
        for name in _GRAMMAR_BY_HEAD.get(sentence[at], ()):
            if sentence.startswith(name, at):
                price = cost[at + len(name)] + 0.45 + 0.12 * len(name)
                if price < best - 1e-9:
                    best, way = price, (len(name), "")
        script = script_at[at]
        if script:
            fixed, each = _UNKNOWN[script]
            for length in range(2 if script == "hira" else 1, min(run_end[at] - at, 12) + 1):
                price = cost[at + length] + fixed + each * length
                if script == "hira" and length < 3 and not _stands_alone(sentence, at, length):
                    continue
                if script == "hira" and _stands_alone(sentence, at, length):
                    price -= _HIRAGANA_NOUN
                if price < best - 1e-9:
                    best, way = price, (length, "unknown")
        cost[at], take[at] = best, way
    return tuple(_read_off(sentence, take, script_at))


def _starts(sentence: str, at: int) -> bool:
    return not at or sentence[at - 1] in "、のをでにはがとも"


def _stands_alone(sentence: str, at: int, length: int) -> bool:
    return _starts(sentence, at) and _noun_ends(sentence, at + length)


def _noun_ends(sentence: str, at: int) -> bool:
    return sentence.startswith(("です", "を", "が"), at)


def _read_off(sentence: str, take: list[tuple[int, str]], script_at: list[str]) -> list[Word]:
    found: list[Word] = []
    at = 0
    while at < len(sentence):
        length, what = take[at]
        text = sentence[at : at + length]
        if what == "known":
            meaning = LEXICON.names[text]
            noun = meaning in LEXICON.things or (
                meaning in LEXICON.deeds and length > 1 and script_of(text) == "kanji"
            )
            found.append(Word(at, at + length, meaning, True, noun))
        elif what == "unknown":
            short = text if len(text) < 3 else _STRIPPED.sub("", text)
            # One kanji with kana behind it is the stem of a verb or an adjective.
            inflected = (
                len(text) == 1
                and at + 1 < len(sentence)
                and script_at[at + 1] == "hira"
                and sentence[at + 1] not in "はがをにのでともへや"
            )
            noun = not inflected and (
                script_at[at] != "hira" or _stands_alone(sentence, at, length)
            )
            found.append(Word(at, at + length, short, False, noun))
        at += length
    return found
