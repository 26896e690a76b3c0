"""`vlm-driving heron`: a set of questions about pictures, put to a model and scored."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vlm_driving import process
from vlm_driving.evaluation.command_judge import add_judge, open_judge
from vlm_driving.signals import EXIT_SIGNAL_BASE, stopped_by_signal

if TYPE_CHECKING:
    from vlm_driving.evaluation.judges.judge import Judge
    from vlm_driving.evaluation.questions import QuestionSet
    from vlm_driving.replay.session import OpenedModel


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Ask a model every question of a set on its picture (Japanese-Heron-Bench, LLaVA-Bench in "
        "Japanese, or any set whose rows have `image`), score the answers, and write a run "
        "directory. The pictures are yours to supply, in DIR/images."
    )
    add = parser.add_argument
    add("set", type=Path, metavar="DIR", nargs="?", help="directory, or a JSON Lines file")
    add("--model", type=Path, help="model bundle (default: the shipped one)")
    add("--out", type=Path, help="new directory for the run (default: runs/<set>-<time>)")
    add(
        "--resume",
        type=Path,
        metavar="RUN",
        help="go on with a run that was stopped; DIR and --model may be left out",
    )
    add(
        "--backends",
        "--backend",
        metavar="NAME",
        default="auto",
        help="what answers: fpga, fpga-sim, onnx-gpu or onnx-cpu (default auto: onnx-cpu)",
    )
    add("--threads", type=int, default=0, help="for the model (default 0: all cores, at most 8)")
    add(
        "--skip-missing-images",
        action="store_true",
        help="leave out questions whose pictures are not there; figures are of the rest",
    )
    add(
        "--no-other-scene",
        dest="other_scene",
        action="store_false",
        help="do not ask each question on another picture, too, which is the baseline",
    )
    add(
        "--no-baselines",
        dest="baselines",
        action="store_false",
        help="judge the answers alone, where the judge costs money",
    )
    add_judge(parser, default=None)


def run(args: argparse.Namespace) -> int:
    """Ask and score; the last line on stdout is the score as one JSON object."""
    from rich.console import Console

    from vlm_driving.core import UserError
    from vlm_driving.evaluation.scores.table import print_scores
    from vlm_driving.pipeline.lineup import AUTO, names_of
    from vlm_driving.replay.asking.heron import HeronOptions, run_heron
    from vlm_driving.replay.asking.heron_progress import asking_progress
    from vlm_driving.replay.asking.heron_resume import settings_of
    from vlm_driving.replay.asking.heron_set import load_pictured
    from vlm_driving.replay.command import default_out
    from vlm_driving.replay.model import CPU, open_here
    from vlm_driving.resources import default_bundle

    earlier = {} if args.resume is None else settings_of(args.resume)
    if args.resume is not None and args.out is not None:
        raise UserError("--resume goes on in the run's own directory; leave --out out.")
    if not args.other_scene and earlier.get("other_scene"):
        raise UserError("--resume asks what the run began with; leave --no-other-scene out.")
    folder = args.set or (Path(earlier["questions"]["path"]) if earlier else None)
    if folder is None:
        raise UserError("Name the directory of the questions, or a run with --resume.")
    model = args.model or (Path(earlier["model_path"]) if earlier else default_bundle())
    names = names_of(args.backends)
    if len(names) > 1:
        raise UserError(f"One backend answers, {len(names)} are named; name {names[0]} alone.")
    skip = args.skip_missing_images or bool(earlier and earlier["questions"].get("left_out"))
    questions, left_out = load_pictured(folder, skip)
    judge = _judge(args, questions)
    options = HeronOptions(
        questions,
        left_out,
        model,
        args.resume or args.out or default_out(folder, datetime.now()),
        args.resume is not None,
        args.threads,
        args.other_scene and earlier.get("other_scene", True),
        args.baselines,
    )
    process.give_way_soon()
    for note in questions.notes:
        print(note, file=sys.stderr)
    with stopped_by_signal() as stopped, asking_progress(sys.stderr) as on_progress:

        def open_model() -> OpenedModel:
            return open_here(model, args.threads, CPU if names == (AUTO,) else names[0])

        finished = run_heron(options, open_model, judge, stopped, on_progress)
    result = {
        **(finished.scored or finished.summary),
        "run": str(finished.path),
        "model": finished.summary["model"],
        "interrupted": finished.summary["interrupted"],
    }
    with suppress(OSError):  # nobody reads it: the object is due all the same
        if finished.scored is not None:
            print_scores(finished.scored, Console(stderr=True))
        else:
            print(finished.summary["problems"][-1], file=sys.stderr)
        print(f"run directory: {finished.path}", file=sys.stderr)
        print(f"report page:   {finished.path / 'report.html'}", file=sys.stderr, flush=True)
    print(json.dumps(result, ensure_ascii=False), flush=True)
    return 0 if stopped.number is None else EXIT_SIGNAL_BASE + stopped.number


def _judge(args: argparse.Namespace, questions: QuestionSet) -> Judge | None:
    """The judge that is named, or the one that the set is made for; wrong options are told now."""
    if args.judge is not None:
        return open_judge(args, questions)
    from vlm_driving.replay.asking.scoring import default_judge

    return default_judge(questions)
