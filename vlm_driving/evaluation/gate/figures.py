"""The figures in which two runs are compared: names, what they are, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vlm_driving.evaluation.questions import CATEGORIES
from vlm_driving.evaluation.summary import QUANTILES


class Group(str, Enum):
    """What a figure is about; tables keep figures of a group together."""

    QUESTIONS = "questions"
    TRUTH = "truth"
    CHANGES = "changes"
    LATENCY = "latency"
    OUTCOMES = "outcomes"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a run.

    Attributes:
        name: in the gate's JSON object; gates are named after it.
        group: what it is about.
        about: a few words for tables.
        higher_is_better: which way is better.
        digits: decimals in tables.
    """

    name: str
    group: Group
    about: str
    higher_is_better: bool
    digits: int = 3


def _latencies(prefix: str, of: str) -> tuple[Figure, ...]:
    return tuple(
        Figure(f"{prefix}latency_{q}_ms", Group.LATENCY, f"latency of {of}, {q}, ms", False, 1)
        for q in QUANTILES
    )


FIGURES = (
    Figure("score", Group.QUESTIONS, "score of the answers, 1 to 10", True, 2),
    *(Figure(f"score_{name}", Group.QUESTIONS, f"in {name}", True, 2) for name in CATEGORIES),
    Figure("baseline_flags", Group.QUESTIONS, "baselines that are no worse", False, 0),
    Figure("questions_missing", Group.QUESTIONS, "questions without an answer", False, 0),
    Figure("questions_gone", Group.QUESTIONS, "questions dropped or changed", False, 0),
    Figure("judge_failed", Group.QUESTIONS, "answers that the judge failed on", False, 0),
    Figure("truth_score", Group.TRUTH, "score of the descriptions, 1 to 10", True, 2),
    Figure("truth_baseline_flags", Group.TRUTH, "baselines that are no worse", False, 0),
    Figure("advice_right_share", Group.TRUTH, "share of right advice", True),
    Figure("speed_macro_f1", Group.TRUTH, "macro-F1 of the speed advice", True),
    Figure("path_macro_f1", Group.TRUTH, "macro-F1 of the path advice", True),
    Figure("stop_recall", Group.TRUTH, "recall of STOP", True),
    Figure("flicker_per_minute", Group.TRUTH, "advice flicker a minute", False, 2),
    Figure("hazards_f1", Group.TRUTH, "F1 of the hazards", True),
    Figure("answers_changed_share", Group.CHANGES, "answers in other words", False),
    Figure("descriptions_changed_share", Group.CHANGES, "reports in other words", False),
    Figure("advice_changed_share", Group.CHANGES, "reports with other advice", False),
    Figure("frames_missing_share", Group.CHANGES, "frames of the reference without report", False),
    *_latencies("", "reports"),
    *_latencies("question_", "answers"),
    Figure("ok_share", Group.OUTCOMES, "reports that are ok", True),
    Figure("timeout_share", Group.OUTCOMES, "reports that are timeout", False),
    Figure("dropped_share", Group.OUTCOMES, "frames that were dropped", False),
    Figure("late_reports", Group.OUTCOMES, "reports after the deadline", False, 0),
    Figure("question_ok_share", Group.OUTCOMES, "answers that are ok", True),
    Figure("question_timeout_share", Group.OUTCOMES, "answers that are timeout", False),
)

CATEGORY_SCORES = tuple(f"score_{name}" for name in CATEGORIES)
