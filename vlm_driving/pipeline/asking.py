"""Questions between the frames: begun on a backend that is free, and made to give way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.breaker import BreakerSettings, Ending, Gate
from vlm_driving.pipeline.camera_slots import CameraSlots
from vlm_driving.pipeline.desk import Clock
from vlm_driving.pipeline.endings import ending_of
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.ladder_view import READY, LadderSettings
from vlm_driving.pipeline.latency import NEW_PICTURE, SAME_PICTURE, TOKEN
from vlm_driving.pipeline.placing import Placed
from vlm_driving.pipeline.question_desk import QuestionDesk, TakenQuestion
from vlm_driving.pipeline.questions import PictureKey, QuestionCosts, stop_at
from vlm_driving.pipeline.rungs import Rung
from vlm_driving.pipeline.workers import messages
from vlm_driving.pipeline.workers.states import WorkerState
from vlm_driving.runtime.events import Done, Finish, Sentence

_HORIZON_MS = 2_000.0
"""Frames that are expected later do not count yet: it is reckoned anew all the time."""


@dataclass(frozen=True, slots=True, eq=False)
class ShownPicture:
    """A picture that can be asked about, held in the workers' memory."""

    placed: Placed
    ego_speed_kmh: float | None


@dataclass(slots=True)
class _Asked:
    """The question in work.

    Attributes:
        id: of its request.
        rung: that answers it.
        taken: from the desk.
        same_picture: whether its picture was in the backend's cache.
        begun_ns: when it was sent.
        until_ns: when it has to stop.
        cancelled: whether the backend was told to.
        heard: whether a sentence has come.
    """

    id: int
    rung: Rung
    taken: TakenQuestion[ShownPicture]
    same_picture: bool
    begun_ns: int
    until_ns: int
    cancelled: bool = False
    heard: bool = False


def key_of(job: Job) -> PictureKey:
    """The name of a job's picture."""
    frame = job.frame
    return PictureKey(frame.camera, frame.stamp_ns, frame.sequence)


