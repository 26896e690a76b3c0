"""Rules of advice for other vehicles, works and objects on the road."""

from __future__ import annotations

from vlm_driving.core import HazardKind, SpeedAdvice
from vlm_driving.simulator.advice_terms import (
    WORKS_INTO_M,
    Cause,
    Demand,
    hazard_of,
    hold_above,
    is_standing,
    slow_above,
    slow_or_hold,
    stop_at,
)
from vlm_driving.simulator.advise_path import (
    OBSTACLE_M,
    WORKS_M,
    oncoming_in_way,
    parked_in_way,
    right_blocked,
    waved_on,
    works_block,
)
from vlm_driving.simulator.advise_rules import may_go
from vlm_driving.simulator.fact_types import Facts, LeadFact, Side
from vlm_driving.simulator.scene import RoadClass, VehicleKind

VEHICLE_ROOM_M = 3.0
SIDE_VEHICLE_M, SIDE_VEHICLE_KMH = 30.0, 40.0
OBSTACLE_ROOM_M = 4.0
OBSTACLE_SLOW_KMH = 20.0
SIDE_OBSTACLE_M, SIDE_OBSTACLE_KMH = 25.0, 30.0
JAM_ROOM_M = 4.0
HOLD_GAP_S, SLOW_GAP_S, STOP_GAP_S, STOP_GAP_M = 3.0, 1.5, 0.5, 2.0
BRAKING_SLOW_GAP_S, BRAKING_STOP_GAP_S = 3.5, 1.2
HOLD_GAP_M = 8.0
"""Never speed up towards a vehicle nearer than this."""
STANDING_GAP_M, STANDING_BRAKING_GAP_M = 6.0, 20.0
WORKS_ROOM_M = 5.0
WORKS_SLOW_KMH = 30.0
WORKS_BESIDE_M, WORKS_BESIDE_KMH = 30.0, 40.0
WORKS_ONCOMING_M = 60.0
PARKED_STOP_M, PARKED_SLOW_M, PARKED_KMH = 12.0, 20.0, 30.0
BLOCKED_KMH = 15.0
HIDDEN_M, HIDDEN_KMH = 25.0, 25.0
HIDING = (VehicleKind.VAN, VehicleKind.TRUCK, VehicleKind.BUS)
"""Parked vehicles of these kinds are too high to look over."""
ENCROACHING_KMH = 15.0


def in_our_way(facts: Facts, v_kmh: float) -> list[Demand]:
    """Vehicles that come from the side, and fallen objects."""
    out: list[Demand] = []
    crossing = facts.crossing_vehicle
    if crossing is not None and crossing.in_lane:
        speed = stop_at(crossing.range_m - VEHICLE_ROOM_M, v_kmh)
        if speed is not None:
            hazard = hazard_of(HazardKind.CROSSING_VEHICLE, crossing.range_m)
            out.append(Demand(speed, Cause.CROSSING_VEHICLE, hazard))
    elif crossing is not None and crossing.range_m < SIDE_VEHICLE_M and not may_go(facts):
        hazard = hazard_of(HazardKind.CROSSING_VEHICLE, crossing.range_m, crossing.side)
        out.append(Demand(slow_above(SIDE_VEHICLE_KMH, v_kmh), Cause.SIDE_VEHICLE, hazard))
    thing = facts.obstacle
    if thing is None:
        return out
    hazard = hazard_of(HazardKind.OBSTACLE, thing.range_m, thing.side)
    if thing.side is not Side.CENTER:
        if thing.range_m < SIDE_OBSTACLE_M:
            slow = slow_above(SIDE_OBSTACLE_KMH, v_kmh)
            out.append(Demand(slow, Cause.SIDE_OBSTACLE, hazard))
    elif thing.range_m < OBSTACLE_M:
        wish: SpeedAdvice | None = slow_above(OBSTACLE_SLOW_KMH, v_kmh)
        if right_blocked(facts):
            wish = stop_at(thing.range_m - OBSTACLE_ROOM_M, v_kmh)
        if wish is not None:
            out.append(Demand(wish, Cause.OBSTACLE, hazard))
    return out


def traffic(facts: Facts, v_kmh: float) -> list[Demand]:
    """Vehicles of our direction, works, parked and oncoming vehicles."""
    return (
        _ahead(facts, v_kmh)
        + _works(facts, v_kmh)
        + _parked(facts, v_kmh)
        + _oncoming(facts, v_kmh)
    )


