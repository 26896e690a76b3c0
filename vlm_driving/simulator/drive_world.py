"""The town of a drive: what stands where along the road, before anything moves."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from vlm_driving.simulator.sampling_actors import sample_pedestrian, sample_vehicle
from vlm_driving.simulator.sampling_light import sample_atmosphere
from vlm_driving.simulator.sampling_world import Rng, between, sample_road
from vlm_driving.simulator.scenario.roadside import Gaps, roadside
from vlm_driving.simulator.scene import (
    Atmosphere,
    Building,
    CameraPose,
    CentreLine,
    Crossing,
    CrossRoad,
    EdgeKind,
    Light,
    Pedestrian,
    PedestrianPlace,
    Prop,
    Road,
    Sensor,
    Signal,
    SignalColour,
    Vehicle,
    VehicleRole,
    Weather,
)

PASSED_M = 2.8
"""What is nearer than this lies below the picture."""
STAGE_M = 230.0
_DENSITY = 0.75


@dataclass(frozen=True, slots=True)
class Stage:
    """One round of events; x are metres along the road from the drive's start."""

    parked: Vehicle
    pass_offset_m: float
    crossing: Crossing
    crossing_line_m: float
    walker: Pedestrian
    walk_to_y_m: float
    signal: Signal
    stop_line_m: float
    signal_crossing: Crossing
    cross_road: CrossRoad


@dataclass(frozen=True, slots=True)
class World:
    """The whole town."""

    camera: CameraPose
    road: Road
    atmosphere: Atmosphere
    sensor: Sensor
    stages: tuple[Stage, ...]
    lead: Vehicle
    oncoming: tuple[Vehicle, ...]
    people: tuple[Pedestrian, ...]
    buildings: tuple[Building, ...]
    props: tuple[Prop, ...]
    skyline: int
    grain: int


def make_world(seed: int, length_m: float, light: Light, weather: Weather) -> World:
    """A town with a straight road of `length_m`, one lane each way."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0xD21FE]))
    air = sample_atmosphere(rng, light, weather, _DENSITY)
    road = replace(
        sample_road(rng, _DENSITY, lanes=1, ego_lane=0, straight=True),
        lane_width_m=3.25,
        oncoming_lanes=1,
        centre=CentreLine.YELLOW,
        edge=EdgeKind.LINE,
        shoulder_m=0.7,
        pavement_m=2.4,
        slope_per_m=0.0,
        paint=0.95,
    )
    stages = tuple(
        _stage(rng, road, air, i * STAGE_M) for i in range(max(1, math.ceil(length_m / STAGE_M)))
    )
    buildings, props = roadside(rng, road, length_m, _DENSITY, *_gaps(stages))
    oncoming = []
    x = 40.0
    while x < 2.2 * length_m:
        y = road.centre_m - road.lane_width_m / 2
        oncoming.append(sample_vehicle(rng, air, VehicleRole.ONCOMING, x, y))
        x += between(rng, 40, 110)
    return World(
        camera=CameraPose(1.4, math.radians(-0.5), 0.0, math.radians(62)),
        road=road,
        atmosphere=air,
        sensor=Sensor(4.0 if light is Light.NIGHT else 2.0, 0.0, 1.05, 1.0, None),
        stages=stages,
        lead=replace(
            sample_vehicle(rng, air, VehicleRole.AHEAD, 24.0, 0.0),
            headlamps=light is not Light.DAY,
        ),
        oncoming=tuple(oncoming),
        people=_people(rng, road, air, length_m),
        buildings=buildings,
        props=props,
        skyline=int(rng.integers(1, 1 << 20)),
        grain=int(rng.integers(0, 1 << 30)),
    )


def _stage(rng: Rng, road: Road, air: Atmosphere, start: float) -> Stage:
    left, right = road.left_m + road.shoulder_m, road.right_m - road.shoulder_m
    parked_x = start + between(rng, 56, 64)
    parked = sample_vehicle(rng, air, VehicleRole.PARKED, parked_x, 0.0)
    over = 0.75
    parked = replace(
        parked, y_m=road.left_m - over + parked.width_m / 2, hazard_lamps=True, headlamps=False
    )
    zebra = Crossing(start + between(rng, 98, 104), 3.6)
    walker = sample_pedestrian(
        rng, air, PedestrianPlace.WAITING, zebra.x_m + zebra.depth_m / 2, left + 0.6
    )
    line = start + between(rng, 152, 160)
    signal_zebra = Crossing(line + 2.0, 3.6)
    cross = CrossRoad(signal_zebra.x_m + signal_zebra.depth_m + 1.0, line + 17.0)
    signal = Signal(
        cross.x_far_m + 1.0, 0.3, 5.3, 0.32, SignalColour.GREEN, left + 0.6, between(rng, 70, 170)
    )
    return Stage(
        parked,
        over + 0.25,
        zebra,
        zebra.x_m - 2.0,
        walker,
        right - 0.9,
        signal,
        line,
        signal_zebra,
        cross,
    )


def _gaps(stages: tuple[Stage, ...]) -> tuple[Gaps, Gaps]:
    """Where no buildings, and where no props may stand."""
    roads = [stage.cross_road for stage in stages]
    clear = [(road.x_near_m - 1.0, road.x_far_m + 1.0) for road in roads]
    clear += [(stage.crossing.x_m - 1.0, stage.crossing.x_m + 5.0) for stage in stages]
    return [(road.x_near_m - 2.0, road.x_far_m + 2.0) for road in roads], clear


def _people(rng: Rng, road: Road, air: Atmosphere, length_m: float) -> tuple[Pedestrian, ...]:
    out = []
    x = 15.0
    while x < length_m:
        left = rng.random() < 0.6
        edge = road.left_m + road.shoulder_m if left else road.right_m - road.shoulder_m
        y = edge + (1.0 if left else -1.0) * between(rng, 0.7, 2.2)
        out.append(sample_pedestrian(rng, air, PedestrianPlace.PAVEMENT, x, y))
        x += between(rng, 12, 45)
    return tuple(out)
