"""The measures and names that the rules of advice use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vlm_driving.core import Advice, Hazard, HazardKind, HazardRange, HazardSide, SpeedAdvice
from vlm_driving.simulator.fact_types import (
    CyclistFact,
    Facts,
    PedestrianFact,
    Side,
)
from vlm_driving.simulator.scene import CyclistPlace, Light, PedestrianPlace, RoadClass, Weather

ASSUMED_SPEED_KMH = {
    RoadClass.RESIDENTIAL: 30.0,
    RoadClass.STREET: 40.0,
    RoadClass.ARTERIAL: 50.0,
    RoadClass.EXPRESSWAY: 80.0,
}
"""The ego's speed where it is not known, by the road's class."""
STANDING_KMH = 3.0
"""Below this the ego stands."""
NEAR_M = 15.0
MID_M = 35.0
MAX_HAZARDS = 3
WATCH_M = 20.0
"""People and cyclists nearer than this are hazards whatever they do."""
CLOSE_M = 8.0
"""A stop distance counts as this at least."""
REACTION_S = 1.0
BRAKING_MPS2 = 2.5
EARLY = 1.5
"""Slow down from this many stop distances on."""
SLOW_MARGIN_KMH = 8.0
"""A speed this much below the one to aim at is too slow."""
PENDING_M = 45.0
"""A standing ego stays for what it must stop for within this distance."""

IN_LANE_M = -0.3
"""A parked vehicle with this overlap leaves less than a metre beside the ego."""
WORKS_INTO_M, WORKS_BLOCK_M = 0.2, 1.2
"""Overlap from which on works reach into our lane, and from which on they block it."""

CARE = {
    SpeedAdvice.STOP: 3,
    SpeedAdvice.DECELERATE: 2,
    SpeedAdvice.KEEP: 1,
    SpeedAdvice.ACCELERATE: 0,
}

AIM_KMH = {
    RoadClass.RESIDENTIAL: 30.0,
    RoadClass.STREET: 40.0,
    RoadClass.ARTERIAL: 60.0,
    RoadClass.EXPRESSWAY: 80.0,
}
MIN_AIM_KMH = 20.0
FOG_FACTOR, SNOW_FACTOR = 0.7, 0.6
RAIN_LESS_KMH = NIGHT_LESS_KMH = 10.0
CURVE_AIM_KMH = {
    RoadClass.RESIDENTIAL: 20.0,
    RoadClass.STREET: 35.0,
    RoadClass.ARTERIAL: 45.0,
    RoadClass.EXPRESSWAY: 70.0,
}
TUNNEL_AIM_KMH = 60.0


class Cause(str, Enum):
    """Why a speed or a path was asked for: one a rule of the table in `advise`."""

    PEDESTRIAN = "pedestrian"
    """On the crossing, or on the road in our path."""
    CYCLIST_CROSSING = "cyclist_crossing"
    """A cyclist crosses, or rides in our path across."""
    FLAGGER_HOLD = "flagger_hold"
    FLAGGER_PROCEED = "flagger_proceed"
    RAILWAY_CLOSED = "railway_closed"
    RAILWAY = "railway"
    """An open level crossing: stop before it and check, then go."""
    RED = "red"
    RED_ARROW = "red_arrow"
    """Red, with an arrow lit that is not for us (left or right only)."""
    GREEN_ARROW = "green_arrow"
    """Red, with the straight arrow lit: go on."""
    YELLOW = "yellow"
    SIGNAL_OFF = "signal_off"
    STOP_SIGN = "stop_sign"
    CROSSING_VEHICLE = "crossing_vehicle"
    """It stands in our lane, or comes into it."""
    SIDE_VEHICLE = "side_vehicle"
    """It waits at the side of our lane, or has cleared it."""
    OBSTACLE = "obstacle"
    """In our path."""
    SIDE_OBSTACLE = "side_obstacle"
    WAITING = "waiting"
    JAM = "jam"
    LEAD = "lead"
    WORKS = "works"
    PARKED = "parked"
    ENCROACHING = "encroaching"
    CYCLIST = "cyclist"
    """At the edge of our lane, going our way or coming."""
    ROADSIDE_PEDESTRIAN = "roadside_pedestrian"
    CHILD = "child"
    """A child near the road's edge may run out."""
    ELDERLY = "elderly"
    """An old person near the road's edge."""
    HIDDEN = "hidden"
    """A parked truck, bus or van hides who may step out behind it."""
    CROSSING = "crossing"
    CURVE = "curve"
    TUNNEL = "tunnel"
    SPEED_LIMIT = "speed_limit"
    """Faster than the sign allows."""
    SIGHT = "sight"
    """Too fast for fog, snow, rain or the dark."""
    TOO_FAST = "too_fast"
    """Too fast for the road (no sign, good sight)."""
    AT_SPEED = "at_speed"
    CLEAR = "clear"
    DRIFT = "drift"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Demand:
    """One rule's wish, and the hazard behind it (None: no thing asks for it)."""

    speed: SpeedAdvice
    cause: Cause
    hazard: Hazard | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Advice and why: the cause of its speed and of its path."""

    advice: Advice
    speed_cause: Cause
    path_cause: Cause


def hazard_range(range_m: float) -> HazardRange:
    """Near below 15 m, mid below 35 m, far beyond."""
    if range_m < NEAR_M:
        return HazardRange.NEAR
    return HazardRange.MID if range_m < MID_M else HazardRange.FAR


def stop_distance_m(speed_kmh: float) -> float:
    """One second of travel, then 2.5 m/s2."""
    v = speed_kmh / 3.6
    return v * REACTION_S + v * v / (2.0 * BRAKING_MPS2)


def is_standing(speed_kmh: float) -> bool:
    """Whether the ego stands."""
    return speed_kmh < STANDING_KMH


def reach_m(speed_kmh: float) -> float:
    """The stop distance that rules use: 8 m at least."""
    return max(stop_distance_m(speed_kmh), CLOSE_M)


def stop_at(point_m: float, speed_kmh: float) -> SpeedAdvice | None:
    """What a stop `point_m` ahead asks for; None: nothing (standing, and it is far)."""
    if is_standing(speed_kmh):
        return SpeedAdvice.STOP if point_m <= PENDING_M else None
    reach = reach_m(speed_kmh)
    if point_m <= reach:
        return SpeedAdvice.STOP
    return SpeedAdvice.DECELERATE if point_m <= EARLY * reach else SpeedAdvice.KEEP


def hold_above(limit_kmh: float, speed_kmh: float) -> SpeedAdvice:
    """KEEP from a little below `limit_kmh` on; slower than that nothing (ACCELERATE)."""
    hold = speed_kmh > limit_kmh - SLOW_MARGIN_KMH
    return SpeedAdvice.KEEP if hold else SpeedAdvice.ACCELERATE


def slow_above(limit_kmh: float, speed_kmh: float) -> SpeedAdvice:
    """Slower if faster than `limit_kmh`, hold a little below it, else nothing."""
    if speed_kmh > limit_kmh:
        return SpeedAdvice.DECELERATE
    return hold_above(limit_kmh, speed_kmh)


def slow_or_hold(limit_kmh: float, speed_kmh: float) -> SpeedAdvice:
    """Slower if faster than `limit_kmh`, else hold at any speed."""
    return SpeedAdvice.DECELERATE if speed_kmh > limit_kmh else SpeedAdvice.KEEP


def hazard_of(kind: HazardKind, range_m: float, side: Side = Side.CENTER) -> Hazard:
    """A hazard as the report names it."""
    return Hazard(kind, HazardSide(side.value), hazard_range(range_m))


def road_aim_kmh(facts: Facts) -> float:
    """The speed that suits the road: the sign's limit, else the road class; less in a bend."""
    aim = AIM_KMH[facts.road] if facts.speed_limit_kmh is None else float(facts.speed_limit_kmh)
    if facts.curve is not None:
        aim = min(aim, CURVE_AIM_KMH[facts.road])
    if facts.tunnel:
        aim = min(aim, TUNNEL_AIM_KMH)
    return aim


def aim_kmh(facts: Facts) -> float:
    """The speed that suits the road, the light and the weather."""
    aim = road_aim_kmh(facts)
    if facts.weather is Weather.FOG:
        aim *= FOG_FACTOR
    elif facts.weather is Weather.SNOW:
        aim *= SNOW_FACTOR
    elif facts.weather is Weather.RAIN and not facts.tunnel:
        aim -= RAIN_LESS_KMH
    if facts.light is Light.NIGHT and not facts.tunnel:
        aim -= NIGHT_LESS_KMH
    return max(aim, MIN_AIM_KMH)


def in_the_way(person: PedestrianFact) -> bool:
    """On a crossing anywhere, or on the road in the middle of our lane."""
    if person.place is PedestrianPlace.CROSSING:
        return True
    return person.place is PedestrianPlace.ROAD and person.side is Side.CENTER


def cyclist_in_the_way(cyclist: CyclistFact) -> bool:
    """Crossing the road, wherever on it."""
    return cyclist.place is CyclistPlace.CROSSING
