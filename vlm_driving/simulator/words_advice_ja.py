"""The one sentence of advice in Japanese: reason, path, action."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vlm_driving.core import PathAdvice, SpeedAdvice
from vlm_driving.simulator.advice_terms import STANDING_KMH, Cause, Decision, in_the_way
from vlm_driving.simulator.fact_types import Facts, Offset, Side
from vlm_driving.simulator.scene import Light, PedestrianPlace, SignalColour, Weather

Rng = np.random.Generator

MAX_ADVICE_LENGTH = 30
"""Characters of an advice sentence, where its wording allows."""
_TRIES = 8


def choose(rng: Rng, options: Sequence[str]) -> str:
    """One of the options."""
    return options[int(rng.random() * len(options))]


def advice_sentence(facts: Facts, decision: Decision, rng: Rng, ego_speed_kmh: float | None) -> str:
    """Give reason and action in one sentence (it ends with 。)."""
    speed, cause = decision.advice.speed, decision.speed_cause
    standing = ego_speed_kmh is not None and ego_speed_kmh < STANDING_KMH
    candidates: list[str] = []
    for _ in range(_TRIES):
        sentence = None
        if speed is SpeedAdvice.KEEP and decision.path_cause is not Cause.NONE:
            sentence = _sideways(decision, rng)
        if sentence is None:
            both = _both_reasons(facts, decision)
            reason = both or choose(rng, _reasons(facts, speed, _spoken_cause(decision)))
            path = choose(rng, _path_phrases(decision))
            actions = _actions(facts, speed, cause, standing, bool(path))
            action = choose(rng, _SLOW_BRIEFLY if both else actions)
            sentence = f"{reason}{path}{action}。"
        if len(sentence) <= MAX_ADVICE_LENGTH:
            return sentence
        candidates.append(sentence)
    return min(candidates, key=len)


def _spoken_cause(decision: Decision) -> Cause:
    """A thing to go round is a better reason than a free road or one's own speed."""
    weak = decision.speed_cause in (Cause.CLEAR, Cause.AT_SPEED, Cause.TOO_FAST)
    strong = decision.path_cause in (Cause.PARKED, Cause.ROADSIDE_PEDESTRIAN, Cause.ENCROACHING)
    return decision.path_cause if weak and strong else decision.speed_cause


_SLOW_BRIEFLY = ("減速してください", "減速しましょう")


def _both_reasons(facts: Facts, decision: Decision) -> str | None:
    """A reason for slowing and another for moving aside, where they are two things."""
    speed_cause, path_cause = decision.speed_cause, decision.path_cause
    if decision.advice.speed is not SpeedAdvice.DECELERATE or speed_cause is path_cause:
        return None
    second = {
        Cause.ENCROACHING: "対向車もはみ出しているので、",
        Cause.PARKED: "駐車車両もあるので、",
        Cause.ROADSIDE_PEDESTRIAN: "左に歩行者もいるので、",
    }.get(path_cause)
    first = {
        Cause.RED: "赤信号で、",
        Cause.YELLOW: "黄信号で、",
        Cause.WAITING: "横断待ちの人がいて、",
        Cause.CROSSING: "横断歩道が近く、",
        Cause.ROADSIDE_PEDESTRIAN: "路上に歩行者がいて、",
        Cause.LEAD: "前の車が近く、",
        Cause.PARKED: "駐車車両があり、",
    }.get(speed_cause)
    if speed_cause is Cause.LEAD and facts.lead is not None and facts.lead.braking:
        first = "前の車が減速中で、"
    if speed_cause is Cause.PEDESTRIAN:
        first = "前方に歩行者がいて、"
    return f"{first}{second}" if first and second else None


def _sideways(decision: Decision, rng: Rng) -> str | None:
    """Sentences whose point is the path; None where the speed's reason weighs more."""
    right = decision.advice.path is PathAdvice.SHIFT_RIGHT
    cause = decision.path_cause
    if cause is Cause.PARKED:
        reason = choose(
            rng,
            ("左に駐車車両があるので、", "駐車車両があるので、", "左側に車が止まっているので、"),
        )
        action = choose(
            rng,
            ("右に寄って通過してください", "右によけて通りましょう", "右側に寄って進んでください"),
        )
        return f"{reason}{action}。"
    if cause is Cause.DRIFT and decision.speed_cause is Cause.AT_SPEED:
        off, back = ("左", "右") if right else ("右", "左")
        reason = choose(
            rng, (f"車線の{off}に寄っているので、", f"車線内で{off}に寄りすぎているので、")
        )
        action = choose(
            rng,
            (
                f"少し{back}へ戻ってください",
                f"{back}へ戻りましょう",
                f"少し{back}に寄せてください",
            ),
        )
        return f"{reason}{action}。"
    return None


