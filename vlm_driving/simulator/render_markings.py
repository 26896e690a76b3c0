"""Draws what is painted on the road beside lines: 止まれ, arrows, speed limits, diamonds."""

from __future__ import annotations

import numpy as np

from vlm_driving.simulator.canvas import ID_STOP_TEXT, Canvas, Points
from vlm_driving.simulator.render_flat import NEAR_M, WHITE_PAINT, YELLOW_PAINT, paint_tone
from vlm_driving.simulator.render_strokes import stroke_quads
from vlm_driving.simulator.scene import Colour, RoadClass, Scene, SignKind

STOP_TEXT_M = 7.5
"""Length of the painted 止まれ along the road; shorter where the stop line is nearer."""
_MAX_M = 75.0
_SHAFT = ((-0.09, 0.0), (0.09, 0.0), (0.09, 1.0), (-0.09, 1.0))
_AHEAD = ((-0.3, 0.66), (0.3, 0.66), (0.0, 1.0))
_BRANCH = (
    ((0.0, 0.3), (0.5, 0.5), (0.5, 0.62), (0.0, 0.44)),
    ((0.42, 0.34), (0.8, 0.6), (0.42, 0.8)),
)


def draw_markings(canvas: Canvas, scene: Scene) -> None:
    """Draw words, arrows, numbers and diamonds; 止まれ is ID_STOP_TEXT."""
    road, light = scene.road, canvas.light
    white = paint_tone(light, road.asphalt, WHITE_PAINT, road.paint)
    if scene.stop_text_m is not None:
        _stop_text(canvas, scene, white)
    if scene.crossing is not None and scene.signal is None and scene.grain % 4:
        _diamonds(canvas, scene, white)
    busy = road.road_class is RoadClass.ARTERIAL or road.lanes > 1
    if busy and scene.stop_line_m is not None and road.road_class is not RoadClass.EXPRESSWAY:
        _arrows(canvas, scene, white)
    for sign in scene.signs:
        if sign.kind is SignKind.SPEED_LIMIT and scene.grain & 8:
            orange = paint_tone(light, road.asphalt, YELLOW_PAINT, road.paint)
            _number(canvas, sign.x_m + 4.0 + scene.grain % 5, sign.value, orange)
            break


def _laid(
    canvas: Canvas, flat: Points, x_m: float, y_m: float, width: float, long: float
) -> Points:
    """Shapes (n, k, 2) of a unit square, (across, along), to pixels (n, k, 2) on the road."""
    points = np.zeros((*flat.shape[:2], 3))
    points[..., 0] = np.maximum(x_m + flat[..., 1] * long, NEAR_M)
    points[..., 1] = y_m - flat[..., 0] * width
    pixels = canvas.camera.project(points.reshape(-1, 3))
    return pixels.reshape(*flat.shape[:2], 2)


def _stop_text(canvas: Canvas, scene: Scene, white: Colour) -> None:
    near = scene.stop_text_m
    assert near is not None
    far = near + STOP_TEXT_M
    if scene.stop_line_m is not None and scene.stop_line_m > near + 2.0:
        far = min(far, scene.stop_line_m - 0.7)
    if far < NEAR_M + 1.0 or near > _MAX_M:
        return
    width = min(1.6, scene.road.lane_width_m * 0.55)
    letter = (far - near) / 3
    # read downwards by a driver: the first letter lies farthest
    for row, glyph in enumerate("れま止"):
        if near + (row + 1) * letter < NEAR_M + 0.3:
            continue
        shapes = stroke_quads(glyph, 0.06) - np.array([0.5, 0.0])
        for quad in _laid(canvas, shapes, near + row * letter, 0.0, width, letter * 0.84):
            canvas.fill(quad, white)
    outline = np.array([[[-0.5, 0.0], [0.5, 0.0], [0.5, 1.0], [-0.5, 1.0]]])
    area = _laid(canvas, outline, near, 0.0, width, far - near)[0]
    canvas.mark(area, ID_STOP_TEXT)
    canvas.register(ID_STOP_TEXT, area)


def _diamonds(canvas: Canvas, scene: Scene, white: Colour) -> None:
    """The two marks on each of our lanes that announce a crossing 30 and 50 m on."""
    assert scene.crossing is not None
    road = scene.road
    ring = np.array([[0.0, 0.0], [0.5, 0.5], [0.0, 1.0], [-0.5, 0.5]])
    inner = (ring - [0.0, 0.5]) * [0.64, 0.7] + [0.0, 0.5]
    sides = np.array([[ring[i - 1], ring[i], inner[i], inner[i - 1]] for i in range(4)])
    for before in (50.0, 30.0):
        x = scene.crossing.x_m - before - 5.0
        if not NEAR_M < x + 3.0 < _MAX_M:
            continue
        for lane in range(road.lanes):
            y = road.left_m - (lane + 0.5) * road.lane_width_m
            for quad in _laid(canvas, sides, x, y, 1.5, 5.0):
                canvas.fill(quad, white)


def _arrows(canvas: Canvas, scene: Scene, white: Colour) -> None:
    """Straight and left on the left lane, straight and right (or right only) on the right one."""
    assert scene.stop_line_m is not None
    road = scene.road
    for ahead in (26.0, 6.0):
        x = scene.stop_line_m - ahead - 5.0
        if not NEAR_M + 0.5 < x < _MAX_M:
            continue
        for lane in range(road.lanes):
            y = road.left_m - (lane + 0.5) * road.lane_width_m
            turn = 1 if lane == road.lanes - 1 else -1 if lane == 0 else 0
            only = turn > 0 and road.lanes > 2 and bool(scene.grain & 16)
            parts = [np.array(_SHAFT) * ([1.0, 0.5] if only else [1.0, 0.75])]
            if not only:
                parts.append(np.array(_AHEAD))
            if turn and (road.lanes > 1 or scene.grain & 32):
                parts += [np.array(part) * [turn, 1.0] for part in _BRANCH]
            for part in parts:
                canvas.fill(_laid(canvas, part[None], x, y, 1.1, 5.0)[0], white)


def _number(canvas: Canvas, x_m: float, value: int, colour: Colour) -> None:
    """A speed limit in yellow on the ego lane, five metres long."""
    digits = str(value)
    if not NEAR_M + 0.5 < x_m < _MAX_M:
        return
    wide = 0.62 if len(digits) < 3 else 0.5
    for i, digit in enumerate(digits):
        shapes = stroke_quads(digit, 0.1) - np.array([0.5, 0.0])
        y = ((len(digits) - 1) / 2 - i) * wide * 1.35
        for quad in _laid(canvas, shapes, x_m, y, wide, 5.0):
            canvas.fill(quad, colour)
