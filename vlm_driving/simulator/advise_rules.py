"""Rules of advice for signals, signs, flaggers, railways, people and cyclists.

Each function gives the demands of some rows of the table in `advise`, in its order.
"""

from __future__ import annotations

from vlm_driving.core import HazardKind, SpeedAdvice
from vlm_driving.simulator.advice_terms import (
    MID_M,
    NEAR_M,
    Cause,
    Demand,
    cyclist_in_the_way,
    hazard_of,
    hold_above,
    in_the_way,
    is_standing,
    slow_above,
    slow_or_hold,
    stop_at,
)
from vlm_driving.simulator.advise_path import edge_cyclist, right_blocked
from vlm_driving.simulator.fact_types import Facts, PedestrianFact, Side
from vlm_driving.simulator.scene import (
    Age,
    Arrow,
    Gesture,
    PedestrianPlace,
    RoadClass,
    SignalColour,
)

PERSON_ROOM_M = 3.0
FLAGGER_ROOM_M = 5.0
RAILWAY_ROOM_M = 3.0
CROSSING_ROOM_M = 2.0
SIGNAL_ROOM_M = 10.0
BEHIND_RAILS_M = 20.0
"""A vehicle ahead nearer than this beyond the near rail leaves no room behind the rails."""
YELLOW_REACTION_S = 0.75
YELLOW_BRAKING_MPS2 = 3.5
FLAGGER_KMH = 20.0
OFF_KMH = 20.0
OFF_M = 40.0
SLOW_M = 30.0
"""Things beside the way ask for care from here on."""
CHILD_M, CHILD_KMH = 25.0, 25.0
ELDERLY_M, ELDERLY_KMH = 20.0, 40.0
ROADSIDE_KMH, ROADSIDE_HOLD_M = 20.0, 10.0
WAITING_KMH = 15.0
CYCLIST_M, CYCLIST_SLOW_M, CYCLIST_KMH = 40.0, 25.0, 30.0
CYCLIST_FOLLOW_KMH, CYCLIST_GAP_S, CYCLIST_STOP_M = 15.0, 1.5, 4.0
CROSSING_M, CROSSING_KMH = 25.0, 40.0


def may_go(facts: Facts) -> bool:
    """Whether a signal lets us go straight on: green, or the straight arrow under red."""
    signal = facts.signal
    if signal is None:
        return False
    return signal.colour is SignalColour.GREEN or Arrow.STRAIGHT in signal.arrows


def crossers(facts: Facts, v_kmh: float) -> list[Demand]:
    """People and cyclists in our way (art. 38)."""
    out: list[Demand] = []
    for person in facts.pedestrians:
        if in_the_way(person):
            speed = stop_at(person.range_m - PERSON_ROOM_M, v_kmh)
            if speed is not None:
                hazard = hazard_of(HazardKind.PEDESTRIAN, person.range_m, person.side)
                out.append(Demand(speed, Cause.PEDESTRIAN, hazard))
    for cyclist in facts.cyclists:
        if cyclist_in_the_way(cyclist):
            speed = stop_at(cyclist.range_m - PERSON_ROOM_M, v_kmh)
            if speed is not None:
                hazard = hazard_of(HazardKind.CYCLIST, cyclist.range_m, cyclist.side)
                out.append(Demand(speed, Cause.CYCLIST_CROSSING, hazard))
    return out


def orders(facts: Facts, v_kmh: float) -> list[Demand]:
    """Flagger, level crossing, signal, stop sign."""
    out = _flagger(facts, v_kmh) + _railway(facts, v_kmh)
    if facts.flagger is not None:
        return out  # he beats signals and signs
    if facts.signal is not None:
        return out + _signal(facts, v_kmh)
    if facts.stop_sign_m is not None:
        # stopped once is stopped: a standing ego may go
        point = facts.stop_sign_m if facts.stop_line_m is None else facts.stop_line_m
        speed = SpeedAdvice.KEEP if is_standing(v_kmh) else stop_at(point, v_kmh)
        if speed is not None:
            hazard = hazard_of(HazardKind.STOP_SIGN, facts.stop_sign_m)
            out.append(Demand(speed, Cause.STOP_SIGN, hazard))
    return out


def _flagger(facts: Facts, v_kmh: float) -> list[Demand]:
    flagger = facts.flagger
    if flagger is None:
        return []
    hazard = hazard_of(HazardKind.FLAGGER, flagger.range_m)
    if flagger.gesture is Gesture.PROCEED:
        return [Demand(slow_above(FLAGGER_KMH, v_kmh), Cause.FLAGGER_PROCEED, hazard)]
    speed = stop_at(flagger.range_m - FLAGGER_ROOM_M, v_kmh)
    return [] if speed is None else [Demand(speed, Cause.FLAGGER_HOLD, hazard)]


def _railway(facts: Facts, v_kmh: float) -> list[Demand]:
    railway, lead = facts.railway, facts.lead
    if railway is None:
        return []
    point = railway.range_m - RAILWAY_ROOM_M
    if facts.stop_line_m is not None:
        point = min(point, facts.stop_line_m)
    hazard = hazard_of(HazardKind.RAILWAY, railway.range_m)
    no_room = lead is not None and 0.0 < lead.range_m - railway.range_m < BEHIND_RAILS_M
    if not railway.closed and not no_room and is_standing(v_kmh):
        return [Demand(SpeedAdvice.KEEP, Cause.RAILWAY, hazard)]
    speed = stop_at(point, v_kmh)
    cause = Cause.RAILWAY_CLOSED if railway.closed else Cause.RAILWAY
    return [] if speed is None else [Demand(speed, cause, hazard)]


