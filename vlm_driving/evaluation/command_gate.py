"""`--against`, `--gate` and `--summary` of `vlm-driving score`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlm_driving.evaluation.command_judge import open_judge

if TYPE_CHECKING:
    from vlm_driving.evaluation.gate.gate_file import Gate
    from vlm_driving.evaluation.gate.reference_run import ScoreAgain

BROKEN = 1


def add_gate(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument_group("against another run").add_argument
    add(
        "--against",
        metavar="RUN",
        type=Path,
        help="compare with this run: answers, scores, latency and outcomes",
    )
    add(
        "--gate",
        metavar="FILE|default",
        type=Path,
        help="limits of the comparison, as in config/gate.yaml, which is the default gate; exit "
        "code 1 where one is broken. Without it runs are compared and nothing can break",
    )
    add(
        "--summary",
        metavar="FILE.md",
        type=Path,
        help="the comparison as Markdown, for a pull request",
    )


@dataclass(frozen=True, slots=True)
class Against:
    """What a run is held against.

    Attributes:
        run: directory of the run.
        reference: directory of the other.
        judge: name of the judge, as `--judge` takes it.
        gate: None where runs are only compared.
        summary: Markdown file to write.
        score_again: scores a reference that has no scores of this judge.
        scores: what is `scores` in the run, where `--out` named it.
    """

    run: Path
    reference: Path
    judge: str
    gate: Gate | None
    summary: Path | None
    score_again: ScoreAgain | None
    scores: Path | None

    def hold(self, result: dict[str, Any]) -> int:
        """Compare, print the table on stderr, add `gate` to `result`, and return the exit code.

        Call it when the scores of the run are on disk.

        Raises:
            UserError: runs whose scores must not be compared, or a gate that cannot be judged.
        """
        from rich.console import Console

        from vlm_driving.evaluation.gate.comparison import compare
        from vlm_driving.evaluation.gate.markdown import write_markdown
        from vlm_driving.evaluation.gate.reference_run import load_sides
        from vlm_driving.evaluation.gate.result import judge
        from vlm_driving.evaluation.gate.rules import ACROSS_MACHINES
        from vlm_driving.evaluation.gate.table import print_gate

        run, reference = load_sides(
            self.run, self.reference, self.judge, self.score_again, self.scores
        )
        across = self.gate is not None and self.gate.switches[ACROSS_MACHINES]
        held = judge(compare(run, reference, across), self.gate)
        result["gate"] = held.to_json()
        sys.stdout.flush()
        print_gate(held, Console(stderr=True))
        if self.summary is not None:
            write_markdown(held, self.summary)
        return BROKEN if held.passed is False else 0


def open_against(args: argparse.Namespace, run: Path) -> Against | None:
    """What `--against` asks for, checked before anything is scored; None without it.

    Raises:
        UserError: a gate file that cannot be used, no run at one of the paths, or options that
            mean nothing without `--against`.
    """
    from vlm_driving.core import UserError
    from vlm_driving.evaluation.gate.gate_file import load_gate
    from vlm_driving.evaluation.gate.reference_run import check_runs

    if args.against is None:
        for name in ("gate", "summary"):
            if getattr(args, name) is not None:
                raise UserError(f"--{name} compares with another run; name it with --against RUN.")
        return None
    check_runs(run, args.against)
    gate = None if args.gate is None else load_gate(args.gate)
    again = None if args.judge == "llm" else _scoring(args)
    return Against(run, args.against, args.judge, gate, args.summary, again, args.out)


def unscored(why: str) -> dict[str, Any]:
    """The object of a run without questions or truth, which can be compared all the same."""
    return {
        "score": dict.fromkeys(("overall", "conv", "detail", "complex")),
        "judge": None,
        "n": 0,
        "baselines": {},
        "flags": [],
        "notes": [f"Nothing is scored: there are no questions with answers, and {why}."],
    }


def _scoring(args: argparse.Namespace) -> ScoreAgain:
    def score(run: Path, out: Path) -> dict[str, Any] | None:
        from vlm_driving.evaluation.questions import load_questions
        from vlm_driving.evaluation.scores.scoring import score_set

        answers, elsewhere = run / "answers.jsonl", run / "other_scene.jsonl"
        asked = args.questions or run / "questions.jsonl"
        if not answers.is_file() or not asked.exists():
            return None
        questions = load_questions(asked)
        baselines = not args.no_baselines
        return score_set(
            answers,
            questions,
            open_judge(args, questions),
            out,
            other_scene=elsewhere if baselines and elsewhere.is_file() else None,
            baselines=baselines,
        )

    return score
