"""Flat figures that face the camera: rounded limbs and polygons, painted far to near.

People, riders, bicycles and animals are made of them. Coordinates are (across, up) in a unit of
the figure's own, `across` growing to the left, as y does.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import Canvas
from vlm_driving.simulator.scene import Colour

Flat = tuple[float, float]

_AROUND = np.linspace(-np.pi / 2, np.pi / 2, 6)
_FAR_END = np.stack([np.cos(_AROUND), np.sin(_AROUND)])
_NEAR_END = -_FAR_END
_CIRCLE: list[Flat] = [(float(np.cos(a)), float(np.sin(a))) for a in np.arange(14) / 14 * 2 * np.pi]


class Figure:
    """Collects limbs and polygons in drawing order; colours are those of daylight."""

    def __init__(self) -> None:
        """An empty figure."""
        self._limbs: list[tuple[float, float, float, float, float, float]] = []
        self._polygons: list[Sequence[Flat]] = []
        self._parts: list[tuple[bool, int, Colour, float, bool, float]] = []

    def limb(
        self,
        a: Flat,
        b: Flat,
        radii: tuple[float, float],
        colour: Colour,
        gain: float = 1.0,
        own: bool = True,
    ) -> None:
        """A rounded, tapering stroke from `a` to `b`; `own`: it belongs to the thing's mask."""
        self._parts.append((True, len(self._limbs), colour, gain, own, 0.0))
        self._limbs.append((a[0], a[1], radii[0], b[0], b[1], radii[1]))

    def disc(
        self, at: Flat, radius: float, colour: Colour, gain: float = 1.0, own: bool = True
    ) -> None:
        """A filled circle."""
        self.limb(at, at, (radius, radius), colour, gain, own)

    def polygon(
        self, points: Sequence[Flat], colour: Colour, gain: float = 1.0, own: bool = True
    ) -> None:
        """A convex polygon."""
        self._parts.append((False, len(self._polygons), colour, gain, own, 0.0))
        self._polygons.append(points)

    def ring(self, at: Flat, radius: float, width: float, colour: Colour) -> None:
        """A circle's outline: what is inside it shows through."""
        self._parts.append((False, len(self._polygons), colour, 1.0, True, width))
        self._polygons.append([(at[0] + radius * c, at[1] + radius * s) for c, s in _CIRCLE])

    def band(self, a: Flat, b: Flat, width: float, colour: Colour, gain: float = 1.0) -> None:
        """A thin straight stroke that is no part of the mask: sticks, spokes, straps."""
        self.limb(a, b, (width, width), colour, gain, own=False)

    def paint(
        self,
        canvas: Canvas,
        place: tuple[float, float, float],
        scale: float,
        thing: int,
        mirror: bool = False,
    ) -> NDArray[np.float64]:
        """Paint the figure upright at `place` (x, y, z of its foot) and mark its mask.

        Args:
            canvas: where to paint.
            place: the road point of the figure's (0, 0).
            scale: metres a unit of the figure.
            thing: its number in the id-map.
            mirror: swap left and right.

        Returns:
            (2, 2) pixels: the corners of the box around all parts of the mask.
        """
        outlines, starts = self._outlines()
        flat = outlines * ((-scale if mirror else scale), scale)
        points = np.empty((len(flat), 3))
        points[:, 0] = place[0]
        points[:, 1:] = flat + place[1:]
        pixels = canvas.camera.project(points)
        fixed = np.round((pixels - 0.5) * 16).astype(np.int32)
        small = np.round((canvas.to_model(pixels.copy()) - 0.5) * 16).astype(np.int32)
        x = place[0]
        unit_px = canvas.camera.pixels_per_metre(x) * scale
        shaded: dict[tuple[Colour, float], Colour] = {}
        image, ids = canvas.image, canvas.ids
        own_points = np.zeros(len(pixels), bool)
        for (_, _, colour, gain, own, width), start, stop in zip(
            self._parts, starts, starts[1:], strict=False
        ):
            key = (colour, gain)
            paint = shaded.get(key)
            if paint is None:
                paint = shaded[key] = canvas.light.shade(colour, x, gain)
            if width:
                thick = max(1, round(width * unit_px))
                cv2.polylines(image, [fixed[start:stop]], True, paint, thick, cv2.LINE_AA, 4)
                cv2.polylines(ids, [small[start:stop]], True, (thing,), 1, cv2.LINE_8, 4)
            else:
                cv2.fillConvexPoly(image, fixed[start:stop], paint, cv2.LINE_AA, 4)
                if not own:
                    continue
                cv2.fillConvexPoly(ids, small[start:stop], (thing,), cv2.LINE_8, 4)
            own_points[start:stop] = True
        mine = pixels[own_points]
        return np.stack([mine.min(axis=0), mine.max(axis=0)])

    def _outlines(self) -> tuple[NDArray[np.float64], list[int]]:
        """(n, 2) outline points of all parts, and where each part starts (and the end)."""
        rings: NDArray[np.float64] | None = None
        if self._limbs:
            limbs = np.array(self._limbs)
            along = limbs[:, 3:5] - limbs[:, 0:2]
            length = np.hypot(along[:, 0], along[:, 1])
            still = length < 1e-6
            along[still] = (1.0, 0.0)
            length[still] = 1.0
            cos, sin = along[:, 0] / length, along[:, 1] / length
            turn = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], 1)
            far = limbs[:, 3:5, None] + (turn @ _FAR_END) * limbs[:, 5, None, None]
            near = limbs[:, 0:2, None] + (turn @ _NEAR_END) * limbs[:, 2, None, None]
            rings = np.concatenate([far, near], axis=2).transpose(0, 2, 1)
        pieces: list[NDArray[np.float64]] = []
        starts = [0]
        for is_limb, index, *_ in self._parts:
            if is_limb:
                assert rings is not None
                piece = rings[index]
            else:
                piece = np.array(self._polygons[index], dtype=np.float64)
            pieces.append(piece)
            starts.append(starts[-1] + len(piece))
        return np.concatenate(pieces), starts


def ground_shadow(canvas: Canvas, place: tuple[float, float], half: float, depth: float) -> None:
    """A dark patch on the road under something `half` wide each way."""
    x, y = place
    octagon = np.array(
        [
            [x - 0.4 * depth, y + 0.6 * half, 0.0],
            [x - 0.4 * depth, y - 0.6 * half, 0.0],
            [x, y - half, 0.0],
            [x + 0.6 * depth, y - 0.7 * half, 0.0],
            [x + 0.6 * depth, y + 0.7 * half, 0.0],
            [x, y + half, 0.0],
        ]
    )
    canvas.fill(canvas.camera.project(octagon), canvas.light.shade((62, 62, 62), x, 0.75))
