"""Draws road works: cones, barriers, a board, an arrow of lamps at night, perhaps a machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import ID_WORKS, Canvas
from vlm_driving.simulator.render_vehicle import draw_vehicle
from vlm_driving.simulator.render_works_flagger import draw_flagger
from vlm_driving.simulator.render_works_machine import draw_machine
from vlm_driving.simulator.render_works_obstacle import draw_obstacle
from vlm_driving.simulator.scene import (
    Colour,
    Light,
    RoadWorks,
    Scene,
    Vehicle,
    VehicleKind,
    VehicleRole,
)

__all__ = ["draw_flagger", "draw_obstacle", "draw_works"]

_NEAR_M = 2.7
_MOST_CONES = 26
_ORANGE: Colour = (30, 85, 240)
_RED: Colour = (40, 40, 215)
_WHITE: Colour = (235, 238, 240)
_YELLOW: Colour = (30, 200, 245)
_BLACK: Colour = (28, 28, 28)
_BLUE: Colour = (150, 75, 20)
# (across, up) in metres of a cone: foot, body, two bands
_CONE = np.array(
    [
        [0.2, 0.0], [-0.2, 0.0], [-0.2, 0.05], [0.2, 0.05],
        [0.145, 0.05], [-0.145, 0.05], [-0.03, 0.7], [0.03, 0.7],
        [0.104, 0.28], [-0.104, 0.28], [-0.081, 0.41], [0.081, 0.41],
        [0.069, 0.48], [-0.069, 0.48], [-0.051, 0.58], [0.051, 0.58],
    ]
)  # fmt: skip
_DRUM = np.array(
    [
        [0.3, 0.0], [-0.3, 0.0], [-0.3, 0.06], [0.3, 0.06],
        [0.25, 0.06], [-0.25, 0.06], [-0.21, 0.85], [0.21, 0.85],
        [0.24, 0.22], [-0.24, 0.22], [-0.23, 0.40], [0.23, 0.40],
        [0.226, 0.55], [-0.226, 0.55], [-0.217, 0.72], [0.217, 0.72],
    ]
)  # fmt: skip
_POST = np.array(
    [
        [0.16, 0.0], [-0.16, 0.0], [-0.16, 0.05], [0.16, 0.05],
        [0.045, 0.05], [-0.045, 0.05], [-0.045, 0.9], [0.045, 0.9],
        [0.045, 0.35], [-0.045, 0.35], [-0.045, 0.5], [0.045, 0.5],
        [0.045, 0.65], [-0.045, 0.65], [-0.045, 0.8], [0.045, 0.8],
    ]
)  # fmt: skip
# lamps of an arrow that points left, (across, up) in shares of the panel's half height
_ARROW = ((0.9, 0.0), (0.55, 0.35), (0.2, 0.7), (0.55, -0.35), (0.2, -0.7)) + tuple(
    (a, 0.0) for a in (0.45, 0.0, -0.45, -0.9)
)


def works_strip(scene: Scene, works: RoadWorks) -> tuple[float, float]:
    """(border, outer): the y of the strip's edge in our lane and of its far edge."""
    border = works.side * (scene.road.lane_width_m / 2 - works.overlap_m)
    edge = scene.road.left_m if works.side > 0 else scene.road.right_m
    wide = min(max(abs(edge - border), 1.6), 6.0)
    return border, border + works.side * wide


def draw_works(canvas: Canvas, scene: Scene, works: RoadWorks) -> None:
    """Draw cones, board, barrier and machine as ID_WORKS, near parts over far ones."""
    border, outer = works_strip(scene, works)
    side = works.side
    taper = min(4.0, 0.25 * (works.x_far_m - works.x_near_m))
    near = works.x_near_m + taper
    boxes: list[NDArray[np.float64]] = []
    cones = _cone_places(works, border, outer, near)
    behind = [place for place in cones if place[0] > near]
    machine_x = near + max(2.0, 0.3 * (works.x_far_m - near))
    beyond = [place for place in behind if place[0] > machine_x]
    _draw_cones(canvas, works, beyond, boxes)
    if works.machine and machine_x > _NEAR_M:
        boxes.append(_draw_machine(canvas, works, machine_x, border, outer))
    _draw_cones(canvas, works, [place for place in behind if place[0] <= machine_x], boxes)
    if near > _NEAR_M:
        middle = (border + outer) / 2
        count = max(1, int(abs(outer - border) / 1.4))
        for i in range(count):
            y = border + side * (0.7 + i * (abs(outer - border) - 0.2) / count)
            _barricade(canvas, works, near, y, boxes)
        if works.board:
            _board(canvas, works, near - 0.2, middle + side * 0.3, boxes)
        if canvas.light.air.headlamps > 0:
            _arrow_board(canvas, works, near - 0.1, middle + side * 0.2, boxes)
    _draw_cones(canvas, works, [place for place in cones if place[0] <= near], boxes)
    rows, columns = canvas.image.shape[:2]
    seen = [
        box
        for box in boxes
        if box[1, 0] > 0 and box[0, 0] < columns and box[1, 1] > 0 and box[0, 1] < rows
    ]
    if seen:
        canvas.register(ID_WORKS, np.concatenate(seen))


