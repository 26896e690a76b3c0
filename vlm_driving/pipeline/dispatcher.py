"""The one thread that decides: begins frames, hears workers, and lets the ladder race them."""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vlm_driving.core import Outcome
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.answer import Verdict
from vlm_driving.pipeline.asking import Asking, ShownPicture
from vlm_driving.pipeline.breaker import BreakerSettings, Ending
from vlm_driving.pipeline.camera_slots import CameraSlots, Taken
from vlm_driving.pipeline.desk import Clock, ReportDesk
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.ladder import plan
from vlm_driving.pipeline.ladder_race import begin
from vlm_driving.pipeline.ladder_state import Failed, Freed, Tick
from vlm_driving.pipeline.ladder_view import LadderSettings
from vlm_driving.pipeline.ladder_wake import wake_ns
from vlm_driving.pipeline.placing import ALL_TAKEN, place
from vlm_driving.pipeline.question_desk import QuestionDesk
from vlm_driving.pipeline.race import Race
from vlm_driving.pipeline.races import Races
from vlm_driving.pipeline.rungs import Rung, can_begin
from vlm_driving.pipeline.workers import messages
from vlm_driving.pipeline.workers.memory import FrameMemory
from vlm_driving.pipeline.workers.states import Changed, News, WorkerState
from vlm_driving.runtime.events import Done

MOST_WAIT_S = 1.0
"""Waited at a time: figures that decide may have changed without a word."""
QUESTION_WAIT_S = 0.02
"""The same while a question waits: a camera that falls silent leaves room without a word."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The watch has closed the report of a job."""

    job: Job


