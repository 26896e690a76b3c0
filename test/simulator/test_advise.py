"""Advice as a table: what shows, how fast the ego is, what a careful driver does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vlm_driving.core import HazardKind, HazardRange, HazardSide
from vlm_driving.simulator import advise, decide
from vlm_driving.simulator.advice_terms import Cause, hazard_range, stop_distance_m
from vlm_driving.simulator.fact_types import (
    Facts,
    LeadFact,
    Offset,
    OncomingFact,
    ParkedFact,
    PedestrianFact,
    Side,
    SignalFact,
)
from vlm_driving.simulator.scene import (
    Light,
    PedestrianPlace,
    SignalColour,
    VehicleKind,
    Weather,
)

ROAD = Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, lanes=1)


def signal(colour: str, range_m: float) -> SignalFact:
    return SignalFact(SignalColour(colour), range_m)


def lead(range_m: float, braking: bool | None = False) -> LeadFact:
    return LeadFact(range_m, VehicleKind.SEDAN, braking)


def person(place: str, range_m: float, side: str = "center") -> PedestrianFact:
    return PedestrianFact(range_m, Side(side), PedestrianPlace(place))


RED_20 = replace(ROAD, signal=signal("red", 20.0), stop_line_m=10.0)
RED_40 = replace(ROAD, signal=signal("red", 40.0))
YELLOW_40 = replace(ROAD, signal=signal("yellow", 40.0))
YELLOW_20 = replace(ROAD, signal=signal("yellow", 20.0))
GREEN = replace(ROAD, signal=signal("green", 25.0))
CROSSER = replace(ROAD, pedestrians=(person("crossing", 20.0),), crossing_m=18.0)
WAITER = replace(ROAD, pedestrians=(person("waiting", 20.0, "left"),), crossing_m=18.0)
PARKED = replace(ROAD, parked=ParkedFact(18.0, 0.8))
PARKED_FAR = replace(ROAD, parked=ParkedFact(30.0, 0.8))
BLOCKED = replace(PARKED_FAR, oncoming=OncomingFact(25.0, False))
BLOCKED_NEAR = replace(BLOCKED, parked=ParkedFact(10.0, 0.8))
ENCROACHING = replace(ROAD, oncoming=OncomingFact(20.0, True))
WIDE = replace(ROAD, lanes=2)
NIGHT_RAIN = replace(ROAD, light=Light.NIGHT, weather=Weather.RAIN)


@pytest.mark.parametrize(
    ("facts", "speed_kmh", "speed", "path"),
    [
        # the road alone: 40 km/h, 60 with two lanes, less in the dark and in rain
        (ROAD, None, "KEEP", "KEEP"),
        (ROAD, 20.0, "ACCELERATE", "KEEP"),
        (ROAD, 60.0, "DECELERATE", "KEEP"),
        (ROAD, 0.0, "ACCELERATE", "KEEP"),
        (WIDE, None, "ACCELERATE", "KEEP"),
        (NIGHT_RAIN, 45.0, "DECELERATE", "KEEP"),
        # signals
        (RED_20, None, "STOP", "KEEP"),
        (RED_20, 0.0, "STOP", "KEEP"),
        (RED_40, None, "STOP", "KEEP"),
        (RED_40, 15.0, "DECELERATE", "KEEP"),
        (YELLOW_40, 20.0, "DECELERATE", "KEEP"),
        (YELLOW_40, None, "STOP", "KEEP"),
        (YELLOW_20, None, "KEEP", "KEEP"),
        (GREEN, None, "KEEP", "KEEP"),
        (GREEN, 0.0, "ACCELERATE", "KEEP"),
        # people
        (CROSSER, None, "STOP", "KEEP"),
        (CROSSER, 10.0, "DECELERATE", "KEEP"),
        (CROSSER, 0.0, "STOP", "KEEP"),
        (replace(CROSSER, signal=signal("green", 30.0)), None, "STOP", "KEEP"),
        (WAITER, None, "DECELERATE", "KEEP"),
        (replace(WAITER, pedestrians=(person("waiting", 12.0, "left"),)), None, "STOP", "KEEP"),
        (replace(WAITER, signal=signal("green", 30.0)), None, "KEEP", "KEEP"),
        (replace(ROAD, crossing_m=18.0), 30.0, "KEEP", "KEEP"),
        (replace(ROAD, crossing_m=18.0), 45.0, "DECELERATE", "KEEP"),
        (replace(ROAD, pedestrians=(person("pavement", 10.0, "left"),)), None, "KEEP", "KEEP"),
        (replace(ROAD, pedestrians=(person("road", 15.0, "left"),)), None, "DECELERATE",
         "SHIFT_RIGHT"),
        # the vehicle ahead
        (replace(ROAD, lead=lead(50.0)), 25.0, "ACCELERATE", "KEEP"),
        (replace(ROAD, lead=lead(20.0)), 30.0, "KEEP", "KEEP"),
        (replace(ROAD, lead=lead(14.0)), None, "DECELERATE", "KEEP"),
        (replace(ROAD, lead=lead(6.0)), None, "STOP", "KEEP"),
        (replace(ROAD, lead=lead(30.0, True)), None, "DECELERATE", "KEEP"),
        (replace(ROAD, lead=lead(12.0, True)), None, "STOP", "KEEP"),
        (replace(ROAD, lead=lead(5.0)), 0.0, "STOP", "KEEP"),
        (replace(ROAD, lead=lead(10.0, True)), 0.0, "STOP", "KEEP"),
        (replace(ROAD, lead=lead(10.0)), 0.0, "ACCELERATE", "KEEP"),
        # parked and oncoming vehicles
        (PARKED, None, "DECELERATE", "SHIFT_RIGHT"),
        (PARKED, 20.0, "KEEP", "SHIFT_RIGHT"),
        (PARKED_FAR, None, "KEEP", "SHIFT_RIGHT"),
        (replace(PARKED_FAR, offset=Offset.RIGHT), None, "KEEP", "KEEP"),
        (BLOCKED, None, "DECELERATE", "KEEP"),
        (BLOCKED_NEAR, None, "STOP", "KEEP"),
        (BLOCKED_NEAR, 0.0, "STOP", "KEEP"),
        (ENCROACHING, None, "DECELERATE", "SHIFT_LEFT"),
        (replace(ROAD, oncoming=OncomingFact(20.0, False)), None, "KEEP", "KEEP"),
        # drifting
        (replace(ROAD, offset=Offset.LEFT), None, "KEEP", "SHIFT_RIGHT"),
        (replace(ROAD, offset=Offset.RIGHT), None, "KEEP", "SHIFT_LEFT"),
        (replace(RED_20, offset=Offset.RIGHT), None, "STOP", "SHIFT_LEFT"),
        (replace(RED_20, offset=Offset.RIGHT), 0.0, "STOP", "KEEP"),
    ],
)  # fmt: skip
def test_advice(facts: Facts, speed_kmh: float | None, speed: str, path: str) -> None:
    advice = advise(facts, speed_kmh)
    assert (advice.speed.value, advice.path.value) == (speed, path)
    assert advice.confidence == 1.0


def test_the_cause_of_the_advice_is_the_first_hazard() -> None:
    busy = replace(
        RED_20,
        lead=lead(30.0),
        pedestrians=(person("crossing", 12.0), person("pavement", 9.0, "left")),
        parked=ParkedFact(25.0, 0.9),
    )
    hazards = advise(busy, None).hazards
    assert len(hazards) == 3
    assert (hazards[0].kind, hazards[0].side, hazards[0].range) == (
        HazardKind.PEDESTRIAN,
        HazardSide.CENTER,
        HazardRange.NEAR,
    )
    assert hazards[1].kind is HazardKind.SIGNAL
    assert decide(busy, None).speed_cause is Cause.PEDESTRIAN


def test_a_free_road_has_no_hazards() -> None:
    assert advise(ROAD, None).hazards == ()
    assert advise(GREEN, None).hazards == ()


@pytest.mark.parametrize(("range_m", "name"), [(14.9, "near"), (15.0, "mid"), (35.0, "far")])
def test_hazard_ranges(range_m: float, name: str) -> None:
    assert hazard_range(range_m).value == name


def test_stop_distance_at_the_assumed_speed() -> None:
    assert stop_distance_m(40.0) == pytest.approx(35.8, abs=0.1)
    assert advise(RED_40, None) == advise(RED_40, 40.0)
