"""Closes reports shortly before their deadlines, whatever is going on elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.desk import Clock
from vlm_driving.pipeline.job import Job

LOOK_AGAIN_S = 0.02
"""Waited at a time while a job is watched: the machine may become slower to wake meanwhile."""
MOST_WAIT_S = 3600.0
"""Waited at a time otherwise; the system refuses to wait for centuries."""


class Timed(Protocol):
    """Something else that has to be closed by time, such as questions."""

    def next_due_ns(self) -> int | None:
        """The monotonic instant at which it next has to be."""
        ...

    def close_due(self, now_ns: int) -> None:
        """Close all whose time is up at `now_ns`."""
        ...


class Watch:
    """Calls `time_out` for each job whose time is up. At most a few jobs are under it."""

    def __init__(
        self,
        time_out: Callable[[Job], None],
        clock: Clock,
        beside: Timed | None = None,
        wakes_late_ms: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Watch nothing yet.

        Args:
            time_out: closes a report.
            clock: monotonic nanoseconds.
            beside: what else is to be closed by time.
            wakes_late_ms: how late threads have woken lately: this one gets up earlier by that.
        """
        self._time_out = time_out
        self._clock = clock
        self._beside = beside
        self._wakes_late_ms = wakes_late_ms
        lock = threading.RLock()
        self._condition = threading.Condition(lock)
        self._emptied = threading.Condition(lock)
        self._jobs: list[Job] = []
        self._asleep_until_ns = 0
        self._stopped = False

    def add(self, job: Job) -> None:
        """Put `job` under the watch; a job without a deadline needs none."""
        if job.deadline is None:
            return
        with self._condition:
            self._jobs.append(job)
            # Woken twice a frame for nothing, it would take the processor from that frame.
            again_ns = self._clock() + round(LOOK_AGAIN_S * 1000 * NS_PER_MS)
            if min(self._due_ns(job), again_ns) < self._asleep_until_ns:
                self._condition.notify_all()

    def remove(self, job: Job) -> None:
        """Take `job` off the watch: its report is out."""
        with self._condition:
            self._jobs = [other for other in self._jobs if other is not job]
            if not self._jobs:
                self._emptied.notify_all()  # the watch sleeps on, and finds nothing to do

    def wake(self) -> None:
        """Look again: there is something new beside the jobs."""
        with self._condition:
            self._condition.notify_all()

    def wait_until_idle(self) -> None:
        """Return once every job under the watch has its report, or the watch was stopped."""
        with self._emptied:
            self._emptied.wait_for(lambda: self._stopped or not self._jobs)

    def stop(self) -> None:
        """End `run`."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()
            self._emptied.notify_all()

    def run(self) -> None:
        """Watch until stopped; whatever is open then is closed at once."""
        while True:
            with self._condition:
                left = list(self._jobs) if self._stopped else []
                if self._stopped and not left:
                    return
                due_ns = self.next_due_ns()
                now_ns = self._clock()
                if not left and (due_ns is None or due_ns > now_ns):
                    most_s = LOOK_AGAIN_S if self._jobs else MOST_WAIT_S
                    most_ns = now_ns + round(most_s * 1000 * NS_PER_MS)
                    self._asleep_until_ns = most_ns if due_ns is None else min(due_ns, most_ns)
                    self._condition.wait((self._asleep_until_ns - now_ns) / NS_PER_MS / 1000)
                    self._asleep_until_ns = 0
                    continue
            for job in left:
                self._time_out(job)
                self.remove(job)
            self.close_due(now_ns)

    def next_due_ns(self) -> int | None:
        """The monotonic instant at which the next one has to be closed."""
        due = [self._due_ns(job) for job in self._jobs]
        beside_ns = None if self._beside is None else self._beside.next_due_ns()
        return min([*due, *([] if beside_ns is None else [beside_ns])], default=None)

    def close_due(self, now_ns: int) -> None:
        """Close every one whose time is up at `now_ns`, frames first."""
        with self._condition:
            due = [job for job in self._jobs if self._due_ns(job) <= now_ns]
        for job in due:
            self._time_out(job)
            self.remove(job)
        if self._beside is not None:
            self._beside.close_due(now_ns)

    def _due_ns(self, job: Job) -> int:
        due = job.closes_at(self._wakes_late_ms())
        if due is None:
            raise ValueError("a job without a deadline is not watched")
        return due.monotonic_ns
