"""Snow on the ground: whole on the verge, broken by tyre tracks on the lanes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import (
    ID_CROSSING,
    ID_LANE,
    ID_ROAD,
    ID_STOP_LINE,
    ID_STOP_TEXT,
    Canvas,
)
from vlm_driving.simulator.lighting import BEAM_M, SNOW
from vlm_driving.simulator.scene import Scene
from vlm_driving.simulator.textures import GROUND_HORIZON, ground_patches
from vlm_driving.simulator.view import MODEL_VIEW

_STATIONS = np.array([2.4, 5.0, 9.0, 15.0, 25.0, 45.0, 90.0, 165.0])
_PAINT = (ID_LANE, ID_STOP_LINE, ID_CROSSING, ID_STOP_TEXT)
_HIDDEN = 150
"""From this cover on, of 255, paint counts as hidden."""


def lay_snow(canvas: Canvas, scene: Scene, top: int, horizon: int) -> None:
    """Blend snow over the ground below row `top`, and take paint it hides off the id-map."""
    image = canvas.image
    height, width = image.shape[:2]
    rows = height - top
    level = _levels(canvas, scene, top, rows, width)
    shift = GROUND_HORIZON + (top - horizon)
    noise = ground_patches(scene.road.grain % 3, width, height + 2 * GROUND_HORIZON)
    part = noise[shift : shift + rows]
    cv2.addWeighted(level, 1.0, part, 1.1, -1.1 * 128.0, dst=level)
    _hide_paint(canvas, level, top)
    white = _snow_light(canvas, scene, rows, width, top - horizon, part)
    share = cv2.cvtColor(level, cv2.COLOR_GRAY2BGR)
    area = image[top:]
    cv2.multiply(white, share, dst=white, scale=1 / 255)
    cv2.bitwise_not(share, dst=share)
    cv2.multiply(area, share, dst=area, scale=1 / 255)
    cv2.add(area, white, dst=area)


def _levels(canvas: Canvas, scene: Scene, top: int, rows: int, width: int) -> NDArray[np.uint8]:
    """How much snow lies where before it breaks up, (rows, width), 0 to 255."""
    road, cover = scene.road, scene.atmosphere.snow_cover
    verge = min(255.0, 60.0 + 330.0 * cover)
    lane = min(235.0, max(0.0, 330.0 * cover - 90.0))
    track = max(0.0, lane - 165.0)
    half = np.full(((rows + 1) // 2, (width + 1) // 2), int(verge), np.uint8)
    bands: list[tuple[float, float, float]] = [
        (road.left_m + road.shoulder_m * 0.4, road.right_m - road.shoulder_m * 0.4, lane)
    ]
    for i in range(min(6, road.lanes + road.oncoming_lanes)):
        middle = road.left_m - (i + 0.5) * road.lane_width_m
        for y in (middle + 0.75, middle - 0.75):
            bands.append((y + 0.36, y - 0.36, track))
    n = len(_STATIONS)
    ground = np.zeros((len(bands), 2 * n, 3))
    for at, (left, right, _) in enumerate(bands):
        ground[at, :n, 0], ground[at, n:, 0] = _STATIONS, _STATIONS[::-1]
        ground[at, :n, 1], ground[at, n:, 1] = left, right
    pixels = canvas.camera.project(ground.reshape(-1, 3)).reshape(len(bands), 2 * n, 2)
    fixed = ((pixels - [0.0, top]) * 8).astype(np.int32)
    for shape, (_, _, value) in zip(fixed, bands, strict=True):
        cv2.fillPoly(half, [shape], (value,), cv2.LINE_8, 4)
    cv2.blur(half, (7, 3), dst=half)
    level: NDArray[np.uint8] = cv2.resize(half, (width, rows), interpolation=cv2.INTER_LINEAR)
    return level


def _snow_light(
    canvas: Canvas,
    scene: Scene,
    rows: int,
    width: int,
    offset: int,
    noise: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """The snow's colour a pixel: ambient light, the ego's beam, haze, a little relief."""
    air = scene.atmosphere
    size = ((width + 1) // 2, (rows + 1) // 2)
    below = 2.0 * np.arange(size[1], dtype=np.float32) + 1.0 + offset
    distance = canvas.camera.pose.height_m * canvas.camera.focal_px / np.maximum(below, 0.5)
    clear = np.exp(-distance / air.haze_m)[:, None, None]
    beam = 0.6 * air.headlamps * np.clip(1 - distance / BEAM_M, 0.0, 1.0) ** 2
    columns = np.exp(-((np.linspace(-1.0, 1.0, 17) / 0.75) ** 2))
    # it lies open to the whole sky, also where faces towards us are dark
    open_sky = 1.7 if air.sun_u is not None else 1.12
    gain = open_sky * np.array(air.ambient)[None, None] + (beam[:, None] * columns)[:, :, None]
    colour = np.minimum(gain * np.array(SNOW), 255.0) * clear + np.array(air.sky_low) * (1 - clear)
    white = cv2.resize(colour.astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)
    small = cv2.resize(noise, size, interpolation=cv2.INTER_LINEAR)
    relief = cv2.convertScaleAbs(small, alpha=-0.35, beta=278.0)
    cv2.multiply(white, cv2.cvtColor(relief, cv2.COLOR_GRAY2BGR), dst=white, scale=1 / 255)
    shaded: NDArray[np.uint8] = cv2.resize(white, (width, rows), interpolation=cv2.INTER_LINEAR)
    return shaded


def _hide_paint(canvas: Canvas, level: NDArray[np.uint8], top: int) -> None:
    """What the snow hides of lines and crossings is road to the id-map."""
    rows, width = level.shape
    scale, (left, upper) = canvas.scale, canvas.crop
    small = cv2.resize(level, (round(width * scale), max(1, round(rows * scale))))
    first = round(top * scale - upper)
    skip, u0 = max(0, -first), round(left)
    seen = small[skip : skip + MODEL_VIEW.height - first - skip, u0 : u0 + MODEL_VIEW.width]
    at = first + skip
    if at >= MODEL_VIEW.height or not seen.size:
        return
    ids = canvas.ids[at : at + len(seen), : seen.shape[1]]
    seen = seen[: len(ids)]
    ids[np.isin(ids, _PAINT) & (seen > _HIDDEN)] = ID_ROAD
