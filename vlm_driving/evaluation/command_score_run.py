"""Everything that can be scored of a run directory: its answers, and what it published."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlm_driving.core import UserError
from vlm_driving.evaluation.command_gate import unscored
from vlm_driving.evaluation.command_score import score_answers

if TYPE_CHECKING:
    from rich.console import Console

    from vlm_driving.evaluation.run import Run
    from vlm_driving.evaluation.truth.truth import TruthSet

FRAMES, QUESTIONS, ANSWERS = "frames.jsonl", "questions.jsonl", "answers.jsonl"
OTHER_SCENE_ANSWERS = "other_scene.jsonl"
SCORES, TRUTH = "scores", "truth"


def score_run(args: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Score the run directory `args.answers`; the tables go to the console as they come.

    Returns:
        The questions' object with the truth's under `truth`, or the truth's alone. Without either
        one that scores nothing, where the run is to be compared with another.

    Raises:
        UserError: the directory holds nothing that can be scored, or something in it is damaged.
    """
    path: Path = args.answers
    out: Path = args.out or path / SCORES
    questions = args.questions or path / QUESTIONS
    asked = (path / ANSWERS).is_file() and (args.questions is not None or questions.is_file())
    if not any((path / name).is_file() for name in (FRAMES, ANSWERS)):
        raise UserError(
            f"{path} is no run (it has neither {FRAMES} nor {ANSWERS}); name the directory of a "
            "replay, or a file of answers."
        )
    if args.questions is not None and not asked:
        raise UserError(
            f"{path} has no {ANSWERS}, so --questions has nothing to judge there; replay with "
            "--questions, or leave it out."
        )
    published, why = _published(args, out / TRUTH, console)
    if published is None and not asked:
        if args.against is not None:
            return unscored(why)
        raise UserError(
            f"Nothing in {path} can be scored: it has no questions with answers, and {why}; name "
            "a label file or a simulated bag with --truth, or replay with --questions."
        )
    if not asked and published is not None:
        return published
    if published is None:
        console.print(f"Reports are not judged: {why}.", markup=False, soft_wrap=True)
    found = score_answers(
        _with_other_scene(args), path / ANSWERS, questions, out / args.judge, console
    )
    return found if published is None else {**found, TRUTH: published}


def _published(
    args: argparse.Namespace, out: Path, console: Console
) -> tuple[dict[str, Any] | None, str]:
    """The figures of what was published or, where there is no truth, half a sentence on why.

    Raises:
        UserError: `--truth` names no truth of this run. A bag that was not named is left alone.
    """
    from vlm_driving.evaluation.run import load_run

    path: Path = args.answers
    if not (path / FRAMES).is_file():
        if args.truth is not None:
            raise UserError(f"{path} has no {FRAMES}, so --truth has nothing to judge there.")
        return None, f"it has no {FRAMES}"
    run = load_run(path)
    if not run.reports:
        return None, f"{FRAMES} holds no report"
    try:
        truths, why = _find_truth(args.truth, run)
        return (None, why) if truths is None else (_judge(run, truths, out, console), "")
    except UserError as fault:
        if args.truth is not None:
            raise
        return None, str(fault).rstrip(".")


def _find_truth(named: Path | None, run: Run) -> tuple[TruthSet | None, str]:
    from vlm_driving.evaluation.truth.labels import load_labels
    from vlm_driving.simulator_truth import bag_truth, has_truth

    if named is not None and named.suffix in (".jsonl", ".json"):
        return load_labels(named), ""
    typed = str(run.settings.get("bag") or "")
    if named is None and not typed:
        return None, "the run does not say which bag was replayed"
    bag = named or replayed_bag(run)
    if bag is None:
        return None, f"the bag that was replayed, {typed}, is not there"
    if named is None and not has_truth(bag):
        return None, f"the bag that was replayed, {bag}, has no ground truth"
    topic = run.settings.get("camera_topic")
    truths = bag_truth(bag, topic)
    _check_pictures(run, bag, topic)
    # As it was typed: the same run has the same figures wherever it lies.
    return (truths if named is not None else replace(truths, source=typed)), ""


def replayed_bag(run: Run) -> Path | None:
    """The bag that a run was made of, wherever the command is called from; None: not there.

    First where it lay from the run's own directory, so that both can be moved together; then as
    it was typed; for runs that do not know the former, beside the run.
    """
    typed = Path(str(run.settings.get("bag") or ""))
    beside = run.settings.get("bag_from_run")
    places = [run.path.resolve() / str(beside)] if beside else []
    places += [typed, *(folder / typed for folder in run.path.resolve().parents)]
    found = next((place for place in places if place.exists()), None)
    return None if found is None else Path(os.path.normpath(found))


def _check_pictures(run: Run, bag: Path, camera_topic: str | None) -> None:
    from vlm_driving.same_pictures import pictures_differ

    if pictures_differ(run, bag, camera_topic):
        raise UserError(
            f"{bag} shows other pictures than the run's thumbnails: it is another drive; name the "
            "bag that was replayed with --truth."
        )


def _judge(run: Run, truths: TruthSet, out: Path, console: Console) -> dict[str, Any]:
    from rich.progress import Progress

    from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
    from vlm_driving.evaluation.truth.scoring import score_truth
    from vlm_driving.evaluation.truth.table import print_truth

    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Judging reports", total=len(run.reports))

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        found = score_truth(run, truths, KeyfactJudge(), out, show)
    print_truth(found, console)
    return found


def _with_other_scene(args: argparse.Namespace) -> argparse.Namespace:
    """The arguments with the run's own answers to other scenes as a baseline, where it has them."""
    beside = args.answers / OTHER_SCENE_ANSWERS
    if args.other_scene is None and beside.is_file() and not args.no_baselines:
        return argparse.Namespace(**{**vars(args), "other_scene": beside})
    return args
