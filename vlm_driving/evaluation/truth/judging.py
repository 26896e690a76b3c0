"""One report against its truth: what was published, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vlm_driving.core import Hazard, Outcome, SceneReport
from vlm_driving.evaluation.judges.judge import LOWEST, Judge, Judgement
from vlm_driving.evaluation.questions.question import Question
from vlm_driving.evaluation.truth.truth import Course, Truth

ASKED = "この場面の様子を説明してください。"
"""What a description answers, for a judge that reads questions."""
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class JudgedFrame:
    """A report, the truth of its frame, and what follows.

    Attributes:
        report: as published.
        truth: of its frame.
        description: the judge's verdict on the description; None where no key facts are known.
        advice_right: speed and path both right (or none, where none is); None: not known.
    """

    report: SceneReport
    truth: Truth
    description: Judgement | None
    advice_right: bool | None

    @property
    def score(self) -> float | None:
        """Of the description, 1 to 10."""
        return None if self.description is None else round(self.description.score, _DIGITS)

    def to_json(self) -> dict[str, Any]:
        """The row of `scores.jsonl`."""
        report, truth, found = self.report, self.truth, self.description
        hazards = truth.hazards
        return {
            "sequence": report.sequence,
            "camera": report.camera,
            "stamp_ns": report.stamp_ns,
            "outcome": report.outcome.value,
            "latency_ms": None if report.latency_ms is None else round(report.latency_ms, 3),
            "score": self.score,
            "share": None if found is None else round(found.share, _DIGITS),
            "hits": [] if found is None else list(found.hits),
            "missed": [] if found is None else list(found.missed),
            "violated": [] if found is None else list(found.violated),
            "notes": [] if found is None else list(found.notes),
            "advice": _json(course_of(report)),
            "truth": _json(truth.course),
            "advice_right": self.advice_right,
            "hazards": [hazard.to_json() for hazard in hazards_of(report)],
            "truth_hazards": None if hazards is None else [h.to_json() for h in hazards],
            "answer": report.description_ja,
            "reference": truth.reference,
        }

    def to_cells(self) -> dict[str, Any]:
        """The same for a table: no cell holds more than text."""
        row = self.to_json()
        for key in ("advice", "truth"):
            row[key] = "" if row[key] is None else f"{row[key]['speed']} {row[key]['path']}"
        for key in ("hazards", "truth_hazards"):
            row[key] = " / ".join(" ".join(one.values()) for one in row[key] or ())
        return row


def judge_frame(report: SceneReport, truth: Truth, judge: Judge) -> JudgedFrame:
    """Judge what was published for a frame: a report without advice advises nothing."""
    right = course_of(report) == truth.course if truth.advised else None
    return JudgedFrame(report, truth, judge_description(report, truth, judge), right)


def judge_description(report: SceneReport, truth: Truth, judge: Judge) -> Judgement | None:
    """Judge the description as the answer to a question for one; None without key facts."""
    if truth.facts is None:
        return None
    if not report.description_ja.strip():
        why = "" if report.outcome is Outcome.OK else f" (outcome {report.outcome.value})"
        return Judgement(LOWEST, 0.0, False, notes=(f"No description was published{why}.",))
    return judge.judge(question_of(truth), report.description_ja)


def question_of(truth: Truth) -> Question:
    """The question that a description of the frame answers."""
    return Question(
        id=f"{truth.camera} {truth.stamp_ns}",
        category="detail",
        image_category="",
        context="",
        text=ASKED,
        reference=truth.reference,
        facts=truth.facts,
        camera=truth.camera,
        stamp_ns=truth.stamp_ns,
    )


def course_of(report: SceneReport) -> Course | None:
    """What a report advises; None where it advises nothing."""
    advice = report.advice
    return None if advice is None else Course(advice.speed, advice.path)


def hazards_of(report: SceneReport) -> tuple[Hazard, ...]:
    """What a report names."""
    return () if report.advice is None else report.advice.hazards


def _json(course: Course | None) -> dict[str, str] | None:
    return None if course is None else course.to_json()