def _signal(facts: Facts, v_kmh: float) -> list[Demand]:
    signal = facts.signal
    if signal is None or may_go(facts):
        return []
    hazard = hazard_of(HazardKind.SIGNAL, signal.range_m)
    if signal.colour is SignalColour.OFF:
        if signal.range_m >= OFF_M:
            return []
        return [Demand(slow_above(OFF_KMH, v_kmh), Cause.SIGNAL_OFF, hazard)]
    point = stop_range_m(facts, signal.range_m)
    if signal.colour is SignalColour.RED:
        cause = Cause.RED_ARROW if signal.arrows else Cause.RED
        speed = stop_at(point, v_kmh)
        return [] if speed is None else [Demand(speed, cause, hazard)]
    v = v_kmh / 3.6
    comfortable = point >= YELLOW_REACTION_S * v + v * v / (2 * YELLOW_BRAKING_MPS2)
    wish = stop_at(point, v_kmh) if comfortable or is_standing(v_kmh) else SpeedAdvice.KEEP
    return [] if wish is None else [Demand(wish, Cause.YELLOW, hazard)]


def stop_range_m(facts: Facts, signal_range_m: float) -> float:
    """Where to stop for a signal: the line, else before the crossing, else before the signal."""
    if facts.stop_line_m is not None:
        return facts.stop_line_m
    if facts.crossing_m is not None and facts.crossing_m < signal_range_m:
        return max(facts.crossing_m - CROSSING_ROOM_M, 0.0)
    return max(signal_range_m - SIGNAL_ROOM_M, 0.0)


def waiting(facts: Facts, v_kmh: float) -> list[Demand]:
    """People who wait at a crossing while no signal gives us the way (art. 38)."""
    out: list[Demand] = []
    for person in facts.pedestrians:
        waits = person.place is PedestrianPlace.WAITING
        if waits and person.range_m < MID_M and not may_go(facts):
            stays = person.range_m < NEAR_M or is_standing(v_kmh)
            hazard = hazard_of(HazardKind.PEDESTRIAN, person.range_m, person.side)
            speed = SpeedAdvice.STOP if stays else slow_or_hold(WAITING_KMH, v_kmh)
            out.append(Demand(speed, Cause.WAITING, hazard))
    return out


def roadside(facts: Facts, v_kmh: float) -> list[Demand]:
    """Cyclists and people at the edge, and an empty crossing."""
    out: list[Demand] = []
    cyclist = edge_cyclist(facts, CYCLIST_M)
    if cyclist is not None:
        hazard = hazard_of(HazardKind.CYCLIST, cyclist.range_m, cyclist.side)
        speed = _behind_cyclist(facts, cyclist.range_m, v_kmh)
        out.append(Demand(speed, Cause.CYCLIST, hazard))
    for person in facts.pedestrians:
        out += _edge_person(facts, person, v_kmh)
    unsignalled = facts.signal is None or facts.signal.colour is SignalColour.OFF
    if facts.crossing_m is not None and unsignalled and facts.crossing_m < CROSSING_M:
        hazard = hazard_of(HazardKind.CROSSING, facts.crossing_m)
        out.append(Demand(slow_above(CROSSING_KMH, v_kmh), Cause.CROSSING, hazard))
    return out


def _behind_cyclist(facts: Facts, range_m: float, v_kmh: float) -> SpeedAdvice:
    """Past with room and slowly; where there is no room, behind."""
    if not right_blocked(facts):
        rule = slow_above if range_m < CYCLIST_SLOW_M else hold_above
        return rule(CYCLIST_KMH, v_kmh)
    if range_m < CYCLIST_STOP_M:
        return SpeedAdvice.STOP
    if range_m < max(CYCLIST_GAP_S * v_kmh / 3.6, 2 * CYCLIST_STOP_M):
        return slow_or_hold(CYCLIST_FOLLOW_KMH, v_kmh)
    return slow_or_hold(CYCLIST_KMH, v_kmh)


def _edge_person(facts: Facts, person: PedestrianFact, v_kmh: float) -> list[Demand]:
    """The first row that fits a person who is not in our way."""
    if in_the_way(person):
        return []
    hazard = hazard_of(HazardKind.PEDESTRIAN, person.range_m, person.side)
    narrow = facts.road is RoadClass.RESIDENTIAL
    beside = person.side is not Side.RIGHT or narrow
    if person.age is Age.CHILD and beside and person.range_m < CHILD_M:
        return [Demand(slow_above(CHILD_KMH, v_kmh), Cause.CHILD, hazard)]
    if person.place is PedestrianPlace.ROAD and person.range_m < SLOW_M:
        speed = slow_above(ROADSIDE_KMH, v_kmh)
        if speed is not SpeedAdvice.DECELERATE and person.range_m < ROADSIDE_HOLD_M:
            speed = SpeedAdvice.KEEP
        return [Demand(speed, Cause.ROADSIDE_PEDESTRIAN, hazard)]
    if person.age is Age.ELDERLY and beside and person.range_m < ELDERLY_M:
        return [Demand(hold_above(ELDERLY_KMH, v_kmh), Cause.ELDERLY, hazard)]
    return []
