"""Letters as strokes of our own, for signs and for the road: no font is needed.

A glyph is a tuple of strokes, a stroke a tuple of (x, y) points in a unit square, x to the
right and y up.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Stroke = tuple[tuple[float, float], ...]


def _bow(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> Stroke:
    """An arc of an ellipse between two angles in degrees, counter-clockwise when end > start."""
    count = max(3, round(abs(end - start) / 24) + 1)
    angles = [math.radians(start + (end - start) * i / (count - 1)) for i in range(count)]
    return tuple((cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles)


GLYPHS: dict[str, tuple[Stroke, ...]] = {
    "止": (
        ((0.52, 0.97), (0.52, 0.04)),
        ((0.52, 0.58), (0.9, 0.58)),
        ((0.21, 0.66), (0.21, 0.04)),
        ((0.02, 0.04), (0.98, 0.04)),
    ),
    "ま": (
        ((0.1, 0.83), (0.9, 0.83)),
        ((0.15, 0.59), (0.85, 0.59)),
        (
            (0.53, 0.99),
            (0.53, 0.26),
            (0.49, 0.11),
            (0.34, 0.03),
            (0.18, 0.06),
            (0.13, 0.17),
            (0.22, 0.28),
            (0.42, 0.29),
            (0.62, 0.22),
            (0.9, 0.03),
        ),
    ),
    "れ": (
        ((0.28, 0.98), (0.28, 0.01)),
        (
            (0.04, 0.75),
            (0.35, 0.79),
            (0.2, 0.51),
            (0.03, 0.25),
            (0.28, 0.55),
            (0.47, 0.77),
            (0.6, 0.83),
            (0.7, 0.76),
            (0.69, 0.55),
            (0.65, 0.25),
            (0.68, 0.09),
            (0.79, 0.05),
            (0.98, 0.23),
        ),
    ),
    "0": (_bow(0.5, 0.5, 0.36, 0.48, 90, 450),),
    "1": (((0.3, 0.78), (0.54, 0.98), (0.54, 0.02)),),
    "2": ((*_bow(0.5, 0.7, 0.36, 0.28, 170, -25), (0.12, 0.03), (0.9, 0.03)),),
    "3": ((*_bow(0.47, 0.75, 0.33, 0.23, 160, -80), *_bow(0.47, 0.27, 0.38, 0.25, 85, -160)),),
    "4": (((0.68, 0.02), (0.68, 0.98), (0.08, 0.28), (0.95, 0.28)),),
    "5": (((0.82, 0.97), (0.22, 0.97), (0.17, 0.55), *_bow(0.48, 0.32, 0.37, 0.3, 125, -155)),),
    "6": ((*_bow(0.52, 0.66, 0.38, 0.32, 40, 180), *_bow(0.5, 0.3, 0.36, 0.28, 180, 540)),),
    "7": (((0.1, 0.97), (0.88, 0.97), (0.42, 0.02)),),
    "8": (_bow(0.5, 0.74, 0.31, 0.23, -90, 270), _bow(0.5, 0.27, 0.37, 0.25, 90, 450)),
    "9": ((*_bow(0.5, 0.7, 0.36, 0.28, 0, 360), *_bow(0.48, 0.34, 0.38, 0.32, 0, -140)),),
    "S": ((*_bow(0.5, 0.74, 0.34, 0.23, 30, 270), *_bow(0.5, 0.27, 0.36, 0.25, 90, -150)),),
    "T": (((0.05, 0.97), (0.95, 0.97)), ((0.5, 0.97), (0.5, 0.02))),
    "O": (_bow(0.5, 0.5, 0.42, 0.48, 90, 450),),
    "P": (((0.15, 0.02), (0.15, 0.97), *_bow(0.5, 0.71, 0.38, 0.26, 90, -90), (0.15, 0.45)),),
}


@lru_cache(maxsize=64)
def stroke_quads(glyph: str, half: float) -> NDArray[np.float64]:
    """A glyph's line pieces as (n, 4, 2) rectangles in the unit square, `half` wide each way.

    Pieces reach a little over their ends, so that bends have no notches; they overlap.
    """
    quads = []
    for stroke in GLYPHS[glyph]:
        points = np.array(stroke)
        for a, b in zip(points[:-1], points[1:], strict=True):
            along = (b - a) / max(float(np.hypot(*(b - a))), 1e-6)
            side = np.array([-along[1], along[0]]) * half
            a, b = a - along * half * 0.6, b + along * half * 0.6
            quads.append([a + side, b + side, b - side, a - side])
    return np.array(quads)