class Dispatcher:
    """Runs in a thread of its own; the other methods are for any thread and never wait."""

    def __init__(
        self,
        desk: ReportDesk,
        slots: CameraSlots[Job],
        memory: FrameMemory,
        rungs: Sequence[Rung],
        settled: Callable[[Job], None],
        clock: Clock,
        next_number: Callable[[], int],
        ladder: LadderSettings | None = None,
        breaker: BreakerSettings | None = None,
        questions: QuestionDesk[ShownPicture] | None = None,
        stalled_ms: Callable[[int, int], float] = lambda begin_ns, end_ns: 0.0,
        between: Callable[[], object] = lambda: None,
        wakes_late_ms: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Decide nothing yet.

        Args:
            desk: closes reports.
            slots: where frames wait.
            memory: where workers read them.
            rungs: the backends in ladder order.
            settled: told of each job whose report is out by this thread.
            clock: monotonic nanoseconds.
            next_number: counts requests, across all dispatchers that the workers ever had.
            ladder: how the ladder reckons.
            breaker: when a backend counts as broken.
            questions: where they are asked; None for a pipeline that takes none.
            stalled_ms: how much of an interval the machine stood still.
            between: called after each round, when everything is decided for now.
            wakes_late_ms: how late threads have woken lately.
        """
        self._desk = desk
        self._slots = slots
        self._memory = memory
        self._rungs = {rung.name: rung for rung in rungs}
        self._settled = settled
        self._clock = clock
        self._next_number = next_number
        self._between = between
        self._wakes_late_ms = wakes_late_ms
        self._ladder = ladder or LadderSettings()
        self._breaker = breaker or BreakerSettings()
        self._asking = None
        if questions is not None:
            self._asking = Asking(questions, slots, self._rungs, clock, self._ladder, self._breaker)
        self._inbox: queue.SimpleQueue[tuple[str, News] | Closed | None] = queue.SimpleQueue()
        self._races = Races(
            self._rungs,
            self._publish,
            self._looked,
            self._race_over,
            clock,
            self._breaker,
            stalled_ms,
        )
        self._again_ns: int | None = None
        self._told_ns = self._gave_way_ns = clock()
        self._ending = False
        self._stopped = False

    def hear(self, name: str, news: News) -> None:
        """Take in news of a worker."""
        self._inbox.put((name, news))

    def closed(self, job: Job) -> None:
        """Take in that the watch has closed the report of `job`."""
        self._inbox.put(Closed(job))

    def wake(self) -> None:
        """Look at the slots: a frame has come."""
        self._inbox.put(None)

    def finish(self) -> None:
        """End once every frame has its report; the slots are closed already."""
        self._ending = True
        self._inbox.put(None)

    def stop(self) -> None:
        """End now."""
        self._stopped = True
        self._inbox.put(None)

    def run(self) -> None:
        """Decide until ended."""
        try:
            while self.turn():
                pass
        finally:
            self._let_go()

    def turn(self, most_wait_s: float = MOST_WAIT_S) -> bool:
        """One round: begin what can be, wait for news, and see what it means; False at the end."""
        if self._asking is not None:
            self._gave_way_ns = self._clock()
            self._asking.give_way()
        self._begin_frames()
        self._begin_question()
        if self._stopped or (self._ending and not self._races and self._slots.empty):
            return False
        self._take_in(min(most_wait_s, self.wait_s()))
        self._told_ns = self._clock()
        self._races.tell_all(Tick())
        self._between()
        return True

    def wait_s(self) -> float:
        """How long nothing will be due by time alone."""
        now_ns = self._clock()
        # From when they were last told the time: an instant that has passed since is due now.
        due = [wake_ns(race.state, self._told_ns) for race in self._races]
        asking_ns = None if self._asking is None else self._asking.wake_ns(self._gave_way_ns)
        ends = [one - now_ns for one in (*due, self._again_ns, asking_ns) if one is not None]
        most_s = MOST_WAIT_S
        if self._asking is not None and self._asking.waits:
            most_s = QUESTION_WAIT_S
        return min([most_s, *(max(0, one) / NS_PER_MS / 1000 for one in ends)])

    def _take_in(self, wait_s: float) -> None:
        """Everything that has come, waiting for the first of it."""
        try:
            item = self._inbox.get(timeout=wait_s)
            while True:
                if isinstance(item, Closed):
                    self._races.hear_closed(item.job)
                elif item is not None:
                    self._hear_worker(*item)
                item = self._inbox.get_nowait()
        except queue.Empty:
            return

    def _begin_frames(self) -> None:
        self._again_ns = None
        while self._can_begin():
            taken, self._again_ns = self._slots.poll()
            if taken is None:
                return
            self._begin(taken)

    def _can_begin(self) -> bool:
        """Whether a frame is to leave its slot, where a newer one can still take its place."""
        if self._races.undecided or (self._asking is not None and self._asking.holds_frames):
            return False
        now_ns = self._clock()
        return can_begin([rung.view(now_ns, self._breaker) for rung in self._rungs.values()])

    def _begin(self, taken: Taken[Job]) -> None:
        job = taken.item
        image = self._desk.open(job)
        if image is None:
            self._over(job, taken)
            return
        placed = place(self._memory, image)
        if placed is None:
            self._desk.close(job, Verdict(Outcome.NO_BACKEND, reason=ALL_TAKEN))
            self._over(job, taken)
            return
        until = job.work_until(self._wakes_late_ms())
        now_ns = self._clock()
        views = [rung.view(now_ns, self._breaker) for rung in self._rungs.values()]
        until_ns = None if until is None else until.monotonic_ns
        state = begin(plan(views, now_ns, until_ns, self._ladder))
        self._races.begin(Race(self._next_number(), job, taken, placed, state))

    def _begin_question(self) -> None:
        """Ask what there is time for, between frames."""
        if self._asking is None or self._races.undecided or self._ending:
            return
        self._asking.begin(self._next_number)

    def _hear_worker(self, name: str, news: News) -> None:
        if isinstance(news, Changed):
            if news.state is WorkerState.READY:
                self._races.tell_all(Freed(name))
            elif news.state is WorkerState.STOPPED:
                self._races.tell_all(Failed(name, Ending.CRASH))  # who waits for it waits for ever
            return
        if self._asking is None or not self._asking.hear(name, news):
            self._races.hear(name, news)
        if not isinstance(news, messages.Said) or isinstance(news.event, Done):
            self._races.tell_all(Freed(name))

    def _publish(self, job: Job) -> None:
        self._desk.close(job)
        self._settled(job)

    def _looked(self, rung: Rung, job: Job) -> None:
        if self._asking is not None:
            self._asking.looks_at(rung, job)

    def _race_over(self, race: Race) -> None:
        """Nothing more is to come about a frame: it can be asked about, or its place is free."""
        if self._asking is not None and race.answers:
            self._asking.show(race.job, race.placed)
        else:
            self._memory.release(race.placed.slot)
        self._slots.finished(race.taken)

    def _let_go(self) -> None:
        """Nobody hears of anything any more: the places of pictures are free."""
        if self._asking is not None:
            self._asking.close()
        for race in self._races:
            self._memory.release(race.placed.slot)

    def _over(self, job: Job, taken: Taken[Job]) -> None:
        self._slots.finished(taken)
        self._settled(job)
