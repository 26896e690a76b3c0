"""Draws the surroundings of a scene: light, weather, road, camera, roadside."""

from __future__ import annotations

import math

import numpy as np

from vlm_driving.simulator.scene import (
    Atmosphere,
    Building,
    CameraPose,
    CentreLine,
    Colour,
    CrossRoad,
    EdgeKind,
    Light,
    Prop,
    PropKind,
    Road,
    Sensor,
    Weather,
)

Rng = np.random.Generator


def chance(rng: Rng, probability: float) -> bool:
    """True with this probability."""
    return bool(rng.random() < probability)


def between(rng: Rng, low: float, high: float) -> float:
    """A uniform number."""
    return low + (high - low) * float(rng.random())


def pick(rng: Rng, count: int) -> int:
    """A number from 0 to count - 1."""
    return int(rng.random() * count)


def tinted(rng: Rng, colour: Colour, spread: float) -> Colour:
    """A colour moved at random by up to `spread` a channel and as much in brightness."""
    base = between(rng, -spread, spread)
    b, g, r = (min(255.0, max(0.0, c + base + between(rng, -spread, spread) / 2)) for c in colour)
    return b, g, r


def sample_light(rng: Rng) -> tuple[Light, Weather]:
    """Day 55 %, dusk 18 %, night 27 %; rain in 20 %."""
    draw = rng.random()
    light = Light.DAY if draw < 0.55 else Light.DUSK if draw < 0.73 else Light.NIGHT
    return light, Weather.RAIN if chance(rng, 0.2) else Weather.CLEAR


def sample_atmosphere(rng: Rng, light: Light, weather: Weather, density: float) -> Atmosphere:
    """Colours of the sky and of the light; towns (`density` 1) are brighter at night."""
    rain = weather is Weather.RAIN
    haze_m = between(rng, 60, 130) if rain else between(rng, 180, 600)
    clouds = between(rng, 0.0, 0.9)
    headlamps = 0.0
    if light is Light.DAY:
        level = between(rng, 0.78, 1.12) * (0.72 if rain else 1.0)
        warm = between(rng, -0.05, 0.05)
        ambient = (level * (1 - warm), level, level * (1 + warm))
        if rain or chance(rng, 0.3):
            grey = between(rng, 150, 205)
            top, low = tinted(rng, (grey, grey, grey - 4), 8), tinted(rng, (grey + 12,) * 3, 8)
        else:
            top = tinted(rng, (225, 165, 105), 18)
            low = tinted(rng, (235, 215, 195), 15)
    elif light is Light.DUSK:
        level = between(rng, 0.36, 0.52)
        ambient = (level * 1.12, level * 0.98, level * 1.02)
        if rain or chance(rng, 0.3):
            top, low = tinted(rng, (92, 80, 76), 10), tinted(rng, (118, 104, 100), 10)
        else:
            top = tinted(rng, (118, 84, 72), 12)
            low = tinted(rng, (120, 145, 205), 22)
        headlamps = between(rng, 0.05, 0.15)
    else:
        level = between(rng, 0.1, 0.17) + 0.15 * density * float(rng.random())
        ambient = (level * 1.05, level, level * 1.05)
        top = tinted(rng, (24, 16, 12), 6)
        low = tinted(rng, (38, 30, 28), 9)
        headlamps = between(rng, 0.55, 0.95)
        clouds *= 0.15
        haze_m *= 1.4
    return Atmosphere(light, weather, ambient, top, low, clouds, haze_m, headlamps)


def sample_sensor(rng: Rng, light: Light) -> Sensor:
    """Noise, blur, exposure; JPEG in a quarter of the pictures."""
    dark = light is Light.NIGHT
    noise = between(rng, 1.0, 9.0 if dark else 6.0)
    blur = between(rng, 0.4, 1.1) if chance(rng, 0.3) else 0.0
    gain = between(rng, 0.9, 1.35) if dark else between(rng, 0.85, 1.15)
    jpeg = int(rng.integers(35, 93)) if chance(rng, 0.25) else None
    return Sensor(noise, blur, gain, between(rng, 0.85, 1.15), jpeg, int(rng.integers(0, 1 << 30)))


def sample_camera(rng: Rng) -> CameraPose:
    """1.2-1.6 m high, pitch +-2 degrees, yaw +-1.5 degrees, 55-70 degrees wide."""
    return CameraPose(
        between(rng, 1.2, 1.6),
        math.radians(between(rng, -2.0, 2.0)),
        math.radians(between(rng, -1.5, 1.5)),
        math.radians(between(rng, 55.0, 70.0)),
    )


