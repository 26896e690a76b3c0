"""Draws the ground: verge, pavement, road, what is painted on it, wear, rails, grain and light."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from vlm_driving.simulator.canvas import ID_ROAD, Canvas
from vlm_driving.simulator.ground_wear import is_concrete
from vlm_driving.simulator.render_flat import (
    FAR_M,
    GROUND_CLEAR,
    NEAR_M,
    FlatShapes,
    ground_tone,
)
from vlm_driving.simulator.render_lines import STOP_LINE_DEPTH_M, draw_lines, has_kerb
from vlm_driving.simulator.render_markings import draw_markings
from vlm_driving.simulator.render_railway import draw_rails
from vlm_driving.simulator.render_tunnel import inside
from vlm_driving.simulator.scene import RoadClass, Scene, Weather
from vlm_driving.simulator.textures import GROUND_HORIZON, Texture, ground_texture

__all__ = ["FAR_M", "NEAR_M", "STOP_LINE_DEPTH_M", "draw_ground"]

MEDIAN_M = 0.9
"""Between the right edge of an expressway's carriageway and the opposite one."""


def draw_ground(canvas: Canvas, scene: Scene) -> None:
    """Draw all that lies flat: surfaces, paint with its wear, rails; then grain and light."""
    _surfaces(canvas, scene)
    worn = scene.road.wear > 0.05
    bare = canvas.image.copy() if worn else None
    draw_lines(canvas, scene)
    draw_markings(canvas, scene)
    if bare is not None:
        _wear(canvas, scene, bare)
    draw_rails(canvas, scene)
    _grain(canvas, scene)


def _surfaces(canvas: Canvas, scene: Scene) -> None:
    road, light = scene.road, canvas.light
    shapes = FlatShapes(canvas)
    left, right = road.left_m + road.shoulder_m, road.right_m - road.shoulder_m
    wide = shapes.strip(90.0, -90.0, NEAR_M, FAR_M)
    # between wall and carriageway a tunnel has a walk
    verge = (112.0, 116.0, 118.0) if inside(scene) else road.verge
    canvas.fill_all([wide], ground_tone(light, verge))
    wet = 0.72 if scene.atmosphere.weather is Weather.RAIN else 1.0
    tone = 1.45 * road.asphalt if is_concrete(road) else road.asphalt
    asphalt = ground_tone(light, (tone * 1.02, tone, tone * 0.98), wet)
    if road.road_class is RoadClass.EXPRESSWAY and not road.oncoming_lanes:
        across = right - MEDIAN_M
        span = (road.lanes + 0.6) * road.lane_width_m
        canvas.fill_all([shapes.strip(across, across - span, NEAR_M, FAR_M)], asphalt)
    elif road.pavement_m > 0.0:
        walks = [
            shapes.strip(left + road.pavement_m, left, NEAR_M, FAR_M),
            shapes.strip(right, right - road.pavement_m, NEAR_M, FAR_M),
        ]
        # without a kerb people walk on asphalt beside the line
        pave = (150.0, 152.0, 158.0) if has_kerb(scene) else (tone * 1.1, tone * 1.1, tone * 1.12)
        canvas.fill_all(walks, ground_tone(light, pave))
        if has_kerb(scene) and road.pavement_m > 1.8 and road.grain & 32:
            # the yellow guide for people who cannot see
            y = left + 0.55 * road.pavement_m
            guide = shapes.strip(y + 0.15, y - 0.15, NEAR_M, 60.0)
            canvas.fill_all([guide], ground_tone(light, (70, 175, 205)))
    whole = [shapes.strip(left, right, NEAR_M, FAR_M)]
    if scene.cross_road is not None:
        near, far = max(NEAR_M, scene.cross_road.x_near_m), scene.cross_road.x_far_m
        if far > near + 1.0:
            whole.append(shapes.strip(60.0, left, near, far))
            whole.append(shapes.strip(right, -60.0, near, far))
    canvas.fill_all(whole, asphalt)
    canvas.mark_all(whole, ID_ROAD)


