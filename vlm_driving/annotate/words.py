"""What an annotated frame says about its report: plain text, nothing of pixels."""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.core import Outcome, PathAdvice, SceneReport, SpeedAdvice
from vlm_driving.evaluation.labels import OUTCOME_JA, PATH_JA, SPEED_JA, hazard_ja

NO_ADVICE_JA = "助言なし"
NO_HAZARDS_JA = "注意対象: なし"


@dataclass(frozen=True, slots=True)
class Said:
    """The words of one report.

    Attributes:
        status: camera, outcome, latency against budget, backend.
        late: whether the report came after its deadline.
        speed: None without advice; then `headline` says so.
        path: None without advice.
        headline: the advice in words, or that there is none and why.
        details: paragraphs under it, the most useful first.
    """

    status: str
    late: bool
    speed: SpeedAdvice | None
    path: PathAdvice | None
    headline: tuple[str, ...]
    details: tuple[str, ...]


def words_of(report: SceneReport) -> Said:
    """The words for `report`, whatever its outcome."""
    advice = report.advice
    details = [report.advice_ja, report.description_ja]
    if advice is None:
        headline: tuple[str, ...] = (f"{NO_ADVICE_JA}（{_why_none(report)}）",)
        if report.reason and not report.advice_ja:
            details.insert(0, f"理由: {report.reason}")
    else:
        headline = (
            SPEED_JA[advice.speed],
            PATH_JA[advice.path],
            f"確信度{round(100 * min(advice.confidence, 1.0))}%",
        )
        hazards = "、".join(hazard_ja(hazard) for hazard in advice.hazards)
        details.insert(0, f"注意対象: {hazards}" if hazards else NO_HAZARDS_JA)
    return Said(
        status=_status(report),
        late=report.late(),
        speed=None if advice is None else advice.speed,
        path=None if advice is None else advice.path,
        headline=headline,
        details=tuple(text for text in details if text.strip()),
    )


def _why_none(report: SceneReport) -> str:
    if report.outcome in (Outcome.OK, Outcome.TRUNCATED):
        return "説明のみ"
    return OUTCOME_JA[report.outcome]


def _status(report: SceneReport) -> str:
    parts = [report.camera, OUTCOME_JA[report.outcome]]
    if report.latency_ms is not None:
        budget = "" if report.budget_ms is None else f"/{report.budget_ms:.0f}"
        parts.append(f"{report.latency_ms:.0f}{budget} ms")
    if report.late():
        parts.append("締切超過")
    if report.backend is not None:
        parts.append(report.backend)
    return "  ".join(parts)
