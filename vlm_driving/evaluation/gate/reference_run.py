"""The run that another is held against: scored by the same judges, or scored once more."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.evaluation.gate.sides import Scored, Side, load_side, scored_rows

ScoreAgain = Callable[[Path, Path], "dict[str, Any] | None"]
"""Scores the answers of a run directory into a folder; returns the object of `score.json`, or None
where the directory holds no answers, or no questions to them."""


def check_runs(run: Path, reference: Path) -> None:
    """Refuse what is no pair of runs, before anything is scored.

    Raises:
        UserError: no such directory, or one and the same.
    """
    for path in (run, reference):
        if not path.is_dir():
            raise UserError(
                f"{path} is no run directory; --against compares what `replay` or `heron` wrote."
            )
    if run.resolve() == reference.resolve():
        raise UserError(f"{run} is the run and its own reference; name another run with --against.")


def load_sides(
    run: Path,
    reference: Path,
    judge: str,
    score_again: ScoreAgain | None = None,
    scores: Path | None = None,
) -> tuple[Side, Side]:
    """Both runs, each with scores of one judge and one version of it.

    Args:
        run: directory of the run, which is scored.
        reference: directory of the other.
        judge: name of the judge of the answers.
        score_again: scores a reference that has no scores, or those of another version; None for a
            judge that takes money: what it costs is the user's to say.
        scores: folder of the run's scores; None for the one in it.

    Raises:
        UserError: no such run, one and the same run, or scores that must not be compared.
    """
    check_runs(run, reference)
    mine, theirs = load_side(run, judge, scores), load_side(reference, judge)
    theirs = _with_questions(mine, theirs, score_again)
    if mine.truth is not None and theirs.truth is not None:
        if mine.truth.judge != theirs.truth.judge:
            raise UserError(
                f"{reference} was held against truth by {theirs.truth.judge}, {run} by "
                f"{mine.truth.judge}; such scores are not compared: run `vlm-driving score "
                f"{reference}` first."
            )
    elif mine.truth is not None:
        theirs = _noted(theirs, f"it was never held against truth; `vlm-driving score {reference}`")
    return mine, theirs


def _with_questions(mine: Side, theirs: Side, score_again: ScoreAgain | None) -> Side:
    if mine.questions is None:
        return theirs
    wanted, found = mine.questions.judge, theirs.questions
    if found is not None and found.judge == wanted:
        return theirs
    if score_again is not None:
        with tempfile.TemporaryDirectory(prefix="vlm-driving-gate-") as name:
            result = score_again(theirs.path, Path(name))
            scored = None if result is None else Scored(Path(name), result, scored_rows(Path(name)))
        if scored is not None:
            was = "had no scores of this judge" if found is None else f"was scored by {found.judge}"
            return _noted(replace(theirs, questions=scored), f"it {was}; scored here by {wanted}")
    if found is not None:
        raise UserError(
            f"{theirs.path} was scored by {found.judge}, {mine.path} by {wanted}; such scores are "
            f"not compared: run `vlm-driving score {theirs.path}` with that judge first."
        )
    return _noted(
        theirs,
        f"it has no scores of {wanted}; `vlm-driving score {theirs.path}` with that judge makes "
        "them where it has answers",
    )


def _noted(side: Side, problem: str) -> Side:
    return replace(side, problems=(*side.problems, f"{problem}."))
