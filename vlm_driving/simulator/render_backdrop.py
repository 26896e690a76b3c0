"""Draws what closes the view: hills, woods and towns on the horizon, slopes beside the road."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.backdrop_textures import (
    SKYLINES,
    Sprite,
    bank_texture,
    skyline_strip,
)
from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.render_flat import FAR_M
from vlm_driving.simulator.scene import RoadClass, Scene

_SKYLINE_M = (280.0, 150.0)
"""How much air lies before the hills, and before the trees."""
_XS = np.geomspace(3.0, FAR_M, 26)
_LAY_M = 70.0


def blend(area: NDArray[np.uint8], patch: Sprite, lit: NDArray[np.float32]) -> None:
    """Lay a sprite over an area of its size; `lit` (3, 4) makes its colours from BGR and alpha."""
    face = cv2.transform(patch, lit)
    rest = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(patch, 3)), cv2.COLOR_GRAY2BGR)
    cv2.multiply(area, rest, dst=area, scale=1 / 255)
    cv2.add(area, face, dst=area)


def sprite_light(canvas: Canvas, x_m: float, tint: float = 1.0) -> NDArray[np.float32]:
    """The (3, 4) matrix for `blend` at a distance; snow lies on what it draws."""
    light = canvas.light
    snow = 0.75 * light.air.snow_cover
    black = np.array(light.shade((220.0 * snow,) * 3, x_m), np.float32)
    white = np.array(light.shade((255.0,) * 3, x_m, tint), np.float32)
    gain = np.diag((white - np.array(light.shade((0.0,) * 3, x_m), np.float32)) / 255)
    return np.column_stack([gain * (1.0 - snow), black / 255]).astype(np.float32)


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
            blend(image[foot - high : foot], part, sprite_light(canvas, x_m))


def draw_banks(canvas: Canvas, scene: Scene) -> None:
    """Slopes of grass and bushes along the road where no buildings stand."""
    road = scene.road
    fast = road.road_class is RoadClass.EXPRESSWAY
    if scene.cross_road or scene.railway or scene.tunnel or road.road_class is RoadClass.RESIDENTIAL:
        return
    left = road.left_m + road.shoulder_m + road.pavement_m
    right = road.right_m - road.shoulder_m - road.pavement_m
    if fast and not road.oncoming_lanes:
        right -= 0.9 + (road.lanes + 0.6) * road.lane_width_m
    for side, foot, bits in ((1, left + 1.6, scene.grain >> 19), (-1, right - 1.2, scene.grain >> 5)):
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
    lit = sprite_light(canvas, _LAY_M, 0.95)
    lit[:, 3] *= 255.0  # no alpha here: the last column is simply added
    shaded = cv2.transform(texture[v0:v1, u0:u1], lit)
    cv2.copyTo(shaded, mask, canvas.image[v0:v1, u0:u1])