def sample_road(rng: Rng, density: float, lanes: int, ego_lane: int, straight: bool) -> Road:
    """A road with `lanes` in our direction; `straight` keeps it so (near a junction)."""
    oncoming = lanes if chance(rng, 0.75) else max(1, lanes - 1)
    draw = rng.random()
    centre = CentreLine.YELLOW if draw < 0.5 else CentreLine.WHITE
    if lanes == 1 and draw > 0.72:
        centre = CentreLine.WHITE_DASHED
    kerb = chance(rng, 0.25 + 0.5 * density)
    pavement = between(rng, 1.5, 4.0) if chance(rng, 0.3 + 0.65 * density) else 0.0
    bend = 0.0 if straight else between(rng, -1, 1) ** 3 * 0.006
    if chance(rng, 0.3 * density + 0.1):
        verge = tinted(rng, (128, 132, 138), 22)
    else:
        verge = tinted(rng, (62, 112, 100), 24)
    return Road(
        lane_width_m=between(rng, 2.75, 3.5),
        lanes=lanes,
        ego_lane=ego_lane,
        oncoming_lanes=oncoming,
        centre=centre,
        edge=EdgeKind.KERB if kerb else EdgeKind.LINE,
        shoulder_m=between(rng, 0.25, 0.6) if kerb else between(rng, 0.4, 1.4),
        pavement_m=pavement,
        curvature_per_m=bend,
        slope_per_m=between(rng, -1, 1) * 0.0005,
        asphalt=between(rng, 72, 125),
        paint=between(rng, 0.55, 1.0),
        dash_phase_m=between(rng, 0, 10),
        verge=verge,
        grain=int(rng.integers(0, 1 << 16)),
    )


def sample_buildings(
    rng: Rng, road: Road, density: float, cross: CrossRoad | None
) -> tuple[Building, ...]:
    """Blocks along both sides; towns leave hardly a gap."""
    out: list[Building] = []
    for sign in (1.0, -1.0):
        inner = road.left_m if sign > 0 else -road.right_m
        front = inner + road.shoulder_m + road.pavement_m + between(rng, 0.3, 5.0 - 3.0 * density)
        x = between(rng, -8, 6)
        while x < 95:
            length = between(rng, 7, 22)
            if cross is not None and x + length > cross.x_near_m - 1 and x < cross.x_far_m + 1:
                x = cross.x_far_m + 1.5
                if x > 95:
                    break
            if chance(rng, 0.12 + 0.8 * density) and x + length > 4:
                floors = 1 + pick(rng, 2 + round(4 * density))
                tone = between(rng, 105, 225)
                colour = tinted(rng, (tone, tone, tone + 6), 20)
                out.append(
                    Building(
                        x,
                        x + length,
                        sign * (front + between(rng, 0, 2.0)),
                        floors * between(rng, 2.8, 3.5),
                        floors,
                        colour,
                        int(rng.integers(0, 1 << 16)),
                    )
                )
            x += length + between(rng, 0.3, 4 + 22 * (1 - density) ** 2)
    return tuple(out)


_BOARD_COLOURS: tuple[Colour, ...] = (
    (40, 35, 220),
    (70, 160, 30),
    (200, 110, 30),
    (30, 150, 240),
    (230, 230, 230),
    (40, 200, 240),
)


def sample_props(rng: Rng, road: Road, density: float, cross: CrossRoad | None) -> tuple[Prop, ...]:
    """Trees, poles, lamps, signs and boards, behind the road's edge."""
    out: list[Prop] = []
    count = int(rng.integers(3, 10 + round(6 * density)))
    for _ in range(count):
        sign = 1.0 if chance(rng, 0.5) else -1.0
        inner = (road.left_m if sign > 0 else -road.right_m) + road.shoulder_m
        x = 6.0 + 74.0 * float(rng.random()) ** 1.3
        if cross is not None and cross.x_near_m - 0.5 < x < cross.x_far_m + 0.5:
            continue
        beyond = inner + road.pavement_m
        draw = rng.random() + 0.12 * density
        pattern = int(rng.integers(0, 1 << 16))
        if draw < 0.3:
            height = between(rng, 3, 8)
            green = tinted(rng, (48, 95, 62), 22)
            y = sign * (beyond + 0.5 + between(rng, 0, 6))
            out.append(Prop(PropKind.TREE, x, y, height, height * 0.55, green, pattern))
        elif draw < 0.52:
            y = sign * (inner + between(rng, 0.4, 0.9))
            grey = tinted(rng, (140, 145, 148), 18)
            out.append(Prop(PropKind.POLE, x, y, between(rng, 7.5, 11), 0.3, grey, pattern))
        elif draw < 0.66:
            y = sign * (inner + between(rng, 0.3, 0.8))
            out.append(
                Prop(PropKind.LAMP, x, y, between(rng, 6, 9), 0.18, (135, 135, 130), pattern)
            )
        elif draw < 0.8:
            y = sign * (inner + between(rng, 0.3, 0.9))
            out.append(Prop(PropKind.SIGN, x, y, between(rng, 2.2, 3.6), 0.65, (0, 0, 0), pattern))
        elif draw < 0.94:
            y = sign * (beyond + between(rng, 0.6, 2.0))
            colour = tinted(rng, _BOARD_COLOURS[pick(rng, 6)], 15)
            height, wide = between(rng, 2.5, 6.5), between(rng, 0.7, 2.6)
            out.append(Prop(PropKind.BOARD, x, y, height, wide, colour, pattern))
        elif draw < 1.02:
            y = sign * (beyond + 0.7)
            colour = tinted(rng, ((225, 225, 225), (40, 35, 200))[pick(rng, 2)], 15)
            out.append(Prop(PropKind.VENDING, x, y, 1.85, 1.0, colour, pattern))
        else:
            y = sign * (beyond + between(rng, 1.0, 3.0))
            green = tinted(rng, (45, 88, 60), 18)
            out.append(
                Prop(
                    PropKind.HEDGE, x, y, between(rng, 0.6, 1.3), between(rng, 1, 3), green, pattern
                )
            )
    return tuple(out)