def _cone_places(
    works: RoadWorks, border: float, outer: float, near: float
) -> list[tuple[float, float]]:
    """(x, y) of the cones, far to near: along the border, then aslant to the outer edge."""
    gap = max(works.cone_gap_m, (works.x_far_m - near) / _MOST_CONES, 0.8)
    along = [(x, border) for x in np.arange(near, works.x_far_m, gap).tolist()]
    steps = max(2, min(5, int(abs(outer - border) / 0.9) + 1))
    aslant = [
        (near + (works.x_near_m - near) * i / steps, border + (outer - border) * i / steps)
        for i in range(1, steps + 1)
    ]
    return [place for place in along[::-1] + aslant if place[0] > _NEAR_M]


def _draw_cones(
    canvas: Canvas,
    works: RoadWorks,
    places: list[tuple[float, float]],
    boxes: list[NDArray[np.float64]],
) -> None:
    if not places:
        return
    kind = works.variant % 5
    outline = _DRUM if kind == 2 else _POST if kind == 4 else _CONE
    paint = _ORANGE if kind in (2, 4) or works.variant % 2 else _RED
    at = np.array(places)
    points = np.empty((len(at), len(outline), 3))
    points[:, :, 0] = at[:, :1]
    points[:, :, 1] = at[:, 1:] + outline[:, 0]
    points[:, :, 2] = outline[:, 1]
    pixels = canvas.camera.project(points.reshape(-1, 3)).reshape(len(at), len(outline), 2)
    shade, night = canvas.light.shade, canvas.light.air.headlamps > 0
    bright = 1.5 if night else 1.0
    rows, columns = canvas.image.shape[:2]
    last: NDArray[np.float64] | None = None
    for i, ((x, _), cone) in enumerate(zip(places, pixels, strict=True)):
        low, high = cone.min(axis=0), cone.max(axis=0)
        if high[0] < 0 or low[0] > columns or low[1] > rows:
            last = None
            continue
        if kind == 3 and last is not None and x <= last[0, 0] + 3.0:  # a bar to the next cone
            a, b = last[1], (cone[6] + cone[7]) / 2
            canvas.line(a, b, shade(_YELLOW, x), 0.05 * canvas.camera.pixels_per_metre(x))
        canvas.fill(cone[4:8], shade(paint, x, bright * 0.95))
        canvas.fill(cone[8:12], shade(_WHITE, x, bright))
        near = high[1] - low[1] > 9.0
        if near:
            canvas.fill(cone[:4], shade(_BLACK, x))
        if near and (outline is not _CONE or works.variant % 4 < 2):
            canvas.fill(cone[12:], shade(_WHITE, x, bright))
        canvas.mark_all([cone[:4], cone[4:8]], ID_WORKS)
        boxes.append(np.stack([low, high]))
        last = np.stack([[x, 0.0], (cone[6] + cone[7]) / 2])
        if night and i % 3 == works.variant % 3:
            u, v = ((cone[6] + cone[7]) / 2).tolist()
            _lamp(canvas, (u, v), x, 0.05, (50, 40, 255))


def _lamp(canvas: Canvas, at: tuple[float, float], x: float, radius: float, colour: Colour) -> None:
    """A small warning lamp with its glow."""
    shine = canvas.light.shine(colour, x)
    size = max(0.8, radius * canvas.camera.pixels_per_metre(x))
    canvas.disc(at[0], at[1], size, shine)
    power = 0.25 if canvas.light.air.light in (Light.DAY, Light.BACKLIGHT) else 0.7
    glow = (shine[0] * power, shine[1] * power, shine[2] * power)
    canvas.glow(at[0], at[1], min(40.0, max(2.5, 3.5 * size)), glow)


def _panel(
    canvas: Canvas, x: float, y: float, spans: list[tuple[float, float, float, float]]
) -> NDArray[np.float64]:
    """(n, 4, 2) pixels of upright rectangles (left, right, low, high) about (x, y)."""
    corners = [[(x, y + a, c), (x, y + b, c), (x, y + b, d), (x, y + a, d)] for a, b, c, d in spans]
    pixels = canvas.camera.project(np.array(corners, dtype=np.float64).reshape(-1, 3))
    return pixels.reshape(-1, 4, 2)


