"""Draws the machines of road works: a digger or a roller."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import ID_WORKS, Canvas
from vlm_driving.simulator.render_pedestrian_figure import Figure, ground_shadow
from vlm_driving.simulator.scene import Colour

_PAINTS: tuple[Colour, ...] = ((40, 180, 240), (40, 120, 235), (170, 170, 60), (60, 200, 240))
_DARK: Colour = (45, 45, 45)
_GLASS: Colour = (110, 95, 80)


def draw_machine(
    canvas: Canvas, variant: int, x: float, y: float, side: int
) -> NDArray[np.float64]:
    """A digger (even variants) or a roller about (x, y), its arm turned to `side`.

    Returns:
        (2, 2) pixels: the corners of its box.
    """
    figure = Figure()
    paint = _PAINTS[(variant // 2) % len(_PAINTS)]
    ground_shadow(canvas, (x, y), 1.8, 1.5)
    if variant % 2 == 0:
        _digger(figure, paint)
    else:
        _roller(figure, paint)
    return figure.paint(canvas, (x, y, 0.0), 0.85, ID_WORKS, mirror=side < 0)


def _digger(figure: Figure, paint: Colour) -> None:
    """Tracks, house, cab and an arm to the left, in metres."""
    figure.limb((1.1, 0.38), (-1.1, 0.38), (0.38, 0.38), _DARK)
    for across in (-0.9, -0.3, 0.3, 0.9):
        figure.disc((across, 0.36), 0.2, (90, 90, 90))
    figure.polygon([(1.0, 0.78), (-1.5, 0.78), (-1.55, 1.55), (0.1, 1.7), (1.0, 1.2)], paint, 0.95)
    figure.polygon([(-0.9, 0.9), (-1.5, 0.9), (-1.5, 1.4), (-0.9, 1.4)], _DARK, 1.4)
    figure.polygon([(0.85, 1.0), (-0.25, 1.0), (-0.2, 2.5), (0.6, 2.5)], paint, 0.85)
    figure.polygon([(0.72, 1.4), (-0.12, 1.4), (-0.1, 2.38), (0.52, 2.38)], _GLASS)
    figure.limb((0.7, 1.3), (2.0, 3.0), (0.2, 0.17), paint)
    figure.limb((2.0, 3.0), (2.75, 1.5), (0.16, 0.11), paint, 0.85)
    figure.limb((1.1, 1.6), (1.85, 2.7), (0.06, 0.05), (190, 190, 190))
    figure.polygon([(3.0, 1.5), (2.55, 1.55), (2.3, 0.95), (2.75, 0.8)], _DARK, 1.4)


def _roller(figure: Figure, paint: Colour) -> None:
    """Two drums, a body and a roof on four posts, in metres."""
    for across in (1.05, -1.05):
        figure.disc((across, 0.55), 0.55, (120, 120, 118))
        figure.disc((across, 0.55), 0.18, _DARK)
    figure.polygon([(1.5, 0.75), (-1.5, 0.75), (-1.4, 1.35), (1.3, 1.35)], paint)
    figure.polygon([(0.4, 0.5), (-0.4, 0.5), (-0.4, 0.9), (0.4, 0.9)], paint, 0.8)
    for across in (0.65, -0.65):
        figure.limb((across, 1.3), (across, 2.35), (0.05, 0.05), _DARK)
    figure.polygon([(0.9, 2.32), (-0.9, 2.32), (-0.85, 2.46), (0.85, 2.46)], paint, 0.95)
    figure.limb((-0.2, 1.3), (-0.15, 1.8), (0.22, 0.2), (110, 70, 40))
    figure.disc((-0.12, 2.05), 0.15, (225, 230, 230))
