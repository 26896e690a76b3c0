"""Vehicle bodies as polygons in a unit box: x 0 (rear) to 1, y -0.5 to 0.5 (left), z 0 to 1.

A body is a stack of frusta with decals (windows, lamps, plate) on their faces. Every polygon runs
bottom left, bottom right, top right, top left as seen from outside, so that the sign of its area
in the picture tells whether it faces the camera.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Point = tuple[float, float, float]
Face = list[Point]
Span = tuple[float, float, float, float]
"""Left, right, bottom, top in shares of a face."""


class Material(Enum):
    """What a polygon is made of; the renderer gives it a colour."""

    BODY = 0
    CARGO = 1
    GLASS = 2
    DARK = 3
    TYRE = 4
    TAIL = 5
    HEAD = 6
    TURN = 7
    PLATE = 8
    CHROME = 9
    HIGH_STOP = 10
    LIVERY = 11
    ROOF_LAMP = 12
    BOARD = 13
    REFLECTOR = 14


@dataclass(frozen=True, slots=True)
class Part:
    """One polygon: `count` points from `start`, and the brightness of its face.

    `detail` parts may be left out of vehicles that are a few pixels high.
    """

    start: int
    count: int
    material: Material
    gain: float
    detail: bool


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A body: all polygon points (n, 3), its parts, and its frusta's corners.

    Attributes:
        from_behind: indices of parts, far solids first, for a camera behind the vehicle.
        from_ahead: the same for a camera before it.
        corners: (m * 8, 3), eight corners a frustum.
        first: start of each part, to tell which faces are seen.
    """

    points: Points
    parts: tuple[Part, ...]
    from_behind: tuple[int, ...]
    from_ahead: tuple[int, ...]
    corners: Points
    first: NDArray[np.intp]


TOP_GAIN = 1.12
"""Brightness of what is turned to the sky: snow lies there."""
_GAINS = (("left", 0.74), ("right", 0.66), ("top", TOP_GAIN), ("near", 0.92), ("far", 0.9))


class Builder:
    """Collects polygons of one body, solid by solid."""

    def __init__(self) -> None:
        """An empty body with one solid at its middle."""
        self.points: list[Point] = []
        self.parts: list[Part] = []
        self.corners: list[Point] = []
        self.solids: list[float] = []
        self._solid_x = 0.5

    def solid(self, x: float) -> None:
        """What follows belongs to a solid around `x`: solids hide what is behind them."""
        self._solid_x = x

    def polygon(self, points: Face, material: Material, gain: float, detail: bool = False) -> None:
        """One convex polygon."""
        self.parts.append(Part(len(self.points), len(points), material, gain, detail))
        self.solids.append(self._solid_x)
        self.points.extend(points)

    def frustum(
        self,
        base: tuple[float, float, float],
        top: tuple[float, float, float],
        z: tuple[float, float],
        material: Material,
    ) -> dict[str, Face]:
        """`base` and `top` are (x near, x far, half width); gives the faces back for decals."""
        b0, b1, bw = base
        t0, t1, tw = top
        z0, z1 = z
        bottom = [(b0, bw, z0), (b0, -bw, z0), (b1, -bw, z0), (b1, bw, z0)]
        upper = [(t0, tw, z1), (t0, -tw, z1), (t1, -tw, z1), (t1, tw, z1)]
        self.corners.extend(bottom + upper)
        nl, nr, fr, fl = bottom
        nlt, nrt, frt, flt = upper
        faces = {
            "left": [fl, nl, nlt, flt],
            "right": [nr, fr, frt, nrt],
            "top": [nlt, nrt, frt, flt],
            "near": [nl, nr, nrt, nlt],
            "far": [fr, fl, flt, frt],
        }
        for name, gain in _GAINS:
            self.polygon(faces[name], material, gain)
        return faces

    def decal(
        self, face: Face, span: Span, material: Material, gain: float = 1.0, detail: bool = False
    ) -> None:
        """A rectangle on a face."""
        s0, s1, t0, t1 = span
        points = [_on(face, s, t) for s, t in ((s0, t0), (s1, t0), (s1, t1), (s0, t1))]
        self.polygon(points, material, gain, detail)

    def both(self, face: Face, span: Span, material: Material, gain: float = 1.0) -> None:
        """The rectangle and its mirror image about the face's middle."""
        s0, s1, t0, t1 = span
        self.decal(face, span, material, gain)
        self.decal(face, (1 - s1, 1 - s0, t0, t1), material, gain)

    def round(
        self, face: Face, middle: tuple[float, float], radii: tuple[float, float], what: Material
    ) -> None:
        """A disc on a face and its mirror image."""
        for s in (middle[0], 1 - middle[0]):
            ring = [
                _on(face, s + radii[0] * np.cos(a), middle[1] + radii[1] * np.sin(a))
                for a in np.arange(8) / 8 * 2 * np.pi
            ]
            self.polygon(ring, what, 1.0)

    def sides(
        self, faces: dict[str, Face], span: Span, material: Material, gain: float = 1.0
    ) -> None:
        """A rectangle on both sides; left of `span` is the rear, right the front."""
        s0, s1, t0, t1 = span
        self.decal(faces["right"], span, material, gain)
        self.decal(faces["left"], (1 - s1, 1 - s0, t0, t1), material, gain)

    def wheels(self, x_positions: tuple[float, ...], radius_x: float, radius_z: float) -> None:
        """Discs with rims on both sides."""
        angles = np.arange(10) / 10 * 2 * np.pi
        for x in x_positions:
            for y, turn in ((0.5, -1.0), (-0.5, 1.0)):
                for grow, material in ((1.0, Material.TYRE), (0.55, Material.CHROME)):
                    ring = [
                        (
                            float(x + turn * grow * radius_x * np.cos(a)),
                            y,
                            float(radius_z + grow * radius_z * np.sin(a)),
                        )
                        for a in angles
                    ]
                    self.polygon(ring, material, 0.8, detail=grow < 1)

    def tyres(self, height: float, rear: float = 0.01, front: float = 0.99) -> None:
        """Tyres under the rear and the front face, and the dark underneath."""
        for x, turn in ((rear, 1.0), (front, -1.0)):
            under = [(x, 0.44, 0.05), (x, -0.44, 0.05), (x, -0.44, height), (x, 0.44, height)]
            self.polygon(under if turn > 0 else _turned(under), Material.TYRE, 0.55)
            for y in (0.48, -0.32):
                tyre = [(x, y, 0.0), (x, y - 0.16, 0.0), (x, y - 0.16, height), (x, y, height)]
                self.polygon(tyre if turn > 0 else _turned(tyre), Material.TYRE, 0.9)

    def build(self) -> Shape:
        """The finished body."""
        order = sorted(range(len(self.parts)), key=lambda i: -self.solids[i])
        back = sorted(range(len(self.parts)), key=lambda i: self.solids[i])
        return Shape(
            np.array(self.points),
            tuple(self.parts),
            tuple(order),
            tuple(back),
            np.array(self.corners),
            np.array([part.start for part in self.parts], np.intp),
        )


def _turned(face: Face) -> Face:
    return [face[1], face[0], face[3], face[2]]


def _on(face: Face, s: float, t: float) -> Point:
    corners = np.array(face)
    low = corners[0] * (1 - s) + corners[1] * s
    high = corners[3] * (1 - s) + corners[2] * s
    point = low * (1 - t) + high * t
    return float(point[0]), float(point[1]), float(point[2])
