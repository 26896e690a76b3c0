"""The vehicle's one advice, as the reports of its cameras come in."""

from __future__ import annotations

import threading

from vlm_driving.core import SceneReport
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.desk import Clock
from vlm_driving.pipeline.offered import OfferedFrame
from vlm_driving.pipeline.vehicle import (
    VehicleAdvice,
    VehicleHistory,
    VehicleSettings,
    heard,
    vehicle_advice,
)


class VehicleDesk:
    """Any thread may call. What is said is decided by `vehicle`.

    Attributes:
        settings: how long advice and its text stand; may be replaced at any time.
    """

    def __init__(self, clock: Clock, settings: VehicleSettings | None = None) -> None:
        self.settings = settings or VehicleSettings()
        self._clock = clock
        self._lock = threading.Lock()
        self._history = VehicleHistory()

    def hear(self, frame: OfferedFrame, report: SceneReport) -> None:
        """Take in the report of a frame."""
        captured_ns = frame.arrived_ns - round(frame.age_ms * NS_PER_MS)
        with self._lock:
            self._history = heard(self._history, report, frame.role, captured_ns)

    def forget(self) -> None:
        """Nothing that was said so far counts, nor is it shown any longer."""
        with self._lock:
            self._history = VehicleHistory()

    def advice(self) -> VehicleAdvice | None:
        """What the vehicle says now; None while no front camera's advice is fresh."""
        now_ns = self._clock()
        with self._lock:
            self._history, advice = vehicle_advice(self._history, now_ns, self.settings)
        return advice
