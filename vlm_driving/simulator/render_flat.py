"""Shapes that lie flat on the ground, as pixels: bands along the road, dashes, tiles."""

from __future__ import annotations

import numpy as np

from vlm_driving.simulator.canvas import Canvas, Points
from vlm_driving.simulator.lighting import Lighting
from vlm_driving.simulator.scene import Colour

NEAR_M = 2.6
"""Nothing nearer than this is drawn: it lies below the picture."""
FAR_M = 170.0
GROUND_CLEAR = 0.93
"""Share of a ground colour that the nearest air leaves of it."""
STATIONS = np.array([NEAR_M, 4, 6, 9, 13, 18, 25, 35, 50, 70, 100, FAR_M])
"""Distances between which a bent road is drawn straight."""


class FlatShapes:
    """Projects ground shapes; each sort of shape can then be filled in one call."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    def strip(self, left: float, right: float, near: float, far: float) -> Points:
        """A band between two y, following the road's bend, as pixels."""
        inner = STATIONS[(near < STATIONS) & (far > STATIONS)]
        xs = np.concatenate([[near], inner, [far]])
        n = len(xs)
        points = np.zeros((2 * n, 3))
        points[:n, 0], points[n:, 0] = xs, xs[::-1]
        points[:n, 1], points[n:, 1] = left, right
        return self.canvas.camera.project(points)

    def dashes(
        self,
        y: float,
        half: float,
        phase: float,
        near: float,
        far: float,
        paint_m: float = 5.0,
        gap_m: float = 5.0,
    ) -> list[Points]:
        """`paint_m` of paint, `gap_m` of gap, from `near` to `far`."""
        period = paint_m + gap_m
        first = (near + phase) // period * period - phase
        starts = np.arange(first, far, period)
        x0, x1 = np.maximum(starts, near), np.minimum(starts + paint_m, far)
        keep = x1 > x0 + 0.1
        return self.tiles(x0[keep], x1[keep], y + half, y - half)

    def tiles(self, x0: Points, x1: Points, y0: float | Points, y1: float | Points) -> list[Points]:
        """Rectangles on the ground, one for each of `x0`, as (4, 2) pixels."""
        points = np.zeros((len(x0), 4, 3))
        points[:, 0, 0] = points[:, 1, 0] = x0
        points[:, 2, 0] = points[:, 3, 0] = x1
        points[:, 0, 1] = points[:, 3, 1] = y0
        points[:, 1, 1] = points[:, 2, 1] = y1
        pixels = self.canvas.camera.project(points.reshape(-1, 3)).reshape(-1, 4, 2)
        return list(pixels)


def ground_tone(light: Lighting, colour: Colour, gain: float = 1.0) -> Colour:
    """A ground colour before the light map; haze and headlamps come with the map."""
    air = light.air
    clear = GROUND_CLEAR
    return (
        colour[0] * air.ambient[0] * gain * clear + air.sky_low[0] * (1 - clear),
        colour[1] * air.ambient[1] * gain * clear + air.sky_low[1] * (1 - clear),
        colour[2] * air.ambient[2] * gain * clear + air.sky_low[2] * (1 - clear),
    )


def paint_tone(light: Lighting, asphalt: float, colour: Colour, paint: float) -> Colour:
    """Road paint that covers a share `paint` of the asphalt under it.

    It throws the light of lamps back: at night it stays brighter than the asphalt.
    """
    mixed = (
        asphalt * (1 - paint) + colour[0] * paint,
        asphalt * (1 - paint) + colour[1] * paint,
        asphalt * (1 - paint) + colour[2] * paint,
    )
    return ground_tone(light, mixed, 1.0 + 1.6 * light.air.headlamps)


WHITE_PAINT: Colour = (232.0, 236.0, 236.0)
YELLOW_PAINT: Colour = (35.0, 160.0, 235.0)
