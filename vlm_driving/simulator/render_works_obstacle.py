"""Draws what fell onto the road: a box, a tyre, timber or a sack, each with its shadow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import ID_OBSTACLE, Canvas
from vlm_driving.simulator.render_pedestrian_figure import Figure, ground_shadow
from vlm_driving.simulator.scene import Colour, Obstacle, ObstacleKind


def draw_obstacle(canvas: Canvas, obstacle: Obstacle) -> None:
    """Draw the thing as ID_OBSTACLE; it is `width_m` across and `height_m` high."""
    x, y, half = obstacle.x_m, obstacle.y_m, obstacle.width_m / 2
    ground_shadow(canvas, (x, y), half * 1.15, 0.5)
    if obstacle.kind is ObstacleKind.BOX:
        box = _carton(canvas, obstacle)
    elif obstacle.kind is ObstacleKind.TIMBER:
        box = _timber(canvas, obstacle)
    else:
        figure = Figure()
        if obstacle.kind is ObstacleKind.TYRE:
            _tyre(figure, obstacle)
        else:
            _sack(figure, obstacle)
        box = figure.paint(canvas, (x, y, 0.0), 1.0, ID_OBSTACLE, obstacle.variant % 2 == 1)
    canvas.register(ID_OBSTACLE, box)


def _block(
    canvas: Canvas,
    obstacle: Obstacle,
    base: tuple[tuple[float, float], ...],
    z: tuple[float, float],
    colour: Colour,
) -> NDArray[np.float64]:
    """A block over four ground corners (x, y): near left, near right, far right, far left."""
    corners = np.array([(a, b, h) for h in z for a, b in base])
    pixels = canvas.camera.project(corners)
    shade, x = canvas.light.shade, obstacle.x_m
    faces = (((0, 4, 7, 3), 0.62), ((1, 2, 6, 5), 0.7), ((0, 1, 5, 4), 0.9), ((4, 5, 6, 7), 1.1))
    for face, gain in faces:
        p = pixels[list(face)]
        if gain not in (0.62, 0.7) or _faces_us(p, gain == 0.62):
            canvas.fill(p, shade(colour, x, gain))
    canvas.mark_hull(pixels, ID_OBSTACLE)
    return pixels


def _faces_us(p: NDArray[np.float64], left: bool) -> bool:
    """Whether a side face, whose near edge comes first, is turned to the camera."""
    return bool(p[2, 0] < p[0, 0]) if left else bool(p[1, 0] > p[0, 0])


def _carton(canvas: Canvas, obstacle: Obstacle) -> NDArray[np.float64]:
    """A cardboard box, aslant, with tape; some have their lids open."""
    x, y, half = obstacle.x_m, obstacle.y_m, obstacle.width_m / 2
    turn = (-0.25, 0.0, 0.3, 0.15)[obstacle.variant % 4] * half
    deep = 1.3 * half
    base = ((x - turn, y + half), (x + turn, y - half), (x + turn + deep, y - 0.8 * half),
            (x - turn + deep, y + 1.0 * half))  # fmt: skip
    pixels = _block(canvas, obstacle, base, (0.0, obstacle.height_m), obstacle.colour)
    near, shade = pixels[[0, 1, 5, 4]], canvas.light.shade
    tape = [_inside(near, s, t) for s, t in ((0.45, 0.0), (0.55, 0.0), (0.55, 1.0), (0.45, 1.0))]
    canvas.fill(np.array(tape), shade((150, 190, 205), x))
    label = [_inside(near, s, t) for s, t in ((0.1, 0.2), (0.36, 0.2), (0.36, 0.5), (0.1, 0.5))]
    canvas.fill(np.array(label), shade((225, 228, 230), x, 0.95))
    if obstacle.variant % 3 == 1:  # open lids
        rise = np.array([0.0, 0.25]) * (pixels[4] - pixels[0])
        for a, b, out in ((4, 5, 0.1), (7, 6, -0.1)):
            lean = (pixels[b] - pixels[a]) * out
            lid = np.stack([pixels[a], pixels[b], pixels[b] + rise + lean, pixels[a] + rise - lean])
            canvas.fill(lid, shade(obstacle.colour, x, 0.8))
            canvas.mark(lid, ID_OBSTACLE)
            pixels = np.concatenate([pixels, lid])
    return pixels


def _inside(face: NDArray[np.float64], s: float, t: float) -> NDArray[np.float64]:
    point: NDArray[np.float64] = (face[0] * (1 - s) + face[1] * s) * (1 - t) + (
        face[3] * (1 - s) + face[2] * s
    ) * t
    return point


def _timber(canvas: Canvas, obstacle: Obstacle) -> NDArray[np.float64]:
    """Two or three beams that lie across one another."""
    x, y, half = obstacle.x_m, obstacle.y_m, obstacle.width_m / 2
    beams = 2 + obstacle.variant % 2
    thick = obstacle.height_m / beams
    extent: list[NDArray[np.float64]] = []
    for k in range(beams - 1, -1, -1) if obstacle.variant % 4 == 3 else range(beams):
        aslant = (0.35, -0.45, 0.1)[(k + obstacle.variant) % 3] * half
        shift, wide = (0.0, 0.12, -0.1)[k] * half, 0.1 + 0.5 * thick
        reach = half * (1.0, 0.86, 0.7)[k]
        base = (
            (x - aslant, y + shift + reach),
            (x + aslant, y + shift - reach),
            (x + aslant + wide, y + shift - reach),
            (x - aslant + wide, y + shift + reach),
        )
        low = k * thick
        extent.append(_block(canvas, obstacle, base, (low, low + thick), obstacle.colour))
    return np.concatenate(extent)


def _tyre(figure: Figure, obstacle: Obstacle) -> None:
    """Standing where it is about as high as wide, else lying."""
    half, high = obstacle.width_m / 2, obstacle.height_m
    rubber: Colour = (34, 34, 36)
    if high > 0.7 * obstacle.width_m:
        radius = high / 2
        figure.disc((0.0, radius), radius, rubber)
        figure.disc((0.0, radius), radius * 0.62, (62, 62, 64))
        figure.disc(
            (0.0, radius), radius * 0.5, obstacle.colour if obstacle.variant % 2 else rubber
        )
        return
    figure.limb(
        (half - high / 2, high / 2), (high / 2 - half, high / 2), (high / 2, high / 2), rubber
    )
    figure.limb(
        (0.78 * half, 0.86 * high),
        (-0.78 * half, 0.86 * high),
        (0.14 * high, 0.14 * high),
        (70, 70, 72),
    )
    figure.limb((0.45 * half, 0.88 * high), (-0.45 * half, 0.88 * high), (0.07 * high, 0.07 * high),
                (22, 22, 22))  # fmt: skip


def _sack(figure: Figure, obstacle: Obstacle) -> None:
    """A slumped bag, tied at one end."""
    half, high, colour = obstacle.width_m / 2, obstacle.height_m, obstacle.colour
    fat = min(0.5 * high, 0.6 * half)
    figure.limb((half - fat, fat), (fat - half, 0.8 * fat), (fat, 0.8 * fat), colour, 0.85)
    figure.limb(
        (0.35 * half, 0.9 * fat), (-0.1 * half, high - 0.75 * fat), (0.9 * fat, 0.7 * fat), colour
    )
    tie = (-0.45 * half, high * 0.92)
    figure.limb((-0.1 * half, high - 0.5 * fat), tie, (0.3 * fat, 0.12 * fat), colour, 0.9)
    figure.band((0.5 * half, 0.5 * fat), (0.1 * half, 0.9 * high * 0.6), 0.03 * high, colour, 0.65)
    figure.band((-0.2 * half, 0.4 * fat), (-0.35 * half, 0.8 * fat), 0.03 * high, colour, 0.65)
