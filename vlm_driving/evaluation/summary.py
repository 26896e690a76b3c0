"""The figures of a run, from its reports alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from vlm_driving.core import Outcome, SceneReport, StageTimes

SUMMARY_SCHEMA = "vlm_driving/summary/1"
METRES_PER_MS_AT_100_KMH = 100 / 3.6 / 1000
QUANTILES = {"p50": 50, "p90": 90, "p99": 99, "max": 100}

Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Ending:
    """What the reports do not say about a run.

    Attributes:
        frames_offered: frames handed to the pipeline; None: as many as there are reports.
        interrupted: the run was stopped before its end.
        wall_s: from the first frame offered to the last report.
        recorded_s: seconds of recording that were replayed.
        first_report_s: from the start of the process to the first report.
        problems: sentences about the recording, or the run.
        health: how workers and machine were, as JSON; None where there were no deadlines.
    """

    frames_offered: int | None = None
    interrupted: bool = False
    wall_s: float | None = None
    recorded_s: float | None = None
    first_report_s: float | None = None
    problems: tuple[str, ...] = ()
    health: Mapping[str, Any] | None = None


def quantiles(values: Iterable[float]) -> Figures:
    """p50, p90, p99 and max, linearly interpolated; None for each when there is no value."""
    array = np.fromiter(values, dtype=np.float64)
    if array.size == 0:
        return dict.fromkeys(QUANTILES)
    return {name: round(float(np.percentile(array, q)), 3) for name, q in QUANTILES.items()}


def summarize(
    reports: Sequence[SceneReport], settings: Mapping[str, Any], ending: Ending
) -> dict[str, Any]:
    """The object of `summary.json`; `settings` is the run's own `run.json`."""
    outcomes = Counter(report.outcome for report in reports)
    # A frozen picture is unsure at once, no backend asked: no latency of the model.
    answered = [r for r in reports if r.outcome.answered and r.backend is not None]
    latency = quantiles(r.latency_ms for r in answered if r.latency_ms is not None)
    p99 = latency["p99"]
    return {
        "schema": SUMMARY_SCHEMA,
        "frames_offered": len(reports) if ending.frames_offered is None else ending.frames_offered,
        "reports": len(reports),
        "outcomes": {outcome.value: outcomes[outcome] for outcome in Outcome},
        "dropped": outcomes[Outcome.DROPPED],
        "late_reports": sum(report.late() for report in reports),
        "latency_ms": latency,
        "stages_ms": stage_quantiles(answered),
        "backends": dict(Counter(r.backend for r in reports if r.backend is not None)),
        "budget_ms": settings.get("budget_ms"),
        "pace": settings.get("pace"),
        "pace_note": pace_note(settings.get("pace")),
        "rate": settings.get("rate"),
        "metres_at_100kmh_p99": None if p99 is None else round(p99 * METRES_PER_MS_AT_100_KMH, 3),
        "advice": advice_counts(reports),
        "output_tokens": sum(report.tokens.output for report in reports),
        "model": settings.get("model"),
        "score": None,
        "wall_s": _rounded(ending.wall_s),
        "recorded_s": _rounded(ending.recorded_s),
        "realtime_factor": realtime_factor(ending),
        "first_report_s": _rounded(ending.first_report_s),
        "interrupted": ending.interrupted,
        "bag": settings.get("bag"),
        "camera_topic": settings.get("camera_topic"),
        "speed_topic": settings.get("speed_topic"),
        "problems": list(ending.problems),
        "health": None if ending.health is None else dict(ending.health),
        "machine": settings.get("machine"),
        "version": settings.get("version"),
    }


def stage_quantiles(reports: Sequence[SceneReport]) -> dict[str, Figures]:
    """Quantiles of each stage over the reports that reached it."""
    return {
        stage.name: quantiles(
            value for r in reports if (value := getattr(r.stages_ms, stage.name)) is not None
        )
        for stage in fields(StageTimes)
    }


def advice_counts(reports: Sequence[SceneReport]) -> dict[str, dict[str, int]]:
    """How often each speed and path was advised."""
    advice = [report.advice for report in reports if report.advice is not None]
    return {
        "speed": dict(Counter(a.speed.value for a in advice)),
        "path": dict(Counter(a.path.value for a in advice)),
    }


def realtime_factor(ending: Ending) -> float | None:
    """Recorded seconds replayed a second."""
    if not ending.wall_s or ending.recorded_s is None:
        return None
    return round(ending.recorded_s / ending.wall_s, 3)


def pace_note(pace: str | None) -> str | None:
    """What a pace means for the figures, where it has to be said."""
    if pace == "every-frame":
        return (
            "Every frame was answered in full, without deadlines and without drops: "
            "these latencies say nothing about keeping a budget on a road."
        )
    return None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
