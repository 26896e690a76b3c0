"""Draws block walls, overhead wires, delineators and gantries, as streets of Japan have them."""

from __future__ import annotations

from functools import partial

import numpy as np

from vlm_driving.simulator.canvas import ID_NONE, Canvas
from vlm_driving.simulator.render_edges import Piece, band, sections, thin_lines
from vlm_driving.simulator.render_faces import face
from vlm_driving.simulator.render_flat import NEAR_M
from vlm_driving.simulator.render_sprite import foil_gain, paste
from vlm_driving.simulator.scene import Prop, PropKind, Road, RoadClass, Scene, SignKind

LONG_PROPS = frozenset({PropKind.BLOCK_WALL, PropKind.GANTRY, PropKind.WIRE})
"""Props that `street_pieces` paints: they are long, or need to know the road."""
_BLOCK_M = 0.2
_SPAN_M = 30.0
_WIRE_END_M = 140.0


def street_pieces(canvas: Canvas, scene: Scene, prop: Prop) -> list[Piece]:
    """The painters of a prop of `LONG_PROPS`, with the distances at which they come."""
    tunnel = scene.tunnel
    if prop.kind is PropKind.WIRE:
        end = _WIRE_END_M if tunnel is None else min(_WIRE_END_M, tunnel.x_near_m)
        return [(end, partial(_wires, canvas, prop, end))] if end > NEAR_M + 1.0 else []
    if prop.kind is PropKind.GANTRY:
        covered = tunnel is not None and tunnel.x_near_m <= prop.x_m <= tunnel.x_far_m
        if prop.x_m <= NEAR_M or covered:
            return []
        return [(prop.x_m, partial(_gantry, canvas, prop, scene.road))]
    near, far = max(NEAR_M, prop.x_m), prop.x_m + prop.width_m
    if far < near + 0.3:
        return []
    return [(b, partial(_wall_section, canvas, prop, a, b)) for a, b in sections(near, far, [])]


def _wall_section(canvas: Canvas, prop: Prop, near: float, far: float) -> None:
    """Grey blocks with joints, a coping, and the narrow end that faces us."""
    light, y, high = canvas.light, prop.y_m, prop.height_m
    middle = (near + far) / 2
    whole = band(canvas, y, near, far, 0.0, high)
    canvas.fill(whole, light.shade(prop.colour, middle, 0.86))
    canvas.mark(whole, ID_NONE)
    stained = band(canvas, y, near, far, 0.0, 0.28)
    canvas.fill(stained, light.shade(prop.colour, middle, 0.72))
    if near < 30.0:
        joint = light.shade(prop.colour, middle, 0.66)
        rows = np.arange(_BLOCK_M, high - 0.05, _BLOCK_M * (1 if near < 14.0 else 2)).tolist()
        spots = [p for z in rows for p in ([near, y, z], [far, y, z])]
        if near < 14.0:  # every other course is shifted by half a block
            columns = np.arange(np.ceil(near / 0.8) * 0.8, far, 0.8).tolist()
            for i, z in enumerate(rows):
                for x in columns:
                    at = x + 0.4 * (i % 2)
                    spots += [[at, y, z], [at, y, z - _BLOCK_M]]
        thin_lines(canvas, spots, joint)
    canvas.fill(
        band(canvas, y, near, far, high - 0.08, high), light.topped(prop.colour, middle, 1.05)
    )
    if prop.pattern & 12 == 12:  # a hedge looks over the wall
        green = band(canvas, y + (0.3 if y > 0 else -0.3), near, far, high, high + 0.55)
        canvas.fill(green, light.topped((46, 88, 58), middle, 0.9))
    if prop.x_m > NEAR_M and abs(near - prop.x_m) < 1e-6:
        outer = y + (0.15 if y > 0 else -0.15)
        spots = [[near, y, 0], [near, outer, 0], [near, outer, high], [near, y, high]]
        end = canvas.camera.project(np.array(spots, float))
        canvas.fill(end, light.shade(prop.colour, near, 0.62))


