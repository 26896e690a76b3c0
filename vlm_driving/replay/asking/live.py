"""Questions in real time: on pinned frames, within their budget, while the recording goes on.

The recording never waits for a question. A frame that is asked about is pinned as soon as its
report is out, whatever the report says: a frame that was dropped for a newer one is asked about
all the same. On one frame one question is asked at a time, as by one person, each with its whole
budget: its own and the baseline's in turns, so that neither have an easier time. Several frames
are asked about side by side, as many as there is room for; the others stay in line here. What is
still in line when the recording ends is asked then, and counted: no frame competes with it any
more.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vlm_driving.core import SceneReport, UserError
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.evaluation.questions import Question
from vlm_driving.pipeline import OfferedFrame
from vlm_driving.pipeline.desk import checked, sentence
from vlm_driving.pipeline.health import PipelineHealth
from vlm_driving.pipeline.placing import ALL_TAKEN
from vlm_driving.pipeline.questions import QuestionAnswer, QuestionSettings
from vlm_driving.replay.asking.answers import OnPicture, RunAnswers
from vlm_driving.replay.asking.asked_pipeline import AskedPipeline
from vlm_driving.replay.asking.plan import Sheet
from vlm_driving.replay.asking.rows import ANSWERED, MALFORMED, NO_BACKEND, Said, Shown

_LOOK_AGAIN_S = 0.01
_REPORTS_S = 5.0
"""How long the reports of the last frames are waited for, beyond their budget."""
_REPLY_S = 10.0
"""Beyond its budget; a pipeline that is up answers every question in time."""
_HEARD_OUT_S = 2.0
"""How long an answer is waited for when the run is to end: the budget may be a day."""


_Due = tuple[OfferedFrame, Sheet]


@dataclass(slots=True, eq=False)
class _Lane:
    """A pinned frame that is being asked about.

    Attributes:
        frame: as it was offered.
        rest: questions that are still to be asked on it; True: for the baseline.
        asked: the one that has no answer yet.
        waited_ms: from the arrival of the frame to the asking of that one.
    """

    frame: OfferedFrame
    rest: deque[tuple[Question, bool]]
    asked: tuple[Question, bool] | None = None
    waited_ms: float = 0.0


class LiveAsker:
    """Asks what the sheets hold about frames whose reports are out, in a thread of its own.

    Attributes:
        after_last: questions that were asked when the last frame had been offered.
        failure: why the files could not be written, if so; the run is to end then.
    """

    def __init__(
        self,
        sheets: Mapping[int, Sheet],
        answers: RunAnswers,
        on_picture: OnPicture,
        stop: threading.Event,
        settings: QuestionSettings,
        report_budget_ms: float = 0.0,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Begin nothing yet.

        Args:
            sheets: by the stamp of the frame.
            answers: take every row.
            on_picture: told of each picture that is asked about.
            stop: the run is to end; what was not asked by then is left out. Set on a failure.
            settings: of the pipeline's questions.
            report_budget_ms: of the frames.
            clock: monotonic nanoseconds.
        """
        self.after_last = 0
        self.failure: UserError | None = None
        self._fault: Exception | None = None
        self._sheets = dict(sheets)
        self._answers = answers
        self._on_picture = on_picture
        self._stop = stop
        self._patience_s = settings.budget_ms / 1000 + _REPLY_S
        self._reports_s = report_budget_ms / 1000 + _REPORTS_S
        # A place for each of their pictures, and one for a picture that is being pinned.
        self._most_lanes = max(1, settings.most_waiting - 1)
        self._clock = clock
        self._over = threading.Event()
        self._offered: dict[int, _Due] = {}
        self._events: queue.SimpleQueue[_Due | QuestionAnswer | None] = queue.SimpleQueue()
        self._lanes: dict[int, _Lane] = {}
        self._line: deque[_Due] = deque()
        self._thread = threading.Thread(target=self._run, name="asker", daemon=True)

    def reply(self, answer: QuestionAnswer) -> None:
        """Take an answer; `reply` of the pipeline's options."""
        self._events.put(answer)

    def start(self, pipeline: AskedPipeline) -> None:
        """Begin to ask, on a pipeline that has begun."""
        self._pipeline = pipeline
        assert pipeline.pinning is not None
        self._pins = pipeline.pinning
        self._thread.start()

    def offered(self, frame: OfferedFrame) -> None:
        """A frame is about to be offered: of several with one stamp the first is asked about."""
        sheet = self._sheets.pop(frame.stamp_ns, None)
        if sheet is not None:
            self._offered[frame.sequence] = (frame, sheet)

    def reported(self, report: SceneReport) -> None:
        """The report of a frame is out: now it is asked about."""
        due = self._offered.pop(report.sequence, None)
        if due is not None:
            self._events.put(due)

    def finish(self) -> None:
        """The last frame was offered: ask what is left, unless the run is to stop.

        Who has been asked then is heard out for a moment; the end of the pipeline answers the rest.
        """
        until_s = time.monotonic() + self._reports_s
        while self._offered and time.monotonic() < until_s and not self._stop.is_set():
            time.sleep(_LOOK_AGAIN_S)
        self._over.set()
        self._events.put(None)
        until_s = math.inf
        # In short waits, in which a signal is handled.
        while self._thread.is_alive() and time.monotonic() < until_s:
            self._thread.join(_LOOK_AGAIN_S)
            if self._stop.is_set():
                until_s = min(until_s, time.monotonic() + _HEARD_OUT_S)

    def join(self) -> None:
        """The pipeline has ended, and with it every question. Raises what was a fault of ours."""
        self._thread.join()
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        try:
            self._ask_all()
        except UserError as failure:  # the disk does not take the rows
            self.failure = failure
            self._stop.set()
        except Exception as fault:  # a run that loses answers must not end as if whole
            self._fault = fault
            self._stop.set()

    def _ask_all(self) -> None:
        """Until the end was told, nothing is in line and every question has its answer."""
        ended = False
        while not ended or self._lanes or self._line:
            try:
                event = self._events.get(timeout=self._patience_s)
            except queue.Empty:
                if not self._lanes:
                    continue
                raise RuntimeError(f"{len(self._lanes)} questions got no answer") from None
            if event is None:
                ended = True
            elif isinstance(event, QuestionAnswer):
                self._hear(event)
            else:
                self._line.append(event)
            if self._stop.is_set():
                self._line.clear()  # who has been asked is heard out
            while self._line and len(self._lanes) < self._most_lanes:
                self._begin(*self._line.popleft())

    def _begin(self, frame: OfferedFrame, sheet: Sheet) -> None:
        """Pin a frame, and ask the first question on it."""
        try:
            image = checked(frame.load())
        except Exception as fault:  # whatever a camera sent, the run goes on
            self._answers.tell_all(sheet, Said(MALFORMED, reason=sentence(fault)))
            return
        self._on_picture(frame.sequence, image)
        if not self._pins.pin(frame, image):
            self._answers.tell_all(sheet, Said(NO_BACKEND, reason=ALL_TAKEN))
            return
        self._next(_Lane(frame, deque(self._answers.in_turns(sheet))))

    def _next(self, lane: _Lane) -> None:
        """Ask the next question of a lane, or let its picture go."""
        if not lane.rest or self._stop.is_set():
            self._pins.unpin(lane.frame)
            return
        frame = lane.frame
        lane.asked = lane.rest.popleft()
        lane.waited_ms = (self._clock() - frame.arrived_ns) / NS_PER_MS
        self.after_last += self._over.is_set()
        number = self._pipeline.ask(
            lane.asked[0].text, frame.camera, frame.stamp_ns, frame.sequence
        )
        self._lanes[number] = lane  # its answer comes by an event, even if it is here already

    def _hear(self, answer: QuestionAnswer) -> None:
        lane = self._lanes.pop(answer.id)
        assert lane.asked is not None
        question, foreign = lane.asked
        shown = Shown(lane.frame.sequence, lane.frame.stamp_ns)
        self._answers.add(question, _said(answer, lane.waited_ms), shown, foreign)
        self._next(lane)


class AskedLive:
    """A pipeline whose frames are asked about. Satisfies `loop.Live`."""

    def __init__(self, pipeline: AskedPipeline, asker: LiveAsker) -> None:
        self._pipeline = pipeline
        self._asker = asker

    def start(self) -> None:
        """Begin to answer, and to ask."""
        self._pipeline.start()
        self._asker.start(self._pipeline)

    def offer(self, frame: OfferedFrame) -> None:
        """Hand in the newest frame; never waits."""
        self._asker.offered(frame)
        self._pipeline.offer(frame)

    def close(self) -> bool:
        """Ask and answer what is left; False when a backend hung and was left behind."""
        try:
            self._asker.finish()
        finally:
            tidy = self._pipeline.close()
        self._asker.join()
        return tidy

    def health(self) -> PipelineHealth:
        """How everything is now."""
        return self._pipeline.health()


def _said(answer: QuestionAnswer, waited_ms: float) -> Said:
    """A pipeline's answer as a row; what it says in place of one is no answer to be judged."""
    outcome = answer.outcome.value
    text = answer.text_ja if outcome in ANSWERED else ""
    latency_ms = None if answer.backend is None else answer.latency_ms
    return Said(outcome, text, latency_ms, answer.reason, answer.backend, waited_ms)
