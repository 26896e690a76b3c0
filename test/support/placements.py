"""A device that a machine without one has: buffers are handled as on a GPU, on the processor."""

from __future__ import annotations

from vlm_driving.backends.onnx.device import Placement


class ElsewherePlacement(Placement):
    """The processor, treated as if its memory were not the host's."""

    @property
    def on_host(self) -> bool:
        """Never: every value is copied there and back."""
        return False


ELSEWHERE = ElsewherePlacement()
