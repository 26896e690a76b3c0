"""What a description must not claim of a picture, because nothing of the kind shows."""

from __future__ import annotations

from collections.abc import Callable, Collection

from vlm_driving.simulator.fact_types import Facts, PedestrianFact, Side
from vlm_driving.simulator.questions.attributes_road import ROAD_GROUP
from vlm_driving.simulator.questions.terms import COLOUR_GROUP, Group
from vlm_driving.simulator.scene import (
    CyclistPlace,
    Light,
    PedestrianPlace,
    RoadClass,
    SignalColour,
    Weather,
)

Shown = Callable[[str], bool]
"""Whether a thing whose kind begins so has a pixel in the picture."""

_PEOPLE: Group = ["歩行者", "子ども", "高齢者", "お年寄り", "人影"]
_WEATHER: dict[Weather, Group] = {
    Weather.RAIN: ["雨が降って", "雨の", "雨が降る"],
    Weather.FOG: ["霧が", "霧の"],
    Weather.SNOW: ["雪が降って", "雪の", "雪が降る"],
}
_DARK: dict[Light, Group] = {Light.DUSK: ["夕暮れ", "夕方"], Light.NIGHT: ["夜"]}
AHEAD = ("前の", "前方に", "先の", "先に", "先で", "mに")
"""What stands before a noun that is ahead of us."""
_KINDS: tuple[tuple[tuple[str, ...], Group], ...] = (
    (("vehicle/truck",), ["トラック"]),
    (("vehicle/bus",), ["バス"]),
    (("vehicle/motorcycle",), ["バイク", "オートバイ"]),
    (
        ("vehicle/sedan", "vehicle/kei", "vehicle/van"),
        ["乗用車", "軽自動車", "ワゴン車", "ミニバン"],
    ),
)
_NO_LEAD: Group = [
    "先行車",
    "前の車が",
    "前の車は",
    "前の車と",
    "前の車まで",
    "前の乗用車",
    "前の軽自動車",
    "前のワゴン車",
    "前のミニバン",
    "前のトラック",
    "前のバス",
    "前のバイク",
]
_PLACES = (
    "{s}側の歩道に",
    "{s}手の歩道に",
    "{s}側の道端に",
    "{s}側の道路脇に",
    "道路{s}端に",
    "車道の{s}端に",
)
_WHO = ("歩行者", "子ども", "高齢者", "人", "2人")


def absent_groups(facts: Facts, shown: Collection[str] | None) -> list[Group]:
    """Groups for `must_not`.

    Args:
        facts: of the picture; not blind.
        shown: kinds of the things that have a pixel in it; None: not known, then nothing is
            called absent that might just be too small to be a fact.
    """
    wrong = [*_colours(facts), *_setting(facts), *_roads(facts), *_sides(facts)]
    if shown is None:
        return wrong
    kinds = tuple(shown)

    def any_of(start: str) -> bool:
        return any(kind.startswith(start) for kind in kinds)

    # With the words before it, too: a vehicle ahead is heard whatever kind it is said to be.
    wrong += [
        [*nouns, *(f"{place}{noun}" for noun in nouns for place in AHEAD)]
        for starts, nouns in _KINDS
        if not any(map(any_of, starts))
    ]
    wrong += _people(facts, any_of) + _vehicles(facts, kinds, any_of)
    for start, group in _THINGS:
        if not any_of(start):
            wrong.append(group)
    if not any_of("sign/stop") and not any_of("stop_text"):
        wrong.append(["止まれの表示", "「止まれ」の表示", "一時停止の表示", "一時停止の標識"])
    if facts.tunnel_ahead_m is None and not facts.tunnel:
        wrong.append(["トンネルの入口", "トンネル内", "トンネルの中"])
    return wrong


_THINGS: tuple[tuple[str, Group], ...] = (
    ("signal", ["信号"]),
    ("cyclist", ["自転車"]),
    ("works", ["工事"]),
    ("flagger", ["誘導員", "警備員"]),
    ("obstacle", ["落下物", "が落ちて"]),
    ("railway", ["踏切"]),
    ("crossing", ["横断歩道"]),
    ("sign/speed_limit", ["制限速度"]),
)


def _colours(facts: Facts) -> list[Group]:
    """Lamps that are not lit; with an arrow lamp 青 may be the arrow's."""
    if facts.signal is None:
        return []
    lit = facts.signal.colour
    others = (SignalColour.RED, SignalColour.YELLOW, SignalColour.GREEN)
    arrows = bool(facts.signal.arrows)
    groups = [
        COLOUR_GROUP[colour]
        for colour in others
        if colour is not lit and not (colour is SignalColour.GREEN and arrows)
    ]
    return groups if arrows else [*groups, ["矢印"]]


def _setting(facts: Facts) -> list[Group]:
    if facts.tunnel:
        return []
    weather = [group for name, group in _WEATHER.items() if name is not facts.weather]
    return weather + [group for name, group in _DARK.items() if name is not facts.light]


def _roads(facts: Facts) -> list[Group]:
    """The two classes of road that nobody takes for another."""
    crisp = (RoadClass.RESIDENTIAL, RoadClass.EXPRESSWAY)
    return [ROAD_GROUP[one] for one in crisp if one is not facts.road]


def _people(facts: Facts, any_of: Shown) -> list[Group]:
    if not any_of("pedestrian") and not any_of("flagger"):
        return [_PEOPLE]
    crossing = any(p.place is PedestrianPlace.CROSSING for p in facts.pedestrians)
    riding = any(c.place is CyclistPlace.CROSSING for c in facts.cyclists)
    over = any_of("pedestrian/adult/crossing") or any_of("pedestrian/child/crossing")
    over = over or any_of("pedestrian/elderly/crossing") or any_of("cyclist/crossing")
    if crossing or riding or over:
        return []
    return [["が渡って", "が横断して", "横断中の", "を渡る歩行者", "を渡る子ども", "を渡る高齢者"]]


def _vehicles(facts: Facts, kinds: Collection[str], any_of: Shown) -> list[Group]:
    def doing(role: str) -> bool:
        return any(kind.startswith("vehicle/") and kind.endswith(f"/{role}") for kind in kinds)

    wrong: list[Group] = []
    if not doing("parked"):
        wrong.append(["駐車車両", "駐車中", "駐車して"])
    if not doing("oncoming"):
        wrong.append(["対向車が", "対向車と", "対向の乗用車", "対向のトラック", "対向の軽自動車"])
    elif facts.oncoming is not None and not facts.oncoming.encroaching:
        wrong.append(["こちらの車線にはみ出", "こちら側にはみ出", "中央線を越えて"])
    if not doing("crossing"):
        wrong.append(["横向きの", "進路を横切", "交差道路に"])
    if not doing("ahead"):
        wrong += [_NO_LEAD, ["ブレーキ"], ["隣の車線に車"]]
    elif facts.lead is not None and facts.lead.braking is False and not facts.jam:
        wrong.append(["ブレーキをかけ", "ブレーキランプの点いた", "ブレーキを踏んで"])
    if not facts.jam and sum(kind.endswith("/ahead") for kind in kinds) < 2:
        wrong.append(["渋滞"])
    return wrong


def _sides(facts: Facts) -> list[Group]:
    """People on the side where nobody is, where all of them are on one."""
    everybody: list[PedestrianFact] = list(facts.pedestrians)
    sides = {person.side for person in everybody} | {rider.side for rider in facts.cyclists}
    if len(sides) != 1 or Side.CENTER in sides:
        return []
    other = "右" if Side.LEFT in sides else "左"
    return [[f"{place.format(s=other)}{who}" for place in _PLACES for who in _WHO]]
