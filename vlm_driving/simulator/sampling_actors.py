"""Draws who is on the road: vehicles and people, their looks and their places."""

from __future__ import annotations

from dataclasses import replace

from vlm_driving.simulator.sampling_world import Rng, between, chance, pick, tinted
from vlm_driving.simulator.scene import (
    Atmosphere,
    Colour,
    Crossing,
    Light,
    Pedestrian,
    PedestrianPlace,
    Road,
    Vehicle,
    VehicleKind,
    VehicleRole,
    Weather,
)

_CAR_COLOURS: tuple[Colour, ...] = (
    (232, 232, 232),
    (235, 236, 238),
    (165, 168, 170),
    (110, 112, 114),
    (42, 42, 44),
    (30, 28, 28),
    (130, 60, 30),
    (170, 100, 50),
    (40, 35, 150),
    (60, 110, 60),
    (150, 195, 205),
    (60, 150, 200),
)
_SIZES: dict[VehicleKind, tuple[float, float, float]] = {  # length, width, height
    VehicleKind.KEI: (3.4, 1.48, 1.72),
    VehicleKind.SEDAN: (4.5, 1.76, 1.45),
    VehicleKind.VAN: (4.8, 1.80, 1.95),
    VehicleKind.TRUCK: (6.5, 2.15, 2.95),
}
_KINDS = (VehicleKind.KEI, VehicleKind.SEDAN, VehicleKind.VAN, VehicleKind.TRUCK)


def sample_vehicle(
    rng: Rng, air: Atmosphere, role: VehicleRole, x_m: float, y_m: float, braking: bool = False
) -> Vehicle:
    """A vehicle of random kind, size and colour, with the lamps that light and weather ask for."""
    draw = rng.random()
    kind = _KINDS[0 if draw < 0.3 else 1 if draw < 0.58 else 2 if draw < 0.84 else 3]
    length, width, height = _SIZES[kind]
    grow = between(rng, 0.94, 1.06)
    dark = air.light is not Light.DAY or air.weather is Weather.RAIN
    lamps = (dark and chance(rng, 0.93)) or (role is VehicleRole.ONCOMING and chance(rng, 0.2))
    parked = role is VehicleRole.PARKED
    return Vehicle(
        role,
        kind,
        x_m,
        y_m,
        length * grow,
        width * between(rng, 0.97, 1.04),
        height * between(rng, 0.95, 1.06),
        tinted(rng, _CAR_COLOURS[pick(rng, len(_CAR_COLOURS))], 14),
        braking=braking,
        hazard_lamps=parked and chance(rng, 0.45),
        headlamps=lamps and not (parked and chance(rng, 0.7)),
    )


def sample_pedestrian(
    rng: Rng, air: Atmosphere, place: PedestrianPlace, x_m: float, y_m: float
) -> Pedestrian:
    """A person with random clothes and pose."""
    across = place is PedestrianPlace.CROSSING or chance(rng, 0.3)
    heading = (1 if chance(rng, 0.5) else -1) if across else 0
    standing = place is PedestrianPlace.WAITING and chance(rng, 0.8)
    wet = air.weather is Weather.RAIN

    def cloth(bright: float) -> Colour:
        tone = between(rng, 20, 235) if chance(rng, bright) else between(rng, 20, 90)
        b, g, r = (between(rng, -45, 45) for _ in range(3))
        return (
            min(255.0, max(8.0, tone + b)),
            min(255.0, max(8.0, tone + g)),
            min(255.0, max(8.0, tone + r)),
        )

    return Pedestrian(
        place,
        x_m,
        y_m,
        between(rng, 1.2, 1.4) if chance(rng, 0.12) else between(rng, 1.5, 1.85),
        heading,
        0.1 if standing else between(rng, 0.35, 1.0),
        cloth(0.8),
        cloth(0.4),
        tinted(rng, (40, 40, 45), 22),
        umbrella=cloth(0.8) if wet and chance(rng, 0.6) else None,
        bag=cloth(0.5) if chance(rng, 0.3) else None,
    )


