"""The frames in work: what the ladder says about each is done here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.answer import AnswerSoFar
from vlm_driving.pipeline.breaker import BreakerSettings, Ending
from vlm_driving.pipeline.desk import Clock
from vlm_driving.pipeline.endings import ending_of
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.ladder_race import react
from vlm_driving.pipeline.ladder_state import (
    Advised,
    Cancel,
    Close,
    CountLate,
    Failed,
    Finished,
    Judge,
    Nearing,
    Publish,
    RaceEvent,
    Refused,
    Start,
    Tick,
)
from vlm_driving.pipeline.latency import ADVICE, DONE
from vlm_driving.pipeline.race import Race
from vlm_driving.pipeline.rungs import Rung
from vlm_driving.pipeline.workers import messages
from vlm_driving.pipeline.workers.states import WorkerState
from vlm_driving.runtime.events import AdviceDecoded, Done, Stage, StageBegun


class Races:
    """For the dispatcher's thread alone."""

    def __init__(
        self,
        rungs: Mapping[str, Rung],
        publish: Callable[[Job], None],
        looked: Callable[[Rung, Job], None],
        over: Callable[[Race], None],
        clock: Clock,
        breaker: BreakerSettings,
        stalled_ms: Callable[[int, int], float],
    ) -> None:
        """Nothing is in work yet.

        Args:
            rungs: the backends by name.
            publish: closes the report of a job as it stands.
            looked: told of each frame that a backend takes.
            over: told of each race in which nothing is to come any more.
            clock: monotonic nanoseconds.
            breaker: when a backend counts as broken.
            stalled_ms: how much of an interval the machine stood still.
        """
        self._rungs = rungs
        self._publish = publish
        self._looked = looked
        self._is_over = over
        self._clock = clock
        self._breaker = breaker
        self._stalled_ms = stalled_ms
        self._races: dict[int, Race] = {}

    def __iter__(self) -> Iterator[Race]:
        return iter(list(self._races.values()))

    def __len__(self) -> int:
        return len(self._races)

    @property
    def undecided(self) -> bool:
        """Whether a frame is in work about which nobody has said anything yet."""
        return any(race.undecided for race in self)

    def begin(self, race: Race) -> None:
        """Let a race begin."""
        self._races[race.id] = race
        self._turn(race, Tick())

    def hear_closed(self, job: Job) -> None:
        """The watch has closed the report of a job."""
        for race in self:
            if race.job is job:
                self._turn(race, Close())

    def hear(self, name: str, news: messages.Said | messages.Cancelled | messages.Failed) -> None:
        """Take in what a backend says about one of the frames; late if it is no longer in work."""
        race = self._races.get(news.id or 0)
        if isinstance(news, messages.Failed):
            self._rungs[
                name
            ].last_failure = news.reason  # judged or not: somebody will want to know
        if race is None:
            if isinstance(news, messages.Said) and isinstance(news.event, AdviceDecoded):
                self._rungs[name].late += 1
            return
        if isinstance(news, messages.Said):
            self._hear_event(race, name, news)
        elif isinstance(news, messages.Cancelled):
            self._turn(race, Finished(name))
        else:
            alive = self._rungs[name].worker.status.state is WorkerState.READY
            self._turn(race, Failed(name, ending_of(news.reason, alive)))

    def tell_all(self, event: RaceEvent) -> None:
        """Something has happened that may matter to every frame."""
        for race in self:
            self._turn(race, event)

    def _hear_event(self, race: Race, name: str, said: messages.Said) -> None:
        rung, answer, event = self._rungs[name], race.answers.get(name), said.event
        if answer is None:
            return
        # A worker's clock is ours, but what it says of it may be anything.
        at_ns = min(max(said.at_ns, race.begun[name]), self._clock())
        race.job.hear(answer, event, at_ns)
        took_ms = (at_ns - race.begun[name]) / NS_PER_MS
        if isinstance(event, StageBegun) and event.stage is Stage.DECODE:
            self._turn(race, Nearing(name))
        elif isinstance(event, AdviceDecoded):
            rung.latencies.add(ADVICE, took_ms, at_ns)
            self._turn(race, Advised(name))
        elif isinstance(event, Done):
            rung.latencies.add(DONE, took_ms, at_ns)
            rung.measure(event, at_ns)
            self._turn(race, Finished(name))

    def _turn(self, race: Race, event: RaceEvent) -> None:
        """One step of a race, and whatever follows from it at once."""
        events = [event]
        while events:
            now_ns = self._clock()
            race.state, actions = react(race.state, events.pop(0), now_ns)
            self._explain(race)
            for action in actions:
                if isinstance(action, Start):
                    if not self._start(race, action, now_ns):
                        events.append(Refused(action.backend))
                elif isinstance(action, Cancel):
                    self._rungs[action.backend].worker.cancel(race.id)
                elif isinstance(action, Judge):
                    self._judge(action, race, now_ns)
                elif isinstance(action, CountLate):
                    self._rungs[action.backend].late += 1
                elif isinstance(action, Publish):
                    self._close_older(race)
                    self._publish(race.job)
        if race.state.over and self._races.pop(race.id, None) is not None:
            self._is_over(race)

    def _close_older(self, race: Race) -> None:
        """What was said about older frames of this camera is out first: nobody reads backwards."""
        for other in self:
            same = other.job.frame.camera == race.job.frame.camera
            if same and other.id < race.id and not other.job.closed:
                self._turn(other, Close())

    def _start(self, race: Race, action: Start, now_ns: int) -> bool:
        rung = self._rungs[action.backend]
        frame = race.job.frame
        request = messages.Request(
            race.id,
            race.placed.slot,
            race.placed.shape,
            frame.known_speed_kmh,
            action.until_ns,
            task=race.job.settings.task,
        )
        race.answers[rung.name] = AnswerSoFar()
        race.begun[rung.name] = now_ns
        if not rung.submit(request):
            return False
        rung.begin(now_ns, action.trial, self._breaker)
        self._looked(rung, race.job)
        return True

    def _judge(self, verdict: Judge, race: Race, now_ns: int) -> None:
        """Tell the breaker; a backend is not slow while the machine stands still."""
        how = verdict.how
        if how is Ending.SLOW:
            step = next(one for one in race.state.plan.steps if one.backend == verdict.backend)
            stalled_ns = self._stalled_ms(verdict.begun_ns, now_ns) * NS_PER_MS
            if now_ns - verdict.begun_ns - stalled_ns < step.need_ns:
                how = Ending.EXCUSED
        self._rungs[verdict.backend].judge(how, verdict.begun_ns, now_ns, self._breaker)

    def _explain(self, race: Race) -> None:
        """Let the report be closed by the watch, at any moment, as things stand now."""
        if not race.job.closed:
            named = race.named
            race.job.stand(race.standing(None if named is None else self._rungs[named].model))
