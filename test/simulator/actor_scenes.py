"""A bare road for pictures of one thing, and how to look at that thing in the picture."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator import Scene, sample_scene
from vlm_driving.simulator.render import Rendering
from vlm_driving.simulator.scene import (
    Age,
    CameraPose,
    Colour,
    EdgeKind,
    Light,
    Pedestrian,
    PedestrianPlace,
    RoadClass,
    Vehicle,
    VehicleKind,
    VehicleRole,
    Weather,
    Windscreen,
)

SIZES = {
    VehicleKind.KEI: (3.4, 1.5, 1.7),
    VehicleKind.SEDAN: (4.5, 1.75, 1.45),
    VehicleKind.VAN: (4.8, 1.8, 1.95),
    VehicleKind.TRUCK: (6.5, 2.15, 2.9),
    VehicleKind.BUS: (10.5, 2.45, 3.1),
    VehicleKind.MOTORCYCLE: (2.1, 0.8, 1.65),
}
GREY: Colour = (140.0, 140.0, 140.0)


def plain(light: Light = Light.DAY, **changes: object) -> Scene:
    """A straight, flat, dry road without anything on it."""
    base = sample_scene(3, 8)
    night = light is Light.NIGHT
    tone = 0.15 if night else 1.0
    empty = Scene(
        camera=CameraPose(1.4, 0.0, 0.0, math.radians(60)),
        road=replace(
            base.road,
            lanes=1,
            ego_lane=0,
            lane_width_m=3.2,
            oncoming_lanes=1,
            curvature_per_m=0.0,
            slope_per_m=0.0,
            edge=EdgeKind.LINE,
            road_class=RoadClass.STREET,
            wear=0.0,
        ),
        atmosphere=replace(
            base.atmosphere,
            light=light,
            weather=Weather.CLEAR,
            ambient=(tone, tone, tone),
            sky_top=(30.0, 20.0, 15.0) if night else (220.0, 170.0, 120.0),
            sky_low=(40.0, 30.0, 25.0) if night else (230.0, 225.0, 215.0),
            haze_m=3000.0,
            headlamps=0.9 if night else 0.0,
            wetness=0.0,
            snow_cover=0.0,
            sun_u=None,
            shadows=0.0,
        ),
        sensor=replace(base.sensor, noise=0.0, blur_px=0.0, gain=1.0, gamma=1.0, jpeg_quality=None),
        ego_offset_m=0.0,
        ego_speed_kmh=None,
        windscreen=Windscreen(),
    )
    return replace(empty, **changes)  # type: ignore[arg-type]


def vehicle(
    kind: VehicleKind, role: VehicleRole, x_m: float = 14.0, y_m: float = 0.0, **more: object
) -> Vehicle:
    car = Vehicle(role, kind, x_m, y_m, *SIZES[kind], GREY)
    return replace(car, **more)  # type: ignore[arg-type]


def size(rendering: Rendering, thing: int) -> tuple[float, float]:
    left, top, right, bottom = rendering.things[thing].box
    return right - left, bottom - top


def pixels(rendering: Rendering, thing: int) -> NDArray[np.float64]:
    """(n, 3) BGR of a thing."""
    seen: NDArray[np.float64] = rendering.small[rendering.ids == thing].astype(np.float64)
    return seen


def reds(rendering: Rendering, thing: int) -> NDArray[np.bool_]:
    """(160, 320): saturated red pixels of a thing."""
    b, g, r = (rendering.small[..., i].astype(int) for i in range(3))
    red: NDArray[np.bool_] = (r > 130) & (r > 2 * g) & (r > 2 * b) & (rendering.ids == thing)
    return red


def person(age: Age, height_m: float, heading: int = 0, **more: object) -> Pedestrian:
    one = Pedestrian(
        PedestrianPlace.ROAD, 10.0, 0.0, height_m, heading, 0.8, GREY, (60, 50, 40), (40, 40, 45),
        age=age,
    )  # fmt: skip
    return replace(one, **more)  # type: ignore[arg-type]
