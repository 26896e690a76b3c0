"""One camera image on its way to a report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray


class CameraRole(str, Enum):
    """Where a camera looks. Only front cameras advise."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    REAR = "rear"

    @property
    def advises(self) -> bool:
        """Whether a frame of this camera may carry advice."""
        return self is CameraRole.FRONT


class StampSource(str, Enum):
    """Which clock a frame's stamp came from: the message header, or its arrival."""

    HEADER = "header"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One camera image.

    Attributes:
        image: (height, width, 3) uint8, BGR.
        camera: name of the camera, unique on the vehicle.
        role: where it looks.
        frame_id: coordinate frame from the message header.
        stamp_ns: time of capture in ROS time, nanoseconds.
        sequence: position among the frames offered by this camera, from 0.
        ego_speed_kmh: speed of the ego vehicle, or None when it is not known.
        stamp_source: where `stamp_ns` came from.
    """

    image: NDArray[np.uint8]
    camera: str = "front"
    role: CameraRole = CameraRole.FRONT
    frame_id: str = ""
    stamp_ns: int = 0
    sequence: int = 0
    ego_speed_kmh: float | None = None
    stamp_source: StampSource = StampSource.HEADER

    def __post_init__(self) -> None:
        if self.image.dtype != np.uint8 or self.image.ndim != 3 or self.image.shape[2] != 3:
            raise ValueError(
                f"a frame's image is (height, width, 3) uint8, got {self.image.shape} "
                f"{self.image.dtype}"
            )
        if 0 in self.image.shape:
            raise ValueError(f"a frame's image has pixels, got {self.image.shape}")
