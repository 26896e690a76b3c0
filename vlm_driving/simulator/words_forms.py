"""The building blocks of Japanese clauses: predicates in their forms, and places that vary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from vlm_driving.simulator.fact_types import Side

Rng = np.random.Generator


def choose(rng: Rng, options: Sequence[str]) -> str:
    """One of the options."""
    return options[int(rng.random() * len(options))]


class Predicate(str, Enum):
    """How a clause ends: the polite end of a sentence."""

    IRU = "います"
    ARU = "あります"
    MIERU = "見えます"
    DESU = "です"
    NAI = "ありません"
    MIENAI = "見えません"
    INAI = "いません"


_GOING_ON = {
    Predicate.IRU: ("いて", "おり"),
    Predicate.ARU: ("あり",),
    Predicate.MIERU: ("見え",),
    Predicate.DESU: ("で",),
    Predicate.NAI: ("なく",),
    Predicate.MIENAI: ("見えず",),
    Predicate.INAI: ("おらず",),
}


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause without its end, and the predicate that ends it."""

    stem: str
    predicate: Predicate

    @property
    def ending(self) -> str:
        """The clause as the end of a sentence (without 。)."""
        return self.stem + self.predicate.value

    def going_on(self, rng: Rng) -> str:
        """The clause before another one of the same sentence (without 、)."""
        return self.stem + choose(rng, _GOING_ON[self.predicate])

    @property
    def although(self) -> str:
        """The clause before a contrast: it ends with が (without 、)."""
        return f"{self.stem}{self.predicate.value}が"


@dataclass(slots=True)
class Speaker:
    """Draws words for one description and remembers how places have been put already."""

    rng: Rng
    last: Predicate | None = None
    """How the clause before ended."""
    _used: list[int] = field(default_factory=list)

    def forget(self) -> None:
        """Take back the last place: it was not said."""
        if self._used:
            self._used.pop()

    def pick(self, *options: str) -> str:
        """One of the options."""
        return choose(self.rng, options)

    def clause(self, *options: tuple[str, Predicate]) -> Clause:
        """One of the clauses."""
        stem, predicate = options[int(self.rng.random() * len(options))]
        return Clause(stem, predicate)

    def chance(self, share: float) -> bool:
        """True in `share` of the calls."""
        return bool(self.rng.random() < share)

    def at(self, range_m: float) -> str:
        """A place at this range (約20m先, すぐ前, ...), put otherwise than those before."""
        options = _places(range_m)
        fresh = [i for i in options if i[0] not in self._used] or options
        style, words = fresh[int(self.rng.random() * len(fresh))]
        self._used.append(style)
        return words


def metres(range_m: float) -> str:
    """A range for the ear: to 5 m, from 40 m on to 10 m."""
    step = 5 if range_m < 40 else 10
    return f"{max(5, round(range_m / step) * step)}m"


def _places(range_m: float) -> list[tuple[int, str]]:
    """(style, words): styles of one description differ. Words take に, の, で and を."""
    far = metres(range_m)
    exact = [(0, f"約{far}先"), (1, f"{far}ほど先"), (2, f"前方約{far}"), (3, f"およそ{far}先")]
    if range_m < 7.0:
        return [(4, "すぐ前"), (5, "すぐ先"), *exact[:2]]
    if range_m < 15.0:
        return [*exact, (5, "すぐ先")]
    if range_m < 40.0:
        return [*exact, (6, "少し先")]
    return [*exact, (6, "少し先"), (7, "この先")]


SIDE_JA = {Side.LEFT: "左", Side.RIGHT: "右", Side.CENTER: "正面"}


def beside(say: Speaker, side: Side) -> str:
    """左側, 左手, ... for a side; 正面 for the middle."""
    if side is Side.CENTER:
        return "正面"
    return SIDE_JA[side] + say.pick("側", "側", "手")
