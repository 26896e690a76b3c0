"""Antialiased resampling of 8-bit images, as Pillow's `resize` computes it.

The method is public: a separable filter, stretched by the scale when it shrinks, cut off and
normalized at the image's edges; columns first, then rows, with 8-bit rounding between.
Each pass is a banded matrix; it is applied as a few small dense products, because one
block of output rows needs only a short run of input rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLOCK = 32  # output rows a product


def _bilinear(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(1.0 - np.abs(x), 0.0)


def _bicubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    a = -0.5
    x = np.abs(x)
    near = ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    far = (((x - 5.0) * x + 8.0) * x - 4.0) * a
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


def _lanczos(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.abs(x) < 3.0, np.sinc(x) * np.sinc(x / 3.0), 0.0)


_FILTERS: dict[str, tuple[Callable[[NDArray[np.float64]], NDArray[np.float64]], float]] = {
    "bilinear": (_bilinear, 1.0),
    "bicubic": (_bicubic, 2.0),
    "lanczos": (_lanczos, 3.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One direction of a resize: blocks of (first input row, weights (rows out, rows in))."""

    blocks: tuple[tuple[int, NDArray[np.float32]], ...]
    size: int

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(rows in, columns, 3) uint8 -> (rows out, columns, 3) uint8."""
        flat = image.reshape(image.shape[0], -1)
        out = np.empty((self.size, flat.shape[1]), dtype=np.uint8)
        row = 0
        for first, weights in self.blocks:
            rows, taps = weights.shape
            mixed = weights @ flat[first : first + taps].astype(np.float32)
            mixed += 0.5
            np.clip(mixed, 0.0, 255.0, out=mixed)
            out[row : row + rows] = mixed  # truncates: with the half above this rounds
            row += rows
        return out.reshape(self.size, *image.shape[1:])


def make_pass(method: str, size_in: int, size_out: int, begin: int, end: int) -> Pass:
    """The pass that resizes `size_in` rows to `size_out` and keeps rows `begin` to `end`.

    Args:
        method: bilinear, bicubic or lanczos.
        size_in: rows of the image.
        size_out: rows after the whole resize.
        begin: first row kept.
        end: one past the last row kept.
    """
    kernel, reach = _FILTERS[method]
    scale = size_in / size_out
    stretch = max(scale, 1.0)
    support = reach * stretch
    blocks: list[tuple[int, NDArray[np.float32]]] = []
    for start in range(begin, end, _BLOCK):
        centers = (np.arange(start, min(start + _BLOCK, end)) + 0.5) * scale
        lows = np.maximum((centers - support + 0.5).astype(np.int64), 0)
        highs = np.minimum((centers + support + 0.5).astype(np.int64), size_in)
        first, last = int(lows[0]), int(highs[-1])
        taps = np.arange(first, last)
        weights = kernel((taps[None, :] - centers[:, None] + 0.5) / stretch)
        weights[(taps[None, :] < lows[:, None]) | (taps[None, :] >= highs[:, None])] = 0.0
        weights /= weights.sum(axis=1, keepdims=True)
        blocks.append((first, np.ascontiguousarray(weights, dtype=np.float32)))
    return Pass(tuple(blocks), end - begin)
