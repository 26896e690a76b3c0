"""Advice and description in spoken-navigation Japanese; only what the facts hold is said."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vlm_driving.core import Advice, HazardKind
from vlm_driving.simulator.advice_terms import Cause, Decision
from vlm_driving.simulator.advise import decide
from vlm_driving.simulator.fact_types import Facts, Offset, PedestrianFact, Side
from vlm_driving.simulator.scene import (
    Light,
    PedestrianPlace,
    SignalColour,
    VehicleKind,
    Weather,
)
from vlm_driving.simulator.words_advice_ja import Rng, advice_sentence, choose

COLOUR_JA = {SignalColour.RED: "赤", SignalColour.YELLOW: "黄色", SignalColour.GREEN: "青"}
_KIND_JA = {
    VehicleKind.KEI: "軽自動車",
    VehicleKind.SEDAN: "乗用車",
    VehicleKind.VAN: "ワゴン車",
    VehicleKind.TRUCK: "トラック",
}
_SIDE_JA = {Side.LEFT: "左", Side.RIGHT: "右", Side.CENTER: "正面"}
MAX_ITEMS = 3


@dataclass(frozen=True, slots=True)
class Words:
    """What is said: one sentence of advice, one to three of description."""

    advice_ja: str
    description_ja: str


@dataclass(frozen=True, slots=True)
class _Item:
    """A clause in two forms: one that goes on with 、 and one that ends."""

    going_on: str
    ending: str


def describe(facts: Facts, advice: Advice, rng: Rng, ego_speed_kmh: float | None = None) -> Words:
    """Words for a scene; the same rng state gives the same words.

    `ego_speed_kmh` is the speed that `advice` was made for; with it the sentence can tell a
    standing start from speeding up.
    """
    decision = _decision(facts, advice, ego_speed_kmh)
    return Words(
        advice_sentence(facts, decision, rng, ego_speed_kmh),
        description_sentences(facts, advice, rng),
    )


_CAUSE_OF_HAZARD = {
    HazardKind.PEDESTRIAN: Cause.PEDESTRIAN,
    HazardKind.VEHICLE_AHEAD: Cause.LEAD,
    HazardKind.ONCOMING: Cause.ENCROACHING,
    HazardKind.PARKED: Cause.PARKED,
    HazardKind.CROSSING: Cause.CROSSING,
}


def _decision(facts: Facts, advice: Advice, ego_speed_kmh: float | None) -> Decision:
    """The causes behind `advice`; where it is not what this speed gives, its first hazard's."""
    decision = decide(facts, ego_speed_kmh)
    if (decision.advice.speed, decision.advice.path) == (advice.speed, advice.path):
        return replace(decision, advice=advice)
    cause = Cause.AT_SPEED
    if advice.hazards:
        kind = advice.hazards[0].kind
        cause = _CAUSE_OF_HAZARD.get(kind, Cause.AT_SPEED)
        if kind is HazardKind.SIGNAL and facts.signal is not None:
            cause = Cause.RED if facts.signal.colour is SignalColour.RED else Cause.YELLOW
    return Decision(advice, cause, Cause.DRIFT)


def description_sentences(facts: Facts, advice: Advice, rng: Rng) -> str:
    """Setting, then the signal and the things that matter most, then lane position."""
    items = _items(facts, rng)[:MAX_ITEMS]
    sentences = [_setting(facts, rng)] if not items or rng.random() < 0.75 else []
    if len(items) == 1:
        sentences.append(f"{items[0].ending}。")
    elif len(items) == 2:
        if rng.random() < 0.6:
            sentences.append(f"{items[0].going_on}、{items[1].ending}。")
        else:
            sentences += [f"{items[0].ending}。", f"{items[1].ending}。"]
    elif items:
        sentences.append(f"{items[0].going_on}、{items[1].ending}。")
        sentences.append(f"{items[2].ending}。")
    elif facts.offset is Offset.CENTER:
        sentences.append(
            choose(rng, ("進路上に障害物は見えません。", "前方に車や歩行者は見えません。"))
        )
    if facts.offset is not Offset.CENTER and len(sentences) < 3:
        side = _SIDE_JA[Side(facts.offset.value)]
        sentences.append(
            choose(
                rng, (f"自車は車線の{side}寄りにいます。", f"自車は車線内で{side}に寄っています。")
            )
        )
    return "".join(sentences)


def _setting(facts: Facts, rng: Rng) -> str:
    lanes = f"片側{facts.lanes}車線の道路"
    attribute, noun = {
        Light.DAY: (("日中の", "昼間の"), "昼間"),
        Light.DUSK: (("夕暮れの", "薄暗い時間帯の"), "夕暮れ時"),
        Light.NIGHT: (("夜の", "夜間の"), "夜"),
    }[facts.light]
    when = choose(rng, attribute)
    if facts.weather is Weather.RAIN:
        rain = choose(rng, ("雨の降る", "雨が降る"))
        return choose(rng, (f"{rain}{when}{lanes}です。", f"雨の{noun}、{lanes}です。"))
    return choose(rng, (f"{when}{lanes}です。", f"{lanes}で、{noun}です。"))


