"""The mirror of a wet road: sky, lamps and bright walls stand on their heads in it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import ID_CROSSING, ID_ROAD, ID_STOP_TEXT, Canvas
from vlm_driving.simulator.scene import Colour, Light, Scene, VehicleRole
from vlm_driving.simulator.textures import GROUND_HORIZON, ground_patches

FAR_GROUND_M = 170.0
"""Where the drawn ground ends."""
_FLAT = np.zeros(256, np.uint8)
_FLAT[ID_ROAD : ID_CROSSING + 1] = 255
_FLAT[ID_STOP_TEXT] = 255


def mirror_wet_road(canvas: Canvas, scene: Scene) -> None:
    """Mirror what stands on the wet road in it; call it when all of it has been drawn."""
    # snow does not mirror
    wetness = scene.atmosphere.wetness * max(0.0, 1.0 - 2.5 * scene.atmosphere.snow_cover)
    image = canvas.image
    height, width = image.shape[:2]
    horizon = round(canvas.camera.point(FAR_GROUND_M, 0.0, 0.0)[1])
    inside = scene.tunnel is not None and scene.tunnel.x_near_m <= 0.0
    if wetness < 0.05 or inside or not 8 < horizon < height - 16:
        return
    rows = height - horizon
    area = image[horizon:]
    small = (width // 4, max(4, rows // 4))
    source = image[max(0, horizon - rows) : horizon]
    mirror = cv2.resize(cv2.flip(source, 0), small, interpolation=cv2.INTER_AREA)
    _lamp_streaks(canvas, scene, mirror, horizon, rows)
    mirror = cv2.blur(mirror, (3, 9))
    full = cv2.resize(mirror, (width, rows), interpolation=cv2.INTER_LINEAR)
    share = _share(canvas, scene, horizon, rows, width, wetness)
    thick = cv2.cvtColor(share, cv2.COLOR_GRAY2BGR)
    cv2.multiply(full, thick, dst=full, scale=1 / 255)
    # the asphalt under the film of water keeps most of its own light
    cv2.convertScaleAbs(thick, dst=thick, alpha=-0.75, beta=255.0)
    cv2.multiply(area, thick, dst=area, scale=1 / 255)
    cv2.add(area, full, dst=area)


def _share(
    canvas: Canvas, scene: Scene, horizon: int, rows: int, width: int, wetness: float
) -> NDArray[np.uint8]:
    """How much mirror each pixel is, (rows, width): road that shows, flat view, puddles.

    It is reckoned at the id-map's resolution.
    """
    scale, (left, upper) = canvas.scale, canvas.crop
    size = (round(width * scale), max(1, round(rows * scale)))
    first = round(horizon * scale - upper)
    road = _FLAT[canvas.ids[max(0, first) :]]
    above, side = max(0, -first), round(left)
    below = max(0, size[1] - above - len(road))
    mask = cv2.copyMakeBorder(road, above, below, side, side, cv2.BORDER_REPLICATE)
    mask = mask[: size[1], : size[0]]
    size = (mask.shape[1], mask.shape[0])
    depth = (np.arange(size[1]) + 0.5) / (canvas.camera.focal_px * scale)
    grazing = 0.16 + 0.6 * np.exp(-depth / 0.09)
    fall = np.clip(255 * wetness * grazing, 0, 255).astype(np.uint8)[:, None]
    noise = ground_patches(3 + scene.road.grain % 3, width // 2, canvas.image.shape[0] // 2 + 80)
    film = cv2.resize(noise[GROUND_HORIZON : GROUND_HORIZON + (rows + 1) // 2], size)
    # blotches: where water stands it mirrors twice as much
    film = cv2.convertScaleAbs(film, alpha=1.1 * wetness, beta=110.0 - 120.0 * wetness)
    cv2.multiply(mask, film, dst=mask, scale=1 / 128)
    cv2.multiply(mask, np.repeat(fall, size[0], axis=1), dst=mask, scale=1 / 255)
    share: NDArray[np.uint8] = cv2.resize(mask, (width, rows), interpolation=cv2.INTER_LINEAR)
    return share


def _lamp_streaks(
    canvas: Canvas, scene: Scene, mirror: NDArray[np.uint8], horizon: int, rows: int
) -> None:
    """Long streaks under the lamps of vehicles, which the flipped picture does not hold."""
    air = scene.atmosphere
    dark = air.light in (Light.NIGHT, Light.DUSK) or air.headlamps > 0.2
    scale_v = len(mirror) / rows
    for vehicle in scene.vehicles:
        if not 4.0 < vehicle.x_m < 70.0 or vehicle.role is VehicleRole.CROSSING:
            continue
        colour: Colour
        if vehicle.role is VehicleRole.ONCOMING:
            if not (vehicle.headlamps or dark):
                continue
            colour, span = (215.0, 240.0, 250.0), 0.36
        elif vehicle.braking:
            colour, span = (60.0, 50.0, 250.0), 0.36
        elif dark:
            colour, span = (30.0, 26.0, 150.0), 0.36
        else:
            continue
        offset = span * vehicle.width_m
        x = vehicle.x_m
        ends = canvas.camera.project(
            np.array(
                [
                    [x, vehicle.y_m + offset, 0.0],
                    [max(2.6, x * 0.55), vehicle.y_m + offset, 0.0],
                    [x, vehicle.y_m - offset, 0.0],
                    [max(2.6, x * 0.55), vehicle.y_m - offset, 0.0],
                ]
            )
        )
        thick = max(1, round(0.22 * canvas.camera.pixels_per_metre(x) / 4))
        for top, low in ((ends[0], ends[1]), (ends[2], ends[3])):
            a = (int(top[0] / 4), int((top[1] - horizon) * scale_v))
            # straight down: a mirror image stands under its lamp, wherever the road goes
            b = (int(top[0] / 4), int((low[1] - horizon) * scale_v))
            cv2.line(mirror, a, b, colour, thick)
