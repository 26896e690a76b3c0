"""Draws vehicles: shaded bodies with windows, lamps, plates, wheels and a shadow."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.render_vehicle_rider import DRY, draw_motorcycle
from vlm_driving.simulator.scene import Colour, Light, Vehicle, VehicleKind, VehicleRole, Weather
from vlm_driving.simulator.vehicle_shapes import TOP_GAIN, Material, Shape
from vlm_driving.simulator.vehicle_shapes_cars import car_shape
from vlm_driving.simulator.vehicle_shapes_large import bus_shape, truck_shape

_PAINT: dict[Material, Colour] = {
    Material.GLASS: (50, 43, 37),
    Material.DARK: (26, 26, 26),
    Material.TYRE: (18, 18, 18),
    Material.TAIL: (34, 26, 118),
    Material.HEAD: (215, 215, 210),
    Material.TURN: (40, 105, 190),
    Material.PLATE: (225, 228, 225),
    Material.CHROME: (170, 170, 165),
    Material.HIGH_STOP: (30, 24, 80),
    Material.ROOF_LAMP: (215, 235, 240),
    Material.BOARD: (40, 120, 200),
    Material.REFLECTOR: (30, 22, 130),
}
_LIVERIES: tuple[Colour, ...] = (
    (70, 140, 40),
    (40, 120, 235),
    (150, 70, 30),
    (40, 40, 190),
    (60, 200, 235),
    (190, 120, 40),
    (120, 60, 130),
    (90, 90, 90),
)
_BRAKE: Colour = (70, 60, 255)
_TAIL_LIGHT: Colour = (26, 18, 150)
_HEADLIGHT: Colour = (250, 255, 255)
_TURN_LIGHT: Colour = (40, 165, 255)
_GLOW = {Light.DAY: 0.22, Light.BACKLIGHT: 0.3, Light.DUSK: 0.55, Light.NIGHT: 0.8}
_NEAR_M = 0.7
"""What is nearer than this along the road is cut off: it lies below or beside the picture."""
_BESIDE_M = 3.0
"""A vehicle whose near end is nearer stands partly beside the camera."""
_DETAIL_PX = 14.0
"""Below this height small parts are left out."""

_NO_GLOW = (Material.HIGH_STOP, Material.GLASS)

Lit = list[tuple[float, float, float, Material]]
"""Middle (u, v), size in pixels and material of each lit lamp."""


@lru_cache(maxsize=128)
def vehicle_shape(kind: VehicleKind, variant: int, taxi: bool) -> Shape:
    """The body of a kind; motorcycles are no bodies but figures, see `render_vehicle_rider`."""
    if kind is VehicleKind.TRUCK:
        return truck_shape(variant)
    return bus_shape(variant) if kind is VehicleKind.BUS else car_shape(kind, variant, taxi)


def draw_vehicle(canvas: Canvas, vehicle: Vehicle, thing: int) -> None:
    """Draw one vehicle as `thing` of the id-map."""
    if vehicle.kind is VehicleKind.MOTORCYCLE:
        draw_motorcycle(canvas, vehicle, thing)
        return
    shape = vehicle_shape(vehicle.kind, vehicle.variant, vehicle.taxi)
    turn, place = _stance(vehicle)
    count, corner_count = len(shape.points), len(shape.corners)
    x = max(vehicle.x_m, 1.0)
    points = np.concatenate([shape.points, shape.corners, _FOOTPRINT]) @ turn + place
    np.maximum(points[:, 0], _NEAR_M, out=points[:, 0])
    pixels = canvas.camera.project(points)
    dark = 0.2 if canvas.light.air.light in (Light.DAY, Light.BACKLIGHT) else 0.6
    canvas.fill(pixels[count + corner_count :], canvas.light.shade((92, 92, 92), x, dark))
    lit = _paint(canvas, vehicle, shape, pixels[:count], x)
    _shine(canvas, vehicle, lit, x)

    corners = pixels[count : count + corner_count]
    _soften(canvas, corners, canvas.light.clearness(x))
    for start in range(0, corner_count, 8):
        canvas.mark_hull(corners[start : start + 8], thing)
    lowest = pixels[count + corner_count :, 1].max()
    feet = corners[:2].copy()
    feet[:, 1] = lowest
    extent = np.concatenate([corners, feet])
    if vehicle.x_m < _BESIDE_M:  # what lies behind the picture's edge must not outweigh the rest
        wide = canvas.image.shape[1]
        np.clip(extent[:, 0], -0.3 * wide, 1.3 * wide, out=extent[:, 0])
    canvas.register(thing, extent)


_FOOTPRINT = np.array([[-0.03, 0.53, 0], [-0.03, -0.53, 0], [1.0, -0.54, 0], [1.0, 0.54, 0]])


def _stance(vehicle: Vehicle) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(3, 3) and (3,): a point p of the unit box lies at p @ turn + place on the road."""
    length, width, height = vehicle.length_m, vehicle.width_m, vehicle.height_m
    turn = np.zeros((3, 3))
    turn[2, 2] = height
    if vehicle.role is VehicleRole.CROSSING:
        heading = 1.0 if vehicle.heading >= 0 else -1.0
        turn[0, 1] = heading * length
        turn[1, 0] = -heading * width
        place = (vehicle.x_m + width / 2, vehicle.y_m - heading * length / 2, 0.0)
    elif vehicle.role is VehicleRole.ONCOMING:
        turn[0, 0], turn[1, 1] = -length, -width
        place = (vehicle.x_m + length, vehicle.y_m, 0.0)
    else:
        turn[0, 0], turn[1, 1] = length, width
        place = (vehicle.x_m, vehicle.y_m, 0.0)
    return turn, np.array(place)


