"""Draws what stands behind and beside the road: sky, skyline, buildings, trees, poles, boards."""

from __future__ import annotations

import cv2
import numpy as np

from vlm_driving.simulator.canvas import ID_NONE, Canvas, Points
from vlm_driving.simulator.render_ground import FAR_M, NEAR_M
from vlm_driving.simulator.scene import Building, Light, Prop, PropKind, Scene
from vlm_driving.simulator.textures import cloud_texture, cut


def draw_sky(canvas: Canvas, scene: Scene) -> None:
    """Sky with clouds, and a line of hills or houses on the horizon."""
    image, air = canvas.image, scene.atmosphere
    height, width = image.shape[:2]
    horizon = int(np.clip(round(canvas.camera.point(FAR_M, 0.0, 0.0)[1]), 8, height))
    column = np.array([[air.sky_top], [air.sky_low]], np.float32)
    sky = cv2.resize(column, (1, horizon)).astype(np.uint8)
    cv2.resize(sky, (width, horizon), dst=image[:horizon], interpolation=cv2.INTER_NEAREST)
    cv2.rectangle(image, (0, horizon), (width, height), air.sky_low, -1)
    if air.clouds > 0.02:
        clouds = cut(cloud_texture(scene.grain % 4), width, horizon, scene.grain)
        area = image[:horizon]
        cv2.addWeighted(area, 1.0, clouds, air.clouds, -120.0 * air.clouds, dst=area)
    if scene.skyline:
        _skyline(canvas, scene, horizon)


def _skyline(canvas: Canvas, scene: Scene, horizon: int) -> None:
    rng = np.random.default_rng(scene.skyline)
    width = canvas.image.shape[1]
    light = canvas.light
    blocks = bool(scene.skyline & 1)
    for layer in range(2):
        tone = 0.55 + 0.25 * layer
        if blocks:
            n = int(rng.integers(9, 20))
            heights = rng.uniform(0.004, 0.09 - 0.03 * layer, n) * width
            us = np.repeat(np.sort(rng.uniform(0, width, n - 1)), 2)
            us = np.concatenate([[-5.0], us, [width + 5.0]])
            vs = horizon - np.repeat(heights, 2)
            colour = light.shade((135 * tone, 125 * tone, 118 * tone), 90.0 - 30 * layer)
        else:
            n = 24
            us = np.arange(n).astype(np.float64) * ((width + 10) / (n - 1)) - 5
            bumps = np.convolve(rng.uniform(0.0, 0.1, n + 4), np.ones(5) / 5, "valid")
            vs = horizon - (bumps + rng.uniform(0, 0.012, n)) * width * (0.9 - 0.4 * layer)
            colour = light.shade((70 * tone, 95 * tone, 78 * tone), 80.0 - 40 * layer)
        outline = np.concatenate(
            [np.stack([us, vs], axis=1), [[width + 5.0, horizon + 4.0], [-5.0, horizon + 4.0]]]
        )
        canvas.fill_all([outline], colour)


def draw_building(canvas: Canvas, building: Building) -> None:
    """A block with rows of windows on the front that faces the road, and its near wall."""
    light, camera = canvas.light, canvas.camera
    near, far = max(building.x_near_m, NEAR_M), building.x_far_m
    if far < near + 0.5:
        return
    y, z = building.y_m, building.height_m
    outer = y + (12.0 if y > 0 else -12.0)
    floors = building.floors
    level = z / floors
    spots = [[near, y, 0], [far, y, 0], [far, y, z], [near, y, z]]
    if building.x_near_m > NEAR_M:
        spots += [[near, y, 0], [near, outer, 0], [near, outer, z], [near, y, z]]
    pattern = building.pattern
    gap = 0.3 + 0.25 * ((pattern >> 3) & 1)
    bays = max(1, round((far - near) / (2.5 + pattern % 3)))
    bay = (far - near) / bays
    for floor in range(floors):
        low, high = (floor + gap) * level, (floor + 0.85) * level
        if pattern & 16 or bays > 5:
            spots += [[near, y, low], [far, y, low], [far, y, high], [near, y, high]]
        else:
            side = 0.2 * bay
            for i in range(bays):
                a, b = near + i * bay, near + (i + 1) * bay
                spots += [
                    [a + side, y, low],
                    [b - side, y, low],
                    [b - side, y, high],
                    [a + side, y, high],
                ]
    quads = camera.project(np.array(spots, float)).reshape(-1, 4, 2)
    middle = min(near + 8.0, 0.5 * (near + far))
    canvas.fill(quads[0], light.shade(building.colour, middle, 0.85))
    start = 1
    if building.x_near_m > NEAR_M:
        canvas.fill(quads[1], light.shade(building.colour, near, 0.62))
        start = 2
    windows = list(quads[start:])
    dark = light.shade((70, 62, 54), middle)
    night = light.air.light is not Light.DAY
    if night and (pattern & 3):
        lit = [q for i, q in enumerate(windows) if (pattern >> (i % 11)) & 1]
        unlit = [q for i, q in enumerate(windows) if not (pattern >> (i % 11)) & 1]
        warm = (120, 190, 225) if pattern & 4 else (190, 205, 200)
        canvas.fill_all(lit, light.shine(warm, middle))
        canvas.fill_all(unlit, dark)
    else:
        canvas.fill_all(windows, dark)


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


