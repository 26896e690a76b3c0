"""Themes made of vehicles, and of what blocks a lane: queues, parked cars, works, things lying."""

from __future__ import annotations

import math
from dataclasses import replace

from vlm_driving.simulator.compositions import Setting
from vlm_driving.simulator.sampling_actors import LARGE, SMALL, kinds_of
from vlm_driving.simulator.sampling_draft import Draft
from vlm_driving.simulator.sampling_world import Rng, between, chance, pick, tinted
from vlm_driving.simulator.scene import (
    Age,
    Colour,
    CyclistPlace,
    Flagger,
    Gesture,
    Obstacle,
    ObstacleKind,
    PedestrianPlace,
    RoadWorks,
    VehicleKind,
    VehicleRole,
)

_OBSTACLES: dict[ObstacleKind, tuple[tuple[float, float], tuple[float, float], Colour]] = {
    ObstacleKind.BOX: ((0.45, 1.0), (0.4, 0.9), (95, 145, 180)),
    ObstacleKind.TYRE: ((0.6, 1.0), (0.3, 0.7), (38, 38, 40)),
    ObstacleKind.TIMBER: ((0.9, 2.2), (0.25, 0.5), (80, 130, 175)),
    ObstacleKind.SACK: ((0.5, 0.95), (0.35, 0.65), (190, 200, 205)),
}
"""Width and height from and to, and a usual colour."""
PATH_HALF_M = 1.1
OBSTACLE_MARGIN_M = 0.3
"""Things keep this far from the border between in our path and beside it."""


def far_or_near(rng: Rng, nearest: float, farthest: float) -> float:
    """A distance, as often in one octave as in the next."""
    return nearest * math.exp(math.log(farthest / nearest) * float(rng.random()))


def lead(draft: Draft, braking: bool, nearest: float = 4.5, farthest: float = 62.0) -> bool:
    """A vehicle ahead in our lane; True if there was room."""
    rng = draft.rng
    fast = draft.setting is Setting.EXPRESSWAY
    x = far_or_near(rng, max(nearest, 7.0) if fast else nearest, farthest)
    side = min(0.35, draft.road.lane_width_m / 8)
    car = draft.new_vehicle(VehicleRole.AHEAD, x, between(rng, -side, side), braking)
    if not draft.place(car):
        return False
    if x < 9.0:
        draft.halt_m = min(draft.halt_m or 99.0, max(0.0, x - 4.0))
    return True


def jam(draft: Draft) -> None:
    """The tail of a queue in our lane, and in the lanes beside it."""
    rng, road = draft.rng, draft.road
    x = 5.0 + 35.0 * float(rng.random()) ** 1.2
    draft.halt_m = max(0.0, x - 4.0)
    draft.clear_m = 99.0
    for lane in range(road.lanes):
        mine = lane == road.ego_lane
        at = x if mine else x + between(rng, -2.0, 8.0)
        if not mine and not chance(rng, 0.8):
            continue
        # lower ones first: what stands behind still shows over the roofs
        y = road.left_m - (lane + 0.5) * road.lane_width_m
        cars = [
            draft.new_vehicle(VehicleRole.AHEAD, 0.0, 0.0, chance(rng, 0.7))
            for _ in range(3 + pick(rng, 2))
        ]
        if mine:
            cars.sort(key=lambda car: car.height_m)
        for i, car in enumerate(cars):
            aside = (1 if i % 2 else -1) * between(rng, 0.0, 0.45)
            draft.place(replace(car, x_m=at, y_m=y + aside), gap_m=0.3)
            at += car.length_m + between(rng, 1.2, 4.5)


def oncoming(draft: Draft, encroaching: bool) -> None:
    """A vehicle towards us, in its lane or over the centre line."""
    rng, road = draft.rng, draft.road
    narrow = road.lane_width_m < 2.75
    x = far_or_near(rng, 7.0, 42.0 if encroaching else 60.0)
    car = draft.new_vehicle(VehicleRole.ONCOMING, x, 0.0, kinds=SMALL if narrow else None)
    over = between(rng, 0.5, 1.1)
    y = road.centre_m - road.lane_width_m / 2 + between(rng, -0.2, 0.1)
    if narrow:
        y = road.centre_m - car.width_m / 2 - between(rng, 0.0, 0.2)
    if encroaching:
        y = road.centre_m - car.width_m / 2 + over
    if draft.place(replace(car, y_m=y)) and encroaching:
        draft.clear_m = max(draft.clear_m, x + car.length_m + 2.0)


