"""The model of a replay: loaded, and warm before the first frame is offered."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from pathlib import Path

from vlm_driving import process
from vlm_driving.backends.named_engine import NamedEngine
from vlm_driving.pipeline import (
    LadderOptions,
    LadderPipeline,
    PipelineSettings,
    Publish,
)
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.lineup import AUTO, names_of, places
from vlm_driving.pipeline.opening import LineUpEntry, open_pool
from vlm_driving.pipeline.question_desk import Reply
from vlm_driving.pipeline.questions import QuestionSettings
from vlm_driving.pipeline.workers.backend import open_backend, warm_up
from vlm_driving.replay.options import Pace, ReplayOptions
from vlm_driving.replay.session import OpenedModel

WARM_UPS = 2
CPU = "onnx-cpu"


def open_model(options: ReplayOptions) -> OpenedModel:
    """Load the bundle where the pace wants it: here, or in workers that may be killed.

    Raises:
        UserError: for a bundle that cannot be loaded, or no backend that can run it.
    """
    names = names_of(options.backends)
    if options.pace is Pace.EVERY_FRAME:
        return open_here(options.model, options.threads, CPU if names == (AUTO,) else names[0])
    return open_workers(options.model, options.threads, names, options.question_settings)


def open_here(path: Path, threads: int, backend: str = CPU) -> OpenedModel:
    """Load the bundle at `path` in this process, and run it on grey frames.

    Args:
        path: directory of the bundle.
        threads: for the model; 0 leaves the choice to the backend.
        backend: its name.

    Raises:
        UserError: for a bundle that cannot be loaded, or a backend that cannot run it here.
    """
    begun = time.monotonic()
    (place,) = places([backend])
    engine = open_backend(place.factory, place.arguments(path), threads)
    if not isinstance(engine, NamedEngine):
        raise TypeError(f"{place.factory} opens no engine")
    spec = engine.bundle.preprocess
    try:
        size = (2 * spec.height, 2 * spec.width)
        warm_up(engine, WARM_UPS, size, lambda step: None, time.monotonic_ns)
    except BaseException:
        engine.close()
        raise
    _settle()
    load_ms = (time.monotonic() - begun) * 1000
    return OpenedModel(
        engine.model,
        engine.name,
        load_ms,
        spec,
        answerer=engine,
        close=engine.close,
        line_up=(LineUpEntry(engine.name),),
        answers_questions=engine.bundle.question is not None,
    )


def open_workers(
    path: Path,
    threads: int,
    names: Sequence[str] = (AUTO,),
    questions: QuestionSettings | None = None,
) -> OpenedModel:
    """Start the workers of the ladder on the bundle at `path`, and wait until they are warm.

    A backend that was named and is not ready goes on trying; one that `AUTO` took is left out.

    Args:
        path: directory of the bundle.
        threads: for the model, in each worker; 0 leaves the choice to it.
        names: of backends, the preferred one first, or `AUTO` alone.
        questions: what questions may take; None where none are asked.

    Raises:
        UserError: for a bundle that cannot be loaded, or when no backend can run it.
    """

    def options(camera: str, reply: Reply | None = None) -> LadderOptions:
        return LadderOptions(
            [CameraShare(camera)], questions=questions or QuestionSettings(), reply=reply
        )

    asked = questions is not None
    kept_frames = options("", lambda answer: None).kept_frames if asked else 0
    opened = open_pool(path, names, threads, kept_frames)

    def open_live(publish: Publish, settings: PipelineSettings, camera: str) -> LadderPipeline:
        return LadderPipeline(opened.pool, options(camera), publish, settings)

    def open_asked(
        publish: Publish, settings: PipelineSettings, camera: str, reply: Reply
    ) -> LadderPipeline:
        return LadderPipeline(opened.pool, options(camera, reply), publish, settings)

    return OpenedModel(
        opened.bundle.name,
        opened.backend,
        opened.load_ms,
        opened.bundle.preprocess,
        open_live=open_live,
        close=opened.close,
        line_up=opened.entries,
        open_asked=open_asked if asked else None,
        answers_questions=opened.bundle.question is not None,
    )


def _settle() -> None:
    """What is loaded stays: the collector need not look through it between two frames."""
    if process.is_ours():
        gc.collect()
        gc.freeze()
