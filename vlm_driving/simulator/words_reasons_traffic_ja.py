"""Reasons of advice that lie in other vehicles: the first half of a sentence, ending in 、."""

from __future__ import annotations

from vlm_driving.core import SpeedAdvice
from vlm_driving.simulator.fact_types import Facts, Offset
from vlm_driving.simulator.scene import RoadClass, VehicleKind
from vlm_driving.simulator.words_forms import SIDE_JA
from vlm_driving.simulator.words_traffic_ja import PLAIN_KIND_JA

Options = tuple[str, ...]


def encroaching(facts: Facts, speed: SpeedAdvice) -> Options:
    """An oncoming vehicle on our side."""
    said = ("対向車がはみ出しているので、", "対向車がこちら側に出ているので、")
    if facts.road is RoadClass.RESIDENTIAL:
        return said
    return (*said, "対向車が中央線を越えているので、")


def lead(facts: Facts, speed: SpeedAdvice) -> Options:
    """The vehicle ahead."""
    braking = facts.lead is not None and bool(facts.lead.braking)
    bike = facts.lead is not None and facts.lead.kind is VehicleKind.MOTORCYCLE
    kind = "バイク" if bike else "車"
    if speed is SpeedAdvice.KEEP:
        return (f"前に{kind}がいるので、", "先行車がいるので、", f"前方に{kind}がいるので、")
    if braking:
        return (
            f"前の{kind}がブレーキをかけているので、",
            "先行車がブレーキを踏んでいるので、",
            f"前の{kind}のブレーキランプが点灯しているので、",
        )
    if speed is SpeedAdvice.STOP:
        return (f"前の{kind}がすぐ近くにいるので、", f"すぐ前に{kind}がいるので、")
    return (
        f"前の{kind}との車間が短いので、",
        "先行車が近いので、",
        f"前の{kind}に近づきすぎているので、",
    )


def parked(facts: Facts, speed: SpeedAdvice) -> Options:
    """A parked vehicle in the way."""
    bike = facts.parked is not None and facts.parked.kind is VehicleKind.MOTORCYCLE
    kind = "バイク" if bike else "車"
    free = ("左に駐車車両があるので、", "駐車車両があるので、", f"左側に{kind}が止まっているので、")
    if speed in (SpeedAdvice.KEEP, SpeedAdvice.ACCELERATE):
        return free
    if facts.lanes == 1 and facts.oncoming is not None and facts.oncoming.range_m < 40.0:
        both = "駐車車両があり、対向車もいるので、"
        if facts.offset is Offset.LEFT:
            return (both,)
        return (both, "対向車がいて駐車車両をよけられないので、")
    if facts.lanes > 1 and facts.other_vehicle_ahead_m is not None:
        return (*free, "駐車車両があり、隣にも車がいるので、")
    return free


def hidden(facts: Facts, speed: SpeedAdvice) -> Options:
    """Nobody sees what is behind a parked vehicle."""
    kind = "駐車車両" if facts.parked is None else f"駐車中の{PLAIN_KIND_JA[facts.parked.kind]}"
    return (
        f"{kind}の陰が見えないので、",
        f"{kind}で先が見えないので、",
        f"{kind}の陰に人がいるかもしれないので、",
    )


def crosser(facts: Facts, speed: SpeedAdvice) -> Options:
    """A vehicle across our lane."""
    kind = "車" if facts.crossing_vehicle is None else PLAIN_KIND_JA[facts.crossing_vehicle.kind]
    return (
        f"{kind}が進路をふさいでいるので、",
        f"前方を{kind}が横切っているので、",
        f"横向きの{kind}が前にいるので、",
    )


def side_vehicle(facts: Facts, speed: SpeedAdvice) -> Options:
    """A vehicle on the side road."""
    car = facts.crossing_vehicle
    if car is None:
        return ("交差する車がいるので、",)
    side, kind = SIDE_JA[car.side], PLAIN_KIND_JA[car.kind]
    return (f"{side}の交差道路に{kind}がいるので、", f"{side}に横向きの{kind}がいるので、")
