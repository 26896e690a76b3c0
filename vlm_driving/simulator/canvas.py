"""The picture and, at the model's resolution, the map of which thing shows where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.camera import Camera
from vlm_driving.simulator.lighting import Lighting
from vlm_driving.simulator.scene import Colour
from vlm_driving.simulator.textures import glow_sprite
from vlm_driving.simulator.view import MODEL_VIEW

Points = NDArray[np.float64]

ID_NONE = 0
ID_ROAD = 1
ID_LANE = 2
ID_STOP_LINE = 3
ID_CROSSING = 4
ID_SIGNAL = 5
"""The lit lamp; of a signal that is off, the housing."""
ID_ARROW = 6
"""The lit arrow lamps together."""
ID_STOP_TEXT = 7
ID_STOP_SIGN = 8
ID_SPEED_SIGN = 9
ID_VEHICLE = 10
"""To 29: `Scene.vehicles` in order."""
ID_PEDESTRIAN = 30
"""To 49: `Scene.pedestrians` in order."""
ID_CYCLIST = 50
"""To 57: `Scene.cyclists` in order."""
ID_WORKS = 58
"""Cones, boards, barriers and machines of the road works, as one thing."""
ID_FLAGGER = 59
ID_OBSTACLE = 60
ID_RAILWAY = 61
"""Masts, lamps and bars of the level crossing, as one thing (the rails are paint)."""
ID_ANIMAL = 62
ID_COUNT = 63

_SHIFT = 4
_SUB = 1 << _SHIFT


@dataclass(frozen=True, slots=True)
class ThingView:
    """Where a thing would show if nothing stood before it.

    Attributes:
        box: left, top, right, bottom at the model's resolution, not clipped.
        pixels: how many pixels of the id-map it had right after it was drawn.
    """

    box: tuple[float, float, float, float]
    pixels: int


@dataclass(slots=True)
class Canvas:
    """Draws the same shape into the picture (anti-aliased) and into the id-map."""

    image: NDArray[np.uint8]
    camera: Camera
    light: Lighting
    ids: NDArray[np.int32] = field(init=False)
    things: dict[int, ThingView] = field(default_factory=dict)
    scale: float = field(init=False)
    crop: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        height, width = self.image.shape[:2]
        self.ids = np.zeros((MODEL_VIEW.height, MODEL_VIEW.width), np.int32)
        self.scale = MODEL_VIEW.scale(width, height)
        self.crop = MODEL_VIEW.crop(width, height)

    def fill(self, pixels: Points, colour: Colour) -> None:
        """Fill a convex polygon (n, 2) of the picture."""
        fixed = ((pixels - 0.5) * _SUB).astype(np.int32)
        cv2.fillConvexPoly(self.image, fixed, colour, cv2.LINE_AA, _SHIFT)

    def fill_all(self, polygons: Sequence[Points], colour: Colour) -> None:
        """Fill polygons of any shape that do not overlap."""
        if polygons:
            fixed = [((p - 0.5) * _SUB).astype(np.int32) for p in polygons]
            cv2.fillPoly(self.image, fixed, colour, cv2.LINE_AA, _SHIFT)

    def disc(self, u: float, v: float, radius: float, colour: Colour) -> None:
        """Fill a circle."""
        centre = (int((u - 0.5) * _SUB), int((v - 0.5) * _SUB))
        cv2.circle(self.image, centre, max(1, int(radius * _SUB)), colour, -1, cv2.LINE_AA, _SHIFT)

    def line(self, a: Points, b: Points, colour: Colour, width: float) -> None:
        """A line from `a` to `b`, at least one pixel wide."""
        fixed = ((np.stack([a, b]) - 0.5) * _SUB).astype(np.int64).tolist()
        cv2.line(self.image, fixed[0], fixed[1], colour, max(1, round(width)), cv2.LINE_AA, _SHIFT)

    def to_model(self, pixels: Points) -> Points:
        """Picture pixels to the model's input pixels."""
        out = pixels * self.scale
        out[:, 0] -= self.crop[0]
        out[:, 1] -= self.crop[1]
        return out

    def mark(self, pixels: Points, thing: int) -> None:
        """Fill a convex polygon of the id-map; `pixels` are the picture's."""
        fixed = ((self.to_model(pixels) - 0.5) * _SUB).astype(np.int32)
        cv2.fillConvexPoly(self.ids, fixed, (thing,), cv2.LINE_8, _SHIFT)

    def mark_all(self, polygons: Sequence[Points], thing: int) -> None:
        """Fill polygons of any shape in the id-map."""
        if polygons:
            fixed = [((self.to_model(p) - 0.5) * _SUB).astype(np.int32) for p in polygons]
            cv2.fillPoly(self.ids, fixed, (thing,), cv2.LINE_8, _SHIFT)

    def mark_hull(self, pixels: Points, thing: int) -> None:
        """Fill the convex hull of points in the id-map."""
        hull = cv2.convexHull(pixels.astype(np.float32))
        self.mark(hull[:, 0].astype(np.float64), thing)

    def register(self, thing: int, pixels: Points) -> None:
        """Remember how the thing just drawn shows before anything covers it."""
        at_model = self.to_model(pixels)
        left, top = at_model.min(axis=0).tolist()
        right, bottom = at_model.max(axis=0).tolist()
        u0, v0 = max(0, int(left) - 1), max(0, int(top) - 1)
        u1, v1 = max(0, int(right) + 2), max(0, int(bottom) + 2)
        count = int(np.count_nonzero(self.ids[v0:v1, u0:u1] == thing))
        self.things[thing] = ThingView((left, top, right, bottom), count)

    def glow(self, u: float, v: float, radius: float, colour: Colour, stretch: float = 1.0) -> None:
        """Add light around a lamp, `stretch` times taller than wide."""
        width, height = int(2 * radius), int(2 * radius * stretch)
        if width < 2 or height < 2:
            return
        left, top = int(u - radius), int(v - radius * stretch)
        rows, columns = self.image.shape[:2]
        u0, v0 = max(0, left), max(0, top)
        u1, v1 = min(columns, left + width), min(rows, top + height)
        if u0 >= u1 or v0 >= v1:
            return
        sprite = cv2.resize(glow_sprite(), (width, height), interpolation=cv2.INTER_LINEAR)
        part = sprite[v0 - top : v1 - top, u0 - left : u1 - left]
        light = cv2.merge([cv2.convertScaleAbs(part, alpha=c / 255) for c in colour])
        area = self.image[v0:v1, u0:u1]
        cv2.add(area, light, dst=area)