def _front_seen(vehicle: Vehicle) -> bool:
    if vehicle.role is VehicleRole.CROSSING:
        return vehicle.y_m * (1 if vehicle.heading >= 0 else -1) < 0
    return vehicle.role is VehicleRole.ONCOMING


def _paint(
    canvas: Canvas, vehicle: Vehicle, shape: Shape, pixels: NDArray[np.float64], x: float
) -> Lit:
    """Fill the faces that are turned to us; gives the lamps that are lit."""
    p0, p1, p2 = (pixels[shape.first + k] for k in range(3))
    facing = (
        (p1[:, 0] - p0[:, 0]) * (p2[:, 1] - p0[:, 1])
        - (p1[:, 1] - p0[:, 1]) * (p2[:, 0] - p0[:, 0])
    ).tolist()
    fixed = np.round((pixels - 0.5) * 16).astype(np.int32)
    colours = _lamp_colours(canvas, vehicle, x)
    paint = _body_colours(canvas, vehicle)
    small = canvas.camera.pixels_per_metre(x) * vehicle.height_m < _DETAIL_PX
    across = vehicle.role is VehicleRole.CROSSING
    shade, topped, image = canvas.light.shade, canvas.light.topped, canvas.image
    snowy = vehicle.role is VehicleRole.PARKED and canvas.light.air.snow_cover > 0
    shaded: dict[tuple[Material, float], Colour] = {}
    lit: Lit = []
    for i in shape.from_ahead if _front_seen(vehicle) else shape.from_behind:
        part = shape.parts[i]
        if facing[i] >= 0 or (small and part.detail):
            continue
        material, stop = part.material, part.start + part.count
        colour = colours.get(material)
        if colour is None:
            key = (material, part.gain)
            colour = shaded.get(key)
            if colour is None:
                # across the road the sides are what faces us, and the light behind us
                gain = part.gain * 1.2 if across and part.gain < 0.85 else part.gain
                tint = topped if snowy and part.gain == TOP_GAIN else shade
                colour = shaded[key] = tint(paint[material], x, gain)
        elif material not in _NO_GLOW:
            polygon = pixels[part.start : stop]
            u, v = polygon.mean(axis=0).tolist()
            wide, high = np.ptp(polygon, axis=0).tolist()
            if not across or wide > 1.0:
                lit.append((u, v, max(min(wide, 3 * high), min(high, 2 * wide)), material))
        outline = fixed[part.start : stop]
        cv2.fillConvexPoly(image, outline, colour, cv2.LINE_AA, 4)
        if material is Material.GLASS and part.count == 4 and not small:
            # the sky in the upper part of the pane
            low_l, low_r, top_r, top_l = outline
            cut_r, cut_l = (2 * top_r + low_r) // 3, (top_l + low_l) // 2
            pane = np.stack([cut_l, cut_r, top_r, top_l])
            sky = canvas.light.air.sky_low
            tone = [0.82 * c + 0.2 * s for c, s in zip(colour, sky, strict=True)]
            cv2.fillConvexPoly(image, pane, tone, cv2.LINE_AA, 4)
    return lit


@lru_cache(maxsize=1)
def _ramp() -> NDArray[np.uint8]:
    """Light on a body from its top down, (16, 1, 3) around 128: sky above, road below."""
    down = np.linspace(0.0, 1.0, 16)
    gain = 1.1 - 0.16 * down + 0.05 * np.sin(9.0 * down) - 0.2 * np.clip(down - 0.75, 0, 1)
    return np.repeat((128 * gain).astype(np.uint8)[:, None, None], 3, axis=2)