def _ahead(facts: Facts, v_kmh: float) -> list[Demand]:
    lead = facts.lead
    if lead is None:
        return []
    out: list[Demand] = []
    hazard = hazard_of(HazardKind.VEHICLE_AHEAD, lead.range_m)
    if facts.jam and not is_standing(v_kmh):
        speed = stop_at(lead.range_m - JAM_ROOM_M, v_kmh)
        if speed is not None:
            out.append(Demand(speed, Cause.JAM, hazard))
    wish = _gap(lead, v_kmh)
    if wish is not None:
        out.append(Demand(wish, Cause.LEAD, hazard))
    return out


def _gap(lead: LeadFact, v_kmh: float) -> SpeedAdvice | None:
    """What the gap to the vehicle ahead asks for (art. 26)."""
    gap, braking, v = lead.range_m, bool(lead.braking), v_kmh / 3.6
    if is_standing(v_kmh):
        held = gap < (STANDING_BRAKING_GAP_M if braking else STANDING_GAP_M)
        return SpeedAdvice.STOP if held else None
    if gap <= STOP_GAP_S * v + STOP_GAP_M or (braking and gap <= BRAKING_STOP_GAP_S * v):
        return SpeedAdvice.STOP
    if gap < SLOW_GAP_S * v or (braking and gap <= BRAKING_SLOW_GAP_S * v):
        return SpeedAdvice.DECELERATE
    if braking or gap < max(HOLD_GAP_S * v, HOLD_GAP_M):
        return SpeedAdvice.KEEP
    return None


def _works(facts: Facts, v_kmh: float) -> list[Demand]:
    works = facts.works
    if works is None or works.range_m >= WORKS_M:
        return []
    hazard = hazard_of(HazardKind.ROADWORK, works.range_m, works.side)
    if works.overlap_m <= WORKS_INTO_M:
        if works.range_m >= WORKS_BESIDE_M:
            return []
        return [Demand(slow_above(WORKS_BESIDE_KMH, v_kmh), Cause.WORKS, hazard)]
    speed: SpeedAdvice | None = slow_above(WORKS_SLOW_KMH, v_kmh)
    if works_block(facts) and _no_way_past(facts):
        speed = stop_at(works.range_m - WORKS_ROOM_M, v_kmh)
    return [] if speed is None else [Demand(speed, Cause.WORKS, hazard)]


def _no_way_past(facts: Facts) -> bool:
    """Whether the way past a closed lane is taken: it needs longer than round a car."""
    oncoming = facts.oncoming
    if facts.lanes == 1 and not waved_on(facts):
        return oncoming is not None and oncoming.range_m < WORKS_ONCOMING_M
    return right_blocked(facts)


def _parked(facts: Facts, v_kmh: float) -> list[Demand]:
    parked = facts.parked
    if parked is None:
        return []
    out: list[Demand] = []
    standing = is_standing(v_kmh)
    near = parked.range_m < PARKED_STOP_M
    hazard = hazard_of(HazardKind.PARKED, parked.range_m, Side.LEFT)
    if parked_in_way(facts):
        if right_blocked(facts):
            if near:
                speed = SpeedAdvice.STOP
            else:
                speed = SpeedAdvice.KEEP if standing else slow_or_hold(BLOCKED_KMH, v_kmh)
        else:
            rule = slow_above if parked.range_m < PARKED_SLOW_M else hold_above
            speed = rule(PARKED_KMH, v_kmh)
        out.append(Demand(speed, Cause.PARKED, hazard))
    people_about = facts.road is not RoadClass.EXPRESSWAY
    if parked.kind in HIDING and parked.range_m < HIDDEN_M and people_about:
        out.append(Demand(slow_above(HIDDEN_KMH, v_kmh), Cause.HIDDEN, hazard))
    return out


def _oncoming(facts: Facts, v_kmh: float) -> list[Demand]:
    oncoming = facts.oncoming
    if oncoming is None or not oncoming_in_way(facts):
        return []
    hazard = hazard_of(HazardKind.ONCOMING, oncoming.range_m)
    speed = slow_or_hold(ENCROACHING_KMH, v_kmh)
    if is_standing(v_kmh):
        speed = SpeedAdvice.STOP
    return [Demand(speed, Cause.ENCROACHING, hazard)]
