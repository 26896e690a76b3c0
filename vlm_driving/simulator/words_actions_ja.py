"""What to do, as the second half of an advice sentence."""

from __future__ import annotations

from vlm_driving.core import PathAdvice, SpeedAdvice
from vlm_driving.simulator.advice_terms import Cause, Decision, in_the_way
from vlm_driving.simulator.fact_types import Facts, Offset
from vlm_driving.simulator.scene import PedestrianPlace

Options = tuple[str, ...]

SLOW = ("減速してください", "速度を落としてください", "減速しましょう", "速度を落としましょう")
_AT_THE_LINE = frozenset({Cause.RED, Cause.RED_ARROW, Cause.YELLOW, Cause.STOP_SIGN})
_READY_TO_STOP = frozenset(
    {
        Cause.RED,
        Cause.RED_ARROW,
        Cause.YELLOW,
        Cause.WAITING,
        Cause.PEDESTRIAN,
        Cause.CYCLIST_CROSSING,
        Cause.FLAGGER_HOLD,
        Cause.RAILWAY,
        Cause.RAILWAY_CLOSED,
        Cause.STOP_SIGN,
        Cause.CROSSING_VEHICLE,
        Cause.JAM,
    }
)
_GIVING_WAY = frozenset({Cause.PEDESTRIAN, Cause.CYCLIST_CROSSING, Cause.WAITING})
_MAY_COME_OUT = frozenset({Cause.CHILD, Cause.HIDDEN, Cause.SIDE_VEHICLE})
_PASSING = frozenset({Cause.PARKED, Cause.CYCLIST, Cause.ROADSIDE_PEDESTRIAN, Cause.WORKS})
_LOOK_FIRST = frozenset({Cause.RAILWAY, Cause.STOP_SIGN, Cause.SIGNAL_OFF})
_HALT_M = 8.0
_BEFORE_IT = frozenset({Cause.PARKED, Cause.OBSTACLE, Cause.CROSSING_VEHICLE, Cause.WORKS})


def actions(
    facts: Facts, speed: SpeedAdvice, cause: Cause, standing: bool, shifting: bool
) -> Options:
    """Requests for `speed`; `shifting`: a path phrase stands before it."""
    if speed is SpeedAdvice.STOP:
        return _stop(facts, cause, standing)
    if speed is SpeedAdvice.DECELERATE:
        return _slow(facts, cause, shifting)
    if speed is SpeedAdvice.ACCELERATE:
        if standing and (cause in _LOOK_FIRST or _at_a_halt(facts)):
            return ("安全を確かめて発進してください", "左右を確認して発進しましょう")
        if standing:
            return ("発進してください", "発進しましょう", "進んでください")
        return ("加速してください", "速度を上げてください", "加速しましょう")
    return _hold(facts, cause, shifting)


def _at_a_halt(facts: Facts) -> bool:
    """Standing where the law asks for a look before going on."""
    near = [facts.stop_sign_m, None if facts.railway is None else facts.railway.range_m]
    return any(range_m is not None and range_m < _HALT_M for range_m in near)


def _on_foot_in_the_road(facts: Facts) -> bool:
    """The nearest person in our way does not cross: there is nothing to yield."""
    person = next((p for p in facts.pedestrians if in_the_way(p)), None)
    return person is not None and person.place is PedestrianPlace.ROAD


def _stop(facts: Facts, cause: Cause, standing: bool) -> Options:
    if standing and cause is Cause.OBSTACLE:  # It will not go away.
        return ("停止を続けてください",)
    if standing:
        return ("停止を続けてください", "そのまま待ちましょう", "このまま待ちましょう")
    if cause in _AT_THE_LINE and facts.stop_line_m is not None:
        return (
            "停止線の手前で停止してください",
            "停止線で止まってください",
            "停止線の前で止まりましょう",
        )
    if cause is Cause.STOP_SIGN:
        return ("必ず一度停止してください", "止まって左右を確認してください")
    if cause is Cause.RAILWAY:
        return ("手前で一時停止してください", "手前で止まって安全を確かめましょう")
    if cause is Cause.RAILWAY_CLOSED:
        return ("踏切の手前で停止してください", "手前で止まって待ちましょう")
    if cause is Cause.WAITING:
        return ("手前で停止してください", "停止して道を譲りましょう", "手前で止まって譲りましょう")
    if cause is Cause.PEDESTRIAN and _on_foot_in_the_road(facts):
        return ("手前で停止してください", "手前で止まってください", "止まって待ちましょう")
    if cause in _GIVING_WAY:
        return ("手前で停止してください", "停止して道を譲りましょう", "止まって待ちましょう")
    if cause in _BEFORE_IT:
        return ("手前で停止してください", "手前で止まって待ちましょう")
    return ("停止してください", "止まってください", "停止しましょう")


def _slow(facts: Facts, cause: Cause, shifting: bool) -> Options:
    if cause in _READY_TO_STOP:
        return (*SLOW, "停止に備えて減速しましょう", "止まれるよう減速してください")
    if cause in _MAY_COME_OUT:
        return (*SLOW, "飛び出しに備えて減速しましょう", "飛び出しに注意して減速してください")
    if cause is Cause.LEAD and not shifting and not (facts.lead and facts.lead.braking):
        return ("減速してください", "減速して車間をあけましょう", "速度を落としましょう")
    if cause is Cause.SIGNAL_OFF:
        return (*SLOW, "減速して安全を確かめてください")
    if cause is Cause.CURVE:
        return (*SLOW, "カーブの手前で減速してください")
    return SLOW


def _hold(facts: Facts, cause: Cause, shifting: bool) -> Options:
    if cause is Cause.LEAD and shifting:
        return ("車間を保ってください", "車間距離を保ちましょう")
    if cause is Cause.LEAD:
        return ("車間を保って進んでください", "車間距離を保ちましょう", "車間をあけて進みましょう")
    if cause is Cause.YELLOW:
        return ("そのまま通過してください", "注意して通過しましょう")
    if cause in _PASSING:
        away = "間隔をあけて" if facts.offset is not Offset.LEFT and not shifting else ""
        return (f"{away}通過してください", f"{away or '注意して'}進みましょう")
    if cause in (Cause.AT_SPEED, Cause.CLEAR, Cause.GREEN_ARROW, Cause.FLAGGER_PROCEED):
        return (
            "今の速度で進んでください",
            "このままの速度で進みましょう",
            "速度を維持してください",
        )
    if cause in _READY_TO_STOP:
        return ("加速を控えてください", "停止に備えて進みましょう", "停止に備えてください")
    return (
        "注意して進んでください",
        "速度を上げずに進みましょう",
        "今の速度のまま注意して進んでください",
    )


def path_phrases(decision: Decision) -> Options:
    """Where to move, before the request; an empty text for no change."""
    path, cause = decision.advice.path, decision.path_cause
    if path is PathAdvice.KEEP:
        return ("",)
    side = "右" if path is PathAdvice.SHIFT_RIGHT else "左"
    if cause is Cause.DRIFT and decision.advice.speed is SpeedAdvice.STOP:
        return (f"少し{side}へ戻りながら", f"{side}へ戻りながら")
    if cause is Cause.DRIFT:
        return (f"少し{side}へ戻りながら", f"少し{side}に戻って", f"{side}へ戻りながら")
    if cause in (Cause.PARKED, Cause.WORKS, Cause.OBSTACLE, Cause.HIDDEN):
        return (f"{side}に寄って", f"{side}によけながら")
    return (f"{side}に寄って", f"{side}に寄りながら")
