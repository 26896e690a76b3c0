"""Draws the ground: verge, pavement, road, lines, stop line and crossing."""

from __future__ import annotations

import cv2
import numpy as np

from vlm_driving.simulator.canvas import (
    ID_CROSSING,
    ID_LANE,
    ID_ROAD,
    ID_STOP_LINE,
    Canvas,
    Points,
)
from vlm_driving.simulator.lighting import Lighting
from vlm_driving.simulator.scene import CentreLine, Colour, EdgeKind, Scene, Weather
from vlm_driving.simulator.textures import GROUND_HORIZON, ground_texture

NEAR_M = 2.6
"""Nothing nearer than this is drawn: it lies below the picture."""
FAR_M = 170.0
_STATIONS = np.array([NEAR_M, 4, 6, 9, 13, 18, 25, 35, 50, 70, 100, FAR_M])
_LINE_M = 0.075
_STRIPE_M = 0.45
STOP_LINE_DEPTH_M = 0.4


class _Ground:
    """Gathers ground polygons so that each sort is projected and filled in one call."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    def strip(self, left: float, right: float, near: float, far: float) -> Points:
        """A band between two y, following the road's bend, as pixels."""
        inner = _STATIONS[(near < _STATIONS) & (far > _STATIONS)]
        xs = np.concatenate([[near], inner, [far]])
        n = len(xs)
        points = np.zeros((2 * n, 3))
        points[:n, 0], points[n:, 0] = xs, xs[::-1]
        points[:n, 1], points[n:, 1] = left, right
        return self.canvas.camera.project(points)

    def dashes(self, y: float, half: float, phase: float, near: float, far: float) -> list[Points]:
        """5 m of paint, 5 m of gap."""
        first = (near + phase) // 10.0 * 10.0 - phase
        starts = np.arange(first, far, 10.0)
        x0, x1 = np.maximum(starts, near), np.minimum(starts + 5.0, far)
        keep = x1 > x0 + 0.1
        return self._quads(x0[keep], x1[keep], y + half, y - half)

    def _quads(
        self, x0: Points, x1: Points, y0: float | Points, y1: float | Points
    ) -> list[Points]:
        points = np.zeros((len(x0), 4, 3))
        points[:, 0, 0] = points[:, 1, 0] = x0
        points[:, 2, 0] = points[:, 3, 0] = x1
        points[:, 0, 1] = points[:, 3, 1] = y0
        points[:, 1, 1] = points[:, 2, 1] = y1
        pixels = self.canvas.camera.project(points.reshape(-1, 3)).reshape(-1, 4, 2)
        return list(pixels)

    def stripes(self, left: float, right: float, near: float, far: float) -> list[Points]:
        """Zebra stripes between two y."""
        y0 = np.arange(left - 0.25, right + _STRIPE_M, -2 * _STRIPE_M).astype(np.float64)
        return self._quads(np.full(len(y0), near), np.full(len(y0), far), y0, y0 - _STRIPE_M)


def _mean(light: Lighting, colour: Colour, gain: float = 1.0) -> Colour:
    """The ground's colour before the light map; headlamps come with the map."""
    air = light.air
    clear = 0.93
    return (
        colour[0] * air.ambient[0] * gain * clear + air.sky_low[0] * (1 - clear),
        colour[1] * air.ambient[1] * gain * clear + air.sky_low[1] * (1 - clear),
        colour[2] * air.ambient[2] * gain * clear + air.sky_low[2] * (1 - clear),
    )


def draw_ground(canvas: Canvas, scene: Scene) -> None:
    """Draw everything that lies flat."""
    road, light = scene.road, canvas.light
    ground = _Ground(canvas)
    left, right = road.left_m + road.shoulder_m, road.right_m - road.shoulder_m
    wide = ground.strip(90.0, -90.0, NEAR_M, FAR_M)
    canvas.fill_all([wide], _mean(light, road.verge))
    if road.pavement_m > 0.0:
        pave = _mean(light, (150, 152, 158))
        canvas.fill_all(
            [
                ground.strip(left + road.pavement_m, left, NEAR_M, FAR_M),
                ground.strip(right, right - road.pavement_m, NEAR_M, FAR_M),
            ],
            pave,
        )
    wet = 0.72 if scene.atmosphere.weather is Weather.RAIN else 1.0
    tone = road.asphalt
    asphalt = _mean(light, (tone * 1.02, tone, tone * 0.98), wet)
    whole = [ground.strip(left, right, NEAR_M, FAR_M)]
    if scene.cross_road is not None:
        near, far = max(NEAR_M, scene.cross_road.x_near_m), scene.cross_road.x_far_m
        if far > near + 1.0:
            whole.append(ground.strip(60.0, left, near, far))
            whole.append(ground.strip(right, -60.0, near, far))
    canvas.fill_all(whole, asphalt)
    canvas.mark_all(whole, ID_ROAD)
    _draw_lines(canvas, scene, ground)
    _grain(canvas, scene)


