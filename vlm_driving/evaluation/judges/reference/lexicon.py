"""Looks words up: the meaning of a name, its class, and its wider meanings."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from vlm_driving.evaluation.judges.reference.beings import BEINGS
from vlm_driving.evaluation.judges.reference.contraries import CONTRARIES
from vlm_driving.evaluation.judges.reference.glosses import GLOSSES
from vlm_driving.evaluation.judges.reference.kinds import KINDS
from vlm_driving.evaluation.judges.reference.more_deeds import MORE_DEEDS
from vlm_driving.evaluation.judges.reference.more_things import MORE_THINGS
from vlm_driving.evaluation.judges.reference.more_words import MORE_CONTRARIES, MORE_WORDS
from vlm_driving.evaluation.judges.reference.places import PLACES
from vlm_driving.evaluation.judges.reference.qualities import GENERIC, QUALITIES
from vlm_driving.evaluation.judges.reference.things import THINGS
from vlm_driving.evaluation.keyfact.text import normalize

_WHERE = frozenset(("ground", "rank", "peak", "half", "within_reach", "face_of"))
"""Of the contraries those that say where something is."""
_EDGES = "口 面 端 部 岸 側 方 向き 向 寄り 壁 棟 門 側の面 半分 隅"
_PLACED = (
    *((side, side, _EDGES) for side in "左右北南東西"),
    *((side, side, "段 部 面 端 側 層 列 向き 半分 の方 の段") for side in "上下"),
    ("前", "前", "列 輪 席 部 面 端 側 向き 半分 の列 の席 の方"),
    ("後ろ", "後", "列 輪 席 部 面 端 側 向き 半分"),
    ("後ろ", "後ろ", "向き 側 の列 の席 の方 半分"),
    ("手前", "手前", "側 の方 の列"),
    ("奥", "奥", "側 の方 の列"),
)
"""A meaning, how it is written, and what it makes other names of it with: 右岸, 後列."""
_THINGS = BEINGS + PLACES + THINGS + KINDS + MORE_THINGS


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The tables, ready to be looked into.

    Attributes:
        names: the meaning of every Japanese name, normalized.
        english: the meaning of every English name.
        wider: the wider meanings of a meaning, itself among them.
        classes: the classes of a meaning; meanings of one class exclude each other.
        members: the meanings of a class.
        said_of: classes whose words are said of a thing (colours, sides, postures).
        generic: meanings that weigh little.
        things: meanings of which something can be said.
        deeds: meanings of deeds whose Chinese names (掃除, 到着) are nouns besides.
        light: classes that say how something is or goes rather than what or where it is.
    """

    names: dict[str, str]
    english: dict[str, str]
    wider: dict[str, frozenset[str]]
    classes: dict[str, tuple[str, ...]]
    members: dict[str, tuple[str, ...]]
    said_of: frozenset[str]
    generic: frozenset[str]
    things: frozenset[str]
    deeds: frozenset[str]
    light: frozenset[str]

    def agree(self, one: str, other: str) -> bool:
        """Whether two meanings can be said of one thing: the same, or one wider."""
        return (
            one == other
            or other in self.wider.get(one, frozenset())
            or one in self.wider.get(other, frozenset())
        )

    def opposite(self, meaning: str, kind: str) -> str | None:
        """The other one where a class has but two."""
        members = self.members[kind]
        if len(members) != 2:
            return None
        return members[1] if members[0] == meaning else members[0]


def _read() -> Lexicon:
    names: dict[str, str] = {}
    english: dict[str, str] = {}
    parents: dict[str, list[str]] = {}
    classes: dict[str, list[str]] = defaultdict(list)
    members: dict[str, list[str]] = defaultdict(list)
    said_of: set[str] = set()
    kind = ""
    for line in (_THINGS + QUALITIES + CONTRARIES + MORE_DEEDS + MORE_CONTRARIES).splitlines():
        if not line:
            continue
        if line.startswith("@"):
            kind = line[1:].removesuffix("~")
            if line.endswith("~"):
                said_of.add(kind)
            continue
        left, _, right = line.partition("<")
        words = left.split()
        meaning = words[0]
        for word in words:
            if word.isascii() and word.isalpha() and len(word) > 1:
                english.setdefault(word, meaning)
            names.setdefault(normalize(word), meaning)
        parents.setdefault(meaning, []).extend(right.split())
        if kind:
            classes[meaning].append(kind)
            members[kind].append(meaning)
    for line in MORE_WORDS.splitlines():
        for word in (words := line.split()):
            meaning = names.setdefault(normalize(words[0]), words[0])
            names.setdefault(normalize(word), meaning)
            parents.setdefault(meaning, [])
    named = [names.setdefault(name, name) for name in GLOSSES if len(name) > 1]
    for meaning in named:
        parents.setdefault(meaning, [])
    for meaning, char, behind in _PLACED:
        for end in behind.split():
            names.setdefault(char + end, meaning)
    wider = {meaning: frozenset(_ancestors(meaning, parents)) for meaning in parents}
    return Lexicon(
        names,
        english,
        wider,
        {meaning: tuple(kinds) for meaning, kinds in classes.items()},
        {kind: tuple(found) for kind, found in members.items()},
        frozenset(said_of),
        GENERIC,
        frozenset((*_meanings(_THINGS), *named)),
        frozenset(_meanings(MORE_DEEDS)),
        frozenset(re.findall(r"@(\w+)", CONTRARIES + MORE_CONTRARIES)) - _WHERE,
    )


def _meanings(table: str) -> list[str]:
    return [line.split()[0] for line in table.splitlines() if line and not line.startswith("@")]


def _ancestors(meaning: str, parents: dict[str, list[str]]) -> set[str]:
    found = {meaning}
    for parent in parents.get(meaning, ()):
        found |= _ancestors(parent, parents)
    return found


LEXICON = _read()
