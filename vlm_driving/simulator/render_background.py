"""Draws what stands behind and beside the road: sky, skyline, trees, poles, lamps, boards."""

from __future__ import annotations

import cv2
import numpy as np

from vlm_driving.simulator.canvas import ID_NONE, Canvas, Points
from vlm_driving.simulator.render_backdrop import draw_skyline
from vlm_driving.simulator.render_faces import face, shop_words
from vlm_driving.simulator.render_flat import FAR_M
from vlm_driving.simulator.render_sprite import foil_gain, paste
from vlm_driving.simulator.render_street import draw_reflector
from vlm_driving.simulator.render_tree import draw_tree
from vlm_driving.simulator.scene import Colour, Light, Prop, PropKind, Scene, SignKind
from vlm_driving.simulator.textures import cloud_texture, cut


def draw_sky(canvas: Canvas, scene: Scene) -> None:
    """Sky with clouds, and a line of hills or houses on the horizon."""
    image, air = canvas.image, scene.atmosphere
    height, width = image.shape[:2]
    horizon = int(np.clip(round(canvas.camera.point(FAR_M, 0.0, 0.0)[1]), 8, height))
    top, low = np.array(air.sky_top), np.array(air.sky_low)
    # it pales faster the nearer the horizon is
    down = np.linspace(0.0, 1.0, horizon)[:, None, None]
    sky = (top + (low - top) * (0.35 * down + 0.65 * down * down)).astype(np.uint8)
    cv2.resize(sky, (width, horizon), dst=image[:horizon], interpolation=cv2.INTER_NEAREST)
    cv2.rectangle(image, (0, horizon), (width, height), air.sky_low, -1)
    if air.clouds > 0.02:
        clouds = cut(cloud_texture(scene.grain % 4), width, horizon, scene.grain)
        area = image[:horizon]
        cv2.addWeighted(area, 1.0, clouds, air.clouds, -120.0 * air.clouds, dst=area)
    if scene.skyline:
        draw_skyline(canvas, scene, horizon)


def draw_prop(canvas: Canvas, prop: Prop) -> None:
    """One thing beside the road; it hides what is behind it."""
    _PAINTERS[prop.kind](canvas, prop)


def _upright(canvas: Canvas, prop: Prop, z0: float, z1: float, width: float) -> Points:
    half = width / 2
    x, y = prop.x_m, prop.y_m
    return canvas.camera.project(
        np.array([[x, y + half, z0], [x, y - half, z0], [x, y - half, z1], [x, y + half, z1]])
    )


def _block(canvas: Canvas, prop: Prop, z0: float, z1: float, width: float, gain: float) -> Points:
    quad = _upright(canvas, prop, z0, z1, width)
    canvas.fill(quad, canvas.light.shade(prop.colour, prop.x_m, gain))
    canvas.mark(quad, ID_NONE)
    return quad


