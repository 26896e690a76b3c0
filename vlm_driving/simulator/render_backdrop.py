"""Draws what closes the view: hills, woods and towns on the horizon, slopes beside the road."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.backdrop_textures import (
    SKYLINES,
    bank_texture,
    skyline_strip,
)
from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.render_flat import FAR_M
from vlm_driving.simulator.render_sprite import lay
from vlm_driving.simulator.scene import Colour, RoadClass, Scene

_SKYLINE_M = (280.0, 150.0)
"""How much air lies before the hills, and before the trees."""
_XS = np.geomspace(3.0, FAR_M, 26)
_BANK_M = 70.0


def _grey(level: float) -> Colour:
    return level, level, level


def _light_on(
    canvas: Canvas, x_m: float, gain: float = 1.0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What white adds to black, and black itself, at a distance; snow lies on all of it."""
    light = canvas.light
    snow = 0.75 * light.air.snow_cover
    base = np.array(light.shade(_grey(220.0 * snow), x_m), np.float32)
    white = np.array(light.shade(_grey(255.0), x_m, gain), np.float32)
    black = np.array(light.shade(_grey(0.0), x_m), np.float32)
    return (white - black) * (1.0 - snow), base


def draw_skyline(canvas: Canvas, scene: Scene, horizon: int) -> None:
    """A range of hills, and trees or houses before it."""
    image = canvas.image
    width = image.shape[1]
    pick = scene.skyline
    for far, x_m in zip((True, False), _SKYLINE_M, strict=True):
        if far and pick % 5 == 0:
            continue
        sort = (pick >> (4 if far else 8)) % SKYLINES
        if not far:  # an even number has woods, an odd one a town
            sort = sort & ~1 | pick & 1
        strip = skyline_strip(sort, far, width)
        left = (pick * 37) % width
        foot = min(horizon + 1, image.shape[0])
        high = min(len(strip), foot)
        if high > 0:
            part = strip[len(strip) - high :, left : left + width]
            lay(image[foot - high : foot], part, *_light_on(canvas, x_m))


def draw_banks(canvas: Canvas, scene: Scene) -> None:
    """Slopes of grass and bushes along the road where no buildings stand."""
    road = scene.road
    fast = road.road_class is RoadClass.EXPRESSWAY
    if (
        scene.cross_road
        or scene.railway
        or scene.tunnel
        or road.road_class is RoadClass.RESIDENTIAL
    ):
        return
    left = road.left_m + road.shoulder_m + road.pavement_m
    right = road.right_m - road.shoulder_m - road.pavement_m
    if fast and not road.oncoming_lanes:
        right -= 0.9 + (road.lanes + 0.6) * road.lane_width_m
    for side, foot, bits in (
        (1, left + 1.6, scene.grain >> 19),
        (-1, right - 1.2, scene.grain >> 5),
    ):
        built = any(block.y_m * side > 0 for block in scene.buildings)
        if built and not fast or bits % (4 if fast else 2) == 0:
            continue
        high = 1.2 + (bits >> 3) % 16 / 2.0 if fast else 0.8 + (bits >> 3) % 16 / 4.0
        _bank(canvas, side * foot, side, high, bits)


def _bank(canvas: Canvas, foot: float, side: int, high: float, bits: int) -> None:
    """One slope from `foot` metres beside the ego lane's middle, `high` metres at its crest."""
    rng = np.random.default_rng(bits)
    n = len(_XS)
    rough = rng.normal(0.0, 1.0, n)
    broad = np.convolve(rng.normal(0.0, 1.0, n + 6), np.ones(7) / 2.7, "valid")
    crest = np.maximum(0.3, high * (1.0 + 0.3 * broad) + (0.12 + 0.1 * high) * rough)
    points = np.zeros((2 * n, 3))
    points[:n, 0], points[n:, 0] = _XS, _XS[::-1]
    points[:n, 1], points[n:, 1] = side * foot, side * (foot + 1.4 * high)
    points[n:, 2] = crest[::-1]
    pixels = canvas.camera.project(points)
    rows, columns = canvas.image.shape[:2]
    u0, v0 = np.maximum(pixels.min(axis=0).astype(int), 0).tolist()
    u1, v1 = np.minimum(pixels.max(axis=0).astype(int) + 2, (columns, rows)).tolist()
    if u1 - u0 < 2 or v1 - v0 < 2:
        return
    mask = np.zeros((v1 - v0, u1 - u0), np.uint8)
    fixed = np.clip((pixels - [u0 + 0.5, v0 + 0.5]) * 16, -160000, 160000).astype(np.int32)
    cv2.fillPoly(mask, [fixed], (255,), cv2.LINE_8, 4)
    texture = bank_texture(bits % 12, columns, rows)
    white, black = _light_on(canvas, _BANK_M, 0.95)
    lit = np.column_stack([np.diag(white / 255), black])
    shaded = cv2.transform(texture[v0:v1, u0:u1], lit)
    cv2.copyTo(shaded, mask, canvas.image[v0:v1, u0:u1])
