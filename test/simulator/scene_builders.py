"""Small scenes with little in them: a straight road by day, and things to put on it."""

from __future__ import annotations

import math
from dataclasses import replace

from vlm_driving.simulator import Facts, Scene, render, sample_scene, visible_facts
from vlm_driving.simulator.scene import (
    Atmosphere,
    CameraPose,
    Colour,
    Light,
    Pedestrian,
    PedestrianPlace,
    Signal,
    SignalColour,
    Vehicle,
    VehicleKind,
    VehicleRole,
    Weather,
)

DAY = Atmosphere(
    Light.DAY, Weather.CLEAR, (1, 1, 1), (220, 160, 100), (235, 215, 195), 0.0, 400.0, 0.0
)
DARK = Atmosphere(
    Light.NIGHT, Weather.CLEAR, (0.06, 0.06, 0.06), (12, 8, 6), (14, 10, 9), 0.0, 400.0, 0.5
)


def scene_with(**changes: object) -> Scene:
    """A straight street with one lane each way, and what `changes` say."""
    base = sample_scene(3, 8)
    road = replace(
        base.road,
        lanes=1,
        ego_lane=0,
        lane_width_m=3.2,
        oncoming_lanes=1,
        curvature_per_m=0.0,
        slope_per_m=0.0,
        verge=(60.0, 110.0, 100.0),
    )
    scene = Scene(
        camera=CameraPose(1.4, 0.0, 0.0, math.radians(60)),
        road=road,
        atmosphere=DAY,
        sensor=replace(base.sensor, noise=1.0, blur_px=0.0, gain=1.0, gamma=1.0, jpeg_quality=None),
        ego_offset_m=0.0,
        ego_speed_kmh=None,
    )
    return replace(scene, **changes)  # type: ignore[arg-type]


def facts_of(scene: Scene) -> Facts:
    """The facts that its picture shows."""
    return visible_facts(scene, render(scene))


def signal(x_m: float, colour: SignalColour = SignalColour.RED) -> Signal:
    """A signal over our lane."""
    return Signal(x_m, 0.0, 5.2, 0.3, colour, 3.0, 60.0)


def vehicle(x_m: float, y_m: float, role: VehicleRole, braking: bool = False) -> Vehicle:
    """A van."""
    return Vehicle(
        role, VehicleKind.VAN, x_m, y_m, 4.8, 1.8, 1.95, (200.0, 60.0, 60.0), braking=braking
    )


def person(
    x_m: float, y_m: float, place: PedestrianPlace, coat: Colour = (230.0, 230.0, 230.0)
) -> Pedestrian:
    """An adult who stands."""
    return Pedestrian(place, x_m, y_m, 1.7, 0, 0.5, coat, coat, (30.0, 30.0, 30.0))
