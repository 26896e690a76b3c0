"""`vlm-driving questions`: a question set out of a simulated bag, or a look at one that stands."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

_ENDING = ".jsonl"
_FOR_BAGS = ("out", "seed", "count", "camera_topic")
_LARGEST_SEED = 2**63 - 1
_MOST = 200


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Make a driving question set (conv, detail, complex; references and key facts) from the "
        "ground truth of a simulated bag; or check a set: lint its facts, and judge its references "
        "and answers that saw no picture. The last line on stdout is one JSON object."
    )
    add = parser.add_argument
    add(
        "source",
        metavar="BAG|SET",
        type=Path,
        help="a bag with /simulator/ground_truth, or a question set (.jsonl) to check",
    )
    add("--out", metavar="FILE", type=Path, help="where to write the set of a bag")
    add("--seed", type=int, help="another seed, other questions (default 1)")
    add("--count", type=int, metavar="N", help="questions a category (default 20)")
    add("--camera-topic", metavar="TOPIC", help="camera of the bag (default: the only one)")


def run(args: argparse.Namespace) -> int:
    """Make or check; 1 where a set that is checked has faults or can be guessed."""
    from rich.console import Console

    from vlm_driving.core import UserError
    from vlm_driving.driving_questions.check import check_set, print_check
    from vlm_driving.evaluation.questions import load_questions

    is_set = args.source.suffix == _ENDING
    if is_set:
        given = [name for name in _FOR_BAGS if getattr(args, name) is not None]
        if given:
            raise UserError(
                f"--{given[0].replace('_', '-')} is for a bag, and {args.source} is a question "
                "set, which is only checked: leave it out."
            )
    console = Console(stderr=True, highlight=False)
    if not is_set:
        with console.status("Choosing questions that no constant answer gets right"):
            _make(args)
    found = check_set(load_questions(args.source if is_set else args.out, refuse_echoes=False))
    print_check(found, console)
    print(json.dumps(found, ensure_ascii=False), flush=True)
    return 1 if is_set and (found["faults"] or found["guessable"]) else 0


def _make(args: argparse.Namespace) -> None:
    """Write the set of a bag to `--out`."""
    from vlm_driving.core import UserError
    from vlm_driving.driving_questions.making import PER_CATEGORY, make_questions, write_questions

    seed = 1 if args.seed is None else args.seed
    count = PER_CATEGORY if args.count is None else args.count
    if args.out is None:
        raise UserError(f"--out is needed: name the {_ENDING} file for the questions.")
    if args.out.suffix != _ENDING:
        raise UserError(f"--out {args.out} does not end in {_ENDING}; name such a file.")
    if args.out.exists():
        raise UserError(f"{args.out} exists already; name a new file with --out.")
    if not 0 <= seed <= _LARGEST_SEED:
        raise UserError(f"--seed {seed} is not possible; give 0 or more, below 2**63.")
    if not 1 <= count <= _MOST:
        raise UserError(f"--count {count} is not possible; give 1 to {_MOST}.")
    write_questions(args.out, make_questions(args.source, seed, count, args.camera_topic))
