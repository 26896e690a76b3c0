"""Pictures that tests draw, for question sets about pictures in files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

CATEGORIES = ("conv", "detail", "complex")


def draw(path: Path, number: int) -> None:
    """A road of its own colour, with a box on it."""
    image = np.full((90, 160, 3), 20 * number, np.uint8)
    cv2.rectangle(image, (10 * number, 30), (10 * number + 30, 60), (0, 0, 255), -1)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(cv2.imencode(".jpg", image)[1].tobytes())
