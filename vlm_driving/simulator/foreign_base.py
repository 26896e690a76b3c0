"""What all families of foreign pictures share: their size, colours, noise, gradients."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Rng = np.random.Generator

ROWS, COLUMNS = 180, 320
"""All families draw at this size; the picture is enlarged afterwards."""


def as_image(pixels: object) -> Image:
    """Numbers of 0 to 255 as pixels."""
    image: Image = np.asarray(pixels).astype(np.uint8)
    return image


def colour(rng: Rng, low: float = 0.0, high: float = 255.0) -> tuple[float, float, float]:
    """A random BGR colour."""
    b, g, r = rng.uniform(low, high, 3).tolist()
    return b, g, r


def noise(rng: Rng, cell: int, planes: int = 1) -> NDArray[np.float32]:
    """Smooth noise of about unit spread, (ROWS, COLUMNS) or with `planes` behind."""
    shape = (ROWS // cell + 2, COLUMNS // cell + 2, planes)
    coarse = rng.normal(0, 1, shape).astype(np.float32)
    fine: NDArray[np.float32] = cv2.resize(coarse, (COLUMNS, ROWS), interpolation=cv2.INTER_CUBIC)
    return fine


def ramp(rng: Rng) -> Image:
    """A gradient between random colours at the corners."""
    corners = rng.uniform(0, 255, (2, 2, 3)).astype(np.float32)
    smooth = cv2.resize(corners, (COLUMNS * 2, ROWS * 2), interpolation=cv2.INTER_LINEAR)
    top, left = ROWS // 2, COLUMNS // 2
    return as_image(smooth[top : top + ROWS, left : left + COLUMNS])
