"""What stands beside a theme: other traffic, passers-by, signs, animals; and the ego's speed."""

from __future__ import annotations

from dataclasses import replace

from vlm_driving.simulator.compositions import Setting, Theme
from vlm_driving.simulator.sampling_actors import SMALL
from vlm_driving.simulator.sampling_draft import Draft
from vlm_driving.simulator.sampling_people import passers_by
from vlm_driving.simulator.sampling_signs import add_other_signs, add_speed_limit
from vlm_driving.simulator.sampling_traffic import far_or_near, obstacle, parked
from vlm_driving.simulator.sampling_world import Rng, between, chance, tinted
from vlm_driving.simulator.scene import Animal, Light, RoadClass, VehicleRole, Weather

OFFSET_CENTRE_M = 0.25
"""Up to this the ego counts as in the middle of its lane."""
OFFSET_SIDE_M = 0.45
"""From this on it counts as off to a side; nothing is sampled between the two."""
_USUAL_KMH = {
    RoadClass.RESIDENTIAL: (12.0, 40.0),
    RoadClass.STREET: (22.0, 60.0),
    RoadClass.ARTERIAL: (30.0, 80.0),
    RoadClass.EXPRESSWAY: (55.0, 110.0),
}
_EMPTY = (Theme.CLEAR, Theme.SPEED_LIMIT)


def fill(draft: Draft) -> None:
    """Add what is secondary, at rates that leave the theme in sight."""
    rng, theme = draft.rng, draft.triple.theme
    _lead_behind_theme(draft)
    _beside(draft)
    _oncoming(draft)
    if not draft.on_foot:
        if draft.setting is Setting.EXPRESSWAY and chance(rng, 0.4):
            add_other_signs(draft)
        if theme is not Theme.SPEED_LIMIT and chance(rng, 0.06):
            add_speed_limit(draft)
        return
    left_free = draft.road.ego_lane == 0 and draft.works is None and draft.railway is None
    if left_free and theme not in _EMPTY and draft.crossing is None and chance(rng, 0.06):
        parked(draft)
    if draft.obstacle is None and chance(rng, 0.008):
        obstacle(draft)
    passers_by(draft)
    if not draft.signs and chance(rng, 0.05):
        add_speed_limit(draft)
    if chance(rng, 0.35):
        add_other_signs(draft)
    if chance(rng, 0.02):
        _animal(draft)


def _lead_behind_theme(draft: Draft) -> None:
    """A vehicle ahead in our lane, beyond the theme or, before a red signal, at its line."""
    rng, theme = draft.rng, draft.triple.theme
    if any(v.role is VehicleRole.AHEAD and abs(v.y_m) < 1.0 for v in draft.vehicles):
        return
    if not chance(rng, 0.08 if theme is Theme.CLEAR else 0.2):
        return
    car = draft.new_vehicle(VehicleRole.AHEAD, 0.0, between(rng, -0.25, 0.25))
    if draft.line_m is not None:
        room = draft.line_m - car.length_m - 0.6
        if room < 4.5 or draft.clear_m > room:
            return
        x = room - between(rng, 0.0, min(1.5, room - 4.5))
        draft.place(replace(car, x_m=x, braking=chance(rng, 0.85)))
        draft.halt_m = max(0.0, x - 3.5)
        return
    nearest = max(5.0, draft.clear_m + 2.0)
    if nearest > 55.0 or draft.cross_road is not None and draft.clear_m < draft.cross_road.x_far_m:
        return
    draft.place(replace(car, x_m=far_or_near(rng, nearest, 60.0), braking=chance(rng, 0.3)))


def _beside(draft: Draft) -> None:
    """Vehicles that go our way in the other lanes."""
    rng, road = draft.rng, draft.road
    for lane in range(road.lanes):
        if lane == road.ego_lane or not chance(rng, 0.35):
            continue
        y = road.left_m - (lane + 0.5) * road.lane_width_m + between(rng, -0.25, 0.25)
        nearest = max(5.0, 1.6 * abs(y))
        car = draft.new_vehicle(VehicleRole.AHEAD, far_or_near(rng, nearest, 60.0), y)
        if draft.line_m is not None:
            car = replace(car, x_m=draft.line_m - car.length_m - 0.6, braking=chance(rng, 0.8))
            if car.x_m < nearest:
                continue
        elif draft.cross_road is not None and draft.halt_m is not None:
            continue
        draft.place(replace(car, braking=car.braking or chance(rng, 0.25)))


