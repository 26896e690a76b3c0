"""The one object that a soak ends with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vlm_driving import __version__
from vlm_driving.core import Outcome
from vlm_driving.pipeline.health import PipelineHealth, stalls_json
from vlm_driving.replay.machine import describe_machine
from vlm_driving.soak.checks import (
    MOST_GROWTH_MB,
    Evidence,
    Share,
    broken_promises,
    figures,
    late,
)
from vlm_driving.soak.kinds import Fault
from vlm_driving.soak.options import BREAKER, RESTARTS, SoakOptions
from vlm_driving.soak.records import Heard, Offered
from vlm_driving.soak.schedule import Window

SCHEMA = "vlm_driving/soak/1"
_LATE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Machinery:
    """What is told beside the frames.

    Attributes:
        interrupted: it was ended early.
        wall_s: from the first frame to the last report.
        health: of the pipeline at the end.
        openings: of each breaker.
        schedule: that was drawn.
        broken: what else went wrong, in words.
    """

    interrupted: bool
    wall_s: float
    health: PipelineHealth
    openings: dict[str, int]
    schedule: Sequence[Window]
    broken: Sequence[str] = ()


def make_result(
    options: SoakOptions,
    model: str,
    ladder: Sequence[str],
    evidence: Evidence,
    machinery: Machinery,
) -> dict[str, Any]:
    """Verdict and figures, as JSON."""
    shares = figures(evidence)
    broken = [*broken_promises(evidence, shares), *machinery.broken]
    offered = {frame.sequence: frame for frame in evidence.offered}
    pairs = [(offered[h.sequence], h) for h in evidence.heard if h.sequence in offered]
    reports = Counter(h.sequence for h in evidence.heard)
    lates = [h for f, h in pairs if late(f, h)]
    outcomes = Counter(h.outcome for h in evidence.heard)
    return {
        "schema": SCHEMA,
        "kept": not broken,
        "broken": broken,
        "interrupted": machinery.interrupted,
        "offered": len(evidence.offered),
        "reports": len(evidence.heard),
        "duplicates": sum(count - 1 for count in reports.values()),
        "missing": sum(frame not in reports for frame in offered),
        "late": sum(not h.stalled for h in lates),
        "late_stalled": sum(h.stalled for h in lates),
        "late_reports": [_late(f, h) for f, h in pairs if late(f, h)][:_LATE_SHOWN],
        "closed_late": [one.to_json() for one in machinery.health.late[:_LATE_SHOWN]],
        "stalls": stalls_json(machinery.health.stalls),
        "wrong": _wrong(evidence.heard),
        "shares": [_share(share) for share in shares],
        "outcomes": {outcome.value: outcomes[outcome] for outcome in Outcome if outcomes[outcome]},
        "latency_ms": _latencies(pairs),
        "answered_by": dict(Counter(h.backend or "" for h in evidence.heard if h.advised)),
        "fell_back": sum(h.fell_back for h in evidence.heard),
        "backends": [
            {
                "name": one.name,
                "restarts": max(0, one.starts - 1),
                "late_answers": one.late_answers,
                "breaker_openings": machinery.openings.get(one.name, 0),
            }
            for one in machinery.health.backends
        ],
        "faults": _faults(evidence, machinery.schedule, pairs),
        "memory_growth_mb": {name: round(mb, 2) for name, mb in evidence.growth_mb.items()},
        "memory_limit_mb": MOST_GROWTH_MB,
        "left_behind": list(evidence.left_behind),
        "frames": options.frames,
        "rate_hz": options.rate,
        "budget_ms": options.budget_ms,
        "seed": options.seed,
        "pictures": options.pictures,
        "model": model,
        "ladder": list(ladder),
        "back_off_cap_ms": BREAKER.back_off_cap_ms,
        "restart_wait_cap_ms": RESTARTS.longest_ms,
        "wall_s": round(machinery.wall_s, 1),
        "machine": describe_machine(),
        "version": __version__,
    }


def _late(frame: Offered, report: Heard) -> dict[str, Any]:
    late_ms = (report.published_ns - frame.deadline_ns) / 1e6
    return {"frame": frame.sequence, "late_ms": round(late_ms, 3), "stalled": report.stalled}


def _wrong(heard: Sequence[Heard]) -> dict[str, int]:
    return dict(Counter(h.wrong.value for h in heard if h.wrong is not None))


def _share(share: Share) -> dict[str, Any]:
    value = share.value
    return {
        "of": share.name,
        "frames": share.frames,
        "share": None if value is None else round(value, 5),
        "promised": share.least,
        "judged": share.judged,
    }


def _latencies(pairs: Sequence[tuple[Offered, Heard]]) -> dict[str, float | None]:
    """From arrival to the report, of frames with an answer of a model."""
    took = sorted(
        (h.published_ns - f.arrived_ns) / 1e6
        for f, h in pairs
        if h.outcome.answered and not h.frozen
    )
    return {
        "p50": _quantile(took, 0.5),
        "p99": _quantile(took, 0.99),
        "longest": _quantile(took, 1.0),
    }


def _quantile(values: Sequence[float], share: float) -> float | None:
    """The nearest rank of sorted values."""
    if not values:
        return None
    return round(values[max(0, math.ceil(share * len(values)) - 1)], 3)


def _faults(
    evidence: Evidence, schedule: Sequence[Window], pairs: Sequence[tuple[Offered, Heard]]
) -> dict[str, dict[str, Any]]:
    """By fault: how often it was meant to strike, how often it hit, and what became of frames."""
    table = {}
    planned = Counter(window.fault for window in schedule)
    for fault in (one for one in Fault if planned[one]):
        struck = [one for one in evidence.struck if one.fault is fault]
        inside = [
            (f, h)
            for f, h in pairs
            if any(one.begin_ns <= f.arrived_ns < one.end_ns for one in struck)
        ]
        advised = sum(h.advised for _, h in inside)
        table[fault.value] = {
            "planned": planned[fault],
            "applied": sum(one.hits > 0 for one in struck),
            "hits": sum(one.hits for one in struck),
            "frames": len(inside),
            "advice": round(advised / len(inside), 4) if inside else None,
            "late": sum(late(f, h) and not h.stalled for f, h in inside),
        }
    return table
