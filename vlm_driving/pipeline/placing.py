"""Puts a picture where the workers read it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm_driving.pipeline.workers.memory import FrameMemory, FrameSlot
from vlm_driving.pipeline.workers.protocol import MOST_SIDE

ALL_TAKEN = "every place for a frame is held by a worker that hangs"


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture in the workers' memory: its slot, held once, and its (height, width, 3)."""

    slot: FrameSlot
    shape: tuple[int, int, int]


def place(memory: FrameMemory, image: NDArray[np.uint8]) -> Placed | None:
    """Copy a (height, width, 3) uint8 picture into a free slot; None while there is none.

    One that is too large for a slot is thinned out to every second, third, ... pixel of every
    such row: the model sees far fewer than a slot takes.
    """
    slot = memory.lease()
    if slot is None:
        return None
    step = thinning(image.shape[0], image.shape[1], memory.slot_bytes)
    thin = image if step == 1 else image[::step, ::step]
    shape = (int(thin.shape[0]), int(thin.shape[1]), 3)
    memory.array(slot, shape)[...] = thin
    return Placed(slot, shape)


def thinning(height: int, width: int, slot_bytes: int) -> int:
    """Every how many pixels one is kept, so that a picture fits into `slot_bytes`."""
    step = max(1, math.isqrt(height * width * 3 // slot_bytes), -(-max(height, width) // MOST_SIDE))
    while math.ceil(height / step) * math.ceil(width / step) * 3 > slot_bytes:
        step += 1
    return step