@lru_cache(maxsize=256)
def _worn_mask(variant: int, level: int, width: int, height: int) -> Texture:
    """Where paint has gone: (height, width) uint8, 255 where the asphalt shows, in perspective."""
    grain = ground_texture(variant, width, height)[:, :, 0].astype(np.float32) - 128.0
    broad = cv2.GaussianBlur(grain, (0, 0), 4.0)
    value = grain / (grain.std(axis=1, keepdims=True) + 1.0)
    value += 0.3 * broad / (broad.std(axis=1, keepdims=True) + 0.3)
    # far away a worn line is only paler, which the paint's tone shows
    value *= np.clip((np.arange(height)[:, None] - GROUND_HORIZON - 8) / 40, 0.0, 1.0)
    limit = np.quantile(value[height // 2 :], 1.0 - 0.065 * level)
    mask: Texture = np.clip((value - limit) * 160 + 128, 0, 255).astype(np.uint8)
    return mask


def _wear(canvas: Canvas, scene: Scene, bare: Texture) -> None:
    """Give the asphalt back where paint is worn off; the id-map keeps the whole line."""
    image = canvas.image
    height, width = image.shape[:2]
    horizon = round(canvas.camera.point(FAR_M, 0.0, 0.0)[1])
    top = max(0, horizon)
    if top >= height - 8:
        return
    level = 1 + min(3, int(scene.road.wear * 4))
    mask = _worn_mask(scene.road.grain % 5, level, width, height + GROUND_HORIZON)
    shift = GROUND_HORIZON + (top - horizon)
    part = mask[shift : shift + height - top]
    area = image[top : top + len(part)]
    # a thin film of paint is left
    thin = cv2.addWeighted(bare[top : top + len(part)], 0.75, area, 0.25, 0.0)
    cv2.copyTo(thin, (part > 127).view(np.uint8), area)


def _grain(canvas: Canvas, scene: Scene) -> None:
    """Texture of the ground, haze towards the horizon, and at night the ego's headlamps."""
    image = canvas.image
    height, width = image.shape[:2]
    horizon = round(canvas.camera.point(FAR_M, 0.0, 0.0)[1])
    top = max(0, horizon)
    if top >= height - 8:
        return
    area = image[top:]
    texture = ground_texture(scene.road.grain % 6, width, height + GROUND_HORIZON)
    shift = GROUND_HORIZON + (top - horizon)
    grain = texture[shift : shift + height - top]
    if scene.road.grain & 64:
        grain = cv2.flip(grain, 1)
    air = canvas.light.air
    ambient = sum(air.ambient) / 3
    amount = (0.12 + 0.07 * (scene.grain % 7)) * min(1.0, 0.08 + ambient)
    cv2.addWeighted(area, 1.0, grain[: len(area)], amount, -128.0 * amount, dst=area)
    rows = np.arange(len(area), dtype=np.float64) + 0.5
    # the ground ends at FAR_M: nothing of it is farther, or it would end in a pale strip
    distance = np.minimum(canvas.camera.pose.height_m * canvas.camera.focal_px / rows, FAR_M)
    # `ground_tone` has put a little haze everywhere: only what exceeds it is added
    clear = np.minimum(np.exp(-distance / air.haze_m)[:, None] / GROUND_CLEAR, 1.0)
    if air.headlamps > 0.0:
        boost = 1.0 + 7.0 * air.headlamps * np.clip(1 - distance / 55.0, 0, 1)[:, None] ** 2
        columns = (np.linspace(-1.0, 1.0, 33) / 0.75) ** 2
        beam = np.exp(-columns)[None, :]
        light = cv2.resize(1.0 + (boost - 1.0) * beam, (width, len(area)))
        mapped = np.clip(light * 28.0, 0, 255).astype(np.uint8)
        cv2.multiply(area, cv2.merge([mapped, mapped, mapped]), dst=area, scale=1 / 28.0)
    # only the far rows are hazy enough to show it
    hazy = min(len(area), int(np.count_nonzero(clear[:, 0] < 1.0)))
    if hazy:
        part, share = area[:hazy], clear[:hazy, :, None]
        veil = np.array(air.sky_low) * (1 - share)
        keep = cv2.resize((share * 255).astype(np.uint8), (width, hazy))
        cv2.multiply(part, cv2.cvtColor(keep, cv2.COLOR_GRAY2BGR), dst=part, scale=1 / 255)
        cv2.add(part, cv2.resize((veil + 0.5).astype(np.uint8), (width, hazy)), dst=part)
