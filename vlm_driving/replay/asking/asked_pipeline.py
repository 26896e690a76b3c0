"""What asking in real time needs of a pipeline."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vlm_driving.pipeline import OfferedFrame
from vlm_driving.pipeline.health import PipelineHealth


class Pins(Protocol):
    """Holds pictures; see `pipeline.pinning.Pinning`."""

    def pin(self, frame: OfferedFrame, image_bgr: NDArray[np.uint8]) -> bool:
        """Hold a picture; False if there is no place."""
        ...

    def unpin(self, frame: OfferedFrame) -> None:
        """Let go of it."""
        ...


class AskedPipeline(Protocol):
    """A pipeline that keeps deadlines and takes questions; see `LadderPipeline`."""

    @property
    def pinning(self) -> Pins | None:
        """Holds pictures for questions."""
        ...

    def start(self) -> None:
        """Begin to answer."""
        ...

    def offer(self, frame: OfferedFrame) -> None:
        """Hand in the newest frame."""
        ...

    def ask(
        self,
        text: str,
        camera: str | None = None,
        stamp_ns: int | None = None,
        sequence: int | None = None,
    ) -> int:
        """Ask about a frame; the answer comes by the reply."""
        ...

    def close(self) -> bool:
        """Answer what is left."""
        ...

    def health(self) -> PipelineHealth:
        """How everything is now."""
        ...
