"""Draws what runs along the road's edges: guardrails, a median's rail, noise walls.

Such a thing is long: it is cut into sections, each painted in its turn from far to near, so
that what stands before it hides it and what stands behind it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from vlm_driving.simulator.canvas import ID_NONE, Canvas, Points
from vlm_driving.simulator.render_flat import FAR_M, NEAR_M
from vlm_driving.simulator.scene import Colour, EdgeKind, PropKind, RoadClass, Scene

Piece = tuple[float, Callable[[], None]]
"""The distance at which a section is painted, and its painter."""
CUTS = (NEAR_M, 4.0, 5.5, 7.5, 10.0, 13.5, 18.0, 25.0, 35.0, 50.0, 75.0, 110.0, FAR_M)
"""Where long things are cut."""
POST_M = 4.0
_RAILS: tuple[Colour, ...] = (
    (226, 228, 228),
    (178, 182, 182),
    (206, 208, 206),
    (74, 96, 118),
)
_PANELS: tuple[Colour, ...] = ((168, 172, 170), (176, 186, 160), (150, 160, 172), (196, 190, 176))


def sections(near: float, far: float, gaps: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """(near, far) of the sections between two distances, without the gaps."""
    inner = [c for c in CUTS if near < c < far]
    inner += [e for gap in gaps for e in gap if near < e < far]
    ends = sorted({near, *inner, far})
    pairs = zip(ends[:-1], ends[1:], strict=True)
    return [(a, b) for a, b in pairs if not any(low < (a + b) / 2 < high for low, high in gaps)]


def edge_gaps(scene: Scene) -> list[tuple[float, float]]:
    """Where nothing can run along the road: junction, crossing, level crossing, tunnel."""
    gaps = []
    if scene.cross_road is not None:
        gaps.append((scene.cross_road.x_near_m - 1.0, scene.cross_road.x_far_m + 1.0))
    if scene.crossing is not None:
        gaps.append((scene.crossing.x_m - 1.0, scene.crossing.x_m + scene.crossing.depth_m + 1.0))
    if scene.railway is not None:
        gaps.append((scene.railway.x_m - 1.0, scene.railway.x_m + scene.railway.depth_m + 1.5))
    if scene.tunnel is not None:
        gaps.append((scene.tunnel.x_near_m, scene.tunnel.x_far_m))
    return gaps


def edge_pieces(canvas: Canvas, scene: Scene) -> list[Piece]:
    """Sections of all that runs along this road, to be painted with the upright things."""
    road = scene.road
    fast = road.road_class is RoadClass.EXPRESSWAY
    if not fast and road.edge is not EdgeKind.GUARDRAIL:
        return []
    left, right = road.left_m + road.shoulder_m, road.right_m - road.shoulder_m
    cuts = sections(NEAR_M, FAR_M, edge_gaps(scene))
    out: list[Piece] = []
    # of two things in one section the first is behind: walls come before rails
    if fast and scene.grain % 4 == 0:
        panel = _PANELS[scene.grain // 4 % len(_PANELS)]
        high = 2.5 + scene.grain // 16 % 3
        out += [
            (far, partial(_noise_wall, canvas, panel, high, left + 0.7, near, far))
            for near, far in cuts
        ]
    rail = _RAILS[road.grain % len(_RAILS)]
    if fast and not road.oncoming_lanes and road.grain >> 6 & 1:
        out += _barrier(canvas, right - 0.35, cuts, 0.8 + road.grain % 5 / 10)
    elif fast and not road.oncoming_lanes:  # the median has a rail for each direction
        out += _rail(canvas, rail, right - 0.62, cuts, posts=False)
        out += _rail(canvas, rail, right - 0.3, cuts)
    elif road.grain % 3 == 0:
        out += _rail(canvas, rail, right - 0.12, cuts)
    if fast and road.grain >> 7 & 3 == 0:
        return out + _barrier(canvas, left + 0.2, cuts, 0.9)
    return out + _rail(canvas, rail, left + 0.12, cuts)


def overpass_x_m(scene: Scene) -> float | None:
    """Where a bridge crosses over an expressway, if one does."""
    if scene.road.road_class is not RoadClass.EXPRESSWAY or scene.tunnel is not None:
        return None
    if scene.grain >> 13 & 7 or any(p.kind is PropKind.GANTRY for p in scene.props):
        return None
    return 32.0 + scene.grain % 70


def overpass(canvas: Canvas, scene: Scene, x: float) -> None:
    """A bridge over the road: its side, the dark underneath, and its piers."""
    light, road = canvas.light, scene.road
    high = 6.0 + scene.grain % 9 / 10
    left, right = road.left_m + road.shoulder_m + 2.0, road.right_m - road.shoulder_m - 1.2
    ends = [60.0, -60.0]
    spots: list[list[float]] = []
    for a, z0, b, z1 in (
        (x + 9, high, x, high),
        (x, high, x, high + 1.3),
        (x, high + 1.3, x, high + 2.2),
    ):
        spots += [[a, ends[0], z0], [a, ends[1], z0], [b, ends[1], z1], [b, ends[0], z1]]
    for y in (left + 0.5, right - 0.5):
        spots += [
            [x + 1, y + 0.6, 0],
            [x + 1, y - 0.6, 0],
            [x + 1, y - 0.6, high],
            [x + 1, y + 0.6, high],
        ]
    quads = canvas.camera.project(np.array(spots, float)).reshape(-1, 4, 2)
    concrete = (146.0, 150.0, 152.0)
    under, side, wall, *piers = quads
    for pier in piers:
        canvas.fill(pier, light.shade(concrete, x, 0.55))
    canvas.fill(under, light.shade(concrete, x, 0.22))
    canvas.fill(side, light.shade(concrete, x, 0.66))
    canvas.fill(wall, light.shade(concrete, x, 0.84))
    canvas.mark_all([under, side, wall, *piers], ID_NONE)


def _barrier(canvas: Canvas, y: float, cuts: list[tuple[float, float]], high: float) -> list[Piece]:
    """The sections of a concrete barrier, dark from the weather under a pale top."""

    def paint(plate: Points, x: float) -> None:
        for low, top, gain in ((0, 1, 0.5), (1, 2, 0.66), (2, 3, 0.95)):
            colour = canvas.light.shade((140.0, 144.0, 146.0), x, gain)
            canvas.fill(plate[[0, 1, 1, 0], [low, low, top, top]], colour)
        canvas.mark(plate[[0, 1, 1, 0], [0, 0, 3, 3]], ID_NONE)

    levels = np.array([0.0, 0.3 * high, 0.93 * high, high])
    points = np.zeros((2 * len(cuts), 4, 3))
    points[..., 0], points[..., 1] = np.array(cuts).reshape(-1, 1), y
    points[..., 2] = levels
    plates = canvas.camera.project(points.reshape(-1, 3)).reshape(len(cuts), 2, 4, 2)
    return [
        (far, partial(paint, plate, (near + far) / 2))
        for (near, far), plate in zip(cuts, plates, strict=True)
    ]


def band(canvas: Canvas, y: float, near: float, far: float, low: float, high: float) -> Points:
    """An upright band along the road as a quad of pixels."""
    spots = [[near, y, low], [far, y, low], [far, y, high], [near, y, high]]
    return canvas.camera.project(np.array(spots))


def thin_lines(canvas: Canvas, spots: list[list[float]], colour: Colour, pieces: int = 2) -> None:
    """Lines of one pixel through each `pieces` road points of `spots`, in one call."""
    if not spots:
        return
    seen = canvas.camera.project(np.array(spots)).reshape(-1, pieces, 2)
    fixed = ((seen - 0.5) * 16).astype(np.int32)
    cv2.polylines(canvas.image, list(fixed), False, colour, 1, cv2.LINE_AA, 4)


_LEVELS = np.array([0.46, 0.5, 0.6, 0.65, 0.8])
"""Heights at which a corrugated rail changes its shade."""


def _rail(
    canvas: Canvas, colour: Colour, y: float, cuts: list[tuple[float, float]], posts: bool = True
) -> list[Piece]:
    """The sections of a corrugated rail on posts."""
    ends = np.array(cuts).reshape(-1)
    points = np.zeros((len(ends), len(_LEVELS), 3))
    points[..., 0], points[..., 1], points[..., 2] = ends[:, None], y, _LEVELS
    plates = canvas.camera.project(points.reshape(-1, 3)).reshape(len(cuts), 2, len(_LEVELS), 2)
    xs = np.arange(1.5 * POST_M, 60.0, POST_M) if posts else np.zeros(0)
    feet = np.repeat(np.column_stack([xs, np.full(len(xs), y), np.zeros(len(xs))]), 2, axis=0)
    feet[1::2, 2] = 0.84
    poles = canvas.camera.project(feet).reshape(-1, 2, 2)
    out: list[Piece] = []
    for (near, far), plate in zip(cuts, plates, strict=True):
        own = [(float(x), poles[i]) for i, x in enumerate(xs) if near <= x < far]
        out.append((far, partial(_rail_section, canvas, colour, near, far, plate, own)))
    return out


def _rail_section(
    canvas: Canvas,
    colour: Colour,
    near: float,
    far: float,
    plate: Points,
    posts: list[tuple[float, Points]],
) -> None:
    """`plate` (2, 5, 2): pixels of the near and far end at each level."""
    light, middle = canvas.light, (near + far) / 2
    for x, ends in posts:
        wide = 0.12 * canvas.camera.pixels_per_metre(x)
        canvas.line(ends[0], ends[1], light.shade(colour, x, 0.72), wide)

    def between(low: int, high: int) -> Points:
        return plate[[0, 1, 1, 0], [low, low, high, high]]

    whole = between(0, 4)
    canvas.fill(whole, light.shade(colour, middle, 0.94))
    canvas.mark(whole, ID_NONE)
    if near < 24.0:  # the two waves of the sheet: shade under each ridge
        canvas.fill_all([between(2, 3), between(0, 1)], light.shade(colour, middle, 0.66))
    if light.air.headlamps > 0.2 and posts and 6.0 < near < 50.0:
        x, ends = posts[0]
        size = 0.05 * canvas.camera.pixels_per_metre(x)
        canvas.disc(float(ends[1, 0]), float(ends[1, 1]), size, light.shine((50, 160, 250), x))


def _noise_wall(
    canvas: Canvas, colour: Colour, high: float, y: float, near: float, far: float
) -> None:
    """Panels between steel posts on a concrete foot."""
    light, middle = canvas.light, (near + far) / 2
    whole = band(canvas, y, near, far, 0.0, high)
    canvas.fill(whole, light.shade(colour, middle, 0.8))
    canvas.mark(whole, ID_NONE)
    canvas.fill(band(canvas, y, near, far, 0.0, 0.8), light.shade((150, 152, 152), middle, 0.85))
    if near >= 45.0:
        return
    dark = light.shade(colour, middle, 0.6)
    seams = [p for z in np.arange(1.3, high, 0.5).tolist() for p in ([near, y, z], [far, y, z])]
    thin_lines(canvas, seams, dark)
    for x in np.arange((near // 4 + 1) * 4.0, far, 4.0).tolist():
        ends = canvas.camera.project(np.array([[x, y, 0.0], [x, y, high]]))
        canvas.line(ends[0], ends[1], dark, 0.12 * canvas.camera.pixels_per_metre(x))
