"""Why something is advised, as the first half of a sentence: one entry for every cause."""

from __future__ import annotations

from collections.abc import Callable

from vlm_driving.core import SpeedAdvice
from vlm_driving.simulator import words_reasons_traffic_ja as traffic
from vlm_driving.simulator.advice_terms import Cause, in_the_way
from vlm_driving.simulator.fact_types import Facts, PedestrianFact, Side
from vlm_driving.simulator.scene import (
    Age,
    Light,
    PedestrianPlace,
    SignalColour,
    VehicleKind,
    Weather,
)
from vlm_driving.simulator.words_plans_ja import nothing_in_the_way
from vlm_driving.simulator.words_road_ja import OBSTACLE_JA, arrows_ja

Options = tuple[str, ...]
_SIDE_JA = {Side.LEFT: "左", Side.RIGHT: "右", Side.CENTER: "前"}


def reasons(facts: Facts, speed: SpeedAdvice, cause: Cause) -> Options:
    """Reasons that end in 、 (or an empty text); a cause that is not known gives the latter."""
    if cause is Cause.RED and speed is SpeedAdvice.KEEP:
        return ("この先の信号が赤なので、", "前方の信号が赤なので、", "先の信号が赤なので、")
    if cause is Cause.FLAGGER_PROCEED and speed is SpeedAdvice.DECELERATE:
        return ("誘導員のそばを通るので、", "誘導員の近くを通るので、")
    if cause in _FIXED:
        return _FIXED[cause]
    said = _TOLD.get(cause)
    return said(facts, speed) if said is not None else ("",)


def known(cause: Cause) -> bool:
    """Whether this cause has words of its own."""
    return cause in _FIXED or cause in _TOLD


_FIXED: dict[Cause, Options] = {
    Cause.RED: ("赤信号なので、", "赤信号のため、", "前方の信号が赤なので、", "信号が赤なので、"),
    Cause.WAITING: (
        "横断歩道で歩行者が待っているので、",
        "歩行者が横断を待っているので、",
        "渡ろうとする歩行者がいるので、",
    ),
    Cause.CROSSING: ("前方に横断歩道があるので、", "横断歩道が近いので、", "横断歩道があるので、"),
    Cause.FLAGGER_HOLD: (
        "誘導員が停止を求めているので、",
        "誘導員が止まるよう合図しているので、",
        "誘導員が停止の合図を出しているので、",
    ),
    Cause.FLAGGER_PROCEED: (
        "誘導員が進行を促しているので、",
        "誘導員が進むよう合図しているので、",
        "誘導員が進行の合図を出しているので、",
    ),
    Cause.RAILWAY_CLOSED: (
        "踏切が閉まっているので、",
        "踏切の遮断機が下りているので、",
        "遮断機が下りているので、",
    ),
    Cause.RAILWAY: ("踏切があるので、", "前方に踏切があるので、", "踏切なので、"),
    Cause.GREEN_ARROW: (
        "直進の青矢印が出ているので、",
        "直進の矢印が点灯しているので、",
        "矢印信号で直進できるので、",
    ),
    Cause.SIGNAL_OFF: (
        "信号が消灯しているので、",
        "信号が消えているので、",
        "信号機が点灯していないので、",
    ),
    Cause.STOP_SIGN: ("一時停止の場所なので、", "止まれの表示があるので、", "一時停止なので、"),
    Cause.JAM: (
        "前方が渋滞しているので、",
        "渋滞の最後尾が近いので、",
        "前方に渋滞の列があるので、",
    ),
    Cause.ELDERLY: ("近くに高齢者がいるので、", "道路の近くに高齢の方がいるので、"),
    Cause.CHILD: ("近くに子どもがいるので、", "道路の近くに子どもがいるので、"),
    Cause.TOO_FAST: ("速度が高めなので、", "速度が出すぎているので、", "この道には速すぎるので、"),
    Cause.NONE: ("",),
    Cause.DRIFT: ("",),
}


def _pedestrian(facts: Facts, speed: SpeedAdvice) -> Options:
    person = next((p for p in facts.pedestrians if in_the_way(p)), None)
    who = _who(person)
    if person is not None and person.place is PedestrianPlace.ROAD:
        return (
            f"前方の路上に{who}がいるので、",
            f"進路上に{who}がいるので、",
            f"車道に{who}がいるので、",
        )
    return (
        f"{who}が横断しているため、",
        f"{who}が横断中なので、",
        f"{who}が渡っているので、",
        *((f"横断歩道に{who}がいるので、",) if facts.crossing_m is not None else ()),
    )


def _who(person: PedestrianFact | None) -> str:
    if person is None or person.age is None:
        return "歩行者"
    return {Age.CHILD: "子ども", Age.ELDERLY: "高齢者"}.get(person.age, "歩行者")


def _crossing_cyclist(facts: Facts, speed: SpeedAdvice) -> Options:
    return ("自転車が横断しているので、", "自転車が横断中なので、", "自転車が渡っているので、")


def _cyclist(facts: Facts, speed: SpeedAdvice) -> Options:
    return ("自転車が近いので、", "前方に自転車がいるので、", "自転車がいるので、")


def _edge_walker(facts: Facts, speed: SpeedAdvice) -> Options:
    edge = [p for p in facts.pedestrians if p.place is PedestrianPlace.ROAD]
    left = any(p.side is Side.LEFT for p in edge)
    right = any(p.side is Side.RIGHT for p in edge)
    side = "左" if left or not right else "右"
    there = [p for p in edge if p.side is (Side.LEFT if side == "左" else Side.RIGHT)]
    who = _who(there[0] if there else None)
    return (f"道路{side}端に{who}がいるので、", f"道路の{side}側に{who}がいるので、")


