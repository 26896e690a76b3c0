"""`vlm-driving score`: a run, or answers that were made elsewhere."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlm_driving.evaluation.command_gate import add_gate, open_against
from vlm_driving.evaluation.command_judge import add_judge, open_judge

if TYPE_CHECKING:
    from rich.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Score a run: its answers against its questions, and what it published against truth. Or "
        "score answers that were made elsewhere against a set of questions. Baselines that saw no "
        "picture stand beside. The last line on stdout is one JSON object; rows go to scores.jsonl "
        "and scores.csv, the object to score.json."
    )
    add = parser.add_argument
    add(
        "answers",
        metavar="RUN|ANSWERS",
        type=Path,
        help="run directory, or JSON Lines with question_id and text (and latency_ms, outcome)",
    )
    add(
        "--questions",
        metavar="DIR|FILE",
        type=Path,
        help="directory of Japanese-Heron-Bench or LLaVA-Bench (ja), or a question set file "
        "(default for a run: its questions.jsonl)",
    )
    add(
        "--truth",
        metavar="BAG|FILE",
        type=Path,
        help="for a run: a simulated bag, or a label file, that tells what was right (default: the "
        "bag that was replayed, where it has ground truth)",
    )
    add(
        "--out",
        type=Path,
        help="directory for the rows (for a run, default RUN/scores: one directory a judge in it, "
        "and truth; for a file of answers its name without ending, and -JUDGE-scores)",
    )
    add(
        "--other-scene",
        metavar="ANSWERS",
        type=Path,
        help="answers of the same model, shown another scene's picture: one more baseline",
    )
    add(
        "--no-baselines",
        action="store_true",
        help="judge the answers alone, where the judge costs money: nothing relative, no baselines",
    )
    add_judge(parser)
    add_gate(parser)


def run(args: argparse.Namespace) -> int:
    """Score, print the tables on stderr and the object on stdout."""
    from rich.console import Console

    from vlm_driving.core import UserError
    from vlm_driving.evaluation.command_score_run import score_run

    if args.no_baselines and args.other_scene is not None:
        raise UserError("--other-scene is a baseline; leave --no-baselines out.")
    against = open_against(args, args.answers)
    console = Console(stderr=True)
    result = (score_run if args.answers.is_dir() else score_file)(args, console)
    if args.answers.is_dir() and args.out is None:
        from vlm_driving.evaluation.report import refresh_page

        refresh_page(args.answers)
    code = 0 if against is None else against.hold(result)
    sys.stderr.flush()
    print(json.dumps(result, ensure_ascii=False))
    return code


def score_file(args: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Score the answers in the file `args.answers`; the table goes to the console.

    Raises:
        UserError: no such file, no questions to it, or arguments that are for runs.
    """
    from vlm_driving.core import UserError

    if args.truth is not None:
        raise UserError("--truth is for a run; name the directory that a replay wrote.")
    if args.questions is None:
        raise UserError(
            f"{args.answers} is a file of answers; name the questions that it answers with "
            "--questions."
        )
    name = f"{args.answers.stem}-{args.judge}-scores"
    out = args.out or args.answers.with_name(name)
    return score_answers(args, args.answers, args.questions, out, console)


def score_answers(
    args: argparse.Namespace, answers: Path, asked: Path, out: Path, console: Console
) -> dict[str, Any]:
    """Score answers by the judge of the arguments; rows go to `out`.

    Raises:
        UserError: files that cannot be read, or a judge that cannot judge.
    """
    from vlm_driving.evaluation.questions import load_questions
    from vlm_driving.evaluation.scores.scoring import score_set
    from vlm_driving.evaluation.scores.table import print_scores

    questions = load_questions(asked)
    judge = open_judge(args, questions)
    result = score_set(
        answers,
        questions,
        judge,
        out,
        other_scene=args.other_scene,
        baselines=not args.no_baselines,
    )
    print_scores(result, console)
    if hasattr(judge, "tally"):
        print(judge.tally.line(), file=sys.stderr)
    return result