def parked(draft: Draft, hiding: bool = False) -> None:
    """A vehicle at the left edge, in part in our lane; perhaps a second one, or somebody behind."""
    rng, road = draft.rng, draft.road
    kinds = {**SMALL, VehicleKind.TRUCK: 0.25} if hiding else kinds_of(draft.setting)
    if hiding and road.lane_width_m > 2.7:
        kinds = LARGE
    x = 6.5 + 30.0 * float(rng.random()) ** 1.1
    if hiding:
        x = 6.5 + 15.0 * float(rng.random())
    car = draft.new_vehicle(VehicleRole.PARKED, x, 0.0, kinds=kinds)
    # without a pavement or a verge it cannot stand farther left than the wall allows
    least = car.width_m - road.shoulder_m - 0.1 if road.lane_width_m < 2.75 else 0.45
    most = max(least, 0.5) + 0.4 if road.lane_width_m < 2.75 else 1.5
    over = max(between(rng, max(least, 0.3), most), 0.3)
    car = replace(car, y_m=road.left_m - over + car.width_m / 2)
    end = x + car.length_m
    if any(low < end + 1.0 and x - 1.0 < high for low, high in draft.gaps):
        return  # nobody parks in a junction or on a zebra
    if not draft.place(car):
        return
    draft.clear_m = max(draft.clear_m, end + 4.0)
    edge = road.left_m - over
    if hiding:
        aside = edge + between(rng, -0.45, 0.1)
        if chance(rng, 0.75):
            age = Age.CHILD if chance(rng, 0.45) else None
            draft.person(PedestrianPlace.ROAD, end + between(rng, 0.5, 1.5), aside, age)
        else:
            draft.cyclist(CyclistPlace.LANE, end + between(rng, 1.2, 2.5), aside - 0.1)
    elif chance(rng, 0.25):
        second = draft.new_vehicle(VehicleRole.PARKED, end + between(rng, 1.2, 9.0), 0.0)
        draft.place(replace(second, y_m=road.left_m - over + second.width_m / 2 + 0.1))
    elif chance(rng, 0.15) and draft.on_foot:
        draft.cyclist(CyclistPlace.LANE, x + between(rng, -2.5, 1.5), edge - 0.45)


def narrow(draft: Draft) -> None:
    """A street of two metres a lane: somebody comes towards us, or a wall and a parked car."""
    rng = draft.rng
    if chance(rng, 0.6):
        oncoming(draft, encroaching=chance(rng, 0.5))
    elif chance(rng, 0.5):
        parked(draft)
    draft.density = max(draft.density, 0.6)


def works(draft: Draft, x_near: float | None = None, overlap: float | None = None) -> None:
    """A closed strip, mostly on the left and into our lane."""
    rng, road = draft.rng, draft.road
    x = 8.0 + 26.0 * float(rng.random()) ** 1.1 if x_near is None else x_near
    innermost = road.ego_lane == road.lanes - 1
    outermost = road.ego_lane == 0
    side = 1 if outermost and not (innermost and chance(rng, 0.2)) else -1
    if not outermost and not innermost:
        side = 1 if chance(rng, 0.5) else -1
    most = min(2.2, road.lane_width_m * 0.7)
    if overlap is None:
        overlap = 0.0 if chance(rng, 0.25) else between(rng, 0.5, most)
    far = x + between(rng, 7.0, 28.0)
    draft.works = RoadWorks(
        x,
        far,
        side,
        overlap,
        between(rng, 1.6, 3.0),
        board=chance(rng, 0.85),
        machine=chance(rng, 0.4),
        variant=pick(rng, 4),
    )
    half = road.lane_width_m / 2
    inner = side * (half - overlap)
    outer = side * (half + 4.0)
    draft.reserve(x - 0.5, far + 0.5, min(inner, outer), max(inner, outer))
    draft.clear_m = max(draft.clear_m, far if overlap > 0.5 else x + 3.0)


def flagger(draft: Draft, gesture: Gesture) -> None:
    """A guard before road works (or, one time in five, alone)."""
    rng, road = draft.rng, draft.road
    x = 6.0 + 21.0 * float(rng.random())
    if chance(rng, 0.85):
        works(draft, x + between(rng, 1.2, 4.0), between(rng, 0.4, road.lane_width_m * 0.7))
    side = 1 if draft.works is None else draft.works.side
    half = road.lane_width_m / 2
    inside = gesture is Gesture.HOLD and chance(rng, 0.5)
    y = (
        side * (half - between(rng, 0.5, 1.2))
        if inside
        else side * (half - between(rng, -0.3, 0.4))
    )
    dark = draft.air.headlamps > 0.02
    coat = ((60, 190, 235), (60, 120, 240), (70, 210, 190))[pick(rng, 3)]
    draft.flagger = Flagger(
        x, y, gesture, tinted(rng, coat, 20), dark and chance(rng, 0.9), pick(rng, 4)
    )
    draft.reserve(x - 0.4, x + 0.4, y - 0.5, y + 0.5)
    draft.clear_m = max(draft.clear_m, x + 2.0)
    if gesture is Gesture.HOLD:
        draft.halt_m = draft.line_m = x - 2.0


def obstacle(draft: Draft) -> None:
    """Something lying on the road, mostly in our path."""
    rng, road = draft.rng, draft.road
    kind = tuple(_OBSTACLES)[pick(rng, len(_OBSTACLES))]
    wide, high, colour = _OBSTACLES[kind]
    x = 5.0 + 19.0 * float(rng.random())
    half = road.lane_width_m / 2
    y = between(rng, -0.55, 0.55) * half
    if chance(rng, 0.3):
        y = (1 if chance(rng, 0.6) else -1) * between(rng, 0.8, 1.3) * half
    width = between(rng, *wide)
    # Whether it lies in our path must be plain to see.
    border = PATH_HALF_M + width / 2
    if abs(abs(y) - border) < OBSTACLE_MARGIN_M:
        y = (1 if y > 0 else -1) * (border + (-1 if abs(y) < border else 1) * OBSTACLE_MARGIN_M)
    if not draft.free(x - 1.0, x + 1.0, y - width / 2 - 0.2, y + width / 2 + 0.2):
        return
    draft.obstacle = Obstacle(
        kind, x, y, width, between(rng, *high), tinted(rng, colour, 30), pick(rng, 4)
    )
    draft.reserve(x - 1.0, x + 1.0, y - width / 2 - 0.1, y + width / 2 + 0.1)
    draft.clear_m = max(draft.clear_m, x + 3.0)
    if abs(y) < 0.6 * half and x < 10.0:
        draft.halt_m = x - 3.0
