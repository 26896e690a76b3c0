"""Why the adviser asks for what it asks, as clauses: one cause, one clause, its key words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vlm_driving.core import HazardKind, SpeedAdvice
from vlm_driving.simulator.advise import decide
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions.terms import Group


@dataclass(frozen=True, slots=True)
class Reason:
    """A cause as two clauses that end in ので, and the words that name it.

    `name` is the answer's class, `cause` the adviser's finer one.
    """

    name: str
    clauses: tuple[str, str]
    group: Group
    cause: str = ""


_PERSON: Group = ["歩行者", "人が", "子ども", "お年寄り"]
_BY_CAUSE: Mapping[str, tuple[str, str, Group]] = {
    "pedestrian": ("歩行者が進路にいるので", "前方に歩行者がいるので", _PERSON),
    "cyclist_crossing": ("自転車が前を横断しているので", "横断中の自転車がいるので", ["自転車"]),
    "flagger_hold": (
        "交通誘導員が止まるよう合図しているので",
        "誘導員が停止の合図を出しているので",
        ["誘導員", "警備員"],
    ),
    "flagger_proceed": (
        "交通誘導員が進むよう合図しているので",
        "誘導員が進めの合図を出しているので",
        ["誘導員", "警備員"],
    ),
    "railway_closed": ("踏切が閉まっているので", "踏切が閉じているので", ["踏切"]),
    "railway": ("踏切の手前なので", "踏切があるので", ["踏切"]),
    "red": ("信号が赤なので", "赤信号なので", ["赤"]),
    "red_arrow": ("信号が赤なので", "赤信号なので", ["赤"]),
    "yellow": ("信号が黄色なので", "黄信号なので", ["黄"]),
    "signal_off": ("信号が消えているので", "信号機が消灯しているので", ["消えて", "消灯"]),
    "stop_sign": ("一時停止の場所なので", "「止まれ」の指示があるので", ["一時停止", "止まれ"]),
    "crossing_vehicle": (
        "横切る車がいるので",
        "横から車が出てきているので",
        ["横切る車", "横切ろうとする車", "横から"],
    ),
    "side_vehicle": ("脇に出てきそうな車がいるので", "脇道に車が見えるので", ["脇"]),
    "obstacle": ("進路に落下物があるので", "路上に物が落ちているので", ["落下物", "落ちて"]),
    "waiting": ("横断を待つ歩行者がいるので", "渡ろうとする歩行者がいるので", _PERSON),
    "jam": ("前方が渋滞しているので", "渋滞の列が前にあるので", ["渋滞", "車列"]),
    "lead": ("前の車が近いので", "先行車との間隔が短いので", ["前の車", "先行車", "車間"]),
    "works": ("道路工事が行われているので", "前方に工事区間があるので", ["工事"]),
    "parked": ("駐車車両があるので", "駐車している車があるので", ["駐車"]),
    "encroaching": (
        "対向車がこちらにはみ出しているので",
        "対向車がこちら側に出ているので",
        ["対向車"],
    ),
    "cyclist": ("近くを自転車が走っているので", "自転車がすぐそばにいるので", ["自転車"]),
    "roadside_pedestrian": ("道の端に歩行者がいるので", "車道の脇を人が歩いているので", _PERSON),
    "child": ("道の近くに子どもがいるので", "子どもが道路のそばにいるので", ["子ども", "子供"]),
    "elderly": (
        "道の近くにお年寄りがいるので",
        "お年寄りが道路のそばにいるので",
        ["お年寄り", "高齢"],
    ),
    "hidden": (
        "駐車車両が視界を遮っているので",
        "駐車している車の陰から人が出るおそれがあるので",
        ["駐車", "陰"],
    ),
    "crossing": ("横断歩道が近いので", "前方に横断歩道があるので", ["横断歩道"]),
    "curve": ("この先がカーブなので", "カーブが近いので", ["カーブ"]),
    "tunnel": ("トンネルがあるので", "トンネルの区間なので", ["トンネル"]),
    "speed_limit": ("制限速度を超えているので", "標識の速度より速いので", ["制限速度", "標識"]),
    "sight": (
        "天候や暗さのわりに速いので",
        "見通しや路面の状態のわりに速いので",
        ["天候", "見通し"],
    ),
    "too_fast": (
        "道のわりに速度が高いので",
        "速度が出すぎているので",
        ["速度が高", "速度が出すぎ", "速すぎ", "出しすぎ"],
    ),
}
_FAMILY: Mapping[str, str] = {
    "red_arrow": "red",
    "roadside_pedestrian": "pedestrian",
    "waiting": "pedestrian",
    "child": "pedestrian",
    "elderly": "pedestrian",
    "cyclist_crossing": "cyclist",
    "railway_closed": "railway",
    "flagger_hold": "flagger",
    "flagger_proceed": "flagger",
    "hidden": "parked",
    "speed_limit": "too_fast",
}
"""Causes that one wording names alike count as one answer."""
SLOWING = (SpeedAdvice.STOP, SpeedAdvice.DECELERATE)


def decision(facts: Facts, speed: float | None) -> tuple[SpeedAdvice, Reason | None]:
    """The advised speed, and its cause where there are words for it."""
    found = decide(facts, speed)
    cause, advised = found.speed_cause.value, found.advice.speed
    why, said = reason(cause), None
    if cause == "lead" and facts.lead is not None and facts.lead.braking:
        said = _BRAKES
    elif cause == "flagger_proceed" and advised in SLOWING:
        said = _PASSES_GUARD
    elif speed is None:
        said = _SPEED_UNKNOWN.get(cause)
    return advised, why if why is None or said is None else replace(why, clauses=said)


_BRAKES = ("前の車がブレーキをかけているので", "先行車がブレーキを踏んでいるので")
_PASSES_GUARD = ("誘導員のそばを通るので", "誘導員の近くを通るので")
_SPEED_UNKNOWN: Mapping[str, tuple[str, str]] = {
    "speed_limit": ("制限速度が低いので", "標識の制限速度が低いので"),
    "sight": ("天候や暗さで見通しが悪いので", "見通しや路面の状態が悪いので"),
}
"""Who does not know the speed cannot say that it is too high."""


def reason(cause: str) -> Reason | None:
    """The clauses of a cause; None for those that are no hindrance."""
    words = _BY_CAUSE.get(cause)
    if words is None:
        return None
    return Reason(_FAMILY.get(cause, cause), (words[0], words[1]), words[2], cause)


HAZARD_JA: Mapping[HazardKind, tuple[str, Group]] = {
    HazardKind.PEDESTRIAN: ("歩行者", _PERSON),
    HazardKind.CYCLIST: ("自転車", ["自転車"]),
    HazardKind.VEHICLE_AHEAD: ("前の車", ["前の車", "先行車", "前方の車"]),
    HazardKind.ONCOMING: ("対向車", ["対向車"]),
    HazardKind.PARKED: ("駐車車両", ["駐車"]),
    HazardKind.SIGNAL: ("信号", ["信号"]),
    HazardKind.CROSSING: ("横断歩道", ["横断歩道"]),
    HazardKind.ROADWORK: ("道路工事", ["工事"]),
    HazardKind.FLAGGER: ("交通誘導員", ["誘導員", "警備員"]),
    HazardKind.CROSSING_VEHICLE: ("横切る車", ["横切", "横から"]),
    HazardKind.RAILWAY: ("踏切", ["踏切"]),
    HazardKind.STOP_SIGN: ("一時停止の指示", ["一時停止", "止まれ"]),
    HazardKind.OBSTACLE: ("落下物", ["落下物", "落ちて"]),
}
