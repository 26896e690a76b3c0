"""What a question is made of, and the words that several kinds of question share.

A rubric is plain data: groups of synonyms, of which one affirmed mention is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vlm_driving.simulator.fact_types import Facts, Side
from vlm_driving.simulator.scene import (
    BlindKind,
    ObstacleKind,
    SignalColour,
    VehicleKind,
)

Rng = np.random.Generator
Group = list[str]

CONV, DETAIL, COMPLEX = "conv", "detail", "complex"
CATEGORIES = (CONV, DETAIL, COMPLEX)
DRIVER, CYCLIST, PEDESTRIAN, GUARD = "driver", "cyclist", "pedestrian", "guard"
WHEELS = (DRIVER, CYCLIST)
"""Who is on the road on wheels."""
VOICES = (DRIVER, CYCLIST, PEDESTRIAN, GUARD)
BLIND_KEY = "blind"


@dataclass(frozen=True, slots=True)
class Question:
    """A question about one picture with its answer and the key facts of a right answer.

    `kind` names what is asked for; `answer_key` is the class of the right answer within the
    kind, so that a best-constant baseline can be counted. `rubric` has `lead`, `must`, `any`,
    `must_not` and `form`.
    """

    category: str
    voice: str
    kind: str
    text: str
    answer: str
    rubric: Mapping[str, Any]
    answer_key: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The truth for one kind: its class, ways to say it, and what a right answer holds."""

    key: str
    answers: tuple[str, ...]
    rubric: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be asked. `reply` is None where the question makes no sense.

    `texts` serve every voice in `voices`; `by_voice` replaces them for single voices.
    """

    name: str
    category: str
    texts: tuple[str, ...]
    reply: Callable[[Facts, float | None], Reply | None]
    voices: tuple[str, ...] = VOICES
    by_voice: Mapping[str, tuple[str, ...]] | None = None

    def wordings(self, voice: str) -> tuple[str, ...]:
        """The wordings of `voice`."""
        return (self.by_voice or {}).get(voice, self.texts)


def pick(rng: Rng, options: Sequence[str]) -> str:
    """One of the options."""
    return options[int(rng.random() * len(options))]


VEHICLE_JA = {
    VehicleKind.KEI: "軽自動車",
    VehicleKind.SEDAN: "乗用車",
    VehicleKind.VAN: "ワゴン車",
    VehicleKind.TRUCK: "トラック",
    VehicleKind.BUS: "バス",
    VehicleKind.MOTORCYCLE: "バイク",
}
VEHICLE_GROUP: dict[VehicleKind, Group] = {
    VehicleKind.KEI: ["軽自動車", "軽の車"],
    VehicleKind.SEDAN: ["乗用車", "セダン", "普通車"],
    VehicleKind.VAN: ["ワゴン", "ミニバン", "ワンボックス", "バン"],
    VehicleKind.TRUCK: ["トラック", "貨物車"],
    VehicleKind.BUS: ["バス"],
    VehicleKind.MOTORCYCLE: ["バイク", "オートバイ", "二輪車"],
}
OBSTACLE_JA = {
    ObstacleKind.BOX: "段ボール箱",
    ObstacleKind.TYRE: "タイヤ",
    ObstacleKind.TIMBER: "角材",
    ObstacleKind.SACK: "袋",
}
OBSTACLE_GROUP: dict[ObstacleKind, Group] = {
    ObstacleKind.BOX: ["箱", "段ボール"],
    ObstacleKind.TYRE: ["タイヤ"],
    ObstacleKind.TIMBER: ["角材", "材木", "木材"],
    ObstacleKind.SACK: ["袋", "土のう"],
}
COLOUR_JA = {
    SignalColour.RED: "赤",
    SignalColour.YELLOW: "黄色",
    SignalColour.GREEN: "青",
    SignalColour.OFF: "消灯",
}
COLOUR_GROUP: dict[SignalColour, Group] = {
    SignalColour.RED: ["赤"],
    SignalColour.YELLOW: ["黄"],
    SignalColour.GREEN: ["青", "緑"],
    SignalColour.OFF: ["消灯", "消えて", "点いていません", "点灯していません"],
}
SIDE_JA = {Side.LEFT: "左側", Side.RIGHT: "右側", Side.CENTER: "正面"}
SIDE_GROUP: dict[Side, Group] = {
    Side.LEFT: ["左"],
    Side.RIGHT: ["右"],
    Side.CENTER: ["正面", "中央", "真ん中", "進路上"],
}
YES: Group = ["はい", "ええ"]
NO: Group = ["いいえ", "いえ"]
NONE: Group = [
    "見当たりません",
    "見当たらない",
    "見えません",
    "はいません",
    "がいません",
    "もいません",
    "ありません",
    "写っていません",
    "確認できません",
]
UNKNOWN: Group = [
    "分かりません",
    "わかりません",
    "判断できません",
    "確認できません",
    "読み取れません",
    "見通せません",
]
LARGE = frozenset({VehicleKind.TRUCK, VehicleKind.BUS, VehicleKind.VAN})


def others(groups: Mapping[Any, Group], right: Any) -> list[Group]:
    """The groups of all but `right`: what a right answer does not claim."""
    return [group for key, group in groups.items() if key != right]


def yes(
    answers: tuple[str, ...],
    must: list[Group] | None = None,
    *,
    lead: Sequence[str] = (),
    key: str = "yes",
) -> Reply:
    """A polarity reply; answers begin with はい; `lead` adds further affirming words."""
    return _polar([*YES, *lead], NO, answers, must, key)


def no(
    answers: tuple[str, ...],
    must: list[Group] | None = None,
    *,
    lead: Sequence[str] = (),
    key: str = "no",
) -> Reply:
    """A polarity reply; answers begin with いいえ; `lead` adds further denying words."""
    return _polar([*NO, *lead], YES, answers, must, key)


def _polar(
    lead: Group, wrong: Group, answers: tuple[str, ...], must: list[Group] | None, key: str
) -> Reply:
    rubric: dict[str, Any] = {"lead": lead, "must_not": [wrong], "form": "yes_no"}
    if must:
        rubric["must"] = must
    return Reply(key, answers, rubric)


def states(
    key: str,
    answers: tuple[str, ...],
    must: list[Group],
    must_not: list[Group] | None = None,
    form: str | None = "name",
) -> Reply:
    """A reply that names something."""
    rubric: dict[str, Any] = {"must": must, "form": form}
    if must_not:
        rubric["must_not"] = must_not
    return Reply(key, answers, rubric)


def absent(noun: str, must_not: list[Group] | None = None) -> Reply:
    """The thing asked about does not show."""
    answers = (
        f"{noun}は見当たりません。",
        f"この画像に{noun}は写っていません。",
        f"見える範囲に{noun}は見当たりません。",
    )
    return states("none", answers, [NONE], must_not, None)


def rounded_m(range_m: float) -> int:
    """Metres as one says them: steps of 5, from 40 m on of 10."""
    step = 5 if range_m < 40 else 10
    return max(5, round(range_m / step) * step)


def blind_reply(kind: BlindKind) -> Reply:
    """Nothing can be said; the reason is the picture's."""
    reason = {
        BlindKind.BLACK: "画面が真っ暗なため",
        BlindKind.WHITE: "画面が白く飛んでいるため",
        BlindKind.NOISE: "映像が乱れているため",
        BlindKind.FOREIGN: "道路が写っていないため",
        BlindKind.FOGGED: "レンズが曇っているため",
        BlindKind.SNOWED: "雪で視界が遮られているため",
        BlindKind.MUD: "汚れで視界が遮られているため",
    }.get(kind, "視界が遮られているため")
    answers = (
        f"{reason}、この画像からは分かりません。",
        f"{reason}、判断できません。",
        f"{reason}、周囲の様子が分かりません。",
        f"この画像からは分かりません。{reason}です。",
    )
    return states(BLIND_KEY, answers, [UNKNOWN], [YES, NO], None)
