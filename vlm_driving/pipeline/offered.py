"""A frame as the camera side offers it: stamps known, pixels still encoded."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import CameraRole, StampSource

MOST_SPEED_KMH = 999.0
"""Of a vehicle on a road."""

LoadImage = Callable[[], NDArray[np.uint8]]
"""Makes the (height, width, 3) uint8 BGR image; any exception means a malformed message."""


@dataclass(frozen=True, slots=True, eq=False)
class OfferedFrame:
    """One camera message on arrival.

    Attributes:
        load: decodes the message, at the scale that the model wants; called by the
            worker only, so that a dropped frame costs no decoding.
        camera: name of the camera, unique on the vehicle.
        frame_id: coordinate frame from the message header.
        stamp_ns: time of capture, ROS time.
        sequence: position among the frames offered by this camera, from 0.
        arrived_ns: monotonic instant of arrival.
        age_on_arrival_ms: ROS time from capture to arrival; below zero counts as zero.
        ego_speed_kmh: speed of the ego vehicle, or None when it is not known.
        role: where the camera looks.
        stamp_source: where `stamp_ns` came from.
    """

    load: LoadImage
    camera: str
    frame_id: str
    stamp_ns: int
    sequence: int
    arrived_ns: int
    age_on_arrival_ms: float = 0.0
    ego_speed_kmh: float | None = None
    role: CameraRole = CameraRole.FRONT
    stamp_source: StampSource = StampSource.HEADER

    @property
    def known_speed_kmh(self) -> float | None:
        """The speed, if it is one: what a broken sensor says is not known."""
        speed = self.ego_speed_kmh
        if speed is None or not math.isfinite(speed) or abs(speed) > MOST_SPEED_KMH:
            return None
        return float(speed)  # what a message holds may be a number of numpy's

    @property
    def age_ms(self) -> float:
        """The age that spends the budget: clocks that disagree a little give nothing back."""
        return max(0.0, self.age_on_arrival_ms)
