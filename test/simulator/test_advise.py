"""Advice as a table: what shows, how fast the ego is, what a careful driver does, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vlm_driving.core import HazardKind, HazardRange, HazardSide, PathAdvice, SpeedAdvice
from vlm_driving.simulator import advise, decide
from vlm_driving.simulator.advice_terms import (
    Cause,
    aim_kmh,
    hazard_range,
    stop_distance_m,
)
from vlm_driving.simulator.fact_types import (
    CrossVehicleFact,
    CyclistFact,
    Facts,
    FlaggerFact,
    LeadFact,
    ObstacleFact,
    Offset,
    OncomingFact,
    ParkedFact,
    PedestrianFact,
    RailwayFact,
    Side,
    SignalFact,
    WorksFact,
)
from vlm_driving.simulator.scene import (
    Age,
    Arrow,
    BlindKind,
    CyclistPlace,
    Gesture,
    Light,
    ObstacleKind,
    PedestrianPlace,
    RoadClass,
    SignalColour,
    VehicleKind,
    Weather,
)

ROAD = Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, lanes=1)
NARROW = replace(ROAD, road=RoadClass.RESIDENTIAL)
WIDE = replace(ROAD, road=RoadClass.ARTERIAL, lanes=2)
FAST = replace(ROAD, road=RoadClass.EXPRESSWAY, lanes=2)


def signal(colour: str, range_m: float, *arrows: Arrow) -> SignalFact:
    return SignalFact(SignalColour(colour), range_m, arrows)


def lead(range_m: float, braking: bool | None = False) -> LeadFact:
    return LeadFact(range_m, VehicleKind.SEDAN, braking)


def person(
    place: str, range_m: float, side: str = "center", age: Age | None = None
) -> PedestrianFact:
    return PedestrianFact(range_m, Side(side), PedestrianPlace(place), age)


def with_person(place: str, range_m: float, side: str = "left", age: Age | None = None) -> Facts:
    return replace(ROAD, pedestrians=(person(place, range_m, side, age),))


def with_cyclist(place: str, range_m: float, side: str = "left") -> Facts:
    return replace(ROAD, cyclists=(CyclistFact(range_m, Side(side), CyclistPlace(place)),))


def with_crosser(range_m: float, in_lane: bool) -> Facts:
    return replace(
        ROAD, crossing_vehicle=CrossVehicleFact(range_m, Side.LEFT, VehicleKind.KEI, in_lane)
    )


def with_obstacle(range_m: float, side: str = "center") -> Facts:
    return replace(ROAD, obstacle=ObstacleFact(range_m, Side(side), ObstacleKind.BOX))


def with_works(range_m: float, side: str, overlap_m: float) -> Facts:
    return replace(ROAD, works=WorksFact(range_m, Side(side), overlap_m))


def oncoming(facts: Facts, range_m: float, encroaching: bool = False) -> Facts:
    return replace(facts, oncoming=OncomingFact(range_m, encroaching))


RED_20 = replace(ROAD, signal=signal("red", 20.0), stop_line_m=10.0)
RED_40 = replace(ROAD, signal=signal("red", 40.0))
RED_LEFT = replace(ROAD, signal=signal("red", 20.0, Arrow.LEFT))
RED_STRAIGHT = replace(ROAD, signal=signal("red", 20.0, Arrow.LEFT, Arrow.STRAIGHT))
YELLOW_40 = replace(ROAD, signal=signal("yellow", 40.0))
YELLOW_20 = replace(ROAD, signal=signal("yellow", 20.0))
GREEN = replace(ROAD, signal=signal("green", 25.0))
OFF = replace(ROAD, signal=signal("off", 25.0))
CROSSER = replace(ROAD, pedestrians=(person("crossing", 20.0),), crossing_m=18.0)
WAITER = replace(ROAD, pedestrians=(person("waiting", 20.0, "left"),), crossing_m=18.0)
PARKED = replace(ROAD, parked=ParkedFact(18.0, 0.8))
PARKED_FAR = replace(ROAD, parked=ParkedFact(30.0, 0.8))
PARKED_OFF = replace(ROAD, parked=ParkedFact(18.0, -0.6))
PARKED_VAN = replace(ROAD, parked=ParkedFact(22.0, -0.6, VehicleKind.VAN))
BLOCKED = oncoming(PARKED_FAR, 25.0)
BLOCKED_NEAR = replace(BLOCKED, parked=ParkedFact(10.0, 0.8))
ENCROACHING = oncoming(ROAD, 20.0, True)
NIGHT_RAIN = replace(ROAD, light=Light.NIGHT, weather=Weather.RAIN)
HOLD = replace(ROAD, flagger=FlaggerFact(25.0, Gesture.HOLD))
WAVE = replace(ROAD, flagger=FlaggerFact(25.0, Gesture.PROCEED))
RAILS = replace(ROAD, railway=RailwayFact(20.0, False))
RAILS_SHUT = replace(ROAD, railway=RailwayFact(20.0, True))
STOP_SIGN = replace(ROAD, road=RoadClass.RESIDENTIAL, stop_sign_m=14.0)
JAM = replace(ROAD, lead=lead(30.0), jam=True)


@pytest.mark.parametrize(
    ("facts", "speed_kmh", "speed", "path", "cause"),
    [
        # the road alone
        (ROAD, None, "KEEP", "KEEP", "at_speed"),
        (ROAD, 20.0, "ACCELERATE", "KEEP", "clear"),
        (ROAD, 60.0, "DECELERATE", "KEEP", "too_fast"),
        (ROAD, 0.0, "ACCELERATE", "KEEP", "clear"),
        (NARROW, None, "KEEP", "KEEP", "at_speed"),
        (NARROW, 45.0, "DECELERATE", "KEEP", "too_fast"),
        (WIDE, None, "ACCELERATE", "KEEP", "clear"),
        (FAST, None, "KEEP", "KEEP", "at_speed"),
        (FAST, 60.0, "ACCELERATE", "KEEP", "clear"),
        (replace(FAST, weather=Weather.FOG), None, "DECELERATE", "KEEP", "sight"),
        (replace(FAST, weather=Weather.SNOW), None, "DECELERATE", "KEEP", "sight"),
        (NIGHT_RAIN, 45.0, "DECELERATE", "KEEP", "sight"),
        (replace(ROAD, speed_limit_kmh=30), None, "DECELERATE", "KEEP", "speed_limit"),
        (replace(ROAD, speed_limit_kmh=60), None, "ACCELERATE", "KEEP", "clear"),
        (replace(WIDE, curve=Side.LEFT), 60.0, "DECELERATE", "KEEP", "curve"),
        (replace(WIDE, curve=Side.LEFT), 45.0, "KEEP", "KEEP", "at_speed"),
        (replace(ROAD, tunnel_ahead_m=30.0), 35.0, "KEEP", "KEEP", "tunnel"),
        (replace(FAST, tunnel=True), 65.0, "KEEP", "KEEP", "at_speed"),
        # signals
        (RED_20, None, "STOP", "KEEP", "red"),
        (RED_20, 0.0, "STOP", "KEEP", "red"),
        (RED_40, None, "STOP", "KEEP", "red"),
        (RED_40, 25.0, "KEEP", "KEEP", "red"),
        (RED_40, 32.0, "DECELERATE", "KEEP", "red"),
        (RED_40, 15.0, "KEEP", "KEEP", "red"),
        (RED_LEFT, None, "STOP", "KEEP", "red_arrow"),
        (RED_STRAIGHT, None, "KEEP", "KEEP", "green_arrow"),
        (RED_STRAIGHT, 0.0, "ACCELERATE", "KEEP", "green_arrow"),
        (YELLOW_40, 32.0, "DECELERATE", "KEEP", "yellow"),
        (YELLOW_40, None, "STOP", "KEEP", "yellow"),
        (YELLOW_20, None, "KEEP", "KEEP", "yellow"),
        (GREEN, None, "KEEP", "KEEP", "at_speed"),
        (GREEN, 0.0, "ACCELERATE", "KEEP", "clear"),
        (OFF, None, "DECELERATE", "KEEP", "signal_off"),
        (OFF, 15.0, "KEEP", "KEEP", "signal_off"),
        # flagger, level crossing, stop sign
        (HOLD, None, "STOP", "KEEP", "flagger_hold"),
        (replace(HOLD, signal=signal("green", 30.0)), None, "STOP", "KEEP", "flagger_hold"),
        (HOLD, 0.0, "STOP", "KEEP", "flagger_hold"),
        (WAVE, None, "DECELERATE", "KEEP", "flagger_proceed"),
        (replace(WAVE, signal=signal("red", 30.0)), 15.0, "KEEP", "KEEP", "flagger_proceed"),
        (RAILS, None, "STOP", "KEEP", "railway"),
        (RAILS, 0.0, "ACCELERATE", "KEEP", "clear"),
        (replace(RAILS, lead=lead(27.0)), 0.0, "STOP", "KEEP", "railway"),
        (RAILS_SHUT, None, "STOP", "KEEP", "railway_closed"),
        (RAILS_SHUT, 0.0, "STOP", "KEEP", "railway_closed"),
        (STOP_SIGN, None, "STOP", "KEEP", "stop_sign"),
        (replace(STOP_SIGN, stop_line_m=24.0), 28.0, "DECELERATE", "KEEP", "stop_sign"),
        (STOP_SIGN, 0.0, "ACCELERATE", "KEEP", "clear"),
        # people
        (CROSSER, None, "STOP", "KEEP", "pedestrian"),
        (CROSSER, 22.0, "DECELERATE", "KEEP", "pedestrian"),
        (CROSSER, 10.0, "KEEP", "KEEP", "pedestrian"),
        (CROSSER, 0.0, "STOP", "KEEP", "pedestrian"),
        (replace(CROSSER, signal=signal("green", 30.0)), None, "STOP", "KEEP", "pedestrian"),
        (WAITER, None, "DECELERATE", "KEEP", "waiting"),
        (WAITER, 0.0, "STOP", "KEEP", "waiting"),
        (with_person("waiting", 12.0), None, "STOP", "KEEP", "waiting"),
        (replace(WAITER, signal=signal("green", 30.0)), None, "KEEP", "KEEP", "at_speed"),
        (replace(ROAD, crossing_m=18.0), 35.0, "KEEP", "KEEP", "crossing"),
        (replace(ROAD, crossing_m=18.0), 10.0, "ACCELERATE", "KEEP", "clear"),
        (replace(ROAD, crossing_m=18.0), 45.0, "DECELERATE", "KEEP", "crossing"),
        (with_person("pavement", 10.0), None, "KEEP", "KEEP", "at_speed"),
        (with_person("pavement", 20.0, "left", Age.CHILD), None, "DECELERATE", "KEEP", "child"),
        (with_person("pavement", 20.0, "right", Age.CHILD), None, "KEEP", "KEEP", "at_speed"),
        (with_person("pavement", 15.0, "left", Age.ELDERLY), 35.0, "KEEP", "KEEP", "elderly"),
        (with_person("road", 15.0), None, "DECELERATE", "SHIFT_RIGHT", "roadside_pedestrian"),
        # cyclists
        (with_cyclist("crossing", 25.0), None, "STOP", "KEEP", "cyclist_crossing"),
        (with_cyclist("lane", 20.0), None, "DECELERATE", "SHIFT_RIGHT", "cyclist"),
        (with_cyclist("lane", 35.0), None, "KEEP", "SHIFT_RIGHT", "cyclist"),
        (oncoming(with_cyclist("lane", 12.0), 30.0), 35.0, "DECELERATE", "KEEP", "cyclist"),
        (oncoming(with_cyclist("lane", 3.5), 30.0), 15.0, "STOP", "KEEP", "cyclist"),
        (with_cyclist("oncoming", 20.0, "right"), None, "KEEP", "KEEP", "at_speed"),
        (with_cyclist("pavement", 20.0), None, "KEEP", "KEEP", "at_speed"),
        # vehicles from the side, objects
        (with_crosser(20.0, True), None, "STOP", "KEEP", "crossing_vehicle"),
        (with_crosser(20.0, True), 22.0, "DECELERATE", "KEEP", "crossing_vehicle"),
        (with_crosser(20.0, False), 35.0, "KEEP", "KEEP", "side_vehicle"),
        (with_crosser(20.0, False), 45.0, "DECELERATE", "KEEP", "side_vehicle"),
        (with_obstacle(20.0), None, "DECELERATE", "SHIFT_RIGHT", "obstacle"),
        (oncoming(with_obstacle(20.0), 30.0), None, "STOP", "KEEP", "obstacle"),
        (with_obstacle(20.0, "left"), None, "DECELERATE", "KEEP", "side_obstacle"),
        # the vehicle ahead
        (replace(ROAD, lead=lead(50.0)), 25.0, "ACCELERATE", "KEEP", "clear"),
        (replace(ROAD, lead=lead(20.0)), 30.0, "KEEP", "KEEP", "lead"),
        (replace(ROAD, lead=lead(14.0)), None, "DECELERATE", "KEEP", "lead"),
        (replace(ROAD, lead=lead(6.0)), None, "STOP", "KEEP", "lead"),
        (replace(ROAD, lead=lead(30.0, True)), None, "DECELERATE", "KEEP", "lead"),
        (replace(ROAD, lead=lead(30.0, True)), 10.0, "KEEP", "KEEP", "lead"),
        (replace(ROAD, lead=lead(12.0, True)), None, "STOP", "KEEP", "lead"),
        (replace(ROAD, lead=lead(5.0)), 0.0, "STOP", "KEEP", "lead"),
        (replace(ROAD, lead=lead(10.0, True)), 0.0, "STOP", "KEEP", "lead"),
        (replace(ROAD, lead=lead(10.0)), 0.0, "ACCELERATE", "KEEP", "clear"),
        (JAM, None, "STOP", "KEEP", "jam"),
        (replace(JAM, lead=lead(50.0)), None, "DECELERATE", "KEEP", "jam"),
        # road works
        (with_works(20.0, "left", 1.0), None, "DECELERATE", "SHIFT_RIGHT", "works"),
        (with_works(20.0, "right", 1.0), 25.0, "KEEP", "SHIFT_LEFT", "works"),
        (with_works(20.0, "left", 0.0), 45.0, "DECELERATE", "KEEP", "works"),
        (oncoming(with_works(20.0, "left", 2.0), 50.0), None, "STOP", "KEEP", "works"),
        (with_works(20.0, "left", 2.0), 25.0, "KEEP", "SHIFT_RIGHT", "works"),
        # parked and oncoming vehicles
        (PARKED, None, "DECELERATE", "SHIFT_RIGHT", "parked"),
        (PARKED, 25.0, "KEEP", "SHIFT_RIGHT", "parked"),
        (PARKED, 10.0, "ACCELERATE", "SHIFT_RIGHT", "clear"),
        (PARKED_FAR, None, "KEEP", "SHIFT_RIGHT", "parked"),
        (replace(PARKED_FAR, offset=Offset.RIGHT), None, "KEEP", "KEEP", "parked"),
        (PARKED_OFF, None, "KEEP", "KEEP", "at_speed"),
        (PARKED_VAN, None, "DECELERATE", "KEEP", "hidden"),
        (BLOCKED, None, "DECELERATE", "KEEP", "parked"),
        (BLOCKED_NEAR, None, "STOP", "KEEP", "parked"),
        (BLOCKED_NEAR, 0.0, "STOP", "KEEP", "parked"),
        (ENCROACHING, None, "DECELERATE", "SHIFT_LEFT", "encroaching"),
        (ENCROACHING, 0.0, "STOP", "KEEP", "encroaching"),
        (replace(ENCROACHING, parked=PARKED.parked), 10.0, "KEEP", "KEEP", "parked"),
        (oncoming(ROAD, 20.0), None, "KEEP", "KEEP", "at_speed"),
        # drifting
        (replace(ROAD, offset=Offset.LEFT), None, "KEEP", "SHIFT_RIGHT", "at_speed"),
        (replace(ROAD, offset=Offset.RIGHT), None, "KEEP", "SHIFT_LEFT", "at_speed"),
        (replace(RED_20, offset=Offset.RIGHT), None, "STOP", "KEEP", "red"),
        (replace(RED_20, offset=Offset.RIGHT), 0.0, "STOP", "KEEP", "red"),
    ],
)  # fmt: skip
def test_advice(facts: Facts, speed_kmh: float | None, speed: str, path: str, cause: str) -> None:
    decision = decide(facts, speed_kmh)
    advice = decision.advice
    assert (advice.speed.value, advice.path.value, decision.speed_cause.value) == (
        speed,
        path,
        cause,
    )
    assert advice.confidence == 1.0


def test_each_cause_of_speed_has_a_row() -> None:
    """The table above names each cause but those that are of the path alone."""
    rows = test_advice.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {c.value for c in Cause} - {row[-1] for row in rows} == {"drift", "none"}


def test_a_yellow_signal_and_a_parked_car_are_both_causes() -> None:
    decision = decide(replace(YELLOW_20, parked=PARKED.parked), 25.0)
    assert decision.path_cause is Cause.PARKED
    assert {h.kind for h in decision.advice.hazards} == {HazardKind.SIGNAL, HazardKind.PARKED}


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


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (HOLD, HazardKind.FLAGGER),
        (with_crosser(20.0, False), HazardKind.CROSSING_VEHICLE),
        (RAILS, HazardKind.RAILWAY),
        (STOP_SIGN, HazardKind.STOP_SIGN),
        (with_cyclist("pavement", 12.0), HazardKind.CYCLIST),
        (with_works(20.0, "right", 0.0), HazardKind.ROADWORK),
        (with_obstacle(20.0, "left"), HazardKind.OBSTACLE),
        (with_person("pavement", 12.0), HazardKind.PEDESTRIAN),
    ],
)
def test_a_thing_to_mind_is_a_hazard_even_at_standstill(facts: Facts, kind: HazardKind) -> None:
    assert kind in {h.kind for h in advise(facts, None).hazards}
    assert kind in {h.kind for h in advise(facts, 0.0).hazards}


def test_a_free_road_has_no_hazards() -> None:
    for facts in (ROAD, GREEN, oncoming(ROAD, 20.0), with_cyclist("pavement", 21.0)):
        assert advise(facts, None).hazards == ()


def test_a_blind_picture_has_no_advice() -> None:
    with pytest.raises(ValueError, match="blind"):
        decide(replace(ROAD, blind=BlindKind.MUD), None)


@pytest.mark.parametrize(("range_m", "name"), [(14.9, "near"), (15.0, "mid"), (35.0, "far")])
def test_hazard_ranges(range_m: float, name: str) -> None:
    assert hazard_range(range_m).value == name


def test_stop_distance_at_the_assumed_speed() -> None:
    assert stop_distance_m(40.0) == pytest.approx(35.8, abs=0.1)
    assert advise(RED_40, None) == advise(RED_40, 40.0)


def test_bad_sight_takes_speed_away() -> None:
    assert aim_kmh(replace(WIDE, weather=Weather.SNOW)) < aim_kmh(replace(WIDE, light=Light.NIGHT))
    assert aim_kmh(replace(WIDE, weather=Weather.FOG)) < aim_kmh(WIDE)
    assert aim_kmh(replace(NARROW, weather=Weather.SNOW, light=Light.NIGHT)) == 20.0


def test_a_flagger_who_waves_us_on_keeps_the_way_past_works_free() -> None:
    blocked = replace(
        ROAD, works=WorksFact(12.0, Side.LEFT, 1.8), oncoming=OncomingFact(35.0, False)
    )
    assert advise(blocked, 20.0).speed is SpeedAdvice.STOP
    waved = replace(blocked, flagger=FlaggerFact(11.0, Gesture.PROCEED))
    advice = advise(waved, 20.0)
    assert (advice.speed, advice.path) == (SpeedAdvice.KEEP, PathAdvice.SHIFT_RIGHT)


@pytest.mark.parametrize(("offset", "side"), [("right", "left"), ("left", "right")])
def test_the_way_back_waits_until_the_object_is_passed(offset: str, side: str) -> None:
    # Once: beside a fallen object the advice led back into it.
    passing = replace(with_obstacle(20.0, side), offset=Offset(offset))
    assert advise(passing, 15.0).path is PathAdvice.KEEP
    assert advise(replace(passing, obstacle=None), 15.0).path is not PathAdvice.KEEP


def test_nobody_speeds_up_beside_a_person_on_the_road() -> None:
    beside = with_person("road", 4.0, "right")
    assert advise(beside, 5.0).speed is SpeedAdvice.KEEP