def _wires(canvas: Canvas, prop: Prop, end: float) -> None:
    """Wires that sag between poles along the road up to `end`, and a drop across it at `x_m`."""
    light, y, high = canvas.light, prop.y_m, prop.height_m
    colour = light.shade((52, 50, 48), 25.0)
    count = 2 + prop.pattern % 4
    xs = np.geomspace(NEAR_M + 0.4, end, 36)
    phase = ((xs - prop.x_m) / _SPAN_M) % 1.0
    sag = 0.7 * 4 * phase * (1 - phase)
    spots: list[list[float]] = []
    for i in range(count):
        side = (i % 3 - 1) * 0.45
        z = high - 0.5 * (i // 3) - sag
        spots += np.column_stack([xs, np.full(len(xs), y + side), z]).tolist()
    thin_lines(canvas, spots, colour, len(xs))
    if prop.pattern & 8 and NEAR_M < prop.x_m < end:
        across = np.linspace(0.0, 1.0, 7)
        z = high - 0.3 - 0.5 * 4 * across * (1 - across)
        drop = np.column_stack([np.full(7, prop.x_m), y - across * (2 * y), z]).tolist()
        thin_lines(canvas, drop, light.shade((52, 50, 48), prop.x_m), 7)


def draw_reflector(canvas: Canvas, prop: Prop) -> None:
    """A white post with a round reflector that lights up in the headlamps."""
    light, x, y, high = canvas.light, prop.x_m, prop.y_m, prop.height_m
    scale = canvas.camera.pixels_per_metre(x)
    ends = canvas.camera.project(np.array([[x, y, 0.0], [x, y, high]]))
    canvas.line(ends[0], ends[1], light.shade((225, 226, 226), x), 0.07 * scale)
    u, v = ends[1].tolist()
    radius = max(0.5, prop.width_m / 2 * scale)
    canvas.disc(u, v, radius * 1.25, light.shade((222, 222, 222), x))
    gain = foil_gain(canvas, x)
    b, g, r = light.shade(prop.colour, x, gain * 1.3)
    canvas.disc(u, v, radius, (min(255.0, b), min(255.0, g), min(255.0, r)))
    if light.air.headlamps > 0.3 and x < 60.0:
        lit = prop.colour
        canvas.glow(u, v, 3.5 * radius, (lit[0] * 0.5, lit[1] * 0.5, lit[2] * 0.5))


def _gantry(canvas: Canvas, prop: Prop, road: Road) -> None:
    """Legs beyond both edges, two beams across, and guide boards over our lanes."""
    light, x, low = canvas.light, prop.x_m, prop.height_m
    left, right = road.left_m + road.shoulder_m + 0.8, road.right_m - road.shoulder_m - 0.5
    scale = canvas.camera.pixels_per_metre(x)
    steel = light.shade((164, 166, 166), x, 0.9)
    top = low + 1.6
    spots = [[x, left, 0], [x, left, top], [x, right, 0], [x, right, top], [x, left, low + 0.35],
             [x, right, low + 0.35]]  # fmt: skip
    seen = canvas.camera.project(np.array(spots, float))
    for a, b, wide in ((0, 1, 0.34), (2, 3, 0.34), (1, 3, 0.22), (4, 5, 0.22)):
        canvas.line(seen[a], seen[b], steel, wide * scale)
    n = max(4, round((left - right) / 1.6))
    ys = np.linspace(left, right, n + 1)
    lattice = np.array([[x, y, top if i % 2 else low + 0.35] for i, y in enumerate(ys.tolist())])
    web = canvas.camera.project(lattice)
    for a, b in zip(web[:-1], web[1:], strict=True):
        canvas.line(a, b, steel, 0.09 * scale)
    fast = road.road_class is RoadClass.EXPRESSWAY
    green = fast or prop.colour[1] >= prop.colour[0]
    boards = [(prop.y_m, prop.pattern)]
    if prop.pattern & 1 and road.lanes > 1:
        boards.append((prop.y_m - prop.width_m - 0.5, prop.pattern // 8))
    for middle, look in boards:
        wide, high = prop.width_m, prop.width_m * 0.6
        if middle - wide / 2 < right:
            continue
        y0, y1 = middle + wide / 2, middle - wide / 2
        hung = [[x, y0, low + high], [x, y1, low + high], [x, y0, low], [x, y1, low]]
        corners = canvas.camera.project(np.array(hung))
        variant = look % 24 // 2 * 2 + green
        sprite = face(SignKind.DIRECTION, 0, variant, look % 3 // 2)
        paste(canvas, sprite, corners[:3], x, foil_gain(canvas, x), 0.0)
        canvas.mark(corners[[0, 1, 3, 2]], ID_NONE)
