"""Random but possible facts, covering everything that a picture can show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

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

T = TypeVar("T")
LANES = {
    RoadClass.RESIDENTIAL: (1,),
    RoadClass.STREET: (1, 1, 2),
    RoadClass.ARTERIAL: (2, 2, 3),
    RoadClass.EXPRESSWAY: (2, 2, 3),
}
OUTER = (Side.LEFT, Side.RIGHT)
LIMITS = {
    RoadClass.RESIDENTIAL: (20, 30),
    RoadClass.STREET: (30, 40, 50),
    RoadClass.ARTERIAL: (40, 50, 60),
    RoadClass.EXPRESSWAY: (50, 80, 100),
}


def random_facts(rng: np.random.Generator, blind_share: float = 0.04) -> Facts:
    """Facts that may stand together in one picture: mostly a few things, sometimes many.

    `blind_share` of them are of a camera that cannot see.
    """
    if rng.random() < blind_share:
        blind = _pick(rng, tuple(BlindKind))
        return Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, 1, blind=blind)
    road = _pick(rng, tuple(RoadClass))
    return _expressway(rng) if road is RoadClass.EXPRESSWAY else _town(rng, road)


def _town(rng: np.random.Generator, road: RoadClass) -> Facts:
    busy = float(rng.choice([0.35, 0.7, 1.2]))

    def some(share: float) -> bool:
        return bool(rng.random() < share * busy)

    lanes = _pick(rng, LANES[road])
    signal = _signal(rng) if road is not RoadClass.RESIDENTIAL and some(0.4) else None
    railway = None
    if signal is None and some(0.12):
        railway = RailwayFact(_range(rng, 50.0), _flip(rng))
    crossing_m = _range(rng, 45.0) if railway is None and some(0.4) else None
    stop_sign_m = None
    if signal is None and railway is None and road is not RoadClass.ARTERIAL and some(0.25):
        stop_sign_m = _range(rng, 30.0)
    lead = _lead(rng) if some(0.45) else None
    return Facts(
        **_common(rng, road, lanes),
        signal=signal,
        stop_line_m=_range(rng, 35.0) if (signal or stop_sign_m) and some(0.6) else None,
        crossing_m=crossing_m,
        lead=lead,
        oncoming=(
            OncomingFact(_range(rng, 80.0), bool(rng.random() < 0.3), _kind(rng))
            if some(0.35)
            else None
        ),
        parked=ParkedFact(_range(rng, 60.0), _between(rng, 0.0, 1.8), _kind(rng))
        if some(0.3)
        else None,
        pedestrians=_people(rng, crossing_m is not None) if some(0.45) else (),
        other_vehicle_ahead_m=_range(rng, 60.0) if lanes > 1 and some(0.3) else None,
        jam=lead is not None and some(0.2),
        crossing_vehicle=_crosser(rng) if some(0.15) else None,
        cyclists=_cyclists(rng, crossing_m is not None) if some(0.25) else (),
        works=_works(rng) if some(0.15) else None,
        flagger=FlaggerFact(_range(rng, 30.0), _pick(rng, tuple(Gesture))) if some(0.12) else None,
        obstacle=_obstacle(rng) if some(0.12) else None,
        railway=railway,
        stop_sign_m=stop_sign_m,
    )


def _expressway(rng: np.random.Generator) -> Facts:
    busy = float(rng.choice([0.35, 0.7, 1.2]))

    def some(share: float) -> bool:
        return bool(rng.random() < share * busy)

    lead = _lead(rng) if some(0.6) else None
    return Facts(
        **_common(rng, RoadClass.EXPRESSWAY, _pick(rng, LANES[RoadClass.EXPRESSWAY])),
        lead=lead,
        parked=ParkedFact(_range(rng, 60.0), 0.0, _kind(rng)) if some(0.1) else None,
        other_vehicle_ahead_m=_range(rng, 70.0) if some(0.5) else None,
        jam=lead is not None and some(0.25),
        works=_works(rng) if some(0.15) else None,
        flagger=FlaggerFact(_range(rng, 30.0), _pick(rng, tuple(Gesture))) if some(0.06) else None,
        obstacle=_obstacle(rng) if some(0.2) else None,
    )


def _common(rng: np.random.Generator, road: RoadClass, lanes: int) -> dict[str, Any]:
    """Light, weather, tunnel, curve, offset, limit."""
    draw = rng.random()
    inside = bool(draw < 0.06)
    ahead = None if inside or draw > 0.12 else _range(rng, 80.0)
    light = _pick(rng, tuple(Light))
    weather = Weather.CLEAR
    if not inside and light is not Light.BACKLIGHT and rng.random() < 0.4:
        weather = _pick(rng, (Weather.RAIN, Weather.FOG, Weather.SNOW))
    return {
        "light": light,
        "weather": weather,
        "offset": _pick(rng, (Offset.CENTER, Offset.CENTER, Offset.CENTER, *Offset)),
        "lanes": lanes,
        "road": road,
        "tunnel": inside,
        "tunnel_ahead_m": ahead,
        "curve": _pick(rng, OUTER) if rng.random() < 0.15 else None,
        "speed_limit_kmh": _pick(rng, LIMITS[road]) if rng.random() < 0.15 else None,
    }


def _pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


def _flip(rng: np.random.Generator) -> bool:
    return bool(rng.random() < 0.5)


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def _range(rng: np.random.Generator, far: float, near: float = 3.0) -> float:
    """Near things more often than far ones."""
    return near * math.exp(float(rng.random()) * math.log(far / near))


def _kind(rng: np.random.Generator) -> VehicleKind:
    return _pick(rng, tuple(VehicleKind))


def _lead(rng: np.random.Generator) -> LeadFact:
    return LeadFact(_range(rng, 80.0), _kind(rng), _pick(rng, (True, False, None)))


def _signal(rng: np.random.Generator) -> SignalFact:
    colour = _pick(rng, (SignalColour.RED, SignalColour.RED, SignalColour.GREEN, *SignalColour))
    arrows: tuple[Arrow, ...] = ()
    if colour is SignalColour.RED and rng.random() < 0.4:
        arrows = _pick(
            rng,
            (
                (Arrow.LEFT,),
                (Arrow.STRAIGHT,),
                (Arrow.RIGHT,),
                (Arrow.LEFT, Arrow.STRAIGHT),
                (Arrow.LEFT, Arrow.STRAIGHT, Arrow.RIGHT),
            ),
        )
    return SignalFact(colour, _range(rng, 60.0, 8.0), arrows)


def _people(rng: np.random.Generator, crossing: bool) -> tuple[PedestrianFact, ...]:
    places = [PedestrianPlace.PAVEMENT, PedestrianPlace.ROAD]
    if crossing:
        places += [PedestrianPlace.CROSSING, PedestrianPlace.WAITING]
    people = []
    for _ in range(_pick(rng, (1, 1, 1, 2, 2, 3, 4))):
        place = _pick(rng, places)
        on_road = place in (PedestrianPlace.CROSSING, PedestrianPlace.ROAD)
        side = _pick(rng, tuple(Side) if on_road else OUTER)
        age = _pick(rng, (None, Age.ADULT, Age.ADULT, Age.CHILD, Age.ELDERLY))
        people.append(PedestrianFact(_range(rng, 40.0), side, place, age))
    return tuple(sorted(people, key=lambda p: p.range_m))


def _cyclists(rng: np.random.Generator, crossing: bool) -> tuple[CyclistFact, ...]:
    places = [CyclistPlace.LANE, CyclistPlace.ONCOMING, CyclistPlace.PAVEMENT]
    if crossing:
        places.append(CyclistPlace.CROSSING)
    riders = []
    for _ in range(_pick(rng, (1, 1, 1, 2))):
        place = _pick(rng, places)
        side = _pick(rng, OUTER)
        if place is CyclistPlace.LANE:
            side = Side.LEFT
        elif place is CyclistPlace.CROSSING:
            side = _pick(rng, tuple(Side))
        riders.append(CyclistFact(_range(rng, 40.0), side, place))
    return tuple(sorted(riders, key=lambda c: c.range_m))


def _crosser(rng: np.random.Generator) -> CrossVehicleFact:
    return CrossVehicleFact(_range(rng, 40.0, 5.0), _pick(rng, OUTER), _kind(rng), _flip(rng))


def _works(rng: np.random.Generator) -> WorksFact:
    overlap = 0.0 if rng.random() < 0.3 else _between(rng, 0.3, 2.5)
    return WorksFact(_range(rng, 50.0), _pick(rng, OUTER), overlap)


def _obstacle(rng: np.random.Generator) -> ObstacleFact:
    return ObstacleFact(_range(rng, 25.0), _pick(rng, tuple(Side)), _pick(rng, tuple(ObstacleKind)))
