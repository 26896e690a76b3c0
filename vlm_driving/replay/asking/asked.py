"""The questions of one replay: asked in either pace, written, and scored at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import SceneReport, UserError
from vlm_driving.pipeline import OfferedFrame, PipelineSettings, Publish
from vlm_driving.pipeline.desk import checked, sentence
from vlm_driving.pipeline.question_desk import Reply
from vlm_driving.pipeline.questions import QuestionSettings
from vlm_driving.replay.asking.answers import OnPicture, OnProgress, RunAnswers
from vlm_driving.replay.asking.asked_pipeline import AskedPipeline
from vlm_driving.replay.asking.here import Asked, ask_here
from vlm_driving.replay.asking.live import AskedLive, LiveAsker
from vlm_driving.replay.asking.plan_replay import QuestionPlan
from vlm_driving.replay.asking.rows import DROPPED, MALFORMED, MISSING, Said, Shown
from vlm_driving.replay.asking.scoring import default_judge, score_entries, score_run
from vlm_driving.replay.run_writer import write_error

QUESTIONS = "questions.jsonl"
OpenAsked = Callable[[Publish, PipelineSettings, str, Reply], AskedPipeline]
"""Makes a pipeline that keeps deadlines and takes questions, for the frames of one camera."""


@dataclass(frozen=True, slots=True)
class Results:
    """What came of the questions.

    Attributes:
        summary: entries of `summary.json`.
        problems: sentences for it.
        failure: why the files could not be written, if so.
    """

    summary: dict[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    failure: UserError | None = None


NOTHING_ASKED = Results()
_TOLD_FROM = 0.1
"""Questions on the last frames are asked behind them, always; from this share on it matters."""


class AskedRun:
    """Asks what a plan holds, and keeps its files.

    Attributes:
        plan: what is asked.
    """

    def __init__(
        self,
        plan: QuestionPlan,
        run: Path,
        model: str,
        settings: QuestionSettings | None,
        stop: threading.Event,
        on_picture: OnPicture,
        on_progress: OnProgress = lambda done, of: None,
    ) -> None:
        """Write the questions, and the rows of those that cannot be asked.

        Args:
            plan: what is asked.
            run: directory.
            model: name of the bundle.
            settings: of the pipeline's questions; None where there are no deadlines.
            stop: the run is to end.
            on_picture: told of each picture that is asked about.
            on_progress: told after every row.
        """
        self.plan = plan
        self._run = run
        self._stop = stop
        self._settings = settings
        self._on_picture = on_picture
        self._asker: LiveAsker | None = None
        self._failure: UserError | None = None
        self._sheets = dict(plan.sheets)
        try:
            (run / QUESTIONS).write_bytes(plan.text.encode("utf-8"))
        except OSError as fault:
            raise write_error(run / QUESTIONS, fault) from None
        self.answers = RunAnswers(run, plan.questions, plan.sheets.values(), model, on_progress)
        for question, reason in plan.missing:
            self.answers.add(question, Said(MISSING, reason=reason), None, foreign=False)
        self.answers.tell()

    def live(
        self, open_asked: OpenAsked, publish: Publish, settings: PipelineSettings, camera: str
    ) -> AskedLive:
        """A pipeline whose frames are asked about within the budget of questions."""
        assert self._settings is not None
        asker = LiveAsker(
            self._sheets,
            self.answers,
            self._on_picture,
            self._stop,
            self._settings,
            settings.budget_ms or 0.0,
        )

        def published(report: SceneReport, image_bgr: NDArray[np.uint8] | None) -> None:
            publish(report, image_bgr)
            asker.reported(report)

        self._asker = asker
        return AskedLive(open_asked(published, settings, camera, asker.reply), asker)

    def asks_here(
        self, engine: Asked, backend: str
    ) -> Callable[[OfferedFrame, NDArray[np.uint8] | None], None]:
        """Asks about a frame that was answered, in this thread and without a deadline.

        What it returns takes the frame and its picture as the engine was shown it, or None.
        """

        def ask(frame: OfferedFrame, image_bgr: NDArray[np.uint8] | None) -> None:
            try:
                self._ask_here(engine, backend, frame, image_bgr)
            except UserError as failure:  # the disk does not take the rows
                self._failure = failure
                self._stop.set()

        return ask

    def _ask_here(
        self,
        engine: Asked,
        backend: str,
        frame: OfferedFrame,
        image_bgr: NDArray[np.uint8] | None,
    ) -> None:
        sheet = self._sheets.pop(frame.stamp_ns, None)
        if sheet is None:
            return
        try:
            image = checked(frame.load()) if image_bgr is None else image_bgr
        except Exception as fault:  # whatever a camera sent, the run goes on
            self.answers.tell_all(sheet, Said(MALFORMED, reason=sentence(fault)))
            return
        self._on_picture(frame.sequence, image)
        shown = Shown(frame.sequence, frame.stamp_ns)
        for question, foreign in self.answers.open_on(sheet):
            if self._stop.is_set():
                return
            said = ask_here(engine, question.text, image, frame.known_speed_kmh, backend)
            self.answers.add(question, said, shown, foreign)

    def finish(self, fault: UserError | None) -> Results:
        """Give every question its row, and score.

        Args:
            fault: why the recording could not be read to its end, if so.
        """
        failure = self._failure if self._asker is None else self._asker.failure
        if failure is not None:
            return Results(failure=failure)
        try:
            if fault is None:
                left = self.answers.finish(DROPPED)
            else:
                left = self.answers.finish(MISSING, "the recording could not be read that far")
        except UserError as full:
            return Results(failure=full)
        problems = []
        if (complaint := self.plan.complaint()) is not None:
            problems.append(complaint)
        if left:
            why = "the run was stopped" if fault is None else "the recording ended early"
            problems.append(f"{left} were not asked, for {why}; they count with the lowest score.")
        after = 0 if self._asker is None else self._asker.after_last
        if after > len(self.plan.questions) * _TOLD_FROM:
            problems.append(
                f"{after} questions (the baseline's included) were still in line when the last "
                "frame had been offered; no frame competed with them."
            )
        summary: dict[str, Any] = {
            "score": None,
            "questions": {
                **self.plan.describe(),
                "budget_ms": None if self._settings is None else self._settings.budget_ms,
                "asked_after_last_frame": after,
                **self.answers.figures(),
                "judge": None,
            },
        }
        try:
            judge = default_judge(self.plan.questions)
            scored = score_run(self._run, self.plan.questions, judge)
        except UserError as nothing:
            problems.append(str(nothing))
        else:
            summary["score"] = scored["score"]
            summary["questions"] |= score_entries(scored)
        return Results(summary, tuple(problems))
