"""Draws the looks of vehicles, of people and of cyclists."""

from __future__ import annotations

from vlm_driving.simulator.compositions import (
    HELD_OUT_VEHICLE_VARIANTS,
    VEHICLE_VARIANTS,
    Part,
    Setting,
    pick_variant,
)
from vlm_driving.simulator.sampling_world import Rng, between, chance, pick, tinted
from vlm_driving.simulator.scene import (
    Age,
    Atmosphere,
    Colour,
    Cyclist,
    CyclistPlace,
    Light,
    Pedestrian,
    PedestrianPlace,
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
_TAXI_COLOURS: tuple[Colour, ...] = ((50, 40, 38), (40, 190, 235), (70, 130, 60), (45, 30, 25))
_BUS_COLOURS: tuple[Colour, ...] = (
    (225, 230, 232),
    (190, 120, 50),
    (120, 170, 90),
    (70, 80, 190),
    (170, 205, 225),
)
SIZES: dict[VehicleKind, tuple[float, float, float]] = {
    VehicleKind.KEI: (3.4, 1.48, 1.72),
    VehicleKind.SEDAN: (4.5, 1.76, 1.45),
    VehicleKind.VAN: (4.8, 1.80, 1.95),
    VehicleKind.TRUCK: (6.5, 2.15, 2.95),
    VehicleKind.BUS: (10.5, 2.45, 3.05),
    VehicleKind.MOTORCYCLE: (2.1, 0.78, 1.62),
}
"""Length, width and height in metres."""

Kinds = dict[VehicleKind, float]
_KEI, _SEDAN, _VAN = VehicleKind.KEI, VehicleKind.SEDAN, VehicleKind.VAN
_TRUCK, _BUS, _MOTORCYCLE = VehicleKind.TRUCK, VehicleKind.BUS, VehicleKind.MOTORCYCLE
_ON_STREETS: Kinds = {
    _KEI: 0.27, _SEDAN: 0.24, _VAN: 0.17, _TRUCK: 0.13, _BUS: 0.08, _MOTORCYCLE: 0.11,
}  # fmt: skip
_KINDS: dict[Setting, Kinds] = {
    Setting.RESIDENTIAL: {_KEI: 0.46, _SEDAN: 0.23, _VAN: 0.16, _TRUCK: 0.02, _MOTORCYCLE: 0.13},
    Setting.STREET: _ON_STREETS,
    Setting.ARTERIAL: {
        _KEI: 0.2, _SEDAN: 0.25, _VAN: 0.15, _TRUCK: 0.18, _BUS: 0.11, _MOTORCYCLE: 0.11,
    },
    Setting.EXPRESSWAY: {
        _KEI: 0.12, _SEDAN: 0.28, _VAN: 0.17, _TRUCK: 0.27, _BUS: 0.09, _MOTORCYCLE: 0.07,
    },
    Setting.TUNNEL: {
        _KEI: 0.18, _SEDAN: 0.26, _VAN: 0.16, _TRUCK: 0.22, _BUS: 0.1, _MOTORCYCLE: 0.08,
    },
}  # fmt: skip
LARGE: Kinds = {_VAN: 0.3, _TRUCK: 0.5, _BUS: 0.2}
"""What somebody can stand behind unseen."""
SMALL: Kinds = {_KEI: 0.6, _SEDAN: 0.25, _VAN: 0.15}
"""What fits into a lane of two metres."""


def kinds_of(setting: Setting) -> Kinds:
    """How often each kind of vehicle comes in such a place."""
    return _KINDS[setting]


def sample_vehicle(
    rng: Rng,
    air: Atmosphere,
    role: VehicleRole,
    x_m: float,
    y_m: float,
    braking: bool = False,
    kinds: Kinds = _ON_STREETS,
    part: Part = Part.TRAIN,
) -> Vehicle:
    """A vehicle of random kind, size and colour, with the lamps that light and weather ask for."""
    draw = float(rng.random()) * sum(kinds.values())
    kind = _SEDAN
    for kind, share in kinds.items():  # noqa: B007 (the last one tried is the one drawn)
        draw -= share
        if draw < 0.0:
            break
    length, width, height = SIZES[kind]
    if kind is _TRUCK and _BUS in kinds and chance(rng, 0.35):
        length, width, height = 10.8, 2.45, 3.5
    elif kind is _TRUCK and chance(rng, 0.35):
        length, width, height = 4.8, 1.72, 2.1
    grow = between(rng, 0.94, 1.06)
    dark = air.light in (Light.DUSK, Light.NIGHT) or air.weather is not Weather.CLEAR
    parked = role is VehicleRole.PARKED
    lamps = (dark and chance(rng, 0.93)) or (role is VehicleRole.ONCOMING and chance(rng, 0.2))
    lamps = lamps or kind is _MOTORCYCLE
    taxi = kind in (_SEDAN, _VAN) and chance(rng, 0.14)
    colours = _TAXI_COLOURS if taxi else _BUS_COLOURS if kind is _BUS else _CAR_COLOURS
    heading = 0
    if role is VehicleRole.CROSSING:
        heading = 1 if chance(rng, 0.5) else -1
    return Vehicle(
        role,
        kind,
        x_m,
        y_m,
        length * grow,
        width * between(rng, 0.97, 1.02),
        height * between(rng, 0.95, 1.06),
        tinted(rng, colours[pick(rng, len(colours))], 14),
        braking=braking,
        hazard_lamps=parked and kind is not _MOTORCYCLE and chance(rng, 0.45),
        headlamps=lamps and not (parked and chance(rng, 0.7)),
        taxi=taxi,
        heading=heading,
        variant=pick_variant(
            part,
            VEHICLE_VARIANTS,
            HELD_OUT_VEHICLE_VARIANTS,
            float(rng.random()),
            float(rng.random()),
        ),
    )


def cloth(rng: Rng, bright: float) -> Colour:
    """A colour of clothes; `bright` is the chance that it may be a light one."""
    tone = between(rng, 20, 235) if chance(rng, bright) else between(rng, 20, 90)
    b, g, r = (min(255.0, max(8.0, tone + between(rng, -45, 45))) for _ in range(3))
    return b, g, r


def sample_pedestrian(
    rng: Rng,
    air: Atmosphere,
    place: PedestrianPlace,
    x_m: float,
    y_m: float,
    age: Age | None = None,
) -> Pedestrian:
    """A person with random clothes and pose; `age` None draws one."""
    across = place is PedestrianPlace.CROSSING or chance(rng, 0.3)
    heading = (1 if chance(rng, 0.5) else -1) if across else 0
    standing = place is PedestrianPlace.WAITING and chance(rng, 0.8)
    if age is None:
        draw = rng.random()
        age = Age.ADULT if draw < 0.58 else Age.CHILD if draw < 0.79 else Age.ELDERLY
    tall = {Age.ADULT: (1.52, 1.85), Age.CHILD: (0.98, 1.3), Age.ELDERLY: (1.42, 1.65)}[age]
    hair = tinted(rng, (195, 195, 195) if age is Age.ELDERLY else (40, 40, 45), 22)
    wet = air.weather in (Weather.RAIN, Weather.SNOW)
    return Pedestrian(
        place,
        x_m,
        y_m,
        between(rng, *tall),
        heading,
        0.1 if standing else between(rng, 0.35, 1.0),
        cloth(rng, 0.8),
        cloth(rng, 0.4),
        hair,
        umbrella=cloth(rng, 0.8) if wet and chance(rng, 0.6) else None,
        bag=cloth(rng, 0.5) if chance(rng, 0.6 if age is Age.CHILD else 0.3) else None,
        age=age,
    )


def sample_cyclist(
    rng: Rng, air: Atmosphere, place: CyclistPlace, x_m: float, y_m: float
) -> Cyclist:
    """A cyclist with random clothes; a lamp in the dark, mostly."""
    dark = air.light in (Light.DUSK, Light.NIGHT)
    across = place is CyclistPlace.CROSSING
    return Cyclist(
        place,
        x_m,
        y_m,
        between(rng, 1.5, 1.78),
        (1 if chance(rng, 0.5) else -1) if across else 0,
        cloth(rng, 0.8),
        cloth(rng, 0.4),
        tinted(rng, _CAR_COLOURS[pick(rng, len(_CAR_COLOURS))], 20),
        helmet=cloth(rng, 0.9) if chance(rng, 0.4) else None,
        lamp=dark and chance(rng, 0.85),
        phase=float(rng.random()),
    )
