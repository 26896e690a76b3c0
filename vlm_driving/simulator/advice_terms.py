"""The measures and names that the rules of advice use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vlm_driving.core import Advice, HazardRange, SpeedAdvice
from vlm_driving.simulator.fact_types import Facts, PedestrianFact, Side
from vlm_driving.simulator.scene import Light, PedestrianPlace, Weather

ASSUMED_SPEED_KMH = 40.0
STANDING_KMH = 3.0
NEAR_M = 15.0
MID_M = 35.0
MAX_HAZARDS = 3
CLOSE_M = 8.0

CARE = {
    SpeedAdvice.STOP: 3,
    SpeedAdvice.DECELERATE: 2,
    SpeedAdvice.KEEP: 1,
    SpeedAdvice.ACCELERATE: 0,
}


class Cause(str, Enum):
    """Why a speed or a path was asked for."""

    PEDESTRIAN = "pedestrian"
    RED = "red"
    YELLOW = "yellow"
    WAITING = "waiting"
    LEAD = "lead"
    PARKED = "parked"
    ENCROACHING = "encroaching"
    ROADSIDE_PEDESTRIAN = "roadside_pedestrian"
    CROSSING = "crossing"
    TOO_FAST = "too_fast"
    AT_SPEED = "at_speed"
    CLEAR = "clear"
    DRIFT = "drift"
    NONE = "none"


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
    return v + v * v / 5.0


def aim_kmh(facts: Facts) -> float:
    """The speed that suits the road, the light and the weather."""
    aim = 60.0 if facts.lanes > 1 else 40.0
    if facts.light is Light.NIGHT:
        aim -= 10.0
    if facts.weather is Weather.RAIN:
        aim -= 10.0
    return max(aim, 30.0)


def in_the_way(person: PedestrianFact) -> bool:
    """On a crossing anywhere, or on the road in the middle of our lane."""
    if person.place is PedestrianPlace.CROSSING:
        return True
    return person.place is PedestrianPlace.ROAD and person.side is Side.CENTER
