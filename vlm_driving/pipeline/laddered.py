"""Frames as they come, workers on a ladder, and a watch that publishes by the deadline."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from vlm_driving.core import Outcome, SceneReport
from vlm_driving.pipeline.accounts import Waiting
from vlm_driving.pipeline.answer import Verdict
from vlm_driving.pipeline.asking import ShownPicture
from vlm_driving.pipeline.camera_slots import CameraSlots
from vlm_driving.pipeline.canary import Canary
from vlm_driving.pipeline.collector import Collector
from vlm_driving.pipeline.desk import Clock, Publish, ReportDesk
from vlm_driving.pipeline.dispatcher import Dispatcher
from vlm_driving.pipeline.health import PipelineHealth, backends_health
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.offered import OfferedFrame
from vlm_driving.pipeline.options import KEPT_A_CAMERA, LadderOptions, Tuning
from vlm_driving.pipeline.outbox import Outbox
from vlm_driving.pipeline.pinning import Pinning
from vlm_driving.pipeline.pool import WorkerPool
from vlm_driving.pipeline.punctuality import Punctuality
from vlm_driving.pipeline.question_desk import QuestionDesk
from vlm_driving.pipeline.rungs import Rung, advice_ns, all_end
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.pipeline.stalls import MACHINE
from vlm_driving.pipeline.threads import Threads
from vlm_driving.pipeline.vehicle import VehicleAdvice
from vlm_driving.pipeline.vehicle_desk import VehicleDesk
from vlm_driving.pipeline.watch import Watch

ENDED = "the pipeline ended before work on it began"
_LAST_REPORTS_S = 1.0


class LadderPipeline:
    """Exactly one report for each offered frame, under deadlines, whatever workers do.

    Threads: the one that offers (never waits), the dispatcher, the watch, the publisher, the
    canary, and a reader for each worker. Inference runs in the workers alone.

    Attributes:
        pinning: holds pictures for questions; None for a pipeline without questions.
        rungs: the backends in ladder order.
    """

    def __init__(
        self,
        pool: WorkerPool,
        options: LadderOptions,
        publish: Publish,
        settings: PipelineSettings,
        clock: Clock = time.monotonic_ns,
    ) -> None:
        """Begin nothing yet.

        Args:
            pool: workers that are up.
            options: how the ladder decides.
            publish: takes the reports, in a thread of its own; it may take its time.
            settings: how long a frame may take.
            clock: monotonic nanoseconds.

        Raises:
            ValueError: if questions are to be taken and the pool has no room for their pictures.
        """
        options.check_room(pool.options.kept_frames)
        self._pool = pool
        self._clock = clock
        self._options = options
        self._retuning = threading.Lock()
        self._canary = Canary()
        self._collector = Collector(clock=clock)
        self._vehicle = VehicleDesk(clock, options.vehicle)
        self._punctuality = Punctuality(self._canary.stalls)
        self._outbox = Outbox(publish, clock)
        self._desk = ReportDesk(self._outbox.put, settings, clock, self._note)
        self._slots: CameraSlots[Job] = CameraSlots(
            options.cameras, clock, lambda: advice_ns(self.rungs, clock())
        )
        self._questions: QuestionDesk[ShownPicture] | None = None
        if options.reply is not None:
            self._questions = QuestionDesk(
                options.reply,
                clock,
                options.questions,
                lambda picture: pool.memory.release(picture.placed.slot),
                KEPT_A_CAMERA,
            )
        self.pinning = None if self._questions is None else Pinning(pool.memory, self._questions)
        self._watch = Watch(self._time_out, clock, self._questions, self._canary.wakes_late_ms)
        cores = pool.options.cores
        self.rungs = tuple(
            Rung(name, handle, cores.get(name, name)) for name, handle in pool.handles.items()
        )
        self._dispatcher = Dispatcher(
            self._desk,
            self._slots,
            pool.memory,
            self.rungs,
            self._watch.remove,
            clock,
            pool.next_number,
            options.ladder,
            options.breaker,
            self._questions,
            self._stalled_ms,
            self._collect,
            self._canary.wakes_late_ms,
        )
        self._threads = Threads(
            {
                "dispatcher": self._dispatcher.run,
                "watch": self._watch.run,
                "publisher": self._outbox.run,
            },
            self._stop,
        )

    def start(self) -> None:
        """Begin to answer."""
        self._pool.listen(self._dispatcher.hear)
        self._collector.open()
        self._canary.start()
        self._threads.start()

    def offer(self, frame: OfferedFrame) -> None:
        """Hand in the newest frame of its camera; an older one that still waits is dropped.

        Raises what was raised in another thread, if it was: that is a fault of ours.

        Raises:
            ValueError: for a camera that is not among those of the options.
        """
        self._raise_fault()
        self._slots.check(frame.camera)
        job = self._desk.admit(frame)
        if job is None:
            return
        self._watch.add(job)
        until = job.work_until(self._canary.wakes_late_ms())
        waiting = Waiting(frame.arrived_ns, None if until is None else until.monotonic_ns)
        lost = self._slots.put(frame.camera, job, waiting)
        if lost is not None:
            self._desk.close(lost.item, Verdict(Outcome.DROPPED, reason=lost.reason))
            self._watch.remove(lost.item)
        self._dispatcher.wake()

    def ask(
        self,
        text: str,
        camera: str | None = None,
        stamp_ns: int | None = None,
        sequence: int | None = None,
    ) -> int:
        """Ask about the frame that was shown last, or the last one of those that are named.

        Returns the question's id; its answer comes by the `reply` of the options, exactly once.

        Raises:
            ValueError: for a pipeline without questions.
        """
        if self._questions is None:
            raise ValueError("this pipeline takes no questions")
        number = self._questions.ask(text, camera, stamp_ns, sequence)
        self._watch.wake()
        self._dispatcher.wake()
        return number

    def retune(self, tuning: Tuning) -> None:
        """Change what `tuning` names, all of it or nothing, from any thread while frames run.

        Frames and questions that are here already keep their deadlines, their budget, and what the
        model is asked about them. The time that advice stands is new at once. No worker is told.

        Raises:
            UserError: for a value that is none, such as a task prompt with a control code.
            ValueError: for other cameras than those of the options, more waiting questions than
                the pool has room for, or a budget where there was none.
        """
        with self._retuning:
            settings = tuning.of(self._desk.settings)
            if tuning.questions is not None:
                wanted = replace(self._options, questions=tuning.questions)
                wanted.check_room(self._pool.options.kept_frames)
            if tuning.cameras is not None:
                self._slots.retune(tuning.cameras)
            if tuning.vehicle is not None:
                self._vehicle.settings = tuning.vehicle
            if tuning.questions is not None and self._questions is not None:
                self._questions.settings = tuning.questions
            self._desk.settings = settings
        self._dispatcher.wake()

    @property
    def settings(self) -> PipelineSettings:
        """Those of the frames that are offered now."""
        return self._desk.settings

    def vehicle_advice(self) -> VehicleAdvice | None:
        """The vehicle's one advice now; None while none is fresh."""
        return self._vehicle.advice()

    def forget_advice(self) -> None:
        """What the vehicle was advised so far counts no longer, fresh or not."""
        self._vehicle.forget()

    def health(self) -> PipelineHealth:
        """How everything is now."""
        return PipelineHealth(
            backends_health(self.rungs, self._clock(), self._options.breaker),
            self._punctuality.late,
            self._punctuality.explained,
            self._punctuality.reports,
            self._canary.stalls(),
            self._outbox.slowest_ms,
            self._outbox.lost,
        )

    def close(self, patience_s: float = 2.0, begin_waiting: bool = True) -> bool:
        """Answer what is still here and stop; the pool stays up.

        Without a deadline the last frame is waited for as long as it takes.

        Args:
            patience_s: for a backend that does not come to an end.
            begin_waiting: whether frames that wait are begun; else they are reported as dropped,
                and only what is in work is answered.

        Returns:
            Whether every backend had come to an end with its last frame, and every report was
            taken.
        """
        self._slots.close()
        if not begin_waiting:
            for job in self._slots.clear():
                self._desk.close(job, Verdict(Outcome.DROPPED, reason=ENDED))
                self._watch.remove(job)
        if self._questions is not None:
            self._questions.close()
        self._dispatcher.finish()
        has_budget = self._desk.settings.budget_ms is not None
        if has_budget:
            self._watch.wait_until_idle()
        tidy = self._threads.join("dispatcher", patience_s if has_budget else None)
        self._dispatcher.stop()
        tidy = self._threads.join("dispatcher", patience_s) and tidy  # may hang in a frame's `load`
        tidy = all_end(self.rungs, patience_s if has_budget else 0.0) and tidy
        self._watch.stop()
        self._threads.join("watch")
        self._pool.listen(None)
        self._outbox.finish()
        tidy = self._threads.join("publisher", patience_s) and tidy
        self._outbox.stop()  # one who never comes back is left behind
        self._canary.stop()
        self._collector.close()
        self._raise_fault()
        return tidy

    def _note(self, job: Job, report: SceneReport, closed_ns: int) -> None:
        """A report is out: only now is there time to look at anything else."""
        self._vehicle.hear(job.frame, report)
        if report.outcome.worked_on:
            self._punctuality.note(job, closed_ns)

    def _stalled_ms(self, begin_ns: int, end_ns: int) -> float:
        return self._canary.stalled_ms(begin_ns, end_ns, MACHINE)

    def _collect(self) -> None:
        """Look for garbage, if no report is due soon."""
        self._collector.turn(self._watch.next_due_ns())

    def _stop(self, failed: str) -> None:
        """After a fault of ours: end everything, but not without a report for each open frame."""
        self._watch.stop()
        self._dispatcher.stop()
        if failed != "watch":
            self._threads.join("watch", _LAST_REPORTS_S)
        if failed == "publisher":
            self._outbox.stop()
        else:
            self._outbox.finish()

    def _raise_fault(self) -> None:
        self._threads.raise_fault()
        self._pool.raise_fault()

    def _time_out(self, job: Job) -> None:
        """Close a report whose time is up, with what has arrived."""
        if job.started_ns is None and self._slots.discard(job):
            reason = "every backend was busy until the deadline"
            self._desk.close(job, Verdict(Outcome.TIMEOUT, reason=reason))
            return
        self._desk.close(job)
        self._dispatcher.closed(job)
