"""Where the adviser wants the vehicle to stop."""

from __future__ import annotations

from vlm_driving.core import SpeedAdvice
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.questions.reasons import SLOWING, Reason, decision
from vlm_driving.simulator.questions.terms import (
    COMPLEX,
    DRIVER,
    Group,
    Kind,
    Reply,
    states,
)
from vlm_driving.simulator.questions.wordings_complex import TEXTS

_WHERE: dict[str, tuple[str, Group]] = {
    "pedestrian": ("歩行者の手前", ["歩行者", "人の手前"]),
    "cyclist_crossing": ("自転車の手前", ["自転車"]),
    "flagger_hold": ("交通誘導員の手前", ["誘導員", "警備員"]),
    "railway_closed": ("踏切の手前", ["踏切"]),
    "railway": ("踏切の手前", ["踏切"]),
    "lead": ("前の車の後ろ", ["前の車", "先行車"]),
    "jam": ("渋滞の列の後ろ", ["渋滞", "列の"]),
    "parked": ("駐車車両の手前", ["駐車"]),
    "obstacle": ("落下物の手前", ["落下物"]),
    "works": ("工事区間の手前", ["工事"]),
    "waiting": ("横断歩道の手前", ["横断歩道"]),
    "crossing_vehicle": ("横切る車の手前", ["横切"]),
}


def _place(facts: Facts, why: Reason) -> tuple[str, Group] | None:
    """Where the adviser's cause says to stop."""
    if why.cause in ("pedestrian", "cyclist_crossing", "waiting"):
        if facts.crossing_m is not None and facts.stop_line_m is not None:
            return "停止線の手前", ["停止線"]
        if facts.crossing_m is not None:
            return "横断歩道の手前", ["横断歩道"]
    if why.cause in ("red", "red_arrow", "yellow", "signal_off", "stop_sign"):
        if facts.stop_line_m is not None:
            return "停止線の手前", ["停止線"]
        if facts.crossing_m is not None:
            return "横断歩道の手前", ["横断歩道"]
        sign = why.cause == "stop_sign"
        return ("「止まれ」の標示の手前", ["止まれ"]) if sign else ("信号の手前", ["信号"])
    return _WHERE.get(why.cause)


def _where(facts: Facts, speed: float | None) -> Reply | None:
    advised, why = decision(facts, speed)
    if advised not in SLOWING:
        answers = (
            "今は停止する必要がありません。",
            "停止する必要はなく、進むことができます。",
            "止まる必要のない状況です。",
        )
        must = ["必要がありません", "必要はなく", "必要はありません", "必要のない"]
        return states("none", answers, [must], None, None)
    if advised is SpeedAdvice.DECELERATE or why is None:
        return None
    found = _place(facts, why)
    if found is None:
        return None
    ja, group = found
    answers = (f"{ja}です。", f"{ja}で止まってください。", f"止まる位置は{ja}です。")
    return states(ja, answers, [group])


WHERE: tuple[Kind, ...] = (
    Kind(
        "where_stop",
        COMPLEX,
        TEXTS["where_stop"],
        _where,
        (DRIVER,),
    ),
)
"""Where to stop."""