def _metres(range_m: float) -> str:
    step = 5 if range_m < 40 else 10
    return f"約{max(5, round(range_m / step) * step)}m"


def _items(facts: Facts, rng: Rng) -> list[_Item]:
    """Clauses, the signal first (it is always said when it shows), then by weight."""
    items: list[_Item] = []
    if facts.signal is not None:
        colour, far = COLOUR_JA[facts.signal.colour], _metres(facts.signal.range_m)
        noun = choose(rng, (f"{far}先の信号は{colour}", f"前方{far}の信号が{colour}"))
        items.append(_Item(f"{noun}で", f"{noun}です"))
    people = sorted(facts.pedestrians, key=_person_weight)
    if people and _person_weight(people[0])[0] < 2:
        items.append(_person(people[0], rng))
    oncoming = facts.oncoming
    if oncoming is not None and oncoming.encroaching:
        far = _metres(oncoming.range_m)
        items.append(
            _verb(
                choose(
                    rng,
                    (f"{far}先で対向車が中央線を越えて", f"{far}先の対向車が中央線を越えて"),
                )
            )
        )
    if facts.lead is not None:
        far, kind = _metres(facts.lead.range_m), _KIND_JA[facts.lead.kind]
        if facts.lead.braking:
            items.append(
                _verb(
                    choose(
                        rng,
                        (
                            f"{far}先の{kind}がブレーキをかけて",
                            f"{far}先の{kind}のブレーキランプが点灯して",
                        ),
                    )
                )
            )
        else:
            items.append(_verb(choose(rng, (f"{far}先に{kind}が", f"前方{far}に{kind}が"))))
    if facts.parked is not None:
        far = _metres(facts.parked.range_m)
        noun = choose(rng, (f"{far}先の左側に駐車車両が", f"{far}先の道路左端に駐車車両が"))
        items.append(_Item(f"{noun}あり", f"{noun}あります"))
    crosser = any(
        p.place in (PedestrianPlace.CROSSING, PedestrianPlace.WAITING) for p in facts.pedestrians
    )
    if facts.crossing_m is not None and not crosser:
        far = _metres(facts.crossing_m)
        noun = choose(rng, (f"{far}先に横断歩道が", f"前方{far}に横断歩道が"))
        items.append(_Item(f"{noun}あり", f"{noun}あります"))
    if people and _person_weight(people[0])[0] >= 2:
        items.append(_person(people[0], rng))
    if oncoming is not None and not oncoming.encroaching:
        far = _metres(oncoming.range_m)
        items.append(_verb(choose(rng, (f"{far}先から対向車が来て", f"{far}先に対向車が"))))
    if facts.other_vehicle_ahead_m is not None:
        far = _metres(facts.other_vehicle_ahead_m)
        items.append(_verb(choose(rng, ("隣の車線に車が", f"隣の車線の{far}先に車が"))))
    return items


def _verb(stem: str) -> _Item:
    """`stem` + いる: an animate subject, or a lasting state after て."""
    return _Item(f"{stem}いて", f"{stem}います")


def _person_weight(person: PedestrianFact) -> tuple[int, float]:
    rank = {
        PedestrianPlace.CROSSING: 0,
        PedestrianPlace.ROAD: 0,
        PedestrianPlace.WAITING: 1,
        PedestrianPlace.PAVEMENT: 2,
    }[person.place]
    return rank, person.range_m


def _person(person: PedestrianFact, rng: Rng) -> _Item:
    far, side = _metres(person.range_m), _SIDE_JA[person.side]
    if person.place is PedestrianPlace.CROSSING:
        return _verb(
            choose(
                rng,
                (f"{far}先の横断歩道を歩行者が渡って", f"{far}先で歩行者が横断歩道を渡って"),
            )
        )
    if person.place is PedestrianPlace.WAITING:
        return _verb(
            choose(
                rng,
                (f"{far}先の{side}側で歩行者が横断を待って", f"横断歩道の{side}側で歩行者が待って"),
            )
        )
    if person.place is PedestrianPlace.ROAD:
        where = f"{far}先の路上" if person.side is Side.CENTER else f"{far}先の道路{side}側"
        return _verb(choose(rng, (f"{where}に歩行者が", f"{where}を歩行者が歩いて")))
    return _verb(
        choose(rng, (f"{side}側の道路脇に歩行者が", f"{far}先の{side}側の道路脇に歩行者が"))
    )