def _path_phrases(decision: Decision) -> tuple[str, ...]:
    path, cause = decision.advice.path, decision.path_cause
    if path is PathAdvice.KEEP:
        return ("",)
    side = "右" if path is PathAdvice.SHIFT_RIGHT else "左"
    if cause is Cause.DRIFT and decision.advice.speed is SpeedAdvice.STOP:
        return (f"少し{side}へ戻りながら", f"{side}へ戻りながら")
    if cause is Cause.DRIFT:
        return (f"少し{side}へ戻りながら", f"少し{side}に戻って", f"{side}へ戻りながら")
    if cause is Cause.PARKED:
        return (f"{side}に寄って", f"{side}によけながら")
    return (f"{side}に寄って", f"{side}に寄りながら")


def _reasons(facts: Facts, speed: SpeedAdvice, cause: Cause) -> tuple[str, ...]:
    if cause is Cause.PEDESTRIAN:
        return _pedestrian_reasons(facts)
    if cause is Cause.LEAD:
        return _lead_reasons(facts, speed)
    if cause is Cause.PARKED:
        return _parked_reasons(facts, speed)
    if cause is Cause.ROADSIDE_PEDESTRIAN:
        left = any(
            p.place is PedestrianPlace.ROAD and p.side is Side.LEFT for p in facts.pedestrians
        )
        side = "左" if left else "右"
        return (f"{side}側の路上に歩行者がいるので、", f"道路の{side}側に歩行者がいるので、")
    if cause is Cause.TOO_FAST:
        if facts.weather is Weather.RAIN:
            return ("雨で路面が滑りやすいので、", "雨で路面が濡れているので、")
        if facts.light is Light.NIGHT:
            return ("夜間で見通しが悪いので、", "暗くて見通しが悪いので、")
        return ("速度が高めなので、", "速度が出すぎているので、")
    if cause in (Cause.CLEAR, Cause.AT_SPEED):
        return _clear_reasons(facts, speed)
    if cause is Cause.YELLOW and speed is SpeedAdvice.KEEP:
        return ("黄信号ですが安全に止まれないので、", "黄信号ですが止まりきれないので、")
    return _REASONS[cause]


_REASONS: dict[Cause, tuple[str, ...]] = {
    Cause.RED: ("赤信号なので、", "赤信号のため、", "前方の信号が赤なので、", "信号が赤なので、"),
    Cause.YELLOW: ("黄信号なので、", "信号が黄色なので、", "黄信号のため、"),
    Cause.WAITING: (
        "横断歩道で歩行者が待っているので、",
        "歩行者が横断を待っているので、",
        "渡ろうとする歩行者がいるので、",
    ),
    Cause.ENCROACHING: (
        "対向車がはみ出しているので、",
        "対向車が中央線を越えているので、",
        "対向車がこちらの車線に出ているので、",
    ),
    Cause.CROSSING: ("前方に横断歩道があるので、", "横断歩道が近いので、", "横断歩道があるので、"),
    Cause.NONE: ("",),
    Cause.DRIFT: ("",),
}


def _pedestrian_reasons(facts: Facts) -> tuple[str, ...]:
    person = next((p for p in facts.pedestrians if in_the_way(p)), None)
    if person is not None and person.place is PedestrianPlace.ROAD:
        return (
            "前方の路上に歩行者がいるので、",
            "進路上に歩行者がいるので、",
            "車道に歩行者がいるので、",
        )
    return (
        "横断歩道に歩行者がいるので、",
        "歩行者が横断しているため、",
        "歩行者が横断中なので、",
        "歩行者が渡っているので、",
    )


def _lead_reasons(facts: Facts, speed: SpeedAdvice) -> tuple[str, ...]:
    braking = facts.lead is not None and bool(facts.lead.braking)
    if speed is SpeedAdvice.KEEP:
        return ("前に車がいるので、", "先行車がいるので、", "前方に車がいるので、")
    if braking:
        return (
            "前の車がブレーキをかけているので、",
            "先行車がブレーキを踏んでいるので、",
            "前の車のブレーキランプが点灯しているので、",
        )
    if speed is SpeedAdvice.STOP:
        return ("前の車がすぐ近くにいるので、", "前の車との間隔がほとんどないので、")
    return ("前の車との車間が短いので、", "先行車が近いので、", "前の車に近づきすぎているので、")