def _tree(canvas: Canvas, prop: Prop) -> None:
    light, x = canvas.light, prop.x_m
    trunk = _upright(canvas, prop, 0.0, prop.height_m * 0.6, 0.1 + prop.height_m * 0.03)
    canvas.fill(trunk, light.shade((52, 66, 84), x))
    canvas.mark(trunk, ID_NONE)
    scale = canvas.camera.pixels_per_metre(x)
    top_u, top_v = canvas.camera.point(x, prop.y_m, prop.height_m * 0.68)
    rng = np.random.default_rng(prop.pattern)
    blobs = rng.uniform(-1, 1, (7, 2))
    sizes = rng.uniform(0.35, 0.62, 7) * prop.width_m * scale
    for i in range(7):
        gain = 0.7 + 0.07 * i
        u = top_u + float(blobs[i, 0]) * prop.width_m * 0.45 * scale
        v = top_v + float(blobs[i, 1]) * prop.height_m * 0.22 * scale
        if sizes[i] < 1500:
            canvas.disc(u, v, float(sizes[i]), light.shade(prop.colour, x, gain))


def _pole(canvas: Canvas, prop: Prop) -> None:
    _block(canvas, prop, 0.0, prop.height_m, prop.width_m, 0.9)
    light, x, y, z = canvas.light, prop.x_m, prop.y_m, prop.height_m
    dark = light.shade((58, 58, 58), x)
    arm = canvas.camera.project(
        np.array(
            [[x, y + 0.9, z - 0.6], [x, y - 0.9, z - 0.6], [x, y, z - 0.9], [70.0, y, z - 0.9]]
        )
    )
    scale = canvas.camera.pixels_per_metre(x)
    canvas.line(arm[0], arm[1], dark, 0.1 * scale)
    canvas.line(arm[2], arm[3], dark, 1)
    wires = canvas.camera.project(
        np.array([[x, y + 0.8, z - 0.5], [max(x, 30.0) + 45, y + 0.8, z - 0.5]])
    )
    canvas.line(wires[0], wires[1], dark, 1)


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
    u, v = canvas.camera.point(x, prop.y_m, prop.height_m)
    radius = prop.width_m / 2 * canvas.camera.pixels_per_metre(x)
    sort = prop.pattern % 4
    if sort == 0:  # a ring, as limits have
        canvas.disc(u, v, radius, light.shade((40, 30, 200), x))
        canvas.disc(u, v, radius * 0.72, light.shade((235, 235, 235), x))
        mark = np.array([[-0.35, 0.3], [0.35, 0.3], [0.35, -0.3], [-0.35, -0.3]]) * radius
        canvas.fill(mark + [u, v], light.shade((150, 70, 30), x))
    elif sort == 1:  # "stop": a red triangle on its tip
        tip = np.array([[0.0, 1.1], [1.15, -0.8], [-1.15, -0.8]]) * radius
        canvas.fill(tip + [u, v], light.shade((40, 30, 200), x))
        mark = np.array([[-0.5, -0.15], [0.5, -0.15], [0.5, -0.5], [-0.5, -0.5]]) * radius
        canvas.fill(mark + [u, v], light.shade((235, 235, 235), x))
    elif sort == 2:  # blue disc
        canvas.disc(u, v, radius, light.shade((190, 90, 30), x))
        mark = np.array([[-0.2, 0.6], [0.2, 0.6], [0.2, -0.6], [-0.2, -0.6]]) * radius
        canvas.fill(mark + [u, v], light.shade((235, 235, 235), x))
    else:  # guide board, blue or green
        colour = (160, 80, 20) if prop.pattern & 8 else (80, 120, 20)
        board = np.array([[-1.8, 0.9], [1.8, 0.9], [1.8, -0.9], [-1.8, -0.9]]) * radius
        canvas.fill(board + [u, v], light.shade(colour, x))
        bar = np.array([[-1.3, 0.1], [1.3, 0.1], [1.3, -0.2], [-1.3, -0.2]]) * radius
        canvas.fill(bar + [u, v], light.shade((235, 235, 235), x))


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
    inset = quad.mean(axis=0) + (quad - quad.mean(axis=0)) * np.array([0.7, 0.25])
    text = (235.0, 235.0, 235.0)
    canvas.fill(inset, light.shine(text, x) if glowing else light.shade(text, x))


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
    PropKind.TREE: _tree,
    PropKind.POLE: _pole,
    PropKind.LAMP: _lamp,
    PropKind.SIGN: _sign,
    PropKind.BOARD: _board,
    PropKind.HEDGE: _hedge,
    PropKind.VENDING: _vending,
}
