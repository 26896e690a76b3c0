"""A low sun that stands in the picture: its disc, the bright sky, the shine on the road."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Scene
from vlm_driving.simulator.textures import glow_sprite


def sun_place(scene: Scene, width: int, horizon: int) -> tuple[float, float]:
    """Where the sun stands, pixels: (u, v)."""
    u = 0.5 * width * (1.0 + (scene.atmosphere.sun_u or 0.0))
    lift = 0.06 + ((scene.grain >> 5) % 64) / 64 * 0.15
    return u, horizon - lift * width


def add_glow(
    image: NDArray[np.uint8], place: tuple[float, float], size: tuple[float, float], light: float
) -> None:
    """Add a soft white spot of `size` (half width, half height) to the picture."""
    rows, columns = image.shape[:2]
    half_u, half_v = size
    left, top = int(place[0] - half_u), int(place[1] - half_v)
    wide, tall = int(2 * half_u), int(2 * half_v)
    u0, u1 = max(0, left), min(columns, left + wide)
    v0, v1 = max(0, top), min(rows, top + tall)
    if u0 >= u1 or v0 >= v1 or wide < 4 or tall < 4:
        return
    # only the part that shows is enlarged, and a large spot is reckoned coarsely
    step = 4 if wide > 160 else 1
    size = (max(1, (u1 - u0) // step), max(1, (v1 - v0) // step))
    zoom = np.array(
        [
            [wide / 64 / step, 0.0, (left - u0) / step],
            [0.0, tall / 64 / step, (top - v0) / step],
        ],
        np.float32,
    )
    part = cv2.warpAffine(glow_sprite().astype(np.float32), zoom, size, flags=cv2.INTER_LINEAR)
    warm = cv2.merge(
        [cv2.convertScaleAbs(part, alpha=light / 255 * tone) for tone in (0.8, 0.93, 1.0)]
    )
    if step > 1:
        warm = cv2.resize(warm, (u1 - u0, v1 - v0), interpolation=cv2.INTER_LINEAR)
    area = image[v0:v1, u0:u1]
    cv2.add(area, warm, dst=area)


def draw_low_sun(canvas: Canvas, scene: Scene, horizon: int) -> None:
    """Draw the sun into the sky and its shine onto the ground, before anything stands there."""
    image = canvas.image
    height, width = image.shape[:2]
    if horizon < 8:
        return
    u, v = sun_place(scene, width, horizon)
    sky = image[:horizon]
    add_glow(sky, (u, v), (0.75 * width, 0.5 * width), 90.0)
    add_glow(sky, (u, v), (0.26 * width, 0.2 * width), 160.0)
    radius = max(3, round(0.022 * width))
    centre = (round(u * 16), round(v * 16))
    cv2.circle(sky, centre, radius * 16, (255, 255, 255), -1, cv2.LINE_AA, 4)
    if horizon < height - 8:
        ground = image[horizon:]
        deep = height - horizon
        add_glow(ground, (u, 0.25 * deep), (0.34 * width, 0.9 * deep), 75.0)
        add_glow(ground, (u, 0.1 * deep), (0.12 * width, 0.8 * deep), 120.0)