class Asking:
    """One question at a time. For the dispatcher's thread alone."""

    def __init__(
        self,
        desk: QuestionDesk[ShownPicture],
        slots: CameraSlots[Job],
        rungs: Mapping[str, Rung],
        clock: Clock,
        ladder: LadderSettings,
        breaker: BreakerSettings,
    ) -> None:
        self._desk = desk
        self._slots = slots
        self._rungs = rungs
        self._clock = clock
        self._ladder = ladder
        self._breaker = breaker
        self._asked: _Asked | None = None
        self._looked: dict[str, tuple[int, PictureKey]] = {}
        """What each backend has looked at last, and in which of its lives."""

    def looks_at(self, rung: Rung, job: Job) -> None:
        """A backend was given a frame: its picture will be in the cache."""
        self._looked[rung.name] = (rung.worker.status.starts, key_of(job))

    def show(self, job: Job, placed: Placed) -> None:
        """The report of `job` is out; the hold on its place is now the desk's."""
        self._desk.shown(key_of(job), ShownPicture(placed, job.frame.known_speed_kmh))

    def begin(self, next_number: Callable[[], int]) -> bool:
        """Begin the question whose turn it is as the next request; False if there is none."""
        now_ns = self._clock()
        idle = self._asked is None and self._desk.waiting
        rung = self._free(now_ns) if idle else None
        if rung is None:
            return False
        starts, looked = self._looked.get(rung.name, (0, None))
        cached = looked if starts == rung.worker.status.starts else None
        room_ns, costs = self._room_ns(rung, now_ns), self._costs(rung, now_ns)
        taken = self._desk.turn(room_ns, costs, cached, rung.name)
        if taken is None:
            return False
        picture, key, number = taken.picture, taken.question.picture, next_number()
        request = messages.Request(
            number,
            picture.placed.slot,
            picture.placed.shape,
            picture.ego_speed_kmh,
            taken.until_ns,
            taken.question.text,
        )
        if not rung.submit(request):
            self._desk.ended(taken.question.id, Finish.NO_ADVICE)
            return False
        self._looked[rung.name] = (rung.worker.status.starts, key)
        self._asked = _Asked(number, rung, taken, key == cached, now_ns, taken.until_ns)
        return True

    def give_way(self) -> None:
        """Reckon anew, as a frame may have come, and stop the question if its time is over."""
        asked, now_ns = self._asked, self._clock()
        if asked is None or asked.cancelled:
            return
        room_ns = self._room_ns(asked.rung, now_ns)
        closes_ns = asked.taken.question.closes_ns
        until_ns = stop_at(now_ns, room_ns, self._costs(asked.rung, now_ns), closes_ns)
        asked.until_ns = min(asked.until_ns, until_ns)
        if now_ns >= asked.until_ns:
            asked.cancelled = True
            asked.rung.worker.cancel(asked.id)

    def wake_ns(self, since_ns: int) -> int | None:
        """When `give_way` may have something to do, or a question that should have ended did not.

        None for not by time.

        Args:
            since_ns: when it was last called: what has come due since is due now.
        """
        asked = self._asked
        if asked is None:
            return None
        token_ns = self._costs(asked.rung, since_ns).token_ns
        ends = (asked.until_ns, asked.until_ns + token_ns)
        return min((at_ns for at_ns in ends if at_ns > since_ns), default=None)

    @property
    def waits(self) -> bool:
        """Whether a question waits for its turn, which may come by time alone."""
        return self._asked is None and self._desk.waiting

    def close(self) -> None:
        """Let go of the question in work: nobody will hear its end."""
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.rung.worker.cancel(asked.id)
            self._desk.failed(asked.taken.question.id, "the pipeline is closing")

    @property
    def holds_frames(self) -> bool:
        """Whether frames wait for the question in work: it ends in time, or has only just not."""
        asked, now_ns = self._asked, self._clock()
        if asked is None or asked.rung.worker.status.state is not WorkerState.BUSY:
            return False
        return now_ns < asked.until_ns + self._costs(asked.rung, now_ns).token_ns

    @property
    def idle(self) -> bool:
        """Whether no question is in work."""
        return self._asked is None

    def hear(self, name: str, news: messages.Said | messages.Cancelled | messages.Failed) -> bool:
        """Take in news of a question; False if it is of something else."""
        asked = self._asked
        if asked is None or asked.id != news.id or asked.rung.name != name:
            return False
        number = asked.taken.question.id
        if isinstance(news, messages.Said):
            self._hear_event(asked, number, news)
            return True
        self._asked = None
        if isinstance(news, messages.Cancelled):
            self._desk.ended(number, Finish.NO_ADVICE)  # it gave way
            return True
        self._desk.failed(number, news.reason, refused=news.refused)
        if not news.refused:
            asked.rung.last_failure = news.reason
            alive = asked.rung.worker.status.state is WorkerState.READY
            how = ending_of(news.reason, alive)
            asked.rung.judge(how, asked.begun_ns, self._clock(), self._breaker)
        return True

    def _hear_event(self, asked: _Asked, number: int, said: messages.Said) -> None:
        event, latencies = said.event, asked.rung.latencies
        at_ns = min(max(said.at_ns, asked.begun_ns), self._clock())
        if isinstance(event, Sentence):
            if not asked.heard:
                stage = SAME_PICTURE if asked.same_picture else NEW_PICTURE
                took_ms = (at_ns - asked.begun_ns) / NS_PER_MS
                latencies.add(stage, took_ms, at_ns)
            asked.heard = True
            self._desk.sentence(number, event.text)
        elif isinstance(event, Done):
            self._asked = None
            asked.rung.measure_token(event, at_ns)
            asked.rung.judge(Ending.SUCCESS, asked.begun_ns, at_ns, self._breaker)
            self._desk.ended(number, event.finish)

    def _free(self, now_ns: int) -> Rung | None:
        """The best-preferred healthy backend that is free."""
        for rung in self._rungs.values():
            view = rung.view(now_ns, self._breaker)
            if view.state == READY and view.gate is Gate.CLOSED:
                return rung
        return None

    def _room_ns(self, rung: Rung, now_ns: int) -> int | None:
        need_ns = rung.view(now_ns, self._breaker).need_ns(self._ladder)
        budget_ms = min(self._desk.settings.budget_ms, _HORIZON_MS)
        horizon_ns = round(budget_ms * NS_PER_MS)
        return self._slots.room_ns(need_ns, horizon_ns)

    @staticmethod
    def _costs(rung: Rung, now_ns: int) -> QuestionCosts:
        new, same, token = (
            rung.latencies.quantile(stage, 0.99, now_ns)
            for stage in (NEW_PICTURE, SAME_PICTURE, TOKEN)
        )
        return QuestionCosts(new, same, token)
