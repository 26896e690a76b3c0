"""Facts as class numbers, for heads that learn the whole scene at once."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.advice_terms import IN_LANE_M, WORKS_BLOCK_M, WORKS_INTO_M
from vlm_driving.simulator.fact_types import Facts, Offset
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

RANGE_EDGES_M = (10.0, 20.0, 35.0, 60.0)
"""Buckets: 0 none, 1 up to 10 m, 2 up to 20 m, 3 up to 35 m, 4 up to 60 m, 5 beyond."""
SPEED_LIMITS_KMH = (20, 30, 40, 50, 60, 80, 100)
"""Class 0 is no sign that can be read, then these; another number counts as the next lower."""
MAX_LANES = 4
IGNORED = -1
"""A target that means nothing for a picture: all but `blind` of a blind one, light and weather
inside a tunnel."""

_RANGE = len(RANGE_EDGES_M) + 2
FACT_TARGETS: dict[str, int] = {
    "signal": 5,
    "signal_range": _RANGE,
    "stop_line": _RANGE,
    "crossing": _RANGE,
    "lead": _RANGE,
    "lead_brake": 3,
    "parked": _RANGE,
    "oncoming": _RANGE,
    "encroaching": 2,
    "pedestrian": _RANGE,
    "pedestrian_side": 4,
    "pedestrian_place": 5,
    "pedestrian_on_road": 2,
    "offset": len(Offset),
    "light": len(Light),
    "weather": len(Weather),
    "lanes": MAX_LANES,
    "blind": 1 + len(BlindKind),
    "arrow_left": 2,
    "arrow_straight": 2,
    "arrow_right": 2,
    "lead_kind": 1 + len(VehicleKind),
    "parked_kind": 1 + len(VehicleKind),
    "parked_in_lane": 2,
    "oncoming_kind": 1 + len(VehicleKind),
    "other_ahead": _RANGE,
    "jam": 2,
    "crossing_vehicle": _RANGE,
    "crossing_vehicle_side": 4,
    "crossing_vehicle_in_lane": 2,
    "crossing_vehicle_kind": 1 + len(VehicleKind),
    "pedestrian_age": 1 + len(Age),
    "child": 2,
    "cyclist": _RANGE,
    "cyclist_side": 4,
    "cyclist_place": 1 + len(CyclistPlace),
    "works": _RANGE,
    "works_side": 4,
    "works_reach": 3,
    "flagger": _RANGE,
    "gesture": 1 + len(Gesture),
    "obstacle": _RANGE,
    "obstacle_side": 4,
    "obstacle_kind": 1 + len(ObstacleKind),
    "railway": _RANGE,
    "railway_closed": 2,
    "stop_sign": _RANGE,
    "speed_limit": 1 + len(SPEED_LIMITS_KMH),
    "curve": 4,
    "road": len(RoadClass),
    "tunnel": 2,
    "tunnel_ahead": _RANGE,
}
"""Name of a target to its number of classes, in the order of `fact_targets`.

