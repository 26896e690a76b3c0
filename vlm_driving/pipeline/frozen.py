"""Frozen input: a camera driver that hangs sends the same pixels under new stamps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NS_PER_MS = 1_000_000
FROZEN_SPAN_MS = 200.0
"""Pictures must have been the same for this long, whatever the frame rate."""
FROZEN_JA = "映像が止まっているため、助言を控えます。"
_MOST_PIXELS = 16_384


@dataclass(slots=True)
class _Still:
    """A picture that a camera keeps sending."""

    mark: bytes
    first_ns: int
    last_ns: int
    frames: int = 1


class FrozenInput:
    """Tells, camera by camera, whether the picture has stood still.

    A real sensor's noise makes two pictures differ all over, even of a road where nothing
    moves: so a grid of pixels that are equal to the last bit (see `fingerprint`) means a hung
    driver, or a picture made without noise.
    """

    def __init__(self, after_frames: int, span_ms: float = FROZEN_SPAN_MS) -> None:
        """Call a picture frozen from the `after_frames`-th equal one on; 0 for never.

        Args:
            after_frames: equal pictures with stamps that rise.
            span_ms: the least time between the first one's stamp and the last one's.
        """
        self._after = after_frames
        self._span_ns = round(span_ms * NS_PER_MS)
        self._still: dict[str, _Still] = {}

    def see(self, camera: str, stamp_ns: int, image: NDArray[np.uint8]) -> bool:
        """Take in the next picture of a camera; True where it is frozen.

        Args:
            camera: name of the camera.
            stamp_ns: time of capture; one that does not rise is no new frame.
            image: (h, w, 3) uint8.
        """
        if self._after == 0:
            return False
        mark = fingerprint(image)
        still = self._still.get(camera)
        if still is None or still.mark != mark or stamp_ns < still.last_ns:
            self._still[camera] = _Still(mark, stamp_ns, stamp_ns)
            return False
        if stamp_ns > still.last_ns:
            still.last_ns = stamp_ns
            still.frames += 1
        return still.frames >= self._after and still.last_ns - still.first_ns >= self._span_ns


def fingerprint(image: NDArray[np.uint8]) -> bytes:
    """The picture's shape and a coarse grid of its pixels: some 50 kB that compare in no time."""
    height, width = image.shape[:2]
    step = max(1, math.ceil(math.sqrt(height * width / _MOST_PIXELS)))
    return repr(image.shape).encode() + image[step // 2 :: step, step // 2 :: step].tobytes()
