"""Speed and path as signs: shape and colour say the same, so that neither is needed alone."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import PathAdvice, SpeedAdvice

Colour = tuple[int, int, int]
"""Blue, green, red."""

WHITE: Colour = (255, 255, 255)
GREY: Colour = (190, 190, 190)
ALARM: Colour = (90, 100, 255)
SPEED_COLOUR: dict[SpeedAdvice, Colour] = {
    SpeedAdvice.KEEP: (255, 215, 120),
    SpeedAdvice.ACCELERATE: (140, 235, 130),
    SpeedAdvice.DECELERATE: (60, 190, 255),
    SpeedAdvice.STOP: (80, 80, 255),
}
_SHIFT = 4
_FINENESS = 8

# Corners in a square of side 1, y downwards.
_Polygon = tuple[tuple[float, float], ...]
_OCTAGON: _Polygon = (
    (0.3, 0.02), (0.7, 0.02), (0.98, 0.3), (0.98, 0.7),
    (0.7, 0.98), (0.3, 0.98), (0.02, 0.7), (0.02, 0.3),
)  # fmt: skip
_BAR: _Polygon = ((0.22, 0.42), (0.78, 0.42), (0.78, 0.58), (0.22, 0.58))
_UPPER: _Polygon = ((0.05, 0.2), (0.95, 0.2), (0.95, 0.42), (0.05, 0.42))
_LOWER: _Polygon = ((0.05, 0.58), (0.95, 0.58), (0.95, 0.8), (0.05, 0.8))
_UP: _Polygon = ((0.5, 0.05), (0.97, 0.92), (0.03, 0.92))
_ARROW: _Polygon = (
    (0.5, 0.02), (0.92, 0.48), (0.64, 0.48), (0.64, 0.98), (0.36, 0.98), (0.36, 0.48), (0.08, 0.48),
)  # fmt: skip
_SLASHED: _Polygon = ((0.1, 0.42), (0.9, 0.42), (0.9, 0.58), (0.1, 0.58))

_SPEED: dict[SpeedAdvice | None, tuple[_Polygon, ...]] = {
    SpeedAdvice.STOP: (_OCTAGON, _BAR),  # the bar lies inside: left open
    SpeedAdvice.KEEP: (_UPPER, _LOWER),
    SpeedAdvice.ACCELERATE: (_UP,),
    SpeedAdvice.DECELERATE: (tuple((x, 1 - y) for x, y in _UP),),
    None: (_SLASHED,),
}
_PATH: dict[PathAdvice, _Polygon] = {
    PathAdvice.KEEP: _ARROW,
    PathAdvice.SHIFT_LEFT: tuple((y, x) for x, y in _ARROW),
    PathAdvice.SHIFT_RIGHT: tuple((1 - y, x) for x, y in _ARROW),
}


def speed_symbol(speed: SpeedAdvice | None, side: int) -> NDArray[np.uint8]:
    """Octagon, equals sign, triangle up or down; a dash for no advice. (side, side) coverage."""
    return _filled(_SPEED[speed], side)


def path_symbol(path: PathAdvice, side: int) -> NDArray[np.uint8]:
    """An arrow ahead, left or right. (side, side) coverage."""
    return _filled((_PATH[path],), side)


def _filled(polygons: tuple[_Polygon, ...], side: int) -> NDArray[np.uint8]:
    fine = np.zeros((side * _FINENESS, side * _FINENESS), np.uint8)
    corners = [
        np.rint((np.array(polygon) * side * _FINENESS - 0.5) * (1 << _SHIFT)).astype(np.int32)
        for polygon in polygons
    ]
    cv2.fillPoly(fine, corners, 255, cv2.LINE_8, _SHIFT)
    coverage: NDArray[np.uint8] = cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA)
    return coverage
