"""Pictures of a camera that is broken, capped, drowned in light or whose link is."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.scene import BlindKind, Blindness

Image = NDArray[np.uint8]


def broken_picture(image: Image, blind: Blindness) -> Image:
    """BLACK, WHITE or NOISE in place of the picture (h, w, 3)."""
    rng = np.random.default_rng([blind.grain, 13])
    if blind.kind is BlindKind.BLACK:
        return _black(image, rng)
    if blind.kind is BlindKind.WHITE:
        return _white(image, rng)
    faults = (_static, _static, _stripes, _plain, _rows)
    return faults[int(rng.random() * len(faults))](image, rng)


def _black(image: Image, rng: np.random.Generator) -> Image:
    """A lens cap: black, perhaps with a leak of light at one border."""
    height, width = image.shape[:2]
    small = np.full((9, 16, 3), rng.uniform(0, 7), np.float32)
    if rng.random() < 0.4:
        small[int(rng.integers(9)), int(rng.integers(16))] += rng.uniform(5, 30, 3)
    dark: Image = cv2.resize(small, (width, height)).astype(np.uint8)
    speckle = rng.integers(0, 9, (height // 2, width // 2, 1), dtype=np.uint8)
    hot = cv2.resize(np.repeat(speckle, 3, axis=2), (width, height))
    if rng.random() < 0.6:
        dark = cv2.add(dark, hot)
    return dark


def _white(image: Image, rng: np.random.Generator) -> Image:
    """Overexposed: hardly a trace of the scene is left."""
    trace = rng.uniform(0.0, 0.12)
    tint = rng.uniform(0.94, 1.0, 3) if rng.random() < 0.4 else np.ones(3)
    white = np.full_like(image, 255)
    white[:] = (255 * tint).astype(np.uint8)
    burnt: Image = cv2.addWeighted(white, 1.0 - trace, image, trace, 0.0)
    return burnt


def _static(image: Image, rng: np.random.Generator) -> Image:
    height, width = image.shape[:2]
    cell = int(rng.choice([1, 2, 3, 4, 8]))
    planes = 3 if rng.random() < 0.5 else 1
    rows, columns = height // cell + 1, width // cell + 1
    static = rng.integers(0, 256, (rows, columns, planes), dtype=np.uint8)
    if planes == 1:
        static = np.repeat(static, 3, axis=2)
    out: Image = cv2.resize(static, (columns * cell, rows * cell), interpolation=cv2.INTER_NEAREST)[
        :height, :width
    ]
    return np.ascontiguousarray(out)


def _stripes(image: Image, rng: np.random.Generator) -> Image:
    """Bands of rows out of place and with mixed up channels."""
    height, width = image.shape[:2]
    out = np.empty_like(image)
    edges = np.sort(rng.integers(0, height, int(rng.integers(14, 60))))
    edges = np.concatenate([[0], edges, [height]])
    order = rng.permutation(len(edges) - 1)
    for i in range(len(edges) - 1):
        rows = int(edges[i + 1] - edges[i])
        if rows == 0:
            continue
        start = int(edges[order[i]]) if edges[order[i]] + rows <= height else height - rows
        band = np.roll(image[start : start + rows], int(rng.integers(width)), axis=1)
        band = band[:, :, rng.permutation(3)]
        out[edges[i] : edges[i + 1]] = band ^ np.uint8(rng.choice([0, 0, 64, 128, 255]))
    return out


def _plain(image: Image, rng: np.random.Generator) -> Image:
    """A decoder without data: green, magenta, blue or grey, perhaps with some leftover blocks."""
    height, width = image.shape[:2]
    colours = ((0, 135, 0), (255, 0, 255), (200, 0, 0), (128, 128, 128), (0, 77, 0), (90, 255, 60))
    small = np.empty((height // 8, width // 8, 3), np.uint8)
    small[:] = colours[int(rng.random() * len(colours))]
    for _ in range(int(rng.integers(0, 50))):
        v, u = int(rng.integers(small.shape[0])), int(rng.integers(small.shape[1]))
        small[v : v + 2, u : u + int(rng.integers(2, 30))] = rng.integers(0, 256, 3)
    out: Image = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    return out


def _rows(image: Image, rng: np.random.Generator) -> Image:
    """One row repeated downwards, with rolling bars: a read-out that hangs."""
    height, width = image.shape[:2]
    row = image[int(rng.integers(height))].astype(np.float32)
    if rng.random() < 0.5:
        row = np.roll(rng.integers(0, 256, (width // 8, 3)).repeat(8, axis=0), 3, axis=0)[:width]
        row = np.pad(row, ((0, width - len(row)), (0, 0)), mode="edge").astype(np.float32)
    bars = 0.6 + 0.4 * np.sin(np.arange(height) / height * rng.uniform(4, 60) + rng.uniform(0, 6))
    out = row[None] * bars[:, None, None].astype(np.float32)
    rows: Image = out.astype(np.uint8)
    return rows