def _soften(canvas: Canvas, corners: NDArray[np.float64], clear: float) -> None:
    """Shade a body softly from top to bottom; blur what is small, as a lens does.

    In haze only a share `clear` of the shading is left.
    """
    hull = cv2.convexHull(corners.astype(np.float32))[:, 0]
    rows, columns = canvas.image.shape[:2]
    u0, v0 = np.maximum(hull.min(axis=0).astype(int), 0).tolist()
    u1, v1 = np.minimum(hull.max(axis=0).astype(int) + 1, (columns, rows)).tolist()
    wide, high = u1 - u0, v1 - v0
    if wide < 3 or high < 3:
        return
    area = canvas.image[v0:v1, u0:u1]
    soft = cv2.convertScaleAbs(_ramp(), alpha=clear, beta=128.0 * (1.0 - clear))
    ramp = cv2.resize(soft, (wide, high), interpolation=cv2.INTER_LINEAR)
    mask = np.full((high, wide), 255, np.uint8)
    fixed = np.clip((hull - (u0 + 0.5, v0 + 0.5)) * 16, -160000, 160000).astype(np.int32)
    cv2.fillConvexPoly(mask, fixed, (0,), cv2.LINE_8, 4)
    ramp[mask > 0] = 128
    cv2.multiply(area, ramp, dst=area, scale=1 / 128)
    if high < 0.11 * rows:
        cv2.GaussianBlur(area, (3, 3), 0.6, dst=area)


def _body_colours(canvas: Canvas, vehicle: Vehicle) -> dict[Material, Colour]:
    """Daylight colours of all materials of this vehicle."""
    body = vehicle.colour
    paint = dict(_PAINT)
    paint[Material.BODY] = body
    # boxes of lorries are pale, whatever colour the cab has
    paint[Material.CARGO] = (150 + body[0] * 0.35, 150 + body[1] * 0.35, 150 + body[2] * 0.35)
    pick = int(body[0] * 3 + body[1] * 5 + body[2] * 7) + vehicle.variant
    paint[Material.LIVERY] = _LIVERIES[pick % len(_LIVERIES)]
    if vehicle.kind is VehicleKind.KEI:
        paint[Material.PLATE] = (60, 205, 235)
    elif vehicle.taxi or vehicle.kind in (VehicleKind.TRUCK, VehicleKind.BUS):
        paint[Material.PLATE] = (80, 130, 50)
    if canvas.light.air.headlamps > 0:  # they send our own light back
        paint[Material.REFLECTOR] = (70, 60, 255)
    return paint


def _lamp_colours(canvas: Canvas, vehicle: Vehicle, x: float) -> dict[Material, Colour]:
    """Colours of the lamps that are lit."""
    shine = canvas.light.shine
    colours: dict[Material, Colour] = {}
    if vehicle.headlamps:
        # from behind no lamp of the front may show at the corner of the wing, and the reverse
        if vehicle.role in (VehicleRole.ONCOMING, VehicleRole.CROSSING):
            colours[Material.HEAD] = shine(_HEADLIGHT, x)
        if vehicle.role is not VehicleRole.ONCOMING:
            colours[Material.TAIL] = shine(_TAIL_LIGHT, x)
        if vehicle.kind is VehicleKind.BUS and canvas.light.air.headlamps > 0:
            colours[Material.GLASS] = shine((105, 132, 140), x)
        colours[Material.BOARD] = shine((60, 175, 255), x)
        colours[Material.ROOF_LAMP] = shine((190, 245, 255), x)
    if vehicle.braking and vehicle.role is not VehicleRole.ONCOMING:
        colours[Material.TAIL] = shine(_BRAKE, x)
        colours[Material.HIGH_STOP] = shine(_BRAKE, x)
    if vehicle.hazard_lamps:
        colours[Material.TURN] = shine(_TURN_LIGHT, x)
    return colours


def _shine(canvas: Canvas, vehicle: Vehicle, lit: Lit, x: float) -> None:
    """Glow around the lamps, and their streak on a wet road."""
    air = canvas.light.air
    colours = _lamp_colours(canvas, vehicle, x)
    strength = _GLOW[air.light]
    floor_v = canvas.camera.point(x, vehicle.y_m, 0.0)[1]
    across = vehicle.role is VehicleRole.CROSSING
    for u, v, width, material in lit:
        weak = material is Material.TAIL and not vehicle.braking
        power = strength * (0.45 if weak else 1.0)
        reach = 1.5
        if material is Material.HEAD:
            power, reach = min(1.0, strength * 1.25), 2.6
            if across:
                power, reach = strength * 0.6, 2.0
        elif material in (Material.BOARD, Material.ROOF_LAMP):
            power, reach = strength * 0.3, 0.9
        base = colours[material]
        colour = (base[0] * power, base[1] * power, base[2] * power)
        canvas.glow(u, v, min(max(2.0, width * reach), 90.0), colour)
        if air.weather is Weather.RAIN and air.wetness < DRY and not across:
            wet = (colour[0] * 0.4, colour[1] * 0.4, colour[2] * 0.4)
            canvas.glow(u, floor_v + (floor_v - v) * 0.7, max(2.0, width * 0.5), wet, 3.5)
