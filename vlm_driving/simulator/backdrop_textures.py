"""Woods, hills, towns and grass made once a process: what closes the view beside a road."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.scene import Colour

Sprite = NDArray[np.uint8]
"""(h, w, 4): BGR times alpha, and alpha."""
_WIDE, _HIGH = 1280, 96
SKYLINES = 12
"""How many sorts of skyline there are."""


def _noise(rng: np.random.Generator, rows: int, columns: int, cell: int) -> NDArray[np.float32]:
    coarse = rng.normal(0, 1, (rows // cell + 2, columns // cell + 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC))


def _crest(rng: np.random.Generator, wide: int, steps: tuple[tuple[int, float], ...]) -> Sprite:
    """A ragged line: sums of (cell in pixels, height in pixels)."""
    line = sum(size * _noise(rng, 1, wide, cell)[0] for cell, size in steps)
    return np.asarray(line)


def _leaves(
    rng: np.random.Generator, rows: int, columns: int, colour: Colour
) -> NDArray[np.float32]:
    """Foliage without an outline, (rows, columns, 3): clumps lit from above, dark gaps."""
    clump = _noise(rng, rows, columns, 7) + 0.6 * _noise(rng, rows, columns, 16)
    lit = clump - np.roll(clump, -3, axis=0)
    grain = 0.3 * _noise(rng, rows, columns, 2) + 0.25 * _noise(rng, rows, columns, 3)
    tone = np.clip(0.9 + 0.3 * lit + 0.28 * clump + grain, 0.22, 2.2)
    hue = _noise(rng, rows, columns, 26)[:, :, None] * np.array([-3.0, 2.0, 9.0])
    return np.asarray(np.clip(np.array(colour) + hue, 8, 255) * tone[:, :, None], np.float32)


@lru_cache(maxsize=8 * SKYLINES)
def skyline_strip(sort: int, far: bool, width: int) -> Sprite:
    """A strip twice as wide as a picture of `width`, its foot in the last row.

    `far` gives the range of hills behind, else the trees or houses before it.
    """
    rng = np.random.default_rng(8600 + 2 * sort + far)
    rows = np.arange(_HIGH)[::-1, None].astype(np.float32)  # height over the foot
    if far:
        line = 20.0 + _crest(rng, _WIDE, ((260, 13.0), (90, 5.0), (24, 1.2)))
        line = np.maximum(line, 2.0) * (0.45, 0.8, 1.15)[sort % 3]
        body = _leaves(rng, _HIGH, _WIDE, ((88, 84, 70), (74, 86, 74), (64, 92, 80))[sort // 3 % 3])
        body = cv2.GaussianBlur(body, (0, 0), 1.2) * 0.8 + 14.0
    else:
        line = (9.0, 14.0, 6.0)[sort // 2 % 3] + _crest(
            rng, _WIDE, ((130, 5.0), (34, 4.0), (12, 3.0), (4, 1.3))
        )
        line = np.maximum(line, 1.5)
        body = _leaves(rng, _HIGH, _WIDE, ((36, 60, 54), (42, 66, 56), (40, 56, 62))[sort % 3])
        if sort % 2:  # a town stands among the trees
            _houses(rng, body, line)
    alpha = np.clip(line[None, :] - rows + 0.5, 0.0, 1.0)
    first = max(0, _HIGH - int(np.ceil(line.max())) - 2)  # no rows of nothing
    body, alpha = body[first:], alpha[first:]
    strip = np.dstack([np.clip(body, 0, 255) * alpha[:, :, None], alpha * 255]).astype(np.uint8)
    size = (2 * width, round(len(body) * 2 * width / _WIDE))
    return np.asarray(cv2.resize(strip, size, interpolation=cv2.INTER_AREA), np.uint8)


def _houses(rng: np.random.Generator, body: NDArray[np.float32], line: NDArray[np.uint8]) -> None:
    """Blocks with rows of windows that stand above the trees' line."""
    for _ in range(int(rng.integers(18, 60))):
        left = int(rng.integers(0, _WIDE - 70))
        wide, high = int(rng.integers(10, 62)), int(rng.integers(7, 26))
        if rng.random() < 0.18:
            high += int(rng.integers(10, 46))
            wide = wide // 2 + 6
        high = min(high, _HIGH - 6)
        wall = np.array([1.0, 0.98, 0.95]) * rng.uniform(70, 190) + rng.normal(0, 9, 3)
        block = body[_HIGH - high :, left : left + wide]
        block[:] = np.clip(wall, 20, 225) * np.linspace(1.05, 0.85, wide)[None, :, None]
        step = int(rng.integers(3, 6))
        block[2 : high - 3 : step, 1:-1] *= float(rng.uniform(0.5, 0.8))
        line[left : left + wide] = np.maximum(line[left : left + wide], high)


@lru_cache(maxsize=64)
def bank_texture(sort: int, width: int, height: int) -> NDArray[np.uint8]:
    """What grows on a slope, (height, width, 3) daylight colours: grass, bushes or both."""
    rng = np.random.default_rng(8700 + sort)
    grass = ((74, 118, 120), (62, 104, 92), (82, 120, 132), (54, 88, 78))[sort % 4]
    tone = 1.0 + 0.07 * _noise(rng, height, width, 2) + 0.09 * _noise(rng, height, width, 40)
    ground = np.array(grass, np.float32) * tone[:, :, None]
    leaves = _leaves(rng, height, width, ((36, 62, 54), (40, 58, 60))[sort % 2])
    share = (-0.1, 1.1, 2.7)[sort // 4 % 3]
    spread = _noise(rng, height, width, 8) + 0.9 * _noise(rng, height, width, 22) - 1.3 + share
    mask = np.clip(1.8 * spread, 0.0, 1.0)[:, :, None]
    both = ground * (1 - mask) + leaves * mask
    return np.asarray(np.clip(both, 0, 255), np.uint8)
