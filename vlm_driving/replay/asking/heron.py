"""Questions about pictures in files, all of them, into a run directory without frames."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from vlm_driving import __version__
from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.judge import Judge
from vlm_driving.evaluation.questions import QuestionSet
from vlm_driving.evaluation.questions.writing import questions_text
from vlm_driving.evaluation.report import write_page
from vlm_driving.evaluation.run import load_run
from vlm_driving.evaluation.summary import SUMMARY_SCHEMA
from vlm_driving.pipeline.desk import sentence
from vlm_driving.replay.asking.answers import OnProgress, RunAnswers
from vlm_driving.replay.asking.asked import QUESTIONS
from vlm_driving.replay.asking.here import Asked, ask_here
from vlm_driving.replay.asking.heron_resume import check_same, kept_rows
from vlm_driving.replay.asking.picture_files import keep_small, names_alike, read_picture
from vlm_driving.replay.asking.plan import Sheet, sheets
from vlm_driving.replay.asking.plan_replay import describe_set
from vlm_driving.replay.asking.rows import MALFORMED, Said, Shown
from vlm_driving.replay.asking.scoring import score_entries, score_run
from vlm_driving.replay.machine import describe_machine
from vlm_driving.replay.run_writer import RUN_SCHEMA, create_run_dir, write_error, write_json
from vlm_driving.replay.session import OpenedModel
from vlm_driving.signals import Stopped

KIND = "heron"


@dataclass(frozen=True, slots=True)
class HeronOptions:
    """One run over pictures in files.

    Attributes:
        questions: the set, without questions whose pictures are left out.
        left_out: questions of the set that are not asked, for lack of their pictures.
        model: bundle directory.
        out: directory of the run: new, or that of the run that goes on.
        resume: whether it goes on.
        threads: for the model; 0 for as many as the process may use, at most 8.
        other_scene: whether each question is asked on another picture, too.
        baselines: whether references and baselines are judged, too.
    """

    questions: QuestionSet
    left_out: int
    model: Path
    out: Path
    resume: bool = False
    threads: int = 0
    other_scene: bool = True
    baselines: bool = True


@dataclass(frozen=True, slots=True)
class HeronRun:
    """What is left of a run.

    Attributes:
        path: of its directory.
        summary: the object of `summary.json`.
        scored: the object that `vlm-driving score` prints; None where nothing was scored.
    """

    path: Path
    summary: dict[str, Any]
    scored: dict[str, Any] | None


def run_heron(
    options: HeronOptions,
    open_model: Callable[[], OpenedModel],
    judge: Judge | None,
    stopped: Stopped,
    on_progress: OnProgress = lambda done, of: None,
) -> HeronRun:
    """Ask every question on its picture, score the answers and write the page.

    A signal ends the asking; what was answered stays, and the run can go on later. One that comes
    while a judge is at work, who may be slow or cost money, ends the judging.

    Raises:
        UserError: for what the user can mend. What was written before stays readable.
    """
    questions, path = options.questions, options.out
    text = questions_text(questions)
    described = {**describe_set(questions, text), "left_out": options.left_out}
    model_digest = bundle_digest(options.model)
    kept = kept_rows(path, questions) if options.resume else None
    earlier = check_same(path, described, model_digest) if options.resume else {}
    if not options.resume:
        create_run_dir(path)
    begun_ns = time.monotonic_ns()
    model = _opened(options, open_model)
    stopped.tidily = True
    try:
        engine = model.answerer
        assert isinstance(engine, Asked)
        settings = _settings(options, model, described, model_digest, earlier)
        try:
            write_json(path / "run.json", settings)
            (path / QUESTIONS).write_bytes(text.encode("utf-8"))
        except OSError as fault:
            raise write_error(path, fault) from None
        plan = sheets(
            questions, list(dict.fromkeys(q.scene for q in questions)), options.other_scene
        )
        more = {} if kept is None else {"kept": kept}
        answers = RunAnswers(path, questions, plan.values(), model.name, on_progress, **more)
        answers.tell()
        images = questions.image_files()
        alike = names_alike(images)
        for sheet in plan.values():
            if stopped.event.is_set():
                break
            keep = None if sheet.scene[0] in alike else path
            _ask(sheet, images, keep, engine, model.backend, answers, stopped)
    finally:
        model.close()
    left = answers.finish()
    wall_s = (time.monotonic_ns() - begun_ns) / 1e9
    return _conclude(options, settings, answers, judge, left, wall_s, stopped)


def _opened(options: HeronOptions, open_model: Callable[[], OpenedModel]) -> OpenedModel:
    """The model; a new directory is gone again if there is none that answers."""
    try:
        model = open_model()
        if model.answers_questions:
            return model
        model.close()
        raise UserError(
            f"{options.model} answers no questions (its bundle.json has no key question); name "
            "another --model."
        )
    except BaseException:
        if not options.resume:
            shutil.rmtree(options.out, ignore_errors=True)  # ours, and nothing of a run is in it
        raise


def _ask(
    sheet: Sheet,
    images: Mapping[str, Path],
    keep: Path | None,
    engine: Asked,
    backend: str,
    answers: RunAnswers,
    stopped: Stopped,
) -> None:
    """Everything on one picture that has no row yet; `keep` is where it is kept small."""
    rest = answers.open_on(sheet)
    if not rest:
        return
    name = sheet.scene[0]
    try:
        image = read_picture(images[name])
    except ValueError as fault:
        answers.tell_all(sheet, Said(MALFORMED, reason=sentence(fault)))
        return
    if keep is not None:
        keep_small(keep, name, image)
    for question, foreign in rest:
        if stopped.event.is_set():
            return
        said = ask_here(engine, question.text, image, backend=backend)
        answers.add(question, said, Shown(image=name), foreign)


def _conclude(
    options: HeronOptions,
    settings: Mapping[str, Any],
    answers: RunAnswers,
    judge: Judge | None,
    left: str | None,
    wall_s: float,
    stopped: Stopped,
) -> HeronRun:
    """Score what is whole, and write summary and page."""
    questions, path = options.questions, options.out
    problems = list(questions.notes)
    scored = ended = None
    if left is not None:
        problems.append(
            f"{left} were not asked, for the run was stopped; it goes on with --resume {path}."
        )
    else:
        stopped.tidily = False
        try:
            scored = score_run(path, questions, judge, options.baselines)
        except UserError as nothing:
            problems.append(str(nothing))
        except (KeyboardInterrupt, SystemExit) as signal:
            ended = signal
            problems.append(f"The judge was stopped; --resume {path} goes on with the judging.")
        stopped.tidily = True
    figures = answers.figures()
    summary = {
        "schema": SUMMARY_SCHEMA,
        "kind": KIND,
        "score": None if scored is None else scored["score"],
        "outcomes": figures["outcomes"],
        "latency_ms": figures["latency_ms"],
        "questions": {
            **settings["questions"],
            **figures,
            "judge": None,
            **({} if scored is None else score_entries(scored)),
        },
        "model": settings["model"],
        "backend": settings["backend"],
        "interrupted": left is not None,
        "wall_s": round(wall_s, 3),
        "problems": problems,
        "machine": settings["machine"],
        "version": __version__,
    }
    try:
        write_json(path / "summary.json", summary)
    except OSError as fault:
        raise write_error(path, fault) from None
    write_page(load_run(path), path / "report.html")
    if ended is not None:
        raise ended
    return HeronRun(path, summary, scored)


def _settings(
    options: HeronOptions,
    model: OpenedModel,
    described: Mapping[str, Any],
    model_digest: str,
    earlier: Mapping[str, Any],
) -> dict[str, Any]:
    """The object of `run.json`."""
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return {
        "schema": RUN_SCHEMA,
        "kind": KIND,
        "questions": dict(described),
        "other_scene": options.other_scene,
        "model": model.name,
        "model_path": str(options.model),
        "model_sha256": model_digest,
        "model_load_ms": round(model.load_ms, 1),
        "backend": model.backend,
        "threads": options.threads,
        "machine": describe_machine(),
        "version": __version__,
        "started": earlier.get("started", now),
        "resumed": [*earlier.get("resumed", []), now] if options.resume else [],
    }


def bundle_digest(model: Path) -> str:
    """SHA-256 of a bundle's `bundle.json`, which holds the checksum of every other file."""
    try:
        return hashlib.sha256((model / "bundle.json").read_bytes()).hexdigest()
    except OSError:
        return ""  # whoever opens the bundle tells why
