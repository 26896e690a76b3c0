"""Frames as they come, one model, and a watch that publishes by the deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from vlm_driving.core import Outcome
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.answer import Verdict
from vlm_driving.pipeline.offered import OfferedFrame
from vlm_driving.pipeline.processor import (
    Answerer,
    Clock,
    FrameProcessor,
    Job,
    PipelineSettings,
    Publish,
)
from vlm_driving.pipeline.slot import LatestSlot

MOST_WAIT_S = 3600.0
"""Waited at a time; the system refuses to wait for centuries."""


class LivePipeline:
    """Exactly one report for each offered frame, under deadlines.

    Three threads meet here: the one that offers (never waits), the one that asks the
    model, and the watch, which closes a report shortly before its deadline whatever the
    model is doing. A frame that waits for a busy model is under the watch as well.
    """

    def __init__(
        self,
        answerer: Answerer,
        publish: Publish,
        settings: PipelineSettings,
        clock: Clock = time.monotonic_ns,
    ) -> None:
        self._processor = FrameProcessor(answerer, publish, settings, clock)
        self._slot: LatestSlot[Job] = LatestSlot()
        self._watch = Watch(settings, self._time_out, clock)
        self._fault: BaseException | None = None
        self._worker = self._thread("model", self._work)
        self._watcher = self._thread("watch", self._watch.run)

    def start(self) -> None:
        """Begin to answer."""
        self._worker.start()
        self._watcher.start()

    def offer(self, frame: OfferedFrame) -> None:
        """Hand in the newest frame; an older one that still waits is reported as dropped.

        Raises what `publish` raised in another thread, if it did: that is a fault of ours.
        """
        self._raise_fault()
        job = self._processor.admit(frame)
        if job is None:
            return
        self._watch.add(job)
        displaced = self._slot.put(job)
        if displaced is not None:
            reason = f"frame {frame.sequence} took its place"
            self._finish(displaced, Verdict(Outcome.DROPPED, reason=reason))

    def close(self, patience_s: float = 2.0) -> bool:
        """Answer what is still here and stop; False when the model hangs and was left behind.

        Without a deadline the last frame is waited for as long as it takes.
        """
        self._slot.close()
        has_budget = self._processor.settings.budget_ms is not None
        if has_budget:
            self._watch.wait_until_idle()
        self._worker.join(timeout=patience_s if has_budget else None)
        self._watch.stop()
        self._watcher.join()
        self._raise_fault()
        return not self._worker.is_alive()

    def _thread(self, name: str, target: Callable[[], None]) -> threading.Thread:
        """A thread whose fault ends the pipeline instead of leaving it to hang."""

        def run() -> None:
            try:
                target()
            except BaseException as fault:  # raised again in the thread that offers
                self._fault = fault
                self._watch.stop()

        return threading.Thread(target=run, name=name, daemon=True)

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _work(self) -> None:
        while (job := self._slot.take()) is not None:
            self._processor.process(job)
            self._watch.remove(job)

    def _time_out(self, job: Job) -> None:
        """Close a report whose time is up, with what has arrived."""
        if job.started_ns is None:
            self._slot.discard(job)
            self._processor.close(
                job, Verdict(Outcome.TIMEOUT, reason="the model was busy until the deadline")
            )
            return
        self._processor.close(job)

    def _finish(self, job: Job, verdict: Verdict) -> None:
        self._processor.close(job, verdict)
        self._watch.remove(job)


class Watch:
    """Calls `time_out` for each job whose time is up. At most a few jobs are under it."""

    def __init__(
        self, settings: PipelineSettings, time_out: Callable[[Job], None], clock: Clock
    ) -> None:
        self._settings = settings
        self._time_out = time_out
        self._clock = clock
        self._condition = threading.Condition()
        self._jobs: list[Job] = []
        self._stopped = False

    def add(self, job: Job) -> None:
        """Put `job` under the watch; a job without a deadline needs none."""
        if job.deadline is None:
            return
        with self._condition:
            self._jobs.append(job)
            self._condition.notify_all()

    def remove(self, job: Job) -> None:
        """Take `job` off the watch: its report is out."""
        with self._condition:
            self._jobs = [other for other in self._jobs if other is not job]
            self._condition.notify_all()

    def wait_until_idle(self) -> None:
        """Return once every job under the watch has its report, or the watch was stopped."""
        with self._condition:
            self._condition.wait_for(lambda: self._stopped or not self._jobs)

    def stop(self) -> None:
        """End `run`."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()

    def run(self) -> None:
        """Watch until stopped."""
        while True:
            with self._condition:
                if self._stopped:
                    return
                wait_ns = self.next_due_ns()
                now_ns = self._clock()
                if wait_ns is None or wait_ns > now_ns:
                    left_s = None if wait_ns is None else (wait_ns - now_ns) / NS_PER_MS / 1000
                    self._condition.wait(None if left_s is None else min(left_s, MOST_WAIT_S))
                    continue
            self.close_due(now_ns)

    def next_due_ns(self) -> int | None:
        """The monotonic instant at which the next job has to be closed."""
        due = [self._due_ns(job) for job in self._jobs]
        return min(due) if due else None

    def close_due(self, now_ns: int) -> None:
        """Close every job whose time is up at `now_ns`."""
        with self._condition:
            due = [job for job in self._jobs if self._due_ns(job) <= now_ns]
        for job in due:
            self._time_out(job)
            self.remove(job)

    def _due_ns(self, job: Job) -> int:
        due = self._settings.watch_at(job.deadline)
        if due is None:
            raise ValueError("a job without a deadline is not watched")
        return due.monotonic_ns
