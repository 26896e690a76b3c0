"""Draws the painted lines: lanes, edges, centre, stop line, and the zebra crossing."""

from __future__ import annotations

import numpy as np

from vlm_driving.simulator.canvas import ID_CROSSING, ID_LANE, ID_STOP_LINE, Canvas, Points
from vlm_driving.simulator.render_flat import (
    FAR_M,
    NEAR_M,
    WHITE_PAINT,
    YELLOW_PAINT,
    FlatShapes,
    ground_tone,
    paint_tone,
)
from vlm_driving.simulator.scene import CentreLine, EdgeKind, RoadClass, Scene

LINE_M = 0.075
"""Half of a line's width."""
STRIPE_M = 0.45
STOP_LINE_DEPTH_M = 0.4


def line_stretches(scene: Scene) -> list[tuple[float, float]]:
    """Where lines are painted: not inside a junction nor on a crossing nor on rails."""
    gaps: list[tuple[float, float]] = []
    if scene.cross_road is not None:
        gaps.append((scene.cross_road.x_near_m, scene.cross_road.x_far_m))
    if scene.railway is not None:
        gaps.append((scene.railway.x_m - 0.3, scene.railway.x_m + scene.railway.depth_m + 0.3))
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


def has_kerb(scene: Scene) -> bool:
    """Kerbstones end the carriageway; narrow residential roads have lines instead."""
    return scene.road.edge is EdgeKind.KERB and scene.road.road_class is not RoadClass.RESIDENTIAL


def draw_lines(canvas: Canvas, scene: Scene) -> None:
    """Draw lane lines as ID_LANE, kerbs, the crossing and the stop line."""
    road, light = scene.road, canvas.light
    shapes = FlatShapes(canvas)
    white = paint_tone(light, road.asphalt, WHITE_PAINT, road.paint)
    yellow = paint_tone(light, road.asphalt, YELLOW_PAINT, road.paint)
    fast = road.road_class is RoadClass.EXPRESSWAY
    rhythm = (8.0, 12.0) if fast else (5.0, 5.0)
    half = LINE_M * (1.3 if fast else 1.0)
    whites: list[Points] = []
    yellows: list[Points] = []
    kerbs: list[Points] = []
    left, right = road.left_m, road.right_m
    for near, far in line_stretches(scene):
        for lane in range(1, road.lanes):
            y = left - lane * road.lane_width_m
            whites += shapes.dashes(y, half, road.dash_phase_m, near, far, *rhythm)
        for lane in range(1, road.oncoming_lanes):
            y = road.centre_m - lane * road.lane_width_m
            whites += shapes.dashes(y, half, road.dash_phase_m + 3, near, far, *rhythm)
        if road.oncoming_lanes and road.centre is not CentreLine.NONE:
            y = road.centre_m
            if road.centre is CentreLine.WHITE_DASHED:
                whites += shapes.dashes(y, half, road.dash_phase_m + 2, near, far)
            else:
                target = yellows if road.centre is CentreLine.YELLOW else whites
                target.append(shapes.strip(y + half, y - half, near, far))
        if has_kerb(scene):
            outer_l, outer_r = left + road.shoulder_m, right - road.shoulder_m
            kerbs.append(shapes.strip(outer_l + 0.22, outer_l, near, far))
            kerbs.append(shapes.strip(outer_r, outer_r - 0.22, near, far))
        else:
            whites.append(shapes.strip(left + half, left - half, near, far))
            whites.append(shapes.strip(right + half, right - half, near, far))
    canvas.fill_all(kerbs, ground_tone(light, (176, 178, 180)))
    canvas.fill_all(whites, white)
    canvas.fill_all(yellows, yellow)
    canvas.mark_all(whites, ID_LANE)
    canvas.mark_all(yellows, ID_LANE)
    crossing = scene.crossing
    if crossing is not None and crossing.x_m + crossing.depth_m > NEAR_M + 0.5:
        near, far = max(NEAR_M, crossing.x_m), crossing.x_m + crossing.depth_m
        y0 = np.arange(left - 0.25, right + STRIPE_M, -2 * STRIPE_M).astype(np.float64)
        ends = np.ones(len(y0))
        canvas.fill_all(shapes.tiles(ends * near, ends * far, y0, y0 - STRIPE_M), white)
        area = shapes.strip(left, right, near, far)
        canvas.mark_all([area], ID_CROSSING)
        canvas.register(ID_CROSSING, area)
    if scene.stop_line_m is not None and scene.stop_line_m > NEAR_M:
        near = scene.stop_line_m
        # where no centre line parts the directions the line spans our half all the same
        area = shapes.strip(left, road.centre_m, near, near + STOP_LINE_DEPTH_M)
        canvas.fill_all([area], white)
        canvas.mark_all([area], ID_STOP_LINE)
        canvas.register(ID_STOP_LINE, area)
