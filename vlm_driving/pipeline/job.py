"""One frame from its arrival to its report, and how its answer stands at any moment."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Deadline
from vlm_driving.pipeline.answer import AnswerSoFar, Standing
from vlm_driving.pipeline.offered import OfferedFrame
from vlm_driving.runtime.events import Event


class Job:
    """One frame on its way. Whoever claims it first closes it. Any thread may call."""

    def __init__(self, frame: OfferedFrame, deadline: Deadline | None) -> None:
        self.frame = frame
        self.deadline = deadline
        self.standing = Standing()
        self.image: NDArray[np.uint8] | None = None
        self.started_ns: int | None = None
        self.loaded_ns: int | None = None
        self._lock = threading.Lock()
        self._claimed = False

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
