"""Families of foreign pictures that training may see: patterns, textures, shapes."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from vlm_driving.simulator.foreign_base import COLUMNS, ROWS, Image, Rng, as_image, ramp
from vlm_driving.simulator.foreign_patterns import (
    blobs,
    bricks,
    cells,
    checker,
    cloudy,
    fur,
    kaleidoscope,
    plaid,
    plasma,
    stripes,
    waves,
)
from vlm_driving.simulator.foreign_shapes import (
    bokeh,
    foliage,
    ovals,
    panels,
    plants,
    polygons,
    scribbles,
    solids,
)


def collage(rng: Rng) -> Image:
    """Two other families, side by side, one upon the other or shining through."""
    first, second = (_PLAIN[int(rng.random() * len(_PLAIN))](rng) for _ in range(2))
    sort = int(rng.integers(3))
    if sort == 0:
        return as_image(cv2.addWeighted(first, 0.5, second, 0.5, 0.0))
    if sort == 1:  # a picture before a ground
        wide, tall = int(rng.integers(60, 220)), int(rng.integers(50, 150))
        u, v = int(rng.integers(0, COLUMNS - wide)), int(rng.integers(0, ROWS - tall))
        first[v : v + tall, u : u + wide] = cv2.resize(second, (wide, tall))
        return first
    edge = rng.uniform(0.2, 0.8, 4) * [COLUMNS, COLUMNS, ROWS, ROWS]
    side = [[0, 0], [edge[0], 0], [edge[1], ROWS], [0, ROWS]]
    if rng.random() < 0.5:
        side = [[0, 0], [COLUMNS, 0], [COLUMNS, edge[2]], [0, edge[3]]]
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    cv2.fillPoly(mask, [np.array(side).astype(np.int32)], (255,))
    cv2.copyTo(second, mask, first)
    return first


_PLAIN: tuple[Callable[[Rng], Image], ...] = (
    ramp,
    checker,
    blobs,
    stripes,
    foliage,
    plasma,
    bricks,
    waves,
    plaid,
    cells,
    panels,
    solids,
    cloudy,
    fur,
)

ABSTRACT: dict[str, Callable[[Rng], Image]] = {
    paint.__name__: paint
    for paint in (
        ramp,
        checker,
        polygons,
        blobs,
        stripes,
        foliage,
        ovals,
        kaleidoscope,
        plasma,
        bricks,
        bokeh,
        waves,
        scribbles,
        plaid,
        cells,
        panels,
        solids,
        cloudy,
        plants,
        fur,
        collage,
    )
}
"""Name to painter; each gives (ROWS, COLUMNS, 3)."""