def _barricade(
    canvas: Canvas, works: RoadWorks, x: float, y: float, boxes: list[NDArray[np.float64]]
) -> None:
    """Two striped boards on A-shaped legs; some stand as animals or plain in one colour."""
    shade = canvas.light.shade
    panels = _panel(
        canvas,
        x,
        y,
        [(0.6, -0.6, 0.58, 0.80), (0.6, -0.6, 0.26, 0.42), (0.54, 0.46, 0, 0.85),
         (-0.46, -0.54, 0, 0.85)],
    )  # fmt: skip
    bright = 1.3 if canvas.light.air.headlamps > 0 else 1.0
    other = (_BLACK, _RED, _WHITE)[works.variant % 3]
    base = _YELLOW if works.variant % 3 != 1 else _WHITE
    for leg in panels[2:]:
        canvas.fill(leg, shade((60, 170, 200), x, 0.8))
    for board in panels[:2]:
        canvas.fill(board, shade(base, x, bright))
        right, up = (board[1] - board[0]) / 8, board[3] - board[0]
        for k in (0, 2, 4, 6):
            foot = board[0] + right * k
            canvas.fill(
                np.stack([foot, foot + right, foot + right * 2 + up, foot + right + up]),
                shade(other, x, bright),
            )
    canvas.mark_all(list(panels), ID_WORKS)
    boxes.append(_box(panels))
    if canvas.light.air.headlamps > 0 or works.variant % 2:
        u, v = ((panels[0][2] + panels[0][3]) / 2).tolist()
        _lamp(canvas, (u, v), x, 0.07, (40, 60, 255) if works.variant % 4 < 2 else (40, 170, 255))


def _board(
    canvas: Canvas, works: RoadWorks, x: float, y: float, boxes: list[NDArray[np.float64]]
) -> None:
    """The notice: a coloured panel with rows that look like writing, and a striped foot."""
    shade = canvas.light.shade
    paper, ink = (
        (_BLUE, _WHITE),
        (_ORANGE, _BLACK),
        (_WHITE, _BLUE),
        (_YELLOW, _BLACK),
    )[works.variant % 4]
    spans = [(0.5, -0.5, 0.15, 1.55), (0.44, -0.44, 1.02, 1.47)]
    for k in range(3):  # large signs of the upper half
        left = 0.40 - 0.28 * k
        spans += [(left, left - 0.2, 1.36, 1.41), (left - 0.08, left - 0.12, 1.1, 1.41),
                  (left, left - 0.2, 1.22, 1.26),
                  (left - 0.01, left - 0.19, 1.09, 1.13)]  # fmt: skip
    spans += [(0.36, -0.36, z, z + 0.07) for z in (0.82, 0.66)] + [(0.36, -0.1, 0.5, 0.57)]
    panels = _panel(canvas, x, y, spans)
    bright = 1.25 if canvas.light.air.headlamps > 0 else 1.0
    canvas.fill(panels[0], shade(paper, x, bright))
    canvas.fill(panels[1], shade(ink, x, bright))
    canvas.fill_all(list(panels[2:14]), shade(paper, x, bright))
    canvas.fill_all(list(panels[14:]), shade(ink, x, bright))
    canvas.mark(panels[0], ID_WORKS)
    boxes.append(_box(panels[:1]))


def _arrow_board(
    canvas: Canvas, works: RoadWorks, x: float, y: float, boxes: list[NDArray[np.float64]]
) -> None:
    """A dark panel whose amber lamps form an arrow to the free side."""
    panels = _panel(canvas, x, y, [(0.75, -0.75, 1.65, 2.45), (0.06, -0.06, 0.0, 1.7)])
    shade = canvas.light.shade
    canvas.fill(panels[1], shade((90, 90, 90), x))
    canvas.fill(panels[0], shade((30, 30, 30), x))
    canvas.mark_all(list(panels), ID_WORKS)
    boxes.append(_box(panels))
    middle, scale = panels[0].mean(axis=0), canvas.camera.pixels_per_metre(x)
    amber = canvas.light.shine((40, 185, 255), x)
    for across, up in _ARROW:
        # the arrow points away from the works; the picture's u grows to the right
        u = middle[0] + works.side * across * 0.55 * scale
        v = middle[1] - up * 0.33 * scale
        canvas.disc(float(u), float(v), max(0.8, 0.065 * scale), amber)
    glow = (amber[0] * 0.3, amber[1] * 0.3, amber[2] * 0.3)
    canvas.glow(float(middle[0]), float(middle[1]), min(90.0, 0.9 * scale), glow)


def _draw_machine(
    canvas: Canvas, works: RoadWorks, x: float, border: float, outer: float
) -> NDArray[np.float64]:
    side = works.side
    if works.variant % 3 == 2:
        y = border + side * max(1.3, abs(outer - border) / 2)
        lorry = Vehicle(
            VehicleRole.PARKED, VehicleKind.TRUCK, x, y, 5.6, 2.0, 2.6, (60, 190, 235),
            hazard_lamps=True, variant=2,
        )  # fmt: skip
        draw_vehicle(canvas, lorry, ID_WORKS)
        left, top, right, bottom = canvas.things[ID_WORKS].box
        corners = np.array([[left, top], [right, bottom]]) + np.array(canvas.crop)
        box: NDArray[np.float64] = corners / canvas.scale
        return box
    y = border + side * max(1.7, abs(outer - border) / 2)
    return draw_machine(canvas, works.variant, x, y, side)


def _box(panels: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = panels.reshape(-1, 2)
    return np.stack([flat.min(axis=0), flat.max(axis=0)])