def _pole(canvas: Canvas, prop: Prop) -> None:
    """A concrete pole with a cross-arm, wires, often a transformer and a guard band."""
    quad = _upright(canvas, prop, 0.0, prop.height_m, prop.width_m)
    light, x, y, z = canvas.light, prop.x_m, prop.y_m, prop.height_m
    canvas.fill(quad, light.shade(prop.colour, x, 0.9))
    canvas.mark(quad, ID_NONE)
    scale = canvas.camera.pixels_per_metre(x)
    if prop.width_m * scale > 4.0:  # the side away from the light
        shadow = quad.copy()
        shadow[[0, 3], 0] += 0.6 * (quad[1, 0] - quad[0, 0])
        canvas.fill(shadow, light.shade(prop.colour, x, 0.74))
    dark = light.shade((58, 58, 58), x)
    arm = canvas.camera.project(
        np.array(
            [[x, y + 0.9, z - 0.6], [x, y - 0.9, z - 0.6], [x, y, z - 0.9], [70.0, y, z - 0.9]]
        )
    )
    canvas.line(arm[0], arm[1], dark, 0.1 * scale)
    canvas.line(arm[2], arm[3], dark, 1)
    wires = canvas.camera.project(
        np.array([[x, y + 0.8, z - 0.5], [max(x, 30.0) + 45, y + 0.8, z - 0.5]])
    )
    canvas.line(wires[0], wires[1], dark, 1)
    if prop.pattern & 3 == 1:
        box = canvas.camera.project(
            np.array([[x, y + 0.62, z - 2.6], [x, y + 0.16, z - 2.6], [x, y + 0.16, z - 1.7],
                      [x, y + 0.62, z - 1.7]])
        )  # fmt: skip
        canvas.fill(box, light.shade((150, 152, 150), x, 0.9))
    if prop.pattern & 12 == 4 and x < 45.0:  # yellow and black, against grazing mirrors
        yellow, black = light.shade((25, 185, 235), x), light.shade((34, 32, 32), x)
        for i in range(5):
            ring = _upright(canvas, prop, 0.4 + 0.26 * i, 0.66 + 0.26 * i, prop.width_m)
            canvas.fill(ring, black if i % 2 else yellow)
    elif prop.pattern & 12 == 8 and x < 45.0:  # a bill wound round it
        bill = _FLYERS[prop.pattern // 16 % len(_FLYERS)]
        canvas.fill(_upright(canvas, prop, 1.6, 2.7, prop.width_m), light.shade(bill, x))


_FLYERS: tuple[Colour, ...] = (
    (200, 205, 205),
    (170, 110, 40),
    (60, 140, 70),
    (60, 60, 190),
    (40, 190, 230),
)


def _lamp(canvas: Canvas, prop: Prop) -> None:
    _block(canvas, prop, 0.0, prop.height_m, prop.width_m, 0.9)
    inward = -1.6 if prop.y_m > 0 else 1.6
    x, y, z = prop.x_m, prop.y_m, prop.height_m
    ends = canvas.camera.project(np.array([[x, y, z], [x, y + inward, z + 0.2]]))
    scale = canvas.camera.pixels_per_metre(x)
    canvas.line(ends[0], ends[1], canvas.light.shade(prop.colour, x), 0.1 * scale)
    u, v = ends[1].tolist()
    if canvas.light.air.light is not Light.DAY:
        warm = (150, 215, 255) if prop.pattern & 1 else (245, 245, 235)
        canvas.disc(u, v, 0.16 * scale, canvas.light.shine(warm, x))
        canvas.glow(u, v, min(120.0, 1.3 * scale), (warm[0] * 0.5, warm[1] * 0.5, warm[2] * 0.5))


def _sign(canvas: Canvas, prop: Prop) -> None:
    light, x = canvas.light, prop.x_m
    post = _upright(canvas, prop, 0.0, prop.height_m, 0.07)
    canvas.fill(post, light.shade((165, 165, 165), x))
    canvas.mark(post, ID_NONE)
    # no face that carries a fact: those are `Scene.signs`
    kind, aspect = _CLUTTER_FACES[prop.pattern % len(_CLUTTER_FACES)]
    half = prop.width_m / 2 * (1.6 if aspect < 1.0 else 1.0)
    y, z = prop.y_m, prop.height_m
    spots = [[x, y + half, z + half * aspect], [x, y - half, z + half * aspect],
             [x, y + half, z - half * aspect]]  # fmt: skip
    corners = canvas.camera.project(np.array(spots))
    look = prop.pattern // 8 % 20
    paste(canvas, face(kind, 0, look, look % 3), corners, x, foil_gain(canvas, x))


_CLUTTER_FACES = (
    (SignKind.NO_PARKING, 1.0),
    (SignKind.WARNING, 1.0),
    (SignKind.CROSSING, 1.0),
    (SignKind.DIRECTION, 0.6),
    (SignKind.NO_ENTRY, 1.0),
)


def _board(canvas: Canvas, prop: Prop) -> None:
    """A shop board: bright at night, often red or green, never a signal."""
    light, x = canvas.light, prop.x_m
    low = prop.height_m * (0.55 if prop.pattern & 1 else 0.75)
    post = _upright(canvas, prop, 0.0, low, 0.12)
    canvas.fill(post, light.shade((120, 120, 120), x))
    quad = _upright(canvas, prop, low, prop.height_m, prop.width_m)
    glowing = light.air.light is not Light.DAY and prop.pattern & 2
    colour = light.shine(prop.colour, x) if glowing else light.shade(prop.colour, x)
    canvas.fill(quad, colour)
    canvas.mark(quad, ID_NONE)
    gain = foil_gain(canvas, x) if not glowing else 1.0
    long = (prop.height_m - low) / max(prop.width_m, 0.1)
    pale = sum(prop.colour) > 480.0
    upright = long > 1.3
    count = min(4, max(2, round(long if upright else 1 / long)))
    words = shop_words(prop.pattern % 16, count, upright, pale)
    # the words keep clear of the board's rim
    middle = quad.mean(axis=0)
    # the words keep their shape in a board that is too high for them
    share = (0.8, 0.84) if upright else (0.84, min(0.84, 0.84 / long / count))
    inner = middle + (quad - middle) * share
    paste(canvas, words, inner[[3, 2, 0]], x, gain, 0.9 if glowing else 0.0)


def _hedge(canvas: Canvas, prop: Prop) -> None:
    quad = _block(canvas, prop, 0.0, prop.height_m, prop.width_m, 0.8)
    top = quad.mean(axis=0) + (quad - quad.mean(axis=0)) * np.array([0.8, 0.4])
    canvas.fill(top, canvas.light.shade(prop.colour, prop.x_m, 1.0))


def _vending(canvas: Canvas, prop: Prop) -> None:
    quad = _block(canvas, prop, 0.0, prop.height_m, prop.width_m, 0.9)
    light, x = canvas.light, prop.x_m
    centre = quad.mean(axis=0)
    window = centre + (quad - centre) * np.array([0.8, 0.4]) + (quad[3] - quad[0]) * 0.2
    bright = (230.0, 235.0, 230.0)
    canvas.fill(
        window, light.shade(bright, x) if light.air.light is Light.DAY else light.shine(bright, x)
    )


_PAINTERS = {
    PropKind.TREE: draw_tree,
    PropKind.POLE: _pole,
    PropKind.LAMP: _lamp,
    PropKind.SIGN: _sign,
    PropKind.BOARD: _board,
    PropKind.HEDGE: _hedge,
    PropKind.VENDING: _vending,
    PropKind.REFLECTOR: draw_reflector,
}