def _obstacle(facts: Facts, speed: SpeedAdvice) -> Options:
    if facts.obstacle is None:
        return ("落下物があるので、",)
    what = OBSTACLE_JA[facts.obstacle.kind][0]
    return (
        f"進路上に{what}が落ちているので、",
        f"路上に{what}が落ちているので、",
        "進路上に落下物があるので、",
    )


def _side_obstacle(facts: Facts, speed: SpeedAdvice) -> Options:
    if facts.obstacle is None:
        return ("落下物があるので、",)
    side, what = _SIDE_JA[facts.obstacle.side], OBSTACLE_JA[facts.obstacle.kind][0]
    return (f"{side}側に{what}が落ちているので、", f"{side}側に落下物があるので、")


def _works(facts: Facts, speed: SpeedAdvice) -> Options:
    side = "前方" if facts.works is None else f"{_SIDE_JA[facts.works.side]}側"
    if speed is SpeedAdvice.STOP and facts.oncoming is not None:
        return ("工事で道が狭く、対向車もいるので、", f"{side}が工事中で、対向車もいるので、")
    return (f"{side}で工事をしているので、", f"{side}が工事中なので、", "工事をしているので、")


def _yellow(facts: Facts, speed: SpeedAdvice) -> Options:
    if speed is SpeedAdvice.KEEP:
        return ("黄信号ですが安全に止まれないので、", "黄信号ですが止まりきれないので、")
    return ("黄信号なので、", "信号が黄色なので、", "黄信号のため、")


def _red_arrow(facts: Facts, speed: SpeedAdvice) -> Options:
    if facts.signal is None or not facts.signal.arrows:
        return _FIXED[Cause.RED]
    arrows = arrows_ja(facts.signal)
    return (
        f"赤信号で、矢印は{arrows}だけなので、",
        f"信号が赤で、出ているのは{arrows}の矢印なので、",
        "赤信号で、直進の矢印は出ていないので、",
    )


def _curve(facts: Facts, speed: SpeedAdvice) -> Options:
    side = "" if facts.curve is None else _SIDE_JA[facts.curve]
    return (f"{side}カーブなので、", f"この先が{side}カーブなので、")


def _tunnel(facts: Facts, speed: SpeedAdvice) -> Options:
    if facts.tunnel:
        return ("トンネルの中なので、", "トンネル内なので、")
    return ("この先がトンネルなので、", "トンネルの入口が近いので、")


def _limit(facts: Facts, speed: SpeedAdvice) -> Options:
    if facts.speed_limit_kmh is None:
        return ("制限速度を超えているので、",)
    kmh = facts.speed_limit_kmh
    return (f"制限速度が{kmh}キロなので、", f"制限速度{kmh}キロを超えているので、")


def _sight(facts: Facts, speed: SpeedAdvice) -> Options:
    if facts.weather is Weather.FOG:
        return ("霧で見通しが悪いので、", "霧で先が見えにくいので、")
    if facts.weather is Weather.SNOW:
        return ("雪で路面が滑りやすいので、", "雪で滑りやすいので、")
    if facts.weather is Weather.RAIN:
        return ("雨で路面が滑りやすいので、", "雨で路面が濡れているので、")
    if facts.light is Light.NIGHT:
        return ("夜で見通しが悪いので、", "暗くて見通しが悪いので、")
    if facts.light is Light.BACKLIGHT:
        return ("逆光で前が見えにくいので、", "逆光でまぶしいので、")
    return ("見通しが悪いので、",)


def _clear(facts: Facts, speed: SpeedAdvice) -> Options:
    if facts.signal is not None and facts.signal.colour is SignalColour.GREEN:
        return ("青信号なので、", "信号が青なので、", "前方の信号が青なので、")
    if facts.lead is not None:
        kind = "バイク" if facts.lead.kind is VehicleKind.MOTORCYCLE else "車"
        if speed is SpeedAdvice.KEEP:
            return ("車間に余裕があるので、", f"前の{kind}との車間は保てているので、")
        return ("車間に余裕があるので、", f"前の{kind}との間隔があいているので、")
    if not nothing_in_the_way(facts):
        return ("前に余裕があるので、", "すぐ前は空いているので、")
    if facts.parked is not None or facts.pedestrians or facts.works or facts.obstacle:
        return ("進路が空いているので、", "前の道が空いているので、")
    return ("前方が空いているので、", "進路が空いているので、", "前方に障害物がないので、")


_TOLD: dict[Cause, Callable[[Facts, SpeedAdvice], Options]] = {
    Cause.PEDESTRIAN: _pedestrian,
    Cause.CYCLIST_CROSSING: _crossing_cyclist,
    Cause.CYCLIST: _cyclist,
    Cause.ROADSIDE_PEDESTRIAN: _edge_walker,
    Cause.LEAD: traffic.lead,
    Cause.ENCROACHING: traffic.encroaching,
    Cause.PARKED: traffic.parked,
    Cause.HIDDEN: traffic.hidden,
    Cause.CROSSING_VEHICLE: traffic.crosser,
    Cause.SIDE_VEHICLE: traffic.side_vehicle,
    Cause.OBSTACLE: _obstacle,
    Cause.SIDE_OBSTACLE: _side_obstacle,
    Cause.WORKS: _works,
    Cause.YELLOW: _yellow,
    Cause.RED_ARROW: _red_arrow,
    Cause.CURVE: _curve,
    Cause.TUNNEL: _tunnel,
    Cause.SPEED_LIMIT: _limit,
    Cause.SIGHT: _sight,
    Cause.CLEAR: _clear,
    Cause.AT_SPEED: _clear,
}
