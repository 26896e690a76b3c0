"""Draws vehicles: shaded bodies with windows, lamps, plates, wheels and a shadow."""

from __future__ import annotations

import numpy as np

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Colour, Light, Vehicle, VehicleKind, VehicleRole, Weather
from vlm_driving.simulator.vehicle_shapes import Material, vehicle_shape

_PAINT: dict[Material, Colour] = {
    Material.GLASS: (62, 52, 44),
    Material.DARK: (38, 38, 38),
    Material.TYRE: (28, 28, 28),
    Material.TAIL: (34, 26, 118),
    Material.HEAD: (215, 215, 210),
    Material.TURN: (40, 105, 190),
    Material.PLATE: (225, 228, 225),
    Material.CHROME: (170, 170, 165),
    Material.HIGH_STOP: (30, 24, 80),
}
_BRAKE: Colour = (70, 60, 255)
_TAIL_LIGHT: Colour = (26, 18, 150)
_HEADLIGHT: Colour = (250, 255, 255)
_TURN_LIGHT: Colour = (40, 165, 255)


def draw_vehicle(canvas: Canvas, vehicle: Vehicle, thing: int) -> None:
    """Draw one vehicle as `thing` of the id-map."""
    air = canvas.light.air
    camera = canvas.camera
    front = vehicle.role is VehicleRole.ONCOMING
    shape = vehicle_shape(vehicle.kind, front)
    size = np.array([vehicle.length_m, vehicle.width_m, vehicle.height_m])
    place = np.array([vehicle.x_m, vehicle.y_m, 0.0])
    half, length, x = vehicle.width_m * 0.54, vehicle.length_m, vehicle.x_m
    shadow = np.array([[-0.25, half, 0], [-0.25, -half, 0], [length, -half, 0], [length, half, 0]])
    count, corner_count = len(shape.points), len(shape.corners)
    pixels = camera.project(
        np.concatenate([shape.points * size, shape.corners * size, shadow]) + place
    )
    dark = 0.42 if air.light is Light.DAY else 0.6
    road = canvas.light.shade((92, 92, 92), x, dark)
    canvas.fill(pixels[count + corner_count :], road)

    colours = _colours(canvas, vehicle)
    p0, p1, p2 = (pixels[shape.first + k] for k in range(3))
    facing = (p1[:, 0] - p0[:, 0]) * (p2[:, 1] - p0[:, 1]) - (p1[:, 1] - p0[:, 1]) * (
        p2[:, 0] - p0[:, 0]
    )
    lit: list[tuple[float, float, float, Material]] = []
    for part, turned in zip(shape.parts, facing.tolist(), strict=True):
        if turned >= 0:
            continue
        polygon = pixels[part.start : part.start + part.count]
        material = part.material
        colour = colours.get(material)
        if colour is None:
            base = _PAINT.get(material) or vehicle.colour
            if material is Material.CARGO:
                base = _cargo(vehicle.colour)
            elif material is Material.PLATE and vehicle.kind is VehicleKind.KEI:
                base = (60, 205, 235)
            colour = canvas.light.shade(base, x, part.gain)
        else:
            u, v = polygon.mean(axis=0).tolist()
            lit.append((u, v, float(np.ptp(polygon[:, 0])), material))
        canvas.fill(polygon, colour)
    _shine(canvas, vehicle, lit, colours)

    corners = pixels[count : count + corner_count]
    for start in range(0, corner_count, 8):
        canvas.mark_hull(corners[start : start + 8], thing)
    at_ground = pixels[count + corner_count : count + corner_count + 2]
    canvas.register(thing, np.concatenate([corners, at_ground * [0, 1] + corners[:2] * [1, 0]]))


def _cargo(colour: Colour) -> Colour:
    """Boxes of lorries are pale, whatever colour the cab has."""
    return (150 + colour[0] * 0.35, 150 + colour[1] * 0.35, 150 + colour[2] * 0.35)


def _colours(canvas: Canvas, vehicle: Vehicle) -> dict[Material, Colour]:
    """Colours of the lamps that are lit."""
    light, x = canvas.light, vehicle.x_m
    colours: dict[Material, Colour] = {}
    if vehicle.role is VehicleRole.ONCOMING:
        if vehicle.headlamps:
            colours[Material.HEAD] = light.shine(_HEADLIGHT, x)
    elif vehicle.braking:
        colours[Material.TAIL] = light.shine(_BRAKE, x)
        colours[Material.HIGH_STOP] = light.shine(_BRAKE, x)
    elif vehicle.headlamps:
        colours[Material.TAIL] = light.shine(_TAIL_LIGHT, x)
    if vehicle.hazard_lamps:
        colours[Material.TURN] = light.shine(_TURN_LIGHT, x)
    return colours


def _shine(
    canvas: Canvas,
    vehicle: Vehicle,
    lit: list[tuple[float, float, float, Material]],
    colours: dict[Material, Colour],
) -> None:
    """Glow around the lamps, and their streak on a wet road."""
    air = canvas.light.air
    strength = {Light.DAY: 0.22, Light.DUSK: 0.55, Light.NIGHT: 0.8}[air.light]
    floor_v = canvas.camera.point(vehicle.x_m, vehicle.y_m, 0.0)[1]
    for u, v, width, material in lit:
        if material is Material.HIGH_STOP:
            continue
        weak = material is Material.TAIL and not vehicle.braking
        power = strength * (0.45 if weak else 1.0)
        if material is Material.HEAD:
            power = min(1.0, strength * 1.25)
        base = colours[material]
        colour = (base[0] * power, base[1] * power, base[2] * power)
        reach = 2.6 if material is Material.HEAD else 1.5
        radius = max(2.0, width * reach)
        canvas.glow(u, v, min(radius, 90.0), colour)
        if air.weather is Weather.RAIN:
            wet = (colour[0] * 0.4, colour[1] * 0.4, colour[2] * 0.4)
            canvas.glow(u, floor_v + (floor_v - v) * 0.7, max(2.0, width * 0.5), wet, 3.5)
