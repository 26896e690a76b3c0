"""Facts as class numbers, for heads that learn the whole scene at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.fact_types import Facts, Offset, Side
from vlm_driving.simulator.scene import Light, PedestrianPlace, SignalColour, Weather

RANGE_EDGES_M = (10.0, 20.0, 35.0, 60.0)
"""Buckets: 0 none, 1 up to 10 m, 2 up to 20 m, 3 up to 35 m, 4 up to 60 m, 5 beyond."""

FACT_TARGETS: dict[str, int] = {
    "signal": 4,
    "signal_range": 6,
    "stop_line": 6,
    "crossing": 6,
    "lead": 6,
    "lead_brake": 3,
    "parked": 6,
    "oncoming": 6,
    "encroaching": 2,
    "pedestrian": 6,
    "pedestrian_side": 4,
    "pedestrian_place": 5,
    "pedestrian_on_road": 2,
    "offset": 3,
    "light": 3,
    "weather": 2,
    "lanes": 3,
}
"""Name of a target to its number of classes, in the order of `fact_targets`."""

_SIGNAL = {SignalColour.RED: 1, SignalColour.YELLOW: 2, SignalColour.GREEN: 3}
_SIDE = {Side.LEFT: 1, Side.CENTER: 2, Side.RIGHT: 3}
_PLACE = {
    PedestrianPlace.PAVEMENT: 1,
    PedestrianPlace.WAITING: 2,
    PedestrianPlace.CROSSING: 3,
    PedestrianPlace.ROAD: 4,
}
_OFFSET = {Offset.LEFT: 0, Offset.CENTER: 1, Offset.RIGHT: 2}
_LIGHT = {Light.DAY: 0, Light.DUSK: 1, Light.NIGHT: 2}
_WEATHER = {Weather.CLEAR: 0, Weather.RAIN: 1}


def range_bucket(range_m: float | None) -> int:
    """0 for None, then 1 to 5 by RANGE_EDGES_M."""
    if range_m is None:
        return 0
    return 1 + sum(range_m >= edge for edge in RANGE_EDGES_M)


def fact_targets(facts: Facts) -> NDArray[np.int64]:
    """One class number a target, (len(FACT_TARGETS),) int64. Pedestrian: the nearest one."""
    signal, lead, oncoming = facts.signal, facts.lead, facts.oncoming
    person = facts.pedestrians[0] if facts.pedestrians else None
    in_the_way = (PedestrianPlace.CROSSING, PedestrianPlace.ROAD)
    braking = None if lead is None else lead.braking
    values = {
        "signal": 0 if signal is None else _SIGNAL[signal.colour],
        "signal_range": range_bucket(None if signal is None else signal.range_m),
        "stop_line": range_bucket(facts.stop_line_m),
        "crossing": range_bucket(facts.crossing_m),
        "lead": range_bucket(None if lead is None else lead.range_m),
        "lead_brake": 0 if braking is None else 1 + int(braking),
        "parked": range_bucket(None if facts.parked is None else facts.parked.range_m),
        "oncoming": range_bucket(None if oncoming is None else oncoming.range_m),
        "encroaching": int(oncoming is not None and oncoming.encroaching),
        "pedestrian": range_bucket(None if person is None else person.range_m),
        "pedestrian_side": 0 if person is None else _SIDE[person.side],
        "pedestrian_place": 0 if person is None else _PLACE[person.place],
        "pedestrian_on_road": int(any(p.place in in_the_way for p in facts.pedestrians)),
        "offset": _OFFSET[facts.offset],
        "light": _LIGHT[facts.light],
        "weather": _WEATHER[facts.weather],
        "lanes": facts.lanes - 1,
    }
    return np.array([values[name] for name in FACT_TARGETS], np.int64)
