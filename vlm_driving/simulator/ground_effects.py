"""What light and weather do to the ground: cast shadows, lamps' pools, wear, snow, wet mirror."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.ground_shadows import cast_shadows
from vlm_driving.simulator.ground_snow import lay_snow
from vlm_driving.simulator.ground_wear import draw_soft_wear, draw_wear
from vlm_driving.simulator.ground_wet import FAR_GROUND_M, mirror_wet_road
from vlm_driving.simulator.low_sun import draw_low_sun
from vlm_driving.simulator.scene import Light, PropKind, Scene
from vlm_driving.simulator.textures import glow_sprite

__all__ = ["draw_ground_effects", "mirror_wet_road"]

UNIT = 48
"""The value of a gain map that changes nothing; 255 is five times as bright."""


def draw_ground_effects(canvas: Canvas, scene: Scene) -> None:
    """Change the ground that is drawn already, before anything stands on it."""
    height, width = canvas.image.shape[:2]
    horizon = round(canvas.camera.point(FAR_GROUND_M, 0.0, 0.0)[1])
    inside = scene.tunnel is not None and scene.tunnel.x_near_m <= 0.0
    if scene.atmosphere.sun_u is not None and not inside:
        draw_low_sun(canvas, scene, horizon)
    top = max(0, horizon)
    if top >= height - 8:
        return
    if scene.atmosphere.haze_m < 110.0 and top >= 4:
        # the ground's far rim is all air
        canvas.image[top - 3 : top + 1] = np.array(scene.atmosphere.sky_low, np.uint8)
    area = canvas.image[top:]
    gain = _soft_gain(canvas, scene, top, inside)
    draw_wear(canvas, scene, gain, top, UNIT)
    if scene.atmosphere.light in (Light.NIGHT, Light.DUSK):
        _lamp_pools(canvas, scene, gain, top)
    if scene.atmosphere.haze_m < 200.0:
        _fade(canvas, scene, gain, top - horizon)
    cv2.multiply(area, cv2.cvtColor(gain, cv2.COLOR_GRAY2BGR), dst=area, scale=1 / UNIT)
    if scene.atmosphere.snow_cover > 0.02 and not inside:
        lay_snow(canvas, scene, top, horizon)


def _soft_gain(canvas: Canvas, scene: Scene, top: int, inside: bool) -> NDArray[np.uint8]:
    """Wheel tracks, wetness and shadows at half resolution, which makes their edges soft."""
    height, width = canvas.image.shape[:2]
    rows, columns = height - top, width
    soft = np.full(((rows + 1) // 2, (columns + 1) // 2), UNIT, np.uint8)
    draw_soft_wear(canvas, scene, soft, top, UNIT)
    strength = 0.0 if inside else scene.atmosphere.shadows
    if strength > 0.03:
        mask = np.zeros_like(soft)
        cast_shadows(canvas, scene, mask, top)
        mask = cv2.blur(mask, (3, 3))
        cv2.convertScaleAbs(mask, dst=mask, alpha=-0.58 * strength, beta=255.0)
        cv2.multiply(soft, mask, dst=soft, scale=1 / 255)
    else:
        cv2.blur(soft, (5, 3), dst=soft)
    gain: NDArray[np.uint8] = cv2.resize(soft, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return gain


def _lamp_pools(canvas: Canvas, scene: Scene, gain: NDArray[np.uint8], top: int) -> None:
    """Bright ground under the street lamps."""
    strength = 95.0 if scene.atmosphere.light is Light.NIGHT else 22.0
    brightest = np.array(UNIT + 1.2 * strength, np.uint8)
    rows, columns = gain.shape
    for prop in scene.props:
        if prop.kind is not PropKind.LAMP or not 4.0 < prop.x_m < 70.0:
            continue
        y = prop.y_m + (-1.8 if prop.y_m > 0 else 1.8)
        reach = 0.9 * prop.height_m
        ends = canvas.camera.project(
            np.array(
                [
                    [prop.x_m, y, 0.0],
                    [max(2.6, prop.x_m - reach), y, 0.0],
                    [prop.x_m + reach, y, 0.0],
                ]
            )
        )
        half_u = reach * canvas.camera.pixels_per_metre(prop.x_m)
        u, v0, v1 = float(ends[0, 0]), float(ends[2, 1]) - top, float(ends[1, 1]) - top
        wide, tall = min(1200, int(2 * half_u)), min(500, int(v1 - v0))
        if wide < 4 or tall < 2:
            continue
        left, upper = int(u - wide / 2), int(v0)
        u0, u1 = max(0, left), min(columns, left + wide)
        r0, r1 = max(0, upper), min(rows, upper + tall)
        if u0 >= u1 or r0 >= r1:
            continue
        sprite = cv2.resize(glow_sprite(), (wide, tall), interpolation=cv2.INTER_LINEAR)
        part = cv2.convertScaleAbs(
            sprite[r0 - upper : r1 - upper, u0 - left : u1 - left],
            alpha=strength / 255 * min(1.0, 0.2 + prop.x_m / 30.0),
        )
        patch = gain[r0:r1, u0:u1]
        # near the ego its own lamps light the road already; pools that meet do not add up
        cv2.add(patch, part, dst=patch)
        np.minimum(patch, brightest, out=patch)


def _fade(canvas: Canvas, scene: Scene, gain: NDArray[np.uint8], offset: int) -> None:
    """In haze what is far changes less: its grey is the air's."""
    rows = np.arange(len(gain), dtype=np.float32) + 0.5 + offset
    distance = canvas.camera.pose.height_m * canvas.camera.focal_px / np.maximum(rows, 0.5)
    clear = np.exp(-distance / scene.atmosphere.haze_m)[:, None]
    gain[:] = (UNIT + (gain.astype(np.float32) - UNIT) * clear).astype(np.uint8)
