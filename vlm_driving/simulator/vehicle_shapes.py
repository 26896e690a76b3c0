"""Vehicle bodies as polygons in a unit box: x 0 (near face) to 1, y -0.5 to 0.5 (left), z 0 to 1.

A body is a stack of frusta with decals (windows, lamps, plate) on their faces. Every polygon runs
bottom left, bottom right, top right, top left as seen from outside, so that the sign of its area
in the picture tells whether it faces the camera.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.scene import VehicleKind

Points = NDArray[np.float64]


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


@dataclass(frozen=True, slots=True)
class Part:
    """One polygon: `count` points from `start`, and the brightness of its face."""

    start: int
    count: int
    material: Material
    gain: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A body: all polygon points (n, 3), its parts in drawing order, and its frusta's corners."""

    points: Points
    parts: tuple[Part, ...]
    corners: Points  # (m * 8, 3): eight corners a frustum
    first: NDArray[np.intp]  # start of each part, to tell which faces are seen


class _Builder:
    """Collects polygons of one body."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float, float]] = []
        self.parts: list[Part] = []
        self.corners: list[tuple[float, float, float]] = []

    def polygon(
        self, points: list[tuple[float, float, float]], material: Material, gain: float
    ) -> None:
        self.parts.append(Part(len(self.points), len(points), material, gain))
        self.points.extend(points)

    def frustum(
        self,
        base: tuple[float, float, float],
        top: tuple[float, float, float],
        z: tuple[float, float],
        material: Material,
    ) -> dict[str, list[tuple[float, float, float]]]:
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
        }
        for name, gain in (("left", 0.74), ("right", 0.66), ("top", 1.12), ("near", 0.92)):
            self.polygon(faces[name], material, gain)
        return faces

    def decal(
        self,
        face: list[tuple[float, float, float]],
        span: tuple[float, float, float, float],
        material: Material,
        gain: float = 1.0,
    ) -> None:
        """A rectangle (left, right, bottom, top in 0..1 of the face) on a face."""
        corners = np.array(face)
        s0, s1, t0, t1 = span
        points = []
        for s, t in ((s0, t0), (s1, t0), (s1, t1), (s0, t1)):
            low = corners[0] * (1 - s) + corners[1] * s
            high = corners[3] * (1 - s) + corners[2] * s
            point = low * (1 - t) + high * t
            points.append((float(point[0]), float(point[1]), float(point[2])))
        self.polygon(points, material, gain)

    def wheels(self, x_positions: tuple[float, ...], radius_x: float, radius_z: float) -> None:
        """Discs on both sides, and tyres under the near face."""
        angles = np.arange(8) / 8 * 2 * np.pi
        for x in x_positions:
            for y, turn in ((0.5, -1.0), (-0.5, 1.0)):
                ring = [
                    (
                        float(x + turn * radius_x * np.cos(a)),
                        y,
                        float(radius_z + radius_z * np.sin(a)),
                    )
                    for a in angles
                ]
                self.polygon(ring, Material.TYRE, 0.8)
        for y in (0.36, -0.48):
            self.polygon(
                [(0.0, y + 0.12, 0.0), (0.0, y, 0.0), (0.0, y, 0.3), (0.0, y + 0.12, 0.3)],
                Material.TYRE,
                1.0,
            )

    def build(self) -> Shape:
        """The finished body."""
        return Shape(
            np.array(self.points),
            tuple(self.parts),
            np.array(self.corners),
            np.array([part.start for part in self.parts], np.intp),
        )


_CABIN = {  # kind: z of the waist; cabin base and top (x from the rear: near, far), half widths
    VehicleKind.SEDAN: (0.60, (0.10, 0.78, 0.46), (0.24, 0.56, 0.37)),
    VehicleKind.KEI: (0.52, (0.0, 0.88, 0.485), (0.04, 0.70, 0.43)),
    VehicleKind.VAN: (0.50, (0.0, 0.92, 0.485), (0.03, 0.76, 0.44)),
}


def _car(kind: VehicleKind, front: bool) -> Shape:
    waist, base, top = _CABIN[kind]
    if front:  # turn the car about: what was far is near
        base, top = (1 - base[1], 1 - base[0], base[2]), (1 - top[1], 1 - top[0], top[2])
    shape = _Builder()
    floor = 0.13
    body = shape.frustum((0.0, 1.0, 0.49), (0.0, 1.0, 0.49), (floor, waist), Material.BODY)
    shape.wheels((0.18, 0.80), 0.075, 0.19)
    cabin = shape.frustum(base, top, (waist, 1.0), Material.BODY)
    for side in ("left", "right"):
        shape.decal(cabin[side], (0.10, 0.48, 0.12, 0.84), Material.GLASS, 0.8)
        shape.decal(cabin[side], (0.53, 0.90, 0.12, 0.84), Material.GLASS, 0.8)
    near = body["near"]
    shape.decal(near, (0.0, 1.0, 0.0, 0.16), Material.DARK)
    tall = kind is not VehicleKind.SEDAN
    if front:
        shape.decal(cabin["near"], (0.07, 0.93, 0.08, 0.90), Material.GLASS, 1.1)
        shape.decal(near, (0.26, 0.74, 0.52, 0.74), Material.DARK)
        shape.decal(near, (0.30, 0.70, 0.60, 0.65), Material.CHROME)
        shape.decal(near, (0.02, 0.23, 0.52, 0.78), Material.HEAD)
        shape.decal(near, (0.77, 0.98, 0.52, 0.78), Material.HEAD)
        shape.decal(near, (0.40, 0.60, 0.22, 0.42), Material.PLATE)
        shape.decal(near, (0.15, 0.85, 0.18, 0.22), Material.DARK)
        return shape.build()
    shape.decal(cabin["near"], (0.10, 0.90, 0.12, 0.86), Material.GLASS)
    shape.decal(cabin["near"], (0.42, 0.58, 0.87, 0.94), Material.HIGH_STOP)
    if tall:
        shape.decal(near, (0.0, 0.14, 0.50, 0.98), Material.TAIL)
        shape.decal(near, (0.86, 1.0, 0.50, 0.98), Material.TAIL)
        shape.decal(near, (0.0, 0.13, 0.40, 0.50), Material.TURN)
        shape.decal(near, (0.87, 1.0, 0.40, 0.50), Material.TURN)
        shape.decal(near, (0.38, 0.62, 0.44, 0.66), Material.PLATE)
    else:
        shape.decal(near, (0.0, 0.26, 0.56, 0.84), Material.TAIL)
        shape.decal(near, (0.74, 1.0, 0.56, 0.84), Material.TAIL)
        shape.decal(near, (0.0, 0.08, 0.60, 0.78), Material.TURN)
        shape.decal(near, (0.92, 1.0, 0.60, 0.78), Material.TURN)
        shape.decal(near, (0.40, 0.60, 0.54, 0.76), Material.PLATE)
    shape.decal(near, (0.05, 0.95, 0.26, 0.30), Material.DARK)
    return shape.build()


def _truck(front: bool) -> Shape:
    shape = _Builder()
    if front:
        shape.frustum((0.26, 1.0, 0.5), (0.26, 1.0, 0.5), (0.28, 1.0), Material.CARGO)
        cab = shape.frustum((0.0, 0.24, 0.46), (0.03, 0.24, 0.44), (0.13, 0.80), Material.BODY)
        shape.wheels((0.12, 0.78), 0.06, 0.14)
        near = cab["near"]
        shape.decal(near, (0.05, 0.95, 0.52, 0.92), Material.GLASS, 1.1)
        shape.decal(near, (0.22, 0.78, 0.30, 0.44), Material.DARK)
        shape.decal(near, (0.02, 0.20, 0.12, 0.26), Material.HEAD)
        shape.decal(near, (0.80, 0.98, 0.12, 0.26), Material.HEAD)
        shape.decal(near, (0.40, 0.60, 0.06, 0.18), Material.PLATE)
        shape.decal(near, (0.0, 1.0, 0.0, 0.05), Material.DARK)
        return shape.build()
    shape.frustum((0.74, 1.0, 0.46), (0.76, 1.0, 0.44), (0.13, 0.80), Material.BODY)
    shape.wheels((0.22, 0.88), 0.06, 0.14)
    bar = shape.frustum((0.0, 0.72, 0.44), (0.0, 0.72, 0.44), (0.15, 0.28), Material.DARK)
    box = shape.frustum((0.0, 0.74, 0.5), (0.0, 0.74, 0.5), (0.28, 1.0), Material.CARGO)
    near = box["near"]
    shape.decal(near, (0.485, 0.515, 0.02, 0.98), Material.DARK)
    shape.decal(near, (0.0, 1.0, 0.0, 0.035), Material.DARK)
    shape.decal(near, (0.36, 0.38, 0.1, 0.9), Material.CHROME)
    shape.decal(near, (0.62, 0.64, 0.1, 0.9), Material.CHROME)
    shape.decal(bar["near"], (0.0, 0.22, 0.2, 0.85), Material.TAIL)
    shape.decal(bar["near"], (0.78, 1.0, 0.2, 0.85), Material.TAIL)
    shape.decal(bar["near"], (0.22, 0.30, 0.25, 0.8), Material.TURN)
    shape.decal(bar["near"], (0.70, 0.78, 0.25, 0.8), Material.TURN)
    shape.decal(bar["near"], (0.40, 0.60, 0.1, 0.9), Material.PLATE)
    return shape.build()


@lru_cache(maxsize=16)
def vehicle_shape(kind: VehicleKind, front: bool) -> Shape:
    """The body of a kind, seen from its front or from its rear."""
    return _truck(front) if kind is VehicleKind.TRUCK else _car(kind, front)
