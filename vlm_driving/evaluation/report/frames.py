"""The frames of a run as columns: ten thousand of them stay small and are read fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from vlm_driving.core import Hazard, SceneReport, StageTimes
from vlm_driving.evaluation.report.embed import Texts, mapping, number, words
from vlm_driving.evaluation.run import Run
from vlm_driving.evaluation.run_asked import Scored

STAGES = tuple(stage.name for stage in fields(StageTimes))


def frame_columns(run: Run, texts: Texts, origin_ns: int | None = None) -> dict[str, Any]:
    """One value a frame in each column; texts by their place in the table.

    Args:
        run: with reports.
        texts: takes the texts.
        origin_ns: where seconds are counted from; None: the run's first frame.
    """
    reports = run.reports
    stages = [[number(getattr(r.stages_ms, name)) for name in STAGES] for r in reports]
    at, unit = positions(reports, origin_ns)
    return {
        "n": len(reports),
        "unit": unit,
        "t": [round(position, 4) for position in at],
        "sequence": [r.sequence for r in reports],
        # As text: nanoseconds since 1970 are more than a browser's numbers hold.
        "stamp": [str(r.stamp_ns) for r in reports],
        "outcome": [texts.place(r.outcome.value) for r in reports],
        "latency": [number(r.latency_ms) for r in reports],
        "budget": [number(r.budget_ms) for r in reports],
        "late": [int(r.late()) for r in reports],
        "speed": [texts.place(r.advice and r.advice.speed.value) for r in reports],
        "path": [texts.place(r.advice and r.advice.path.value) for r in reports],
        "confidence": [r.advice and number(r.advice.confidence, 3) for r in reports],
        "hazards": [texts.place(hazards_text(r)) for r in reports],
        "advice_ja": [texts.place(r.advice_ja) for r in reports],
        "description": [texts.place(r.description_ja) for r in reports],
        "ego": [number(r.ego_speed_kmh) for r in reports],
        "backend": [texts.place(r.backend) for r in reports],
        "fallback": [texts.place(", ".join(r.fallback_from)) for r in reports],
        "reason": [texts.place(r.reason) for r in reports],
        "camera": [texts.place(r.camera) for r in reports],
        "stages": stages,
        "tokens": [r.tokens.output for r in reports],
        "picture": [int(r.sequence in run.thumbnails) for r in reports],
    }


def shared_origin_ns(runs: Sequence[Run]) -> int | None:
    """The first stamp of all runs where they are of the same time; None where they are not."""
    spans = [
        (run.reports[0].stamp_ns, run.reports[-1].stamp_ns) for run in runs if len(run.reports)
    ]
    if not spans or max(first for first, _ in spans) > min(last for _, last in spans):
        return None
    return min(first for first, _ in spans)


def positions(
    reports: Sequence[SceneReport], origin_ns: int | None = None
) -> tuple[list[float], str]:
    """Where each report stands on the time axis, and the axis's unit.

    Seconds of the recording, from `origin_ns` or the first report; frame numbers where stamps go
    backwards.
    """
    if not reports:
        return [], "s"
    stamps = [report.stamp_ns for report in reports]
    if any(later < sooner for sooner, later in zip(stamps, stamps[1:], strict=False)):
        return [float(report.sequence) for report in reports], "frame"
    origin = stamps[0] if origin_ns is None else origin_ns
    return [(stamp - origin) / 1e9 for stamp in stamps], "s"


def hazards_text(report: SceneReport) -> str:
    """Hazards as `kind:side:range` with spaces between: the page knows the words."""
    hazards: Sequence[Hazard] = () if report.advice is None else report.advice.hazards
    return _hazards([hazard.to_json() for hazard in hazards])


def _hazards(hazards: object) -> str:
    listed = hazards if isinstance(hazards, (list, tuple)) else ()
    return " ".join(
        f"{one.get('kind')}:{one.get('side')}:{one.get('range')}" for one in map(mapping, listed)
    )


def truth_columns(run: Run, scored: Scored, texts: Texts) -> dict[str, Any]:
    """What was published against truth, one value a frame of `run`, and the figures."""
    by_sequence: dict[int, Mapping[str, Any]] = {
        row["sequence"]: row for row in scored.rows if isinstance(row.get("sequence"), int)
    }
    rows = [by_sequence.get(report.sequence, {}) for report in run.reports]
    facts: dict[tuple[tuple[str, ...], ...], int] = {}

    def facts_of(row: Mapping[str, Any]) -> int:
        named = tuple(tuple(words(row.get(k))) for k in ("hits", "missed", "violated", "notes"))
        return facts.setdefault(named, len(facts)) if any(named) else -1

    columns = {
        "speed": [texts.place(mapping(row.get("truth")).get("speed")) for row in rows],
        "path": [texts.place(mapping(row.get("truth")).get("path")) for row in rows],
        "right": [_right(row.get("advice_right")) for row in rows],
        "score": [number(row.get("score"), 2) for row in rows],
        "reference": [texts.place(row.get("reference")) for row in rows],
        "hazards": [texts.place(_hazards(row.get("truth_hazards"))) for row in rows],
        "facts": [facts_of(row) for row in rows],
    }
    return {**columns, "fact_table": [list(map(list, key)) for key in facts], "n": len(scored.rows)}


def _right(value: object) -> int | None:
    return int(value) if isinstance(value, bool) else None
