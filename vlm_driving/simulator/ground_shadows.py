"""Shadows that a high sun casts on the road: trees, poles, lamps and buildings."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import Canvas, Points
from vlm_driving.simulator.render_edges import overpass_x_m
from vlm_driving.simulator.scene import PropKind, Scene

_NEAR_M = 2.2
_FAR_M = 90.0
_THIN = (PropKind.POLE, PropKind.LAMP, PropKind.SIGN, PropKind.BOARD)
_TURN = np.linspace(0.0, 2 * math.pi, 13)[:-1]


def sun_shift(scene: Scene) -> tuple[float, float]:
    """(x, y) metres that a shadow's tip is moved for each metre of height."""
    spin = (scene.grain >> 7) % 628 / 100.0
    length = 0.45 + (scene.grain >> 17) % 16 / 12.0
    return length * math.cos(spin) * 0.7, length * math.sin(spin)


def cast_shadows(canvas: Canvas, scene: Scene, mask: NDArray[np.uint8], top: int) -> None:
    """Fill shadows with 255 in a mask (rows below `top`, at half the picture's resolution)."""
    sx, sy = sun_shift(scene)
    shapes: list[list[tuple[float, float]]] = []
    for building in scene.buildings:
        near, far = max(building.x_near_m, _NEAR_M), building.x_far_m
        # only shadows that fall from the front towards the road show
        if far < near + 0.5 or building.y_m * sy >= 0.0:
            continue
        y, z = building.y_m, building.height_m
        dx, dy = sx * z, sy * z
        shapes.append([(near, y), (far, y), (far + dx, y + dy), (near + dx, y + dy)])
    for prop in scene.props:
        if not _NEAR_M < prop.x_m < _FAR_M:
            continue
        x, y, z = prop.x_m, prop.y_m, prop.height_m
        if prop.kind in _THIN:
            shapes.append(_stem(x, y, sx * z, sy * z, 0.5 * min(prop.width_m, 0.3)))
        elif prop.kind is PropKind.TREE:
            crown = 0.68 * z
            shapes.append(_stem(x, y, sx * crown, sy * crown, 0.1 + 0.02 * z))
            shapes.append(_crown(x + sx * crown, y + sy * crown, prop.width_m, prop.pattern))
    bridge = overpass_x_m(scene)
    if bridge is not None:
        shapes.append([(bridge, 60.0), (bridge + 9, 60.0), (bridge + 9, -60.0), (bridge, -60.0)])
    if not shapes:
        return
    sizes = [len(shape) for shape in shapes]
    points = np.zeros((sum(sizes), 3))
    points[:, :2] = np.concatenate([np.array(shape) for shape in shapes])
    np.clip(points[:, 0], _NEAR_M, 150.0, out=points[:, 0])
    pixels = (canvas.camera.project(points) - [0.0, top]) * (0.5 * 16)
    fixed = np.clip(pixels, -60000, 60000).astype(np.int32)
    for shape in np.split(fixed, np.cumsum(sizes)[:-1]):
        cv2.fillPoly(mask, [shape], (255,), cv2.LINE_8, 4)


def _stem(x: float, y: float, dx: float, dy: float, half: float) -> list[tuple[float, float]]:
    """A thin bar from (x, y), as wide as the thing across its own direction."""
    length = math.hypot(dx, dy) + 1e-6
    nx, ny = -dy / length * half, dx / length * half
    return [
        (x + nx, y + ny),
        (x + dx + nx, y + dy + ny),
        (x + dx - nx, y + dy - ny),
        (x - nx, y - ny),
    ]


def _crown(x: float, y: float, width: float, pattern: int) -> list[tuple[float, float]]:
    """A ragged round patch."""
    ragged = 0.42 + 0.16 * np.sin(_TURN * (2 + pattern % 4) + pattern % 7)
    xs: Points = x + 1.3 * width * ragged * np.cos(_TURN)
    ys: Points = y + width * ragged * np.sin(_TURN)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))
