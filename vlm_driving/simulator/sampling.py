"""Draws whole scenes: the same (seed, index) gives the same scene on every machine."""

from __future__ import annotations

import numpy as np

from vlm_driving.simulator.sampling_actors import sample_pedestrians, sample_vehicles
from vlm_driving.simulator.sampling_world import (
    Rng,
    between,
    chance,
    pick,
    sample_atmosphere,
    sample_buildings,
    sample_camera,
    sample_light,
    sample_props,
    sample_road,
    sample_sensor,
)
from vlm_driving.simulator.scene import (
    Crossing,
    CrossRoad,
    Road,
    Scene,
    Signal,
    SignalColour,
)

OFFSET_CENTRE_M = 0.25
"""Up to this the ego counts as in the middle of its lane."""
OFFSET_SIDE_M = 0.45
"""From this on it counts as off to a side; nothing is sampled between the two."""


def sample_scene(seed: int, index: int) -> Scene:
    """The scene with this number. Signals in about 45 %, advice classes roughly balanced."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, index]))
    density = float(rng.random()) ** 0.8
    light, weather = sample_light(rng)
    air = sample_atmosphere(rng, light, weather, density)
    junction = chance(rng, 0.52)
    zebra_only = not junction and chance(rng, 0.22)
    draw = rng.random()
    lanes = 1 if draw < 0.42 else 2 if draw < 0.82 else 3
    ego_lane = pick(rng, lanes)
    road = sample_road(rng, density, lanes, ego_lane, straight=junction and chance(rng, 0.6))

    signal, stop_line, crossing, cross = None, None, None, None
    if junction:
        signal, stop_line, crossing, cross = _junction(rng, road)
    elif zebra_only:
        at = 7.0 + 26.0 * float(rng.random()) ** 1.2
        crossing = Crossing(at, between(rng, 3.0, 4.5))
        if chance(rng, 0.6):
            stop_line = at - between(rng, 1.5, 3.0)
    speed = _speed(rng, stop_line, lanes)
    offset = _offset(rng)
    vehicles = sample_vehicles(rng, road, air, stop_line, density)
    pedestrians = sample_pedestrians(rng, road, air, crossing, vehicles, density)
    return Scene(
        camera=sample_camera(rng),
        road=road,
        atmosphere=air,
        sensor=sample_sensor(rng, light),
        ego_offset_m=offset,
        ego_speed_kmh=speed,
        vehicles=vehicles,
        pedestrians=pedestrians,
        signal=signal,
        stop_line_m=stop_line,
        crossing=crossing,
        cross_road=cross,
        buildings=sample_buildings(rng, road, density, cross),
        props=sample_props(rng, road, density, cross),
        skyline=int(rng.integers(0, 1 << 20)) if chance(rng, 0.85) else 0,
        grain=int(rng.integers(0, 1 << 30)),
    )


def _junction(
    rng: Rng, road: Road
) -> tuple[Signal, float | None, Crossing | None, CrossRoad | None]:
    x = 14.0 + 27.0 * float(rng.random()) ** 1.25
    draw = rng.random()
    colour = (
        SignalColour.RED
        if draw < 0.4
        else SignalColour.GREEN
        if draw < 0.8
        else SignalColour.YELLOW
    )
    far_side = chance(rng, 0.6)
    gap = between(rng, 9, 22) if far_side else between(rng, 1.0, 4.0)
    stop_line: float | None = max(3.2, x - gap)
    y = between(rng, -1.6, 2.6)
    signal = Signal(
        x,
        y,
        between(rng, 5.0, 5.9),
        between(rng, 0.28, 0.33),
        colour,
        road.left_m + road.shoulder_m + between(rng, 0.4, 1.0),
        between(rng, 50, 190),
    )
    assert stop_line is not None
    crossing = None
    if chance(rng, 0.75):
        crossing = Crossing(stop_line + between(rng, 1.2, 3.0), between(rng, 3.0, 4.5))
    after = stop_line + 2.0 if crossing is None else crossing.x_m + crossing.depth_m + 1.0
    cross = None
    if far_side and x - after > 4.0:
        cross = CrossRoad(after, x - 1.0)
    elif not far_side:
        start = max(after, x + 1.0)
        cross = CrossRoad(start, start + between(rng, 6, 12))
    if chance(rng, 0.06):
        stop_line = None
    return signal, stop_line, crossing, cross


def _speed(rng: Rng, stop_line: float | None, lanes: int) -> float | None:
    """Unknown in half of the scenes; a stop line close ahead makes standstill likely."""
    draw, unknown = rng.random(), chance(rng, 0.5)
    standing = 0.45 if stop_line is not None and stop_line < 9.0 else 0.12
    value = rng.random()
    if draw < standing:
        speed = 0.0
    elif draw < standing + 0.33:
        speed = 3.0 + 29.0 * value
    elif draw < 0.93:
        speed = 30.0 + 32.0 * value
    else:
        speed = 55.0 + (45.0 if lanes > 1 else 15.0) * value
    return None if unknown else round(speed, 1)


def _offset(rng: Rng) -> float:
    draw = rng.random()
    if draw < 0.82:
        return between(rng, -OFFSET_CENTRE_M, OFFSET_CENTRE_M)
    return (1.0 if draw < 0.895 else -1.0) * between(rng, OFFSET_SIDE_M + 0.05, 0.95)
