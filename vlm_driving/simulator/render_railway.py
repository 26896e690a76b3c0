"""Draws a level crossing: rails and boards on the ground, masts, lamps and bars above it."""

from __future__ import annotations

import math

import numpy as np

from vlm_driving.simulator.canvas import ID_RAILWAY, Canvas, Points
from vlm_driving.simulator.render_flat import NEAR_M, FlatShapes, ground_tone
from vlm_driving.simulator.scene import Colour, Light, Railway, Scene

GAUGE_M = 1.067
_YELLOW: Colour = (22, 190, 245)
_BLACK: Colour = (30, 28, 28)
_MAST_M = 3.6
_PIVOT_M = 0.95
_OPEN_RAD = math.radians(82)


def _tracks(railway: Railway) -> list[float]:
    """The middles of the tracks, metres ahead."""
    count = max(1, int(railway.depth_m // 3.4))
    return [railway.x_m + railway.depth_m * (i + 0.5) / count for i in range(count)]


def draw_rails(canvas: Canvas, scene: Scene) -> None:
    """Draw what lies flat: ballast beside the road, boards on it, and the rails."""
    railway = scene.railway
    if railway is None or railway.x_m + railway.depth_m < NEAR_M + 1.0:
        return
    road, light = scene.road, canvas.light
    shapes = FlatShapes(canvas)
    near, far = max(NEAR_M, railway.x_m), railway.x_m + railway.depth_m
    left, right = road.left_m + road.shoulder_m + 0.3, road.right_m - road.shoulder_m - 0.3
    beds = [shapes.strip(70.0, left, near, far), shapes.strip(right, -70.0, near, far)]
    canvas.fill_all(beds, ground_tone(light, (74, 86, 98)))
    canvas.fill_all([shapes.strip(left, right, near, far)], ground_tone(light, (64, 72, 80)))
    edges = np.arange(left, right, -1.8).astype(np.float64)
    ends = np.ones(len(edges))
    canvas.fill_all(
        shapes.tiles(ends * near, ends * far, edges, edges - 0.1), ground_tone(light, (44, 50, 56))
    )
    steel: list[Points] = []
    slots: list[Points] = []
    for middle in _tracks(railway):
        for side in (-0.5, 0.5):
            x = middle + side * GAUGE_M
            if x > NEAR_M + 0.2:
                slots.append(shapes.strip(70.0, -70.0, x - 0.16, x + 0.16))
                steel.append(shapes.strip(70.0, -70.0, x - 0.035, x + 0.035))
    canvas.fill_all(slots, ground_tone(light, (38, 44, 52)))
    canvas.fill_all(steel, ground_tone(light, (142, 146, 150)))


def draw_railway(canvas: Canvas, scene: Scene, railway: Railway) -> None:
    """Draw masts, lamps and bars as ID_RAILWAY: ours at the near left, the other far right."""
    road = scene.road
    far_y = min(road.right_m - road.shoulder_m - 0.5, -railway.mast_y_m)
    far_x = railway.x_m + railway.depth_m + 0.6
    shown = [
        _mast(canvas, far_x, far_y, road.centre_m, railway.closed, 1),
        _mast(canvas, railway.x_m, railway.mast_y_m, road.centre_m, railway.closed, 0),
    ]
    canvas.register(ID_RAILWAY, np.concatenate(shown))


def _mast(canvas: Canvas, x: float, y: float, reach: float, closed: bool, lit: int) -> Points:
    """One mast with its bar, which reaches to `reach` when down; returns its extent."""
    light, camera = canvas.light, canvas.camera
    yellow, black = light.shade(_YELLOW, x), light.shade(_BLACK, x)
    scale = camera.pixels_per_metre(x)
    levels = np.linspace(0.0, _MAST_M, 13)
    half = 0.07
    spots = np.array([[x, y + half, z] for z in levels] + [[x, y - half, z] for z in levels])
    sides = camera.project(spots)
    for i in range(12):
        quad = np.stack([sides[i], sides[i + 13], sides[i + 14], sides[i + 1]])
        canvas.fill(quad, black if i % 2 or i > 9 else yellow)
    outline = np.stack([sides[0], sides[13], sides[25], sides[12]])
    canvas.mark(_wider(outline, 1.0), ID_RAILWAY)
    cross = _cross(canvas, x, y, yellow, black)
    lamps = _lamps(canvas, x, y, scale, closed, lit)
    bar = _bar(canvas, x, y, reach, closed)
    box = camera.project(np.array([[x, y - 0.35, 0.0], [x, y + 0.35, 0.95]]))
    cabinet = np.array([box[0], [box[1, 0], box[0, 1]], box[1], [box[0, 0], box[1, 1]]])
    canvas.fill(cabinet, light.shade((150, 152, 150), x, 0.9))
    canvas.mark(cabinet, ID_RAILWAY)
    return np.concatenate([outline, cross, lamps, bar])


def _cross(canvas: Canvas, x: float, y: float, yellow: Colour, black: Colour) -> Points:
    """The crossed boards, each in five pieces of yellow and black."""
    z, half, wide = 3.15, 0.78, 0.13
    ends = []
    for lean in (0.66, -0.66):
        along = np.array([math.cos(lean), math.sin(lean)])
        across = np.array([-along[1], along[0]]) * wide
        cuts = (-1.0, -0.62, -0.24, 0.24, 0.62, 1.0)
        flat = np.array(
            [[along * c * half + across, along * c * half - across] for c in cuts]
        ).reshape(-1, 2)
        points = np.column_stack([np.full(len(flat), x), y - flat[:, 0], z + flat[:, 1]])
        seen = canvas.camera.project(points)
        for i in range(5):
            quad = seen[[2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2]]
            canvas.fill(quad, black if i % 2 else yellow)
        canvas.mark(seen[[0, 1, 11, 10]], ID_RAILWAY)
        ends.append(seen[[0, 1, 11, 10]])
    return np.concatenate(ends)


def _lamps(canvas: Canvas, x: float, y: float, scale: float, closed: bool, lit: int) -> Points:
    """Two red lamps side by side; they flash in turn, so that a picture shows one lit."""
    light = canvas.light
    centres = canvas.camera.project(np.array([[x, y + 0.36, 2.35], [x, y - 0.36, 2.35]]))
    canvas.line(centres[0], centres[1], light.shade(_BLACK, x), 0.1 * scale)
    for i, (u, v) in enumerate(centres.tolist()):
        canvas.disc(u, v, 0.24 * scale, light.shade((24, 24, 24), x))
        if closed and i == lit:
            red = light.shine((50, 40, 255), x)
            canvas.disc(u, v, 0.17 * scale, red)
            day = light.air.light in (Light.DAY, Light.BACKLIGHT)
            power = 0.35 if day else 0.85
            canvas.glow(u, v, 0.55 * scale, (red[0] * power, red[1] * power, red[2] * power))
            canvas.glow(u, v, 0.14 * scale, (70, 70, 70))
        else:
            canvas.disc(u, v, 0.17 * scale, light.shade((46, 40, 92), x))
    reach = 0.24 * scale
    box = np.array([[-reach, -reach], [reach, -reach], [reach, reach], [-reach, reach]])
    for centre in centres:
        canvas.mark(centre + box * 0.85, ID_RAILWAY)
    return np.concatenate([centres + box[0], centres + box[2]])


def _bar(canvas: Canvas, x: float, y: float, reach: float, closed: bool) -> Points:
    """The striped bar: level across the lanes when closed, nearly upright when open."""
    light, camera = canvas.light, canvas.camera
    length = max(2.0, abs(y - reach) - 0.2)
    toward = 1.0 if reach > y else -1.0
    rise = 0.0 if closed else _OPEN_RAD
    start = y - 0.3 * toward if closed else y + 0.28 * toward
    cuts = np.linspace(0.0, length, 2 * max(3, round(length / 1.1)) + 1)
    ys, zs = start + toward * cuts * math.cos(rise), _PIVOT_M + cuts * math.sin(rise)
    # a bar as long as this sags a little
    zs = zs - (0.12 if closed else 0.0) * (cuts / length) ** 2
    across_y, across_z = 0.06 * math.sin(rise), 0.06 * math.cos(rise)
    n = len(cuts)
    upper = np.column_stack([np.full(n, x), ys - toward * across_y, zs + across_z])
    lower = np.column_stack([np.full(n, x), ys + toward * across_y, zs - across_z])
    seen = camera.project(np.concatenate([upper, lower]))
    yellow, black = light.shade(_YELLOW, x), light.shade(_BLACK, x)
    for i in range(n - 1):
        quad = np.stack([seen[i], seen[i + 1], seen[n + i + 1], seen[n + i]])
        canvas.fill(_wider(quad, 0.8), black if i % 2 else yellow)
    outline = np.stack([seen[0], seen[n - 1], seen[2 * n - 1], seen[n]])
    canvas.mark(_wider(outline, 2.0), ID_RAILWAY)
    if closed:  # a red flag or lamp at the middle shows where the bar is
        u, v = seen[n // 2].tolist()
        scale = camera.pixels_per_metre(x)
        canvas.disc(u, v, 0.11 * scale, light.shine((40, 36, 235), x))
    return outline


def _wider(quad: Points, least: float) -> Points:
    """The quad, pushed out from its middle where it would be thinner than `least` pixels."""
    middle = quad.mean(axis=0)
    half = np.abs(quad - middle).max(axis=0)
    grow = np.maximum(1.0, least * 0.5 / np.maximum(half, 1e-3))
    out: Points = middle + (quad - middle) * grow
    return out
