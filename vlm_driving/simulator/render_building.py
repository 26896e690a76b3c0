"""Draws buildings: blocks with windows, balconies and shops, and houses with tiled roofs."""

from __future__ import annotations

import numpy as np

from vlm_driving.simulator.canvas import Canvas, Points
from vlm_driving.simulator.render_flat import NEAR_M
from vlm_driving.simulator.scene import Building, Colour, Light

_ROOFS: tuple[Colour, ...] = ((66, 64, 62), (104, 86, 66), (58, 70, 100), (92, 92, 90))
_FASCIAS: tuple[Colour, ...] = (
    (60, 50, 190),
    (150, 90, 40),
    (70, 130, 50),
    (215, 215, 210),
    (40, 150, 220),
    (90, 70, 60),
)
_DEPTH_M = 12.0
_EAVE_M = 0.5


def draw_building(canvas: Canvas, building: Building) -> None:
    """A building's front that faces the road, and its near wall."""
    near, far = max(building.x_near_m, NEAR_M), building.x_far_m
    if far < near + 0.5:
        return
    light, camera = canvas.light, canvas.camera
    y, z, floors, pattern = building.y_m, building.height_m, building.floors, building.pattern
    side = 1.0 if y > 0 else -1.0
    house = floors <= 2 and bool(pattern & 3)
    outer = y + side * (8.0 if house else _DEPTH_M)
    middle = min(near + 8.0, 0.5 * (near + far))
    if house:
        _roof(canvas, building, near, far, outer)
    shop = not house and bool(pattern & 8)
    walls = [[near, y, 0], [far, y, 0], [far, y, z], [near, y, z]]
    walls += [[near, y, 0], [near, outer, 0], [near, outer, z], [near, y, z]]
    windows = _windows(near, far, building)
    bands: list[list[float]] = []
    if floors >= 3 and pattern & 4:  # balconies, or the slabs between floors
        for floor in range(1, floors):
            bands += _band(near, far, y, floor * z / floors - 0.15, (floor + 0.28) * z / floors)
    if shop:
        bands += _band(near, far, y, 2.5, 3.2)
    quads = camera.project(np.array(walls + windows + bands, float)).reshape(-1, 4, 2)
    canvas.fill(quads[0], light.shade(building.colour, middle, 0.85))
    if building.x_near_m > NEAR_M:
        canvas.fill(quads[1], light.shade(building.colour, near, 0.62))
    count = len(windows) // 4
    _glass(canvas, list(quads[2 : 2 + count]), pattern, middle)
    trims = list(quads[2 + count :])
    if shop and trims:
        _shop_front(canvas, trims.pop(), pattern, middle)
    canvas.fill_all(trims, light.shade(building.colour, middle, 1.02))


def _band(near: float, far: float, y: float, low: float, high: float) -> list[list[float]]:
    return [[near, y, low], [far, y, low], [far, y, high], [near, y, high]]


def _windows(near: float, far: float, building: Building) -> list[list[float]]:
    """The corners of all windows of the front, four a window."""
    y, pattern, floors = building.y_m, building.pattern, building.floors
    level = building.height_m / floors
    gap = 0.3 + 0.25 * ((pattern >> 3) & 1)
    bays = max(1, round((far - near) / (2.5 + pattern % 3)))
    bay = (far - near) / bays
    spots: list[list[float]] = []
    for floor in range(floors):
        low, high = (floor + gap) * level, (floor + 0.85) * level
        if pattern & 16 or bays > 5:
            spots += _band(near, far, y, low, high)
        else:
            for i in range(bays):
                a, b = near + (i + 0.2) * bay, near + (i + 0.8) * bay
                spots += _band(a, b, y, low, high)
    return spots


def _glass(canvas: Canvas, windows: list[Points], pattern: int, x_m: float) -> None:
    """Dark by day, some of them lit when it is dark."""
    light = canvas.light
    dark = light.shade((70, 62, 54), x_m)
    if light.air.light in (Light.DAY, Light.BACKLIGHT) or not pattern & 3:
        # some panes have curtains or show the sky
        plain = [q for i, q in enumerate(windows) if (pattern >> (i % 13)) & 1]
        pale = [q for i, q in enumerate(windows) if not (pattern >> (i % 13)) & 1]
        canvas.fill_all(plain, dark)
        canvas.fill_all(pale, light.shade((112, 104, 94), x_m))
        return
    lit = [q for i, q in enumerate(windows) if (pattern >> (i % 11)) & 1]
    unlit = [q for i, q in enumerate(windows) if not (pattern >> (i % 11)) & 1]
    warm = (120, 190, 225) if pattern & 4 else (190, 205, 200)
    canvas.fill_all(lit, light.shine(warm, x_m))
    canvas.fill_all(unlit, dark)


def _shop_front(canvas: Canvas, fascia: Points, pattern: int, x_m: float) -> None:
    """A coloured board over the ground floor; shops light it in the evening."""
    light = canvas.light
    colour = _FASCIAS[(pattern >> 5) % len(_FASCIAS)]
    glowing = light.air.light in (Light.DUSK, Light.NIGHT) and pattern & 64
    canvas.fill(fascia, light.shine(colour, x_m) if glowing else light.shade(colour, x_m))


def _roof(canvas: Canvas, building: Building, near: float, far: float, outer: float) -> None:
    """A gable roof with its ridge along the road: slope, gable, and the eaves' dark edge."""
    light, y, z = canvas.light, building.y_m, building.height_m
    rise = 1.5 + 0.3 * ((building.pattern >> 2) & 3)
    ridge, eave = (y + outer) / 2, y - (_EAVE_M if y > 0 else -_EAVE_M)
    first = max(NEAR_M, near - 0.4)
    low = z - 0.25
    spots = [
        [[first, eave, low], [far, eave, low], [far, ridge, z + rise], [first, ridge, z + rise]],
        [[near, y, z], [near, ridge, z + rise - 0.2], [near, outer, z], [near, outer, z]],
        [[first, eave, low - 0.12], [far, eave, low - 0.12], [far, eave, low + 0.14],
         [first, eave, low + 0.14]],
        [[first, eave, low - 0.1], [first, ridge, z + rise - 0.16], [first, ridge, z + rise + 0.14],
         [first, eave, low + 0.2]],
        [[first, 2 * ridge - eave, low - 0.1], [first, ridge, z + rise - 0.16],
         [first, ridge, z + rise + 0.14], [first, 2 * ridge - eave, low + 0.2]],
    ]  # fmt: skip
    quads = canvas.camera.project(np.array(spots, float).reshape(-1, 3)).reshape(-1, 4, 2)
    tile = _ROOFS[(building.pattern >> 4) % len(_ROOFS)]
    middle = min(near + 8.0, 0.5 * (near + far))
    canvas.fill(quads[0], light.topped(tile, middle, 0.95))
    if building.x_near_m > NEAR_M:
        canvas.fill(quads[1], light.shade(building.colour, near, 0.6))
        for quad in quads[3:]:
            canvas.fill(quad, light.shade(tile, near, 0.75))
    canvas.fill(quads[2], light.shade(tile, middle, 0.7))
