"""One thread on which everything happens that takes long or must not overlap."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from vlm_driving.ros.callbacks import call_safely
from vlm_driving.ros.port import Log

Job = Callable[[], None]


class Turns:
    """Does one job after the other, in the order in which they came.

    It is one thread for the node's whole life, since workers end with the thread that started them.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._is_closed = False
        self.lock = threading.Lock()
        """Held while a job runs; who takes it without waiting knows that none does."""
        self._thread = threading.Thread(target=self._run, name="transitions", daemon=True)
        self._thread.start()

    def do(self, job: Job) -> threading.Event:
        """Do it when its turn comes; what it raises is logged.

        Returns:
            Set once it is over; at once if no more jobs are taken.
        """
        over = threading.Event()
        if self._is_closed:
            over.set()
            return over

        def then_say_so() -> None:
            try:
                job()
            finally:
                over.set()

        self._jobs.put(then_say_so)
        return over

    def close(self, timeout_s: float) -> bool:
        """Take no more jobs; False if the last one did not end in time."""
        self._is_closed = True
        self._jobs.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            with self.lock:
                call_safely(job, "transition", self._log)
