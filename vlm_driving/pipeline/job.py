"""One frame from its arrival to its report, and how its answer stands at any moment.

A job is worked on under the settings that it was admitted with: what is changed while it is in work
is for the frames that come after it.
"""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Deadline
from vlm_driving.pipeline.answer import AnswerSoFar, Standing
from vlm_driving.pipeline.offered import OfferedFrame
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.runtime.events import Event


class Job:
    """One frame on its way. Whoever claims it first closes it. Any thread may call."""

    def __init__(self, frame: OfferedFrame, settings: PipelineSettings) -> None:
        self.frame = frame
        self.settings = settings
        self.deadline = settings.deadline(frame)
        self.standing = Standing()
        self.image: NDArray[np.uint8] | None = None
        self.started_ns: int | None = None
        self.loaded_ns: int | None = None
        self._lock = threading.Lock()
        self._claimed = False

    def closes_at(self, wakes_late_ms: float = 0.0) -> Deadline | None:
        """When the watch closes the report, where threads have woken that late; None for never."""
        return self.settings.watch_at(self.deadline, wakes_late_ms)

    def work_until(self, wakes_late_ms: float = 0.0) -> Deadline | None:
        """When the model has to be done, where threads have woken that late; None for no limit."""
        return self.settings.work_until(self.deadline, wakes_late_ms)

    def claim(self) -> bool:
        """True for the first caller alone: that one publishes the report."""
        with self._lock:
            if self._claimed:
                return False
            self._claimed = True
            return True

    @property
    def closed(self) -> bool:
        """Whether the report is out, or on its way."""
        return self._claimed

    def hear(self, answer: AnswerSoFar, event: Event, now_ns: int) -> None:
        """Add an event to one backend's answer, unless the report is closed."""
        with self._lock:
            if not self._claimed:
                answer.add(event, now_ns)

    def stand(self, standing: Standing) -> None:
        """Let `standing` be published from now on, unless the report is closed."""
        with self._lock:
            if not self._claimed:
                self.standing = standing