def _stretches(scene: Scene) -> list[tuple[float, float]]:
    """Where lines are painted: not inside a junction nor on a crossing."""
    gaps: list[tuple[float, float]] = []
    if scene.cross_road is not None:
        gaps.append((scene.cross_road.x_near_m, scene.cross_road.x_far_m))
    if scene.crossing is not None:
        gaps.append((scene.crossing.x_m - 0.6, scene.crossing.x_m + scene.crossing.depth_m + 0.6))
        if scene.stop_line_m is not None and scene.stop_line_m < scene.crossing.x_m:
            gaps.append((scene.stop_line_m, scene.crossing.x_m))
    out, at = [], NEAR_M
    for near, far in sorted(gaps):
        if near > at + 0.5:
            out.append((at, near))
        at = max(at, far)
    if at < FAR_M - 1:
        out.append((at, FAR_M))
    return out


def _draw_lines(canvas: Canvas, scene: Scene, ground: _Ground) -> None:
    road, light = scene.road, canvas.light
    # paint throws the light of lamps back: it stays brighter than the asphalt at night
    shine = 1.0 + 1.6 * scene.atmosphere.headlamps
    paint = road.paint
    asphalt = (road.asphalt,) * 3
    white = _mean(light, _blend(asphalt, (232, 236, 236), paint), shine)
    yellow = _mean(light, _blend(asphalt, (35, 160, 235), paint), shine)
    whites: list[Points] = []
    yellows: list[Points] = []
    edges: list[Points] = []
    for near, far in _stretches(scene):
        for lane in range(1, road.lanes):
            y = road.left_m - lane * road.lane_width_m
            whites += ground.dashes(y, _LINE_M, road.dash_phase_m, near, far)
        for lane in range(1, road.oncoming_lanes):
            y = road.centre_m - lane * road.lane_width_m
            whites += ground.dashes(y, _LINE_M, road.dash_phase_m + 3, near, far)
        if road.oncoming_lanes:
            y = road.centre_m
            if road.centre is CentreLine.WHITE_DASHED:
                whites += ground.dashes(y, _LINE_M, road.dash_phase_m + 2, near, far)
            else:
                target = yellows if road.centre is CentreLine.YELLOW else whites
                target.append(ground.strip(y + _LINE_M, y - _LINE_M, near, far))
        left, right = road.left_m, road.right_m
        if road.edge is EdgeKind.LINE:
            whites.append(ground.strip(left + _LINE_M, left - _LINE_M, near, far))
            whites.append(ground.strip(right + _LINE_M, right - _LINE_M, near, far))
        else:
            outer_l, outer_r = left + road.shoulder_m, right - road.shoulder_m
            edges.append(ground.strip(outer_l + 0.22, outer_l, near, far))
            edges.append(ground.strip(outer_r, outer_r - 0.22, near, far))
    canvas.fill_all(edges, _mean(light, (176, 178, 180)))
    canvas.fill_all(whites, white)
    canvas.fill_all(yellows, yellow)
    canvas.mark_all(whites, ID_LANE)
    canvas.mark_all(yellows, ID_LANE)
    if scene.crossing is not None and scene.crossing.x_m + scene.crossing.depth_m > NEAR_M + 0.5:
        near = max(NEAR_M, scene.crossing.x_m)
        far = scene.crossing.x_m + scene.crossing.depth_m
        canvas.fill_all(ground.stripes(road.left_m, road.right_m, near, far), white)
        area = ground.strip(road.left_m, road.right_m, near, far)
        canvas.mark_all([area], ID_CROSSING)
        canvas.register(ID_CROSSING, area)
    if scene.stop_line_m is not None and scene.stop_line_m > NEAR_M:
        near = scene.stop_line_m
        area = ground.strip(road.left_m, road.centre_m, near, near + STOP_LINE_DEPTH_M)
        canvas.fill_all([area], white)
        canvas.mark_all([area], ID_STOP_LINE)
        canvas.register(ID_STOP_LINE, area)


def _blend(a: Colour, b: Colour, share: float) -> Colour:
    return tuple(p * (1 - share) + q * share for p, q in zip(a, b, strict=True))  # type: ignore[return-value]


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
    ambient = sum(scene.atmosphere.ambient) / 3
    amount = (0.3 + 0.1 * (scene.grain % 7)) * min(1.0, 0.08 + ambient)
    cv2.addWeighted(area, 1.0, grain[: len(area)], amount, -128.0 * amount, dst=area)
    air = scene.atmosphere
    rows = np.arange(len(area), dtype=np.float64) + 0.5
    distance = canvas.camera.pose.height_m * canvas.camera.focal_px / rows
    clear = np.exp(-distance / air.haze_m)[:, None]
    if air.headlamps > 0.0:
        boost = 1.0 + 7.0 * air.headlamps * np.clip(1 - distance / 55.0, 0, 1)[:, None] ** 2
        columns = (np.linspace(-1.0, 1.0, 33) / 0.75) ** 2
        beam = np.exp(-columns)[None, :]
        light = cv2.resize(1.0 + (boost - 1.0) * beam, (width, len(area)))
        mapped = np.clip(light * 28.0, 0, 255).astype(np.uint8)
        cv2.multiply(area, cv2.merge([mapped, mapped, mapped]), dst=area, scale=1 / 28.0)
    # only the far rows are hazy enough to show it
    hazy = min(len(area), int(np.count_nonzero(clear[:, 0] < 0.93)))
    if hazy:
        part = area[:hazy].astype(np.float32)
        veil = np.array(air.sky_low, np.float32)
        share = clear[:hazy, None].astype(np.float32)
        area[:hazy] = (part * share + veil * (1 - share)).astype(np.uint8)
