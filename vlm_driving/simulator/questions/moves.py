"""What a right turn, a left turn, overtaking and crossing on foot ask for: pure rules.

Rows from the top; the first that holds gives the answer. "-" means: not asked.

| may I | because of | answer |
|---|---|---|
| turn right | expressway, tunnel, signal off | - |
| | flagger holds; level crossing closed; red without a right arrow; yellow | no |
| | someone on foot, then on a bicycle, crosses | no |
| | no right arrow: oncoming within 60 m; a vehicle stands across our lane | no |
| turn left | expressway, tunnel, signal off | - |
| | flagger holds; level crossing closed; red without a left arrow; yellow | no |
| | someone crosses; a cyclist on our left within 20 m | no |
| overtake | no vehicle ahead; a jam; a bend | no |
| | crossing, level crossing or signal within 30 m | no |
| | two lanes: another vehicle ahead within 30 m | no |
| | one lane: residential street; oncoming within 80 m | no |
| | one lane without these (the centre line decides) | - |
| cross on foot | expressway, tunnel, signal off, flagger holds the cars | - |
| | cars have green, an arrow, or the flagger's go; yellow | no |
| | no signal: no crossing, or oncoming within 40 m | no |
| ride on, left | expressway | - |
| | flagger holds; level crossing closed; red; yellow | no |
| | parked vehicle or works on the left within 40 m, fallen thing there | no |
| | someone walks in the road on the left, or crosses | no |
| each of them | none of these | yes |

A yes to a turn, to overtaking or to riding on becomes a no while the adviser stops us, or slows us
for a person, a stop sign or a level crossing (not for signals and guards: the rows judge them).
Going straight on, starting and slowing follow `vlm_driving.simulator.advise`.
"""

from __future__ import annotations

from vlm_driving.simulator.fact_types import Facts, Side
from vlm_driving.simulator.questions.reasons import Reason, reason
from vlm_driving.simulator.questions.terms import Group
from vlm_driving.simulator.scene import (
    Arrow,
    CyclistPlace,
    Gesture,
    PedestrianPlace,
    RoadClass,
    SignalColour,
)

ONCOMING_TURN_M = 60.0
ONCOMING_OVERTAKE_M = 80.0
NEAR_CROSS_M = 40.0
BESIDE_M = 20.0
NO_OVERTAKE_M = 30.0
GO = Reason("go", ("", ""), [])
"""Nothing is against it."""


def _why(name: str, clauses: tuple[str, str], group: Group) -> Reason:
    return Reason(name, clauses, group)


def _known(cause: str) -> Reason:
    found = reason(cause)
    assert found is not None
    return found


_ONCOMING = _why("oncoming", ("対向車が来ているので", "対向車がいるので"), ["対向車"])
_WALKS = _why(
    "pedestrian",
    ("横断している歩行者がいるので", "歩行者が横断歩道を渡っているので"),
    ["歩行者", "人が"],
)
_RIDES = _why("cyclist", ("横断している自転車がいるので", "自転車が横断しているので"), ["自転車"])


def _halted(facts: Facts, arrow: Arrow) -> Reason | None:
    """What stops everybody at the junction; GO where `arrow` lets us go."""
    if facts.flagger is not None and facts.flagger.gesture is Gesture.HOLD:
        return _known("flagger_hold")
    if facts.railway is not None and facts.railway.closed:
        return _known("railway_closed")
    signal = facts.signal
    if signal is None:
        return None
    if arrow in signal.arrows:
        return GO
    if signal.colour is SignalColour.RED:
        return _known("red")
    return _known("yellow") if signal.colour is SignalColour.YELLOW else None


def _no_turning(facts: Facts) -> bool:
    off = facts.signal is not None and facts.signal.colour is SignalColour.OFF
    return facts.road is RoadClass.EXPRESSWAY or facts.tunnel or off


def _crossing_people(facts: Facts) -> Reason | None:
    if any(p.place is PedestrianPlace.CROSSING for p in facts.pedestrians):
        return _WALKS
    if any(c.place is CyclistPlace.CROSSING for c in facts.cyclists):
        return _RIDES
    return None


def turn_right(facts: Facts) -> Reason | None:
    """Why not, GO, or None: not asked."""
    if _no_turning(facts):
        return None
    halted = _halted(facts, Arrow.RIGHT)
    if halted is not None and halted is not GO:
        return halted
    people = _crossing_people(facts)
    if people is not None:
        return people
    oncoming = facts.oncoming
    if halted is None and oncoming is not None and oncoming.range_m < ONCOMING_TURN_M:
        return _ONCOMING
    crosser = facts.crossing_vehicle
    return _known("crossing_vehicle") if crosser is not None and crosser.in_lane else GO