def sample_vehicles(
    rng: Rng, road: Road, air: Atmosphere, stop_line: float | None, density: float
) -> tuple[Vehicle, ...]:
    """Parked, ahead in our lane and beside it, oncoming; none stands inside another."""
    out: list[Vehicle] = []
    width = road.lane_width_m
    parked_at: float | None = None
    if road.ego_lane == 0 and chance(rng, 0.19):
        parked_at = 8.0 + 30.0 * float(rng.random())
        over = between(rng, 0.45, 1.35)
        car = sample_vehicle(rng, air, VehicleRole.PARKED, parked_at, 0.0)
        out.append(_moved(car, parked_at, road.left_m - over + car.width_m / 2))
    if chance(rng, 0.42 if parked_at is None else 0.15):
        x = 6.0 * 10.0 ** float(rng.random())
        if parked_at is not None:
            x = max(x, parked_at + 9.0)
        braking = chance(rng, 0.45)
        out.append(
            sample_vehicle(rng, air, VehicleRole.AHEAD, x, between(rng, -0.35, 0.35), braking)
        )
    for lane in range(road.lanes):
        if lane != road.ego_lane and chance(rng, 0.4):
            y = road.left_m - (lane + 0.5) * width + between(rng, -0.3, 0.3)
            x = between(rng, 5, 45)
            if lane != 0 or parked_at is None:
                out.append(sample_vehicle(rng, air, VehicleRole.AHEAD, x, y, chance(rng, 0.4)))
    inner = road.ego_lane == road.lanes - 1
    if road.oncoming_lanes and chance(rng, 0.42 if parked_at is None else 0.3):
        x = 8.0 + 55.0 * float(rng.random())
        y = road.centre_m - width / 2 + between(rng, -0.3, 0.2)
        car = sample_vehicle(rng, air, VehicleRole.ONCOMING, x, y)
        if inner and chance(rng, 0.3):
            y = road.centre_m - car.width_m / 2 + between(rng, 0.5, 1.2)
        out.append(_moved(car, x, y))
        if chance(rng, 0.35):
            x += between(rng, 10, 25)
            y = road.centre_m - width * (0.5 + pick(rng, road.oncoming_lanes))
            out.append(sample_vehicle(rng, air, VehicleRole.ONCOMING, x, y))
    return tuple(out)


def _moved(car: Vehicle, x: float, y: float) -> Vehicle:
    return replace(car, x_m=x, y_m=y)


def _clear_of(vehicles: tuple[Vehicle, ...], x: float, y: float) -> bool:
    return all(
        not (v.x_m - 0.5 < x < v.x_m + v.length_m + 0.5 and abs(y - v.y_m) < v.width_m / 2 + 0.4)
        for v in vehicles
    )


def sample_pedestrians(
    rng: Rng,
    road: Road,
    air: Atmosphere,
    crossing: Crossing | None,
    vehicles: tuple[Vehicle, ...],
    density: float,
) -> tuple[Pedestrian, ...]:
    """People at the crossing, on the pavement and on the road."""
    spots: list[tuple[PedestrianPlace, float, float]] = []
    left, right = road.left_m + road.shoulder_m, road.right_m - road.shoulder_m
    if crossing is not None and chance(rng, 0.42):
        for _ in range(1 + pick(rng, 2)):
            x = crossing.x_m + between(rng, 0.4, crossing.depth_m - 0.4)
            if chance(rng, 0.4):
                y = between(rng, max(right, -9.0) + 0.6, left - 0.6)
                spots.append((PedestrianPlace.CROSSING, x, y))
            else:
                y = left + between(rng, 0.3, 1.1) if chance(rng, 0.6) else right - 0.7
                spots.append((PedestrianPlace.WAITING, x, y))
    if chance(rng, 0.25 + 0.3 * density):
        for _ in range(1 + pick(rng, 3)):
            x = 7.0 + 33.0 * float(rng.random())
            wide = max(1.2, road.pavement_m)
            on_left = chance(rng, 0.6)
            y = left + between(rng, 0.5, wide) if on_left else right - between(rng, 0.5, wide)
            near_zebra = crossing is not None and abs(x - crossing.x_m - 2) < 6
            if not near_zebra:
                spots.append((PedestrianPlace.PAVEMENT, x, y))
    if crossing is None and chance(rng, 0.12):
        x = 7.0 + 25.0 * float(rng.random())
        if chance(rng, 0.6) and road.ego_lane == 0:
            y = road.left_m - between(rng, 0.1, 0.7)
        else:
            y = between(rng, -1.6, 1.6)
        spots.append((PedestrianPlace.ROAD, x, y))
    return tuple(
        sample_pedestrian(rng, air, place, x, y)
        for place, x, y in spots
        if _clear_of(vehicles, x, y)
    )
