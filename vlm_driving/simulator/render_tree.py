"""Draws trees: a trunk and a crown of leaves that is drawn once a sort and tinted."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from vlm_driving.simulator.canvas import ID_NONE, Canvas
from vlm_driving.simulator.render_sprite import Sprite, pyramid, stamp
from vlm_driving.simulator.scene import Prop

_CROWN_PX = 128
_SORTS = 10


@lru_cache(maxsize=2 * _SORTS)
def _crown(sort: int) -> tuple[Sprite, ...]:
    """A crown in grey, lit from above, its outline ragged; wide sorts, tall ones and cones.

    Sorts from 10 on are the same crowns seen from their other side.
    """
    if sort >= _SORTS:
        return tuple(np.ascontiguousarray(s[:, ::-1]) for s in _crown(sort - _SORTS))
    rng = np.random.default_rng(8100 + sort)
    size = _CROWN_PX
    alpha = np.zeros((size, size), np.float32)
    light = np.zeros((size, size), np.float32)
    cone = sort % 5 == 4
    for _ in range(150):
        v = float(rng.uniform(0.08, 0.9))
        reach = 0.08 + 0.36 * v if cone else 0.4 * float(np.sqrt(max(0.0, 1 - (2 * v - 1) ** 2)))
        u = 0.5 + reach * float(rng.uniform(-1, 1))
        radius = max(3, round(size * float(rng.uniform(0.022, 0.07))))
        spot = (round(u * size), round(v * size))
        tone = 1.15 - 0.75 * v + float(rng.uniform(-0.3, 0.3))
        cv2.circle(alpha, spot, radius, (1.0,), -1)
        cv2.circle(light, spot, radius, (tone,), -1)
        cv2.circle(light, (spot[0], spot[1] - radius // 3), radius // 2, (tone * 1.14,), -1)
    ragged = rng.normal(0, 1, (size // 2, size // 2)).astype(np.float32)
    leaves = cv2.resize(ragged, (size, size), interpolation=cv2.INTER_LINEAR)
    fine = cv2.resize(rng.normal(0, 1, (43, 43)).astype(np.float32), (size, size))
    alpha = cv2.GaussianBlur(alpha, (0, 0), 2.0) + 0.2 * leaves + 0.2 * fine
    alpha = (alpha > 0.55).astype(np.float32)  # ragged, with some sky between the leaves
    light = np.clip(cv2.GaussianBlur(light, (0, 0), 1.2) + 0.22 * leaves + 0.2 * fine, 0.12, 1.7)
    grey = np.clip(light * 150, 0, 255) * alpha
    return pyramid(cv2.merge([grey, grey, grey, alpha * 255]).astype(np.uint8))


def draw_tree(canvas: Canvas, prop: Prop) -> None:
    """A tree of `height_m`, its crown `width_m` across."""
    light, camera, x, y = canvas.light, canvas.camera, prop.x_m, prop.y_m
    half_t = 0.05 + prop.height_m * 0.015
    half = prop.width_m * 0.72
    low, high = prop.height_m * 0.26, prop.height_m * 1.04
    spots = [
        [x, y + half_t, 0.0], [x, y - half_t, 0.0], [x, y - half_t * 0.7, prop.height_m * 0.6],
        [x, y + half_t * 0.7, prop.height_m * 0.6], [x, y + half, high], [x, y - half, high],
        [x, y + half, low],
    ]  # fmt: skip
    seen = camera.project(np.array(spots))
    canvas.fill(seen[:4], light.shade((52, 66, 84), x))
    canvas.mark(seen[:4], ID_NONE)
    snow = min(0.8, 0.9 * light.air.snow_cover)
    b, g, r = (c * (1 - snow) + 225.0 * snow for c in prop.colour)
    tint = (b / 150, g / 150, r / 150)  # the crown's middle grey becomes the tree's colour
    crown = _crown(prop.pattern % _SORTS + (_SORTS if prop.pattern & 16 else 0))
    stamp(canvas, crown, seen[4:7], x, tint)
    across, down = seen[5] - seen[4], seen[6] - seen[4]
    ring = [(0.5, 0.08), (0.78, 0.2), (0.88, 0.5), (0.78, 0.82), (0.5, 0.94), (0.22, 0.82),
            (0.12, 0.5), (0.22, 0.2)]  # fmt: skip
    canvas.mark(np.array([seen[4] + u * across + v * down for u, v in ring]), ID_NONE)