Where a thing may be missing class 0 says so and its values follow in the order of their enum.
`works_reach`: 0 beside our lane, 1 into it, 2 it blocks the lane.
"""

_SIGNAL = {
    SignalColour.RED: 1,
    SignalColour.YELLOW: 2,
    SignalColour.GREEN: 3,
    SignalColour.OFF: 4,
}
_PLACE = {
    PedestrianPlace.PAVEMENT: 1,
    PedestrianPlace.WAITING: 2,
    PedestrianPlace.CROSSING: 3,
    PedestrianPlace.ROAD: 4,
}


def range_bucket(range_m: float | None) -> int:
    """0 for None, then 1 to 5 by RANGE_EDGES_M."""
    if range_m is None:
        return 0
    return 1 + sum(range_m >= edge for edge in RANGE_EDGES_M)


def fact_targets(facts: Facts) -> NDArray[np.int64]:
    """One class number a target, (len(FACT_TARGETS),) int64; IGNORED where it means nothing.

    Pedestrian and cyclist: the nearest one. Of a blind picture only `blind` is not IGNORED.
    """
    if facts.blind is not None:
        blind = {"blind": 1 + list(BlindKind).index(facts.blind)}
        return np.array([blind.get(name, IGNORED) for name in FACT_TARGETS], np.int64)
    values = {"blind": 0, **_road(facts), **_traffic(facts), **_people(facts), **_rules(facts)}
    return np.array([values[name] for name in FACT_TARGETS], np.int64)


def _after_none(value: Enum | None) -> int:
    """0 for None, then the members in their order."""
    if value is None:
        return 0
    return 1 + list(type(value)).index(value)


def _road(facts: Facts) -> dict[str, int]:
    limit = facts.speed_limit_kmh
    return {
        "offset": list(Offset).index(facts.offset),
        "light": IGNORED if facts.tunnel else list(Light).index(facts.light),
        "weather": IGNORED if facts.tunnel else list(Weather).index(facts.weather),
        "lanes": min(facts.lanes, MAX_LANES) - 1,
        "speed_limit": 0 if limit is None else max(1, sum(limit >= n for n in SPEED_LIMITS_KMH)),
        "curve": _after_none(facts.curve),
        "road": list(RoadClass).index(facts.road),
        "tunnel": int(facts.tunnel),
        "tunnel_ahead": range_bucket(facts.tunnel_ahead_m),
    }


def _traffic(facts: Facts) -> dict[str, int]:
    lead, oncoming, parked = facts.lead, facts.oncoming, facts.parked
    crossing = facts.crossing_vehicle
    braking = None if lead is None else lead.braking
    return {
        "lead": range_bucket(None if lead is None else lead.range_m),
        "lead_brake": 0 if braking is None else 1 + int(braking),
        "lead_kind": _after_none(None if lead is None else lead.kind),
        "other_ahead": range_bucket(facts.other_vehicle_ahead_m),
        "jam": int(facts.jam),
        "parked": range_bucket(None if parked is None else parked.range_m),
        "parked_kind": _after_none(None if parked is None else parked.kind),
        "parked_in_lane": int(parked is not None and parked.overlap_m > IN_LANE_M),
        "oncoming": range_bucket(None if oncoming is None else oncoming.range_m),
        "oncoming_kind": _after_none(None if oncoming is None else oncoming.kind),
        "encroaching": int(oncoming is not None and oncoming.encroaching),
        "crossing_vehicle": range_bucket(None if crossing is None else crossing.range_m),
        "crossing_vehicle_side": _after_none(None if crossing is None else crossing.side),
        "crossing_vehicle_in_lane": int(crossing is not None and crossing.in_lane),
        "crossing_vehicle_kind": _after_none(None if crossing is None else crossing.kind),
    }


def _people(facts: Facts) -> dict[str, int]:
    person = facts.pedestrians[0] if facts.pedestrians else None
    cyclist = facts.cyclists[0] if facts.cyclists else None
    on_road = (PedestrianPlace.CROSSING, PedestrianPlace.ROAD)
    return {
        "pedestrian": range_bucket(None if person is None else person.range_m),
        "pedestrian_side": _after_none(None if person is None else person.side),
        "pedestrian_place": 0 if person is None else _PLACE[person.place],
        "pedestrian_age": _after_none(None if person is None else person.age),
        "pedestrian_on_road": int(any(p.place in on_road for p in facts.pedestrians)),
        "child": int(any(p.age is Age.CHILD for p in facts.pedestrians)),
        "cyclist": range_bucket(None if cyclist is None else cyclist.range_m),
        "cyclist_side": _after_none(None if cyclist is None else cyclist.side),
        "cyclist_place": _after_none(None if cyclist is None else cyclist.place),
    }


def _rules(facts: Facts) -> dict[str, int]:
    signal, works, flagger = facts.signal, facts.works, facts.flagger
    obstacle, railway = facts.obstacle, facts.railway
    arrows = () if signal is None else signal.arrows
    reach = 0.0 if works is None else works.overlap_m
    return {
        "signal": 0 if signal is None else _SIGNAL[signal.colour],
        "signal_range": range_bucket(None if signal is None else signal.range_m),
        "arrow_left": int(Arrow.LEFT in arrows),
        "arrow_straight": int(Arrow.STRAIGHT in arrows),
        "arrow_right": int(Arrow.RIGHT in arrows),
        "stop_line": range_bucket(facts.stop_line_m),
        "crossing": range_bucket(facts.crossing_m),
        "works": range_bucket(None if works is None else works.range_m),
        "works_side": _after_none(None if works is None else works.side),
        "works_reach": int(reach > WORKS_INTO_M) + int(reach > WORKS_BLOCK_M),
        "flagger": range_bucket(None if flagger is None else flagger.range_m),
        "gesture": _after_none(None if flagger is None else flagger.gesture),
        "obstacle": range_bucket(None if obstacle is None else obstacle.range_m),
        "obstacle_side": _after_none(None if obstacle is None else obstacle.side),
        "obstacle_kind": _after_none(None if obstacle is None else obstacle.kind),
        "railway": range_bucket(None if railway is None else railway.range_m),
        "railway_closed": int(railway is not None and railway.closed),
        "stop_sign": range_bucket(facts.stop_sign_m),
    }
