"""Pictures that are held for questions, whatever became of their reports."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.pipeline.asking import ShownPicture
from vlm_driving.pipeline.offered import OfferedFrame
from vlm_driving.pipeline.placing import place
from vlm_driving.pipeline.question_desk import QuestionDesk
from vlm_driving.pipeline.questions import PictureKey
from vlm_driving.pipeline.workers.memory import FrameMemory


class Pinning:
    """Pins frames, so that they can be asked about until they are let go. Any thread may call.

    A pinned picture takes one of the pool's kept frames, and one more while it is being pinned.
    """

    def __init__(self, memory: FrameMemory, desk: QuestionDesk[ShownPicture]) -> None:
        self._memory = memory
        self._desk = desk

    def pin(self, frame: OfferedFrame, image_bgr: NDArray[np.uint8]) -> bool:
        """Hold a picture until `unpin`.

        Args:
            frame: that was offered, or dropped, or never worked on.
            image_bgr: (height, width, 3) uint8, as the `load` of the frame makes it.

        Returns:
            False if there is no place for it, or the pipeline is closing: nothing is held then.
        """
        placed = place(self._memory, image_bgr)
        if placed is None:
            return False
        return self._desk.pin(_key(frame), ShownPicture(placed, frame.known_speed_kmh))

    def unpin(self, frame: OfferedFrame) -> None:
        """Let go of a pinned picture; questions that are open keep it till they are answered."""
        self._desk.unpin(_key(frame))


def _key(frame: OfferedFrame) -> PictureKey:
    return PictureKey(frame.camera, frame.stamp_ns, frame.sequence)
