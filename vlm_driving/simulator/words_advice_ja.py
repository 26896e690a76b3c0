"""The one sentence of advice in Japanese: reason, path, action."""

from __future__ import annotations

import re

from vlm_driving.core import PathAdvice, SpeedAdvice
from vlm_driving.simulator.advice_terms import STANDING_KMH, Cause, Decision
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.scene import VehicleKind
from vlm_driving.simulator.words_actions_ja import actions, path_phrases
from vlm_driving.simulator.words_forms import Rng, choose
from vlm_driving.simulator.words_reasons_ja import reasons

MAX_ADVICE_LENGTH = 34
"""Characters of an advice sentence, where its wording allows."""
_TRIES = 8
_WEAK = frozenset({Cause.CLEAR, Cause.AT_SPEED, Cause.TOO_FAST})
_NO_PLACE = frozenset({Cause.NONE, Cause.DRIFT})


def advice_sentence(facts: Facts, decision: Decision, rng: Rng, ego_speed_kmh: float | None) -> str:
    """Give reason and action in one sentence (it ends with 。)."""
    speed, cause = decision.advice.speed, decision.speed_cause
    standing = ego_speed_kmh is not None and ego_speed_kmh < STANDING_KMH
    candidates: list[str] = []
    for _ in range(_TRIES):
        sentence = None
        if speed is SpeedAdvice.KEEP and decision.path_cause is not Cause.NONE:
            sentence = _sideways(facts, decision, rng)
        if sentence is None:
            both = _both_reasons(facts, decision)
            reason = both or choose(rng, reasons(facts, speed, _spoken_cause(decision)))
            if standing and speed is SpeedAdvice.STOP and cause is Cause.RAILWAY:
                reason = choose(rng, _NO_ROOM)
            if decision.path_cause is Cause.DRIFT:
                reason = _without_side(reason, decision.advice.path)
            if ego_speed_kmh is None:
                reason = _LIMIT_ALONE.sub(r"制限速度が\1キロなので、", reason)
                reason = reason.replace("制限速度を超えていて、", "制限速度が低く、")
            path = choose(rng, path_phrases(decision))
            requests = actions(facts, speed, cause, standing, bool(path))
            action = choose(rng, _SLOW_BRIEFLY if both else requests)
            if "踏切" in reason:
                action = action.removeprefix("踏切の")
            sentence = f"{reason}{path}{action}。"
        stiff = sentence.count("速度") > 1 or "って注意して" in sentence
        if len(sentence) <= MAX_ADVICE_LENGTH and not stiff:
            return sentence
        candidates.append(sentence)
    return min(candidates, key=len)


_LIMIT_ALONE = re.compile("制限速度([0-9]+)キロを超えているので、")
"""Who does not know the speed cannot say that it is too high."""


def _without_side(reason: str, path: PathAdvice) -> str:
    """A thing on the right is no reason to go back to the right: its side is left unsaid."""
    side = "右" if path is PathAdvice.SHIFT_RIGHT else "左"
    for sided, plain in (
        (f"道路の{side}側に", "道路の端に"),
        (f"道路{side}端", "道路の端"),
        (f"{side}側に", "近くに"),
        (f"{side}側で", ""),
        (f"{side}側が", ""),
        (f"{side}の交差", "交差"),
        (f"{side}に横", "横"),
        (f"{side}に駐車", "駐車"),
    ):
        reason = reason.replace(sided, plain)
    return reason


def _spoken_cause(decision: Decision) -> Cause:
    """A thing to go round is a better reason than a free road or one's own speed."""
    strong = decision.path_cause not in _NO_PLACE
    if decision.speed_cause in _WEAK and strong:
        return decision.path_cause
    return decision.speed_cause