def _oncoming(draft: Draft) -> None:
    """Vehicles towards us, each in its lane."""
    rng, road = draft.rng, draft.road
    if road.oncoming_lanes == 0 or draft.railway is not None and draft.railway.closed:
        return
    narrow = road.lane_width_m < 2.75
    tries = 1 if narrow else 2
    for _ in range(tries):
        if not chance(rng, 0.16 if narrow else 0.3):
            continue
        lane = int(rng.random() * road.oncoming_lanes)
        y = road.centre_m - (lane + 0.5) * road.lane_width_m + between(rng, -0.2, 0.1)
        nearest = max(6.0, 1.8 * abs(y))
        if draft.cross_road is not None and draft.line_m is not None:
            nearest = draft.cross_road.x_far_m + 1.0
        if nearest > 60.0:
            continue
        x = far_or_near(rng, nearest, 65.0)
        car = draft.new_vehicle(VehicleRole.ONCOMING, x, y, kinds=SMALL if narrow else None)
        if narrow:
            car = replace(car, y_m=road.centre_m - car.width_m / 2 - between(rng, 0.05, 0.25))
        draft.place(car)


def _animal(draft: Draft) -> None:
    rng = draft.rng
    x = 7.0 + 20.0 * float(rng.random())
    large = draft.density < 0.3 and chance(rng, 0.5)
    length = between(rng, 1.3, 1.8) if large else between(rng, 0.4, 0.9)
    y = draft.left_m + between(rng, -0.5, 0.8)
    if not draft.free(x - 1.0, x + 1.0, y - 0.5, y + 0.5):
        return
    colour = tinted(rng, (70, 95, 125), 35)
    heading = 1 if chance(rng, 0.5) else -1
    draft.animals.append(Animal(x, y, length, length * 0.7, heading, colour))


def ego_speed(draft: Draft) -> float | None:
    """Unknown in half of the scenes; else what road, sight and what lies ahead make likely."""
    rng = draft.rng
    unknown, draw, value = chance(rng, 0.5), rng.random(), float(rng.random())
    low, high = _USUAL_KMH[draft.road.road_class]
    if draft.limit_kmh is not None:
        low, high = (low, draft.limit_kmh + 5.0)
        if chance(rng, 0.5):
            low, high = draft.limit_kmh + 11.0, draft.limit_kmh + 32.0
    if draft.air.weather in (Weather.FOG, Weather.SNOW):
        low, high = 0.6 * low, 0.75 * high
    elif draft.air.light is Light.NIGHT:
        high *= 0.86
    halt = draft.halt_m
    near = halt is not None and halt < 9.0
    standing = 0.58 if near else 0.15 if halt is None else 0.04
    fast = draft.road.road_class is RoadClass.EXPRESSWAY
    if not draft.on_foot and not near or fast and draft.triple.theme is not Theme.JAM:
        standing = 0.0
    if draw < standing:
        speed = 0.0
    elif draw < standing + 0.5 and halt is not None and not near:
        # around the speed from which it is time to brake: 1 s, then 2.5 m/s2
        room = halt / (0.7 + 1.5 * value)
        speed = min(high, 3.6 * 2.5 * ((1.0 + 0.8 * room) ** 0.5 - 1.0))
    elif draw < standing + 0.5:
        slow = 15.0 if fast and not near else 3.2
        speed = slow + (low - slow + 4.0) * value
    else:
        speed = low + (high - low) * value
    if halt is not None:
        # nobody gets there faster than hard braking could still undo
        most = 3.6 * (12.0 * max(halt, 0.8)) ** 0.5
        speed = min(speed, most * (0.7 + 0.3 * value))
    return None if unknown else round(max(0.0, min(speed, 110.0)), 1)


def ego_offset(rng: Rng, lane_width_m: float) -> float:
    """In the middle of the lane, or clearly off to one side."""
    draw = rng.random()
    if draw < 0.82:
        return between(rng, -OFFSET_CENTRE_M, OFFSET_CENTRE_M)
    most = 0.95 if lane_width_m > 2.7 else 0.6
    return (1.0 if draw < 0.89 else -1.0) * between(rng, OFFSET_SIDE_M + 0.05, most)
