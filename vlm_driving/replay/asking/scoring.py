"""The answers of a run, scored as soon as they are there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.judge import Judge
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.judges.reference_judge import ReferenceJudge
from vlm_driving.evaluation.questions import QuestionSet
from vlm_driving.evaluation.run_asked import SCORES
from vlm_driving.evaluation.scores.scoring import score_set
from vlm_driving.replay.asking.rows import ANSWERS, OTHER_SCENE


def default_judge(questions: QuestionSet) -> Judge | None:
    """Key facts where the set has any, else references; None for a set that has neither."""
    if any(question.facts is not None for question in questions):
        return KeyfactJudge()
    if any(question.reference.strip() for question in questions):
        return ReferenceJudge(questions)
    return None


def score_run(
    run: Path, questions: QuestionSet, judge: Judge | None, baselines: bool = True
) -> dict[str, Any]:
    """Score `answers.jsonl` into `scores/<judge>/` of the run.

    Args:
        run: directory.
        questions: that were asked.
        judge: None for a set that gives nothing to judge by.
        baselines: whether references and baselines are judged, too.

    Returns:
        The object that `vlm-driving score` prints.

    Raises:
        UserError: if there is nothing to judge by, or the judge scored nothing.
    """
    if judge is None:
        raise UserError(
            f"The answers were not scored: {questions.path} has neither facts nor references; "
            "write one of them."
        )
    other = run / OTHER_SCENE
    try:
        return score_set(
            run / ANSWERS,
            questions,
            judge,
            run / SCORES / judge.name.partition(":")[0],  # an LLM judge names model and protocol
            other_scene=other if baselines and other.is_file() else None,
            baselines=baselines,
        )
    finally:
        if hasattr(judge, "tally"):
            print(judge.tally.line(), file=sys.stderr)


def score_entries(scored: Mapping[str, Any]) -> dict[str, Any]:
    """What `questions` of the summary tells of a score, beside the score itself."""
    return {name: scored[name] for name in ("judge", "baselines", "flags")}