def turn_left(facts: Facts) -> Reason | None:
    """Why not, GO, or None: not asked."""
    if _no_turning(facts):
        return None
    halted = _halted(facts, Arrow.LEFT)
    if halted is not None and halted is not GO:
        return halted
    people = _crossing_people(facts)
    if people is not None:
        return people
    beside = any(
        c.place is CyclistPlace.LANE and c.side is Side.LEFT and c.range_m < BESIDE_M
        for c in facts.cyclists
    )
    clauses = ("左側を自転車が走っていて巻き込むおそれがあるので", "左に自転車がいるので")
    return _why("cyclist", clauses, ["自転車"]) if beside else GO


def overtake(facts: Facts) -> Reason | None:
    """Why not, GO, or None: not asked."""
    if facts.lead is None:
        return _why(
            "none",
            ("追い越す相手の車が見当たらないので", "前に車が見当たらないので"),
            ["見当たらない", "見当たりません", "いない", "いません"],
        )
    if facts.jam:
        return _known("jam")
    signal, crossing = facts.signal, facts.crossing_m
    if crossing is not None and crossing < NO_OVERTAKE_M:
        return _known("crossing")
    if facts.railway is not None and facts.railway.range_m < NO_OVERTAKE_M:
        return _known("railway")
    if signal is not None and signal.range_m < NO_OVERTAKE_M:
        return _why(
            "signal", ("信号が近いので", "信号のある交差点の手前なので"), ["信号", "交差点"]
        )
    if facts.curve is not None:
        return _known("curve")
    if facts.lanes > 1:
        other = facts.other_vehicle_ahead_m
        if other is not None and other < NO_OVERTAKE_M:
            clauses = ("隣の車線にも車がいるので", "隣の車線がふさがっているので")
            return _why("other", clauses, ["隣"])
        return GO
    if facts.road is RoadClass.RESIDENTIAL:
        return _why("narrow", ("道が狭いので", "住宅街の細い道なので"), ["狭い", "細い"])
    if facts.oncoming is not None and facts.oncoming.range_m < ONCOMING_OVERTAKE_M:
        return _ONCOMING
    return None


def cross_on_foot(facts: Facts) -> Reason | None:
    """Why somebody on foot must not cross our road now, GO, or None: not asked."""
    signal = facts.signal
    if facts.road is RoadClass.EXPRESSWAY or facts.tunnel:
        return None
    if facts.flagger is not None:
        return _known("flagger_proceed") if facts.flagger.gesture is Gesture.PROCEED else None
    if signal is not None:
        if signal.colour is SignalColour.OFF:
            return None
        if signal.arrows:
            clauses = ("車の信号に矢印が出ているので", "車が矢印に従って進めるので")
            return _why("arrow", clauses, ["矢印"])
        if signal.colour is SignalColour.GREEN:
            return _why("green", ("車の信号が青なので", "車が青信号で進めるので"), ["青"])
        if signal.colour is SignalColour.YELLOW:
            return _why("yellow", ("車の信号がまだ黄色なので", "車の信号が黄色なので"), ["黄"])
        return _why("go_red", ("車の信号が赤なので", "車側は赤信号なので"), ["赤"])
    if facts.crossing_m is None:
        clauses = ("横断歩道が見当たらないので", "渡るための横断歩道が見当たらないので")
        return _why("no_crossing", clauses, ["横断歩道が見当たらない", "横断歩道がない"])
    if facts.oncoming is not None and facts.oncoming.range_m < NEAR_CROSS_M:
        return _ONCOMING
    return _why(
        "go_crossing",
        ("横断歩道があり、近づく対向車も見えないので", "横断歩道があるので"),
        ["横断歩道"],
    )


def ride_on(facts: Facts) -> Reason | None:
    """Why a cyclist cannot ride straight on along the left edge, GO, or None: not asked."""
    if facts.road is RoadClass.EXPRESSWAY:
        return None
    halted = _halted(facts, Arrow.STRAIGHT)
    if halted is not None and halted is not GO:
        return halted
    parked, works, thing = facts.parked, facts.works, facts.obstacle
    if parked is not None and parked.range_m < NEAR_CROSS_M:
        return _why(
            "parked", ("左に駐車車両があるので", "駐車車両が左をふさいでいるので"), ["駐車"]
        )
    if works is not None and works.side is Side.LEFT and works.range_m < NEAR_CROSS_M:
        return _why("works", ("左側が工事中なので", "左に工事区間があるので"), ["工事"])
    if thing is not None and thing.side is Side.LEFT:
        return _why(
            "obstacle",
            ("左側に落下物があるので", "左の路上に物が落ちているので"),
            ["落下物", "落ちて"],
        )
    if any(p.place is PedestrianPlace.ROAD and p.side is Side.LEFT for p in facts.pedestrians):
        clauses = ("左の車道に歩行者がいるので", "左側を歩く人がいるので")
        return _why("pedestrian", clauses, ["歩行者", "人が"])
    people = _crossing_people(facts)
    return GO if people is None else people
