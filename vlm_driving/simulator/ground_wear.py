"""An old road's surface: wheel tracks, patches, cracks, tar seams, manhole covers.

Everything is painted into a map of gains, one number a pixel, that the ground is multiplied
with afterwards: a hundred times cheaper than blending colours.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Road, RoadClass, Scene

_NEAR_M = 2.4
_PERIOD_M = 64.0
_ROUND = np.linspace(0.0, 2 * math.pi, 15)[:-1]
_STATIONS = np.array([_NEAR_M, 5.0, 9.0, 15.0, 25.0, 45.0, 90.0, 160.0])


def _draw(
    canvas: Canvas,
    mask: NDArray[np.uint8],
    top: int,
    shapes: list[tuple[NDArray[np.float64], float, float]],
    scale: float,
) -> None:
    """Paint (points (n, 2) on the ground, value, line width in metres or 0 to fill)."""
    if not shapes:
        return
    sizes = [len(points) for points, _, _ in shapes]
    ground = np.zeros((sum(sizes), 3))
    ground[:, :2] = np.concatenate([points for points, _, _ in shapes])
    nearest = ground[:, 0].copy()
    np.clip(ground[:, 0], _NEAR_M, 165.0, out=ground[:, 0])
    pixels = (canvas.camera.project(ground) - [0.5, top + 0.5]) * (scale * 16)
    fixed = np.clip(pixels, -90000, 90000).astype(np.int32)
    at = 0
    for (_, value, wide), size in zip(shapes, sizes, strict=True):
        part = fixed[at : at + size]
        if wide > 0.0:
            x = max(_NEAR_M, float(nearest[at : at + size].mean()))
            thick = max(1, round(wide * canvas.camera.pixels_per_metre(x) * scale))
            cv2.polylines(mask, [part], False, (value,), thick, cv2.LINE_AA, 4)
        else:
            cv2.fillPoly(mask, [part], (value,), cv2.LINE_AA, 4)
        at += size


def is_concrete(road: Road) -> bool:
    """Whether a road is of pale concrete slabs: a few expressways."""
    return road.road_class is RoadClass.EXPRESSWAY and road.grain % 9 == 0


def draw_soft_wear(
    canvas: Canvas, scene: Scene, soft: NDArray[np.uint8], top: int, unit: int
) -> None:
    """Wheel tracks and a wet road's darker asphalt, at half the picture's resolution."""
    road = scene.road
    shapes: list[tuple[NDArray[np.float64], float, float]] = []
    outer = (road.left_m + road.shoulder_m, road.right_m - road.shoulder_m)
    wet = 1.0 - 0.3 * scene.atmosphere.wetness
    if wet < 0.99:
        shapes.append((_band(outer[0], outer[1]), unit * wet, 0.0))
    spread = 0.05 + 0.12 * road.wear
    tone = wet * (1.0 + spread * (1.0 if scene.grain & 4 else -1.0))
    oil = wet * (1.0 - 0.5 * spread)
    first = road.left_m
    for lane in range(min(6, road.lanes + road.oncoming_lanes)):
        middle = first - (lane + 0.5) * road.lane_width_m
        # lanes are laid in different years
        own = ((road.grain >> (2 + lane)) * 5 % 8 - 3.5) * 0.026
        half = road.lane_width_m / 2
        shapes.append((_band(middle + half, middle - half), unit * wet * (1.0 + own), 0.0))
        for y in (middle + 0.75, middle - 0.75):
            shapes.append((_band(y + 0.3, y - 0.3), unit * (tone + own), 0.0))
        shapes.append((_band(middle + 0.25, middle - 0.25), unit * (oil + own), 0.0))
    _draw(canvas, soft, top, shapes, 0.5)


def _band(left: float, right: float) -> NDArray[np.float64]:
    n = len(_STATIONS)
    points = np.empty((2 * n, 2))
    points[:n, 0], points[n:, 0] = _STATIONS, _STATIONS[::-1]
    points[:n, 1], points[n:, 1] = left, right
    return points


def _across(x: float, left: float, right: float, wide: float) -> NDArray[np.float64]:
    """A line right across the road, `wide` metres along it."""
    return np.array([[x, left], [x, right], [x + wide, right], [x + wide, left]])


def draw_wear(canvas: Canvas, scene: Scene, gain: NDArray[np.uint8], top: int, unit: int) -> None:
    """Patches, seams, cracks and covers; they come towards the ego as the dashes do."""
    road = scene.road
    rng = np.random.default_rng(scene.grain % 4093)
    wet = 1.0 - 0.3 * scene.atmosphere.wetness
    base = unit * wet
    # drawn in any case, so that a thing's place does not depend on how many there are
    spots = rng.random((24, 6))
    wear = road.wear
    left, right = road.left_m, road.right_m
    xs = (spots[:, 0] * _PERIOD_M - road.dash_phase_m) % _PERIOD_M + _NEAR_M
    ys = right + (left - right) * spots[:, 1]
    shapes: list[tuple[NDArray[np.float64], float, float]] = []
    for i in range(round(6 * wear)):  # patches of newer or older asphalt
        x, y, long, wide = xs[i], ys[i], 1.0 + 7.0 * spots[i, 2], 0.5 + 1.2 * spots[i, 3]
        quad = np.array([[x, y + wide], [x + long, y + wide], [x + long, y - wide], [x, y - wide]])
        shapes.append((quad, base * (0.84 + 0.28 * spots[i, 4]), 0.0))
        shapes.append((np.concatenate([quad, quad[:1]]), base * 0.8, 0.03))
    jitter = rng.normal(0.0, 1.0, (8, 10))
    for i in range(round(8 * wear * wear)):  # cracks and tar seams wander
        x, y = xs[8 + i], ys[8 + i]
        steps = np.arange(10) * (0.3 + 0.9 * spots[8 + i, 2])
        drift = 0.16 * np.cumsum(jitter[i])
        along = spots[8 + i, 3] < 0.6
        points = np.stack([x + steps, y + drift] if along else [x + drift, y + steps], axis=1)
        shapes.append((points, base * (0.55 + 0.2 * spots[8 + i, 4]), 0.03 + 0.05 * spots[i, 5]))
    if is_concrete(road):
        for x in np.arange(8) * 5.0 + _NEAR_M - road.dash_phase_m % 5.0 + 5.0:
            shapes.append((_across(x, left, right, 0.09), base * 0.74, 0.0))
    if wear > 0.45:  # a seam right across
        x = xs[16]
        shapes.append((_across(x, left, right, 0.12), base * 0.68, 0.0))
    covers = 0 if road.road_class is RoadClass.EXPRESSWAY else int(spots[17, 2] * 3)
    for i in range(covers):
        x, y = xs[18 + i], ys[18 + i]
        ring = np.stack([x + 0.31 * np.cos(_ROUND), y + 0.31 * np.sin(_ROUND)], axis=1)
        shapes.append((ring, base * (0.62 + 0.25 * spots[18 + i, 2]), 0.0))
        shapes.append((np.concatenate([ring, ring[:1]]), base * 0.5, 0.04))
    for points, _, _ in shapes:  # nothing of it leaves the carriageway
        np.clip(points[:, 1], right, left, out=points[:, 1])
    _draw(canvas, gain, top, [s for s in shapes if float(s[0][:, 0].max()) > _NEAR_M + 0.3], 1.0)