def _parked_reasons(facts: Facts, speed: SpeedAdvice) -> tuple[str, ...]:
    free = ("左に駐車車両があるので、", "駐車車両があるので、", "左側に車が止まっているので、")
    blocked = speed is SpeedAdvice.STOP or facts.lanes == 1
    if not blocked or speed is SpeedAdvice.KEEP:
        return free
    if facts.lanes == 1 and facts.oncoming is not None and facts.oncoming.range_m < 40.0:
        both = "駐車車両があり、対向車も来ているので、"
        if facts.offset is Offset.LEFT:
            return (both,)
        return (both, "対向車が来て駐車車両をよけられないので、")
    if facts.lanes > 1 and facts.other_vehicle_ahead_m is not None:
        return (*free, "駐車車両があり、隣にも車がいるので、")
    return free


def _clear_reasons(facts: Facts, speed: SpeedAdvice) -> tuple[str, ...]:
    if facts.signal is not None and facts.signal.colour is SignalColour.GREEN:
        return ("青信号なので、", "信号が青なので、", "前方の信号が青なので、")
    if facts.lead is not None:
        if speed is SpeedAdvice.KEEP:
            return ("車間に余裕があるので、", "前の車との車間は保てているので、")
        return ("車間に余裕があるので、", "前の車との間隔があいているので、")
    if facts.parked is not None or any(
        p.place is not PedestrianPlace.PAVEMENT for p in facts.pedestrians
    ):
        return ("前方が空いているので、", "近くに障害物がないので、")
    return ("前方が空いているので、", "進路が空いているので、", "前方に障害物がないので、")


def _actions(
    facts: Facts, speed: SpeedAdvice, cause: Cause, standing: bool, shifting: bool
) -> tuple[str, ...]:
    if speed is SpeedAdvice.STOP:
        if standing:
            return ("停止を続けてください", "そのままお待ちください", "このまま待ちましょう")
        if cause in (Cause.RED, Cause.YELLOW) and facts.stop_line_m is not None:
            return (
                "停止線の手前で停止してください",
                "停止線で止まってください",
                "停止線の前で止まりましょう",
            )
        if cause is Cause.WAITING:
            return (
                "手前で一時停止してください",
                "停止して道を譲りましょう",
                "手前で止まって譲りましょう",
            )
        if cause is Cause.PEDESTRIAN:
            return ("手前で停止してください", "停止して道を譲りましょう", "止まって待ちましょう")
        if cause is Cause.PARKED:
            return ("手前で停止してください", "手前で止まって待ちましょう")
        return ("停止してください", "止まってください", "停止しましょう")
    if speed is SpeedAdvice.DECELERATE:
        if cause in (Cause.RED, Cause.YELLOW, Cause.WAITING, Cause.PEDESTRIAN):
            return (
                "減速してください",
                "減速しましょう",
                "速度を落としてください",
                "停止に備えて減速しましょう",
            )
        if cause is Cause.LEAD and not shifting and not (facts.lead and facts.lead.braking):
            return ("減速してください", "減速して車間をあけましょう", "速度を落としましょう")
        return (
            "減速してください",
            "速度を落としてください",
            "減速しましょう",
            "速度を落としましょう",
        )
    if speed is SpeedAdvice.ACCELERATE:
        if standing:
            return ("発進してください", "発進しましょう", "進んでください")
        return ("加速してください", "速度を上げてください", "加速しましょう")
    if cause is Cause.LEAD and shifting:
        return ("車間を保ってください", "車間距離を保ちましょう")
    if cause is Cause.LEAD:
        return ("車間を保って進んでください", "車間距離を保ちましょう", "車間をあけて進みましょう")
    if cause is Cause.YELLOW:
        return ("そのまま通過してください", "注意して通過しましょう")
    if cause is Cause.PARKED:
        away = "間隔をあけて" if facts.offset is not Offset.LEFT and not shifting else ""
        return (f"{away}通過してください", f"{away or '注意して'}進みましょう")
    if cause in (Cause.CROSSING, Cause.ENCROACHING):
        return ("注意して進んでください", "速度を上げずに進みましょう")
    return ("今の速度で進んでください", "このままの速度で進みましょう", "速度を維持してください")
