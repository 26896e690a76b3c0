"""One replay from the first check to the last file."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import SceneReport, UserError
from vlm_driving.evaluation.report import write_page
from vlm_driving.evaluation.run import load_run
from vlm_driving.evaluation.summary import Ending, summarize
from vlm_driving.pipeline import Answerer, PipelineSettings, Publish
from vlm_driving.pipeline.opening import LineUpEntry
from vlm_driving.replay.asking.asked import NOTHING_ASKED, AskedRun, OpenAsked
from vlm_driving.replay.asking.here import Asked
from vlm_driving.replay.asking.plan_replay import (
    QuestionPlan,
    complain,
    load_frame_questions,
    plan_replay,
)
from vlm_driving.replay.bag_out_open import BagOut, open_bag_out
from vlm_driving.replay.loop import After, Live, Replayed, replay_every_frame, replay_realtime
from vlm_driving.replay.machine import process_age_s
from vlm_driving.replay.options import Pace, ReplayOptions
from vlm_driving.replay.prefetch import Prefetch
from vlm_driving.replay.progress import Progress, open_progress
from vlm_driving.replay.recorded import RecordedFrame, RecordedSpeed
from vlm_driving.replay.run_settings import describe_run
from vlm_driving.replay.run_writer import RunWriter, create_run_dir
from vlm_driving.runtime.preprocess import PreprocessSpec

OpenLive = Callable[[Publish, PipelineSettings, str], Live]
"""Makes a pipeline that keeps deadlines, for the frames of one camera."""


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """A model that has answered its warm-up frames: in this process, or in workers.

    Attributes:
        name: of the bundle.
        backend: that runs it; of several the preferred one that is ready.
        load_ms: from opening the bundle to the end of the warm-up.
        spec: its preprocessing, so that JPEGs are decoded no larger than needed.
        answerer: answers frames in this process, one after the other.
        open_live: for frames under deadlines.
        close: ends what runs beside this process.
        line_up: every backend that was asked to be ready, the preferred one first.
        open_asked: as `open_live`, where questions are asked, too.
        answers_questions: whether the bundle can be asked any.
    """

    name: str
    backend: str
    load_ms: float
    spec: PreprocessSpec | None = None
    answerer: Answerer | None = None
    open_live: OpenLive | None = None
    close: Callable[[], object] = lambda: None
    line_up: Sequence[LineUpEntry] = ()
    open_asked: OpenAsked | None = None
    answers_questions: bool = False


class Source(Protocol):
    """An opened recording: one camera, and a speed topic where there is one."""

    spec: PreprocessSpec | None

    @property
    def camera(self) -> str:
        """Name of the camera."""
        ...

    @property
    def camera_topic(self) -> str:
        """Topic of its images."""
        ...

    @property
    def speed_topic(self) -> str | None:
        """Topic of the ego speed."""
        ...

    @property
    def expected_s(self) -> float | None:
        """Seconds of recording that will be replayed, where that is known beforehand."""
        ...

    def items(self) -> Iterable[RecordedFrame | RecordedSpeed]:
        """Frames and speeds in recorded order."""
        ...

    def problems(self) -> list[str]:
        """What was wrong with the recording, as far as it was read."""
        ...


OpenModel = Callable[[ReplayOptions], OpenedModel]
OpenSource = Callable[[ReplayOptions], AbstractContextManager[Source]]
OpenProgress = Callable[["float | None", "float | None"], Progress]


@dataclass(frozen=True, slots=True)
class Finished:
    """What is left of a replay: its directory and the object of its summary."""

    path: Path
    summary: dict[str, Any]


def run_replay(
    options: ReplayOptions,
    *,
    open_model: OpenModel,
    open_source: OpenSource,
    stop: threading.Event,
    show_progress: OpenProgress = open_progress,
) -> Finished:
    """Replay a recording into a new run directory.

    The recording is opened first, because most mistakes are in its name or topics; the
    model is loaded and warm before the first frame is offered. Setting `stop` ends the
    run early, with its summary.

    Raises:
        UserError: for what the user can mend. What was written before stays readable.
    """
    asks = None if options.questions is None else load_frame_questions(options.questions)
    with open_source(options) as source:
        plan = None
        if asks is not None:
            with open_source(options) as looked_through:
                plan = plan_replay(asks, looked_through, options.other_scene)
            complain(plan)
        path = create_run_dir(options.out)
        beside: BagOut | None = None
        try:
            beside = open_bag_out(options, source.camera, source.camera_topic, source.speed_topic)
            model = open_model(options)
            if plan is not None and not model.answers_questions:
                model.close()
                raise UserError(
                    f"{options.model} answers no questions (its bundle.json has no key question); "
                    "name another --model, or leave --questions out."
                )
        except BaseException:
            if beside is not None:
                beside.discard()
            # Ours, and nothing of a run is in it: the same --out can be named again.
            shutil.rmtree(path, ignore_errors=True)
            raise
        with closing(beside), closing(model):
            return _run(options, source, model, path, beside, stop, show_progress, plan)


def _run(
    options: ReplayOptions,
    source: Source,
    model: OpenedModel,
    path: Path,
    beside: BagOut,
    stop: threading.Event,
    show_progress: OpenProgress,
    plan: QuestionPlan | None,
) -> Finished:
    """The run itself, into the empty directory `path`."""
    source.spec = model.spec
    for one in model.line_up:
        if (complaint := one.complaint()) is not None:
            print(complaint, file=sys.stderr)
    settings = describe_run(options, source, model, plan)
    try:
        writer = RunWriter(path, settings, source.expected_s)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)  # ours, and nothing of a run is in it
        raise
    reports: list[SceneReport] = []
    noted = _Reports()
    begun_ns = time.monotonic_ns()
    with show_progress(options.deadline_budget_ms, source.expected_s) as progress:
        asked = None
        if plan is not None:
            asked = AskedRun(
                plan,
                path,
                model.name,
                options.question_settings,
                stop,
                writer.picture,
                progress.questions,
            )

        def publish(report: SceneReport, image_bgr: NDArray[np.uint8] | None) -> None:
            noted.note()
            writer.put(report, image_bgr)
            beside.put(report, image_bgr)
            reports.append(report)
            progress.report(report)
            if writer.stopped or beside.stopped:
                stop.set()

        replayed = _replay(options, source, model, publish, stop, asked)
    interrupted = stop.is_set() or replayed.fault is not None
    results = NOTHING_ASKED if asked is None else asked.finish(replayed.fault)
    missing = beside.finish(whole=not interrupted)
    writer.close()
    if writer.failure is not None:
        raise writer.failure
    ending = Ending(
        frames_offered=replayed.frames,
        interrupted=interrupted,
        wall_s=((noted.last_ns or time.monotonic_ns()) - begun_ns) / 1e9,
        recorded_s=replayed.recorded_s,
        first_report_s=noted.after_s,
        problems=(*source.problems(), *replayed.notes(), *missing, *results.problems),
        health=None if replayed.health is None else replayed.health.to_json(),
    )
    summary = summarize(reports, settings, ending) | results.summary
    writer.write_summary(summary)
    write_page(load_run(path), path / "report.html")
    fault = replayed.fault or beside.failure or results.failure
    if fault is not None:
        raise fault
    return Finished(path, summary)


def _replay(
    options: ReplayOptions,
    source: Source,
    model: OpenedModel,
    publish: Publish,
    stop: threading.Event,
    asked: AskedRun | None,
) -> Replayed:
    """Offer the recording at the pace asked for."""
    settings = PipelineSettings(
        budget_ms=options.deadline_budget_ms,
        backend=model.backend,
        model=model.name,
        frozen_after_frames=options.frozen_after_frames,
    )
    with Prefetch(source.items()) as items:
        if options.pace is Pace.EVERY_FRAME:
            if model.answerer is None:
                raise ValueError("every frame is answered in this process")
            after: After = lambda frame, image_bgr: None  # noqa: E731
            if asked is not None and isinstance(model.answerer, Asked):
                after = asked.asks_here(model.answerer, model.backend)
            return replay_every_frame(
                items,
                model.answerer,
                publish,
                settings,
                camera=source.camera,
                stop=stop,
                after=after,
            )
        live: Live
        if asked is not None and model.open_asked is not None:
            live = asked.live(model.open_asked, publish, settings, source.camera)
        elif model.open_live is not None:
            live = model.open_live(publish, settings, source.camera)
        else:
            raise ValueError("deadlines are kept by workers")
        return replay_realtime(items, live, camera=source.camera, rate=options.rate, stop=stop)


class _Reports:
    """Notes when the first report was out, counted from the start of the process, and the last."""

    def __init__(self) -> None:
        self._age_s = process_age_s() or 0.0
        self._begun_ns = time.monotonic_ns()
        self.after_s: float | None = None
        self.last_ns: int | None = None

    def note(self) -> None:
        self.last_ns = time.monotonic_ns()
        if self.after_s is None:
            self.after_s = self._age_s + (self.last_ns - self._begun_ns) / 1e9
