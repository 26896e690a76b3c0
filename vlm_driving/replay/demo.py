"""`vlm-driving demo`: a simulated drive through the shipped model, in real time, from nothing."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from datetime import datetime
from pathlib import Path

SEED = 1
FPS = 10.0
SECONDS = 30.0
MOST_SECONDS = 3600.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Render a short drive through the simulator's town as a bag, replay it in real time "
        "through the shipped model, ask it questions about the drive, and write a run directory "
        "with its page."
    )
    add = parser.add_argument
    add(
        "--out",
        type=Path,
        default=Path("runs"),
        help="directory for the sample bag and the run (default: runs)",
    )
    add("--model", type=Path, help="model bundle (default: the shipped one)")
    add("--seconds", type=float, default=SECONDS, help="length of the drive (default 30)")
    add(
        "--threads",
        type=int,
        default=0,
        help="threads for the model (default 0: all cores, at most 8)",
    )


def run(args: argparse.Namespace) -> int:
    """Make bag and questions where there are none, replay; the last line is the summary."""
    from dataclasses import replace

    from vlm_driving.core import UserError
    from vlm_driving.replay.command import default_out, replay
    from vlm_driving.replay.options import ReplayOptions
    from vlm_driving.resources import default_bundle
    from vlm_driving.signals import stopped_by_signal

    options = ReplayOptions(
        bag=args.out / f"sample-drive-{args.seconds:g}s",
        model=args.model or default_bundle(),
        out=default_out(Path("demo"), datetime.now(), args.out),
        duration_s=args.seconds,
        threads=args.threads,
    )
    if args.seconds > MOST_SECONDS:
        raise UserError(f"The drive is at most {MOST_SECONDS:g} s long, got {args.seconds:g}.")
    questions = options.bag.with_name(f"{options.bag.name}-questions.jsonl")
    if not options.bag.exists():
        print("Rendering the sample drive (once).", file=sys.stderr)
        with stopped_by_signal():
            make_sample_bag(options.bag, args.seconds)
        questions.unlink(missing_ok=True)  # those of an older drive ask for other pictures
    if _answers_questions(options.model):
        if not questions.exists():
            print("Making questions about it from its ground truth (once).", file=sys.stderr)
            with stopped_by_signal():
                make_sample_questions(options.bag, questions)
        options = replace(options, questions=questions)
    print(f"Replaying {options.bag} in real time.", file=sys.stderr)
    return replay(options)


def _answers_questions(model: Path) -> bool:
    """Whether a bundle says so; what is wrong with one is for the replay to tell."""
    try:
        return json.loads((model / "bundle.json").read_bytes()).get("question") is not None
    except (OSError, ValueError, AttributeError):
        return False


def make_sample_questions(bag: Path, path: Path) -> None:
    """Write the driving set of the sample bag, whole or not at all. Raises UserError."""
    from vlm_driving.driving_questions.making import make_questions, write_questions
    from vlm_driving.replay.run_writer import write_error

    draft = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        write_questions(draft, make_questions(bag, SEED))
        draft.rename(path)
    except OSError as fault:
        raise write_error(path, fault) from None
    finally:
        draft.unlink(missing_ok=True)


def make_sample_bag(path: Path, seconds: float) -> None:
    """Render the drive to `path`, whole or not at all.

    Raises UserError when it cannot be written.
    """
    from vlm_driving.replay.run_writer import write_error
    from vlm_driving.simulator.drive import Drive
    from vlm_driving.simulator_command import write_drive

    draft = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_drive(draft, Drive(SEED, seconds, FPS))
        draft.rename(path)
    except OSError as fault:
        raise write_error(path, fault) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
