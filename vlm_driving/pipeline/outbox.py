"""Hands reports over in a thread of its own: whoever takes them may take his time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import SceneReport
from vlm_driving.core.deadline import NS_PER_MS

Deliver = Callable[[SceneReport, "NDArray[np.uint8] | None"], None]
"""Takes the report, and the decoded image where there is one."""

_Item = tuple[int, SceneReport, "NDArray[np.uint8] | None"]


class Outbox:
    """Reports in the order in which they were closed, waiting for their taker.

    `put` never waits. While the taker is slow, pictures are let go first: a report without its
    picture is a report. Only a taker that does not come back at all loses reports, the oldest
    first, and they are counted.
    """

    def __init__(
        self,
        deliver: Deliver,
        clock: Callable[[], int] = time.monotonic_ns,
        most_reports: int = 10_000,
        most_pictures: int = 8,
    ) -> None:
        """Deliver nothing yet.

        Args:
            deliver: the taker; called by `run` alone.
            clock: monotonic nanoseconds.
            most_reports: that wait at a time.
            most_pictures: that wait at a time.
        """
        self.lost = 0
        self.slowest_ms = 0.0
        self._deliver = deliver
        self._clock = clock
        self._most_reports, self._most_pictures = most_reports, most_pictures
        self._waiting: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._pictures = 0
        self._stopped = False

    def put(self, report: SceneReport, image_bgr: NDArray[np.uint8] | None) -> None:
        """Have a report delivered."""
        with self._lock:
            if self._stopped:
                self.lost += 1
                return
            if self._waiting.qsize() >= self._most_reports:
                self._drop_oldest()
            if self._pictures >= self._most_pictures:
                image_bgr = None
            self._pictures += image_bgr is not None
            self._waiting.put((self._clock(), report, image_bgr))

    def finish(self) -> None:
        """End `run` once everything is delivered."""
        self._waiting.put(None)

    def stop(self) -> None:
        """End `run` after the report that is being delivered; what still waits is lost."""
        with self._lock:
            self._stopped = True
            while self._drop_oldest():
                pass
        self._waiting.put(None)

    def run(self) -> None:
        """Deliver until ended."""
        while self._deliver_next():
            pass

    def _deliver_next(self) -> bool:
        """Wait for one and deliver it; False at the end.

        Apart from the loop, which would hold the picture (and so the message) until the next one.
        """
        item = self._waiting.get()
        if item is None:
            return False
        put_ns, report, image_bgr = item
        if image_bgr is not None:
            with self._lock:
                self._pictures -= 1
        self._deliver(report, image_bgr)
        took_ms = (self._clock() - put_ns) / NS_PER_MS
        self.slowest_ms = max(self.slowest_ms, took_ms)
        return True

    def _drop_oldest(self) -> bool:
        """Lose one; False if `run` was faster, and nothing waits."""
        try:
            item = self._waiting.get_nowait()
        except queue.Empty:
            return False
        if item is not None:
            self.lost += 1
            self._pictures -= item[2] is not None
        return True