_NO_ROOM = ("踏切の先に余裕がないので、", "踏切の先が空いていないので、")
"""Who stands before an open level crossing stays for one thing only: no room beyond it."""
_SLOW_BRIEFLY = ("減速してください", "減速しましょう")
_ALSO = {
    Cause.ENCROACHING: "対向車もはみ出しているので、",
    Cause.PARKED: "駐車車両もあるので、",
    Cause.HIDDEN: "駐車車両もあるので、",
    Cause.ROADSIDE_PEDESTRIAN: "道路の端に歩行者もいるので、",
    Cause.CHILD: "近くに子どももいるので、",
    Cause.ELDERLY: "近くに高齢者もいるので、",
    Cause.CYCLIST: "自転車もいるので、",
    Cause.WORKS: "工事もあるので、",
    Cause.OBSTACLE: "落下物もあるので、",
    Cause.SIDE_OBSTACLE: "落下物もあるので、",
}
_FIRST = {
    Cause.RED: "赤信号で、",
    Cause.RED_ARROW: "赤信号で、",
    Cause.YELLOW: "黄信号で、",
    Cause.SIGNAL_OFF: "信号が消えていて、",
    Cause.WAITING: "横断待ちの人がいて、",
    Cause.CROSSING: "横断歩道が近く、",
    Cause.ROADSIDE_PEDESTRIAN: "道路の端に歩行者がいて、",
    Cause.CHILD: "近くに子どもがいて、",
    Cause.LEAD: "前の車が近く、",
    Cause.JAM: "前方が渋滞していて、",
    Cause.PARKED: "駐車車両があり、",
    Cause.HIDDEN: "駐車車両で先が見えず、",
    Cause.PEDESTRIAN: "前方に歩行者がいて、",
    Cause.CYCLIST: "自転車がいて、",
    Cause.CYCLIST_CROSSING: "自転車が横断中で、",
    Cause.WORKS: "工事があり、",
    Cause.OBSTACLE: "落下物があり、",
    Cause.CROSSING_VEHICLE: "前方を車が横切っていて、",
    Cause.STOP_SIGN: "一時停止があり、",
    Cause.RAILWAY: "踏切があり、",
    Cause.RAILWAY_CLOSED: "踏切が閉まっていて、",
    Cause.FLAGGER_HOLD: "誘導員の停止の合図があり、",
    Cause.CURVE: "カーブがあり、",
    Cause.TUNNEL: "トンネルが近く、",
    Cause.SIDE_OBSTACLE: "落下物があり、",
    Cause.SIDE_VEHICLE: "脇に横向きの車がいて、",
    Cause.ELDERLY: "近くに高齢者がいて、",
    Cause.FLAGGER_PROCEED: "誘導員のそばを通り、",
    Cause.SPEED_LIMIT: "制限速度を超えていて、",
    Cause.SIGHT: "見通しや路面が悪く、",
}
_SAME_THING = frozenset(
    {
        frozenset({Cause.PARKED, Cause.HIDDEN}),
        frozenset({Cause.OBSTACLE, Cause.SIDE_OBSTACLE}),
        frozenset({Cause.CHILD, Cause.ROADSIDE_PEDESTRIAN}),
        frozenset({Cause.ELDERLY, Cause.ROADSIDE_PEDESTRIAN}),
        frozenset({Cause.PEDESTRIAN, Cause.ROADSIDE_PEDESTRIAN}),
        frozenset({Cause.CYCLIST, Cause.CYCLIST_CROSSING}),
    }
)


def _both_reasons(facts: Facts, decision: Decision) -> str | None:
    """A reason for slowing and another for moving aside, where they are two things."""
    speed_cause, path_cause = decision.speed_cause, decision.path_cause
    if decision.advice.speed is not SpeedAdvice.DECELERATE or speed_cause is path_cause:
        return None
    if frozenset({speed_cause, path_cause}) in _SAME_THING:
        return None
    first, second = _FIRST.get(speed_cause), _ALSO.get(path_cause)
    if speed_cause is Cause.LEAD and facts.lead is not None and facts.lead.braking:
        bike = facts.lead.kind is VehicleKind.MOTORCYCLE
        first = f"前の{'バイク' if bike else '車'}がブレーキ中で、"
    return f"{first}{second}" if first and second else None


def _sideways(facts: Facts, decision: Decision, rng: Rng) -> str | None:
    """Sentences whose point is the path; None where the speed's reason weighs more."""
    path, cause = decision.advice.path, decision.path_cause
    if path is PathAdvice.KEEP:
        return None
    side, off = ("右", "左") if path is PathAdvice.SHIFT_RIGHT else ("左", "右")
    if cause is Cause.DRIFT and decision.speed_cause is Cause.AT_SPEED:
        reason = choose(
            rng, (f"車線の{off}に寄っているので、", f"車線内で{off}に寄りすぎているので、")
        )
        action = choose(
            rng,
            (
                f"少し{side}へ戻ってください",
                f"{side}へ戻りましょう",
                f"少し{side}に寄せてください",
            ),
        )
        return f"{reason}{action}。"
    if cause in _NO_PLACE:
        return None
    reason = choose(rng, reasons(facts, decision.advice.speed, cause))
    action = choose(
        rng,
        (
            f"{side}に寄って通過してください",
            f"{side}によけて通りましょう",
            f"{side}側に寄って進んでください",
        ),
    )
    return f"{reason}{action}。"
