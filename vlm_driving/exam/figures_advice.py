"""Figures of advice and hazards. An unsure answer publishes none, so it counts as not said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from vlm_driving.core import SpeedAdvice
from vlm_driving.exam.metrics import macro_recall, micro_f1, points, ratio, recalls, share, wilson95
from vlm_driving.exam.records import SceneRecord
from vlm_driving.exam.text_only import TextOnly

STOP, GO = SpeedAdvice.STOP.value, SpeedAdvice.ACCELERATE.value


def advice(records: Sequence[SceneRecord], text_only: TextOnly | None = None) -> dict[str, Any]:
    """Exact advice, recalls, what goes wrong with STOP, and the opponents.

    `other_image`: the same model at the same ego speed with another scene's picture;
    `text_only`: the best constant for the ego speed. `lead_points`: above the better one.
    """
    right = [r.own.published == r.truth.pair for r in records]
    others = [r.other.pair == r.truth.pair for r in records if r.other is not None]
    exact, other = share(right), share(others)
    constant = None
    if text_only is not None:
        constant = share(text_only.advise(r.ego_class) == r.truth.pair for r in records)
    opponents = [value for value in (other, constant) if value is not None]
    low, high = wilson95(sum(right), len(right))
    return {
        "n": len(records),
        "exact": exact,
        "ci95": [round(low, 4), round(high, 4)],
        "exact_before_threshold": share(r.own.pair == r.truth.pair for r in records),
        "macro_recall_speed": macro_recall(_truth(records, 0), _said(records, 0)),
        "macro_recall_path": macro_recall(_truth(records, 1), _said(records, 1)),
        **_stops(records),
        "unsure": share(r.own.unsure for r in records),
        "other_image": other,
        "text_only": constant,
        "lead_points": points(exact, max(opponents)) if opponents else None,
    }


def classes(records: Sequence[SceneRecord]) -> dict[str, Any]:
    """How often each class is right, and what was said in its place."""
    out: dict[str, Any] = {}
    for number, name in enumerate(("speed", "path")):
        truth, said = _truth(records, number), _said(records, number)
        confused = Counter(zip(truth, said, strict=True))
        out[name] = {
            str(label): {
                "n": n,
                "recall": round(recall, 4),
                "said": {
                    str(s or "unsure"): c
                    for (t, s), c in sorted(confused.items(), key=str)
                    if t == label
                },
            }
            for label, (n, recall) in recalls(truth, said).items()
        }
    return out


def hazards(records: Sequence[SceneRecord]) -> dict[str, Any]:
    """Micro F1 of hazards by kind, side and range, and by kind alone."""
    truth = [r.truth.hazards for r in records]
    said = [() if r.own.unsure else r.own.hazards for r in records]
    return {
        **micro_f1(truth, said),
        "kind_only": micro_f1(
            [[h[0] for h in t] for t in truth], [[h[0] for h in s] for s in said]
        ),
    }


def hazard_kinds(records: Sequence[SceneRecord]) -> dict[str, Any]:
    """F1 of each kind of hazard, side and range included."""
    kinds = sorted({h[0] for r in records for h in (*r.truth.hazards, *r.own.hazards)})
    return {
        kind: micro_f1(
            [[h for h in r.truth.hazards if h[0] == kind] for r in records],
            [[h for h in r.own.hazards if h[0] == kind and not r.own.unsure] for r in records],
        )
        for kind in kinds
    }


def missed_stops(records: Sequence[SceneRecord]) -> dict[str, Any]:
    """Scenes where STOP is right and was not said: by cause, by range, and each by itself."""
    due = [r for r in records if r.truth.speed == STOP]
    missed = [r for r in due if (r.own.published or ("", ""))[0] != STOP]
    by_cause = Counter(r.truth.cause for r in due)
    missed_by_cause = Counter(r.truth.cause for r in missed)
    return {
        "due": len(due),
        "missed": len(missed),
        "by_cause": {
            cause: {"due": n, "missed": missed_by_cause[cause]}
            for cause, n in sorted(by_cause.items())
        },
        "by_range": {
            far: {
                "due": sum(r.slices["range"] == far for r in due),
                "missed": sum(r.slices["range"] == far for r in missed),
            }
            for far in ("near", "mid", "far", "none")
        },
        "scenes": [
            {
                "part": r.part,
                "index": r.index,
                "cause": r.truth.cause,
                "range": r.slices["range"],
                "said": None if r.own.published is None else r.own.published[0],
                "confidence": round(r.own.confidence, 3),
                "theme": r.slices["theme"],
            }
            for r in missed
        ],
    }


def _stops(records: Sequence[SceneRecord]) -> dict[str, Any]:
    stops = [r for r in records if r.truth.speed == STOP]
    free = [r for r in records if r.truth.speed != STOP]
    said = [(r.own.published or ("", ""))[0] for r in records]
    return {
        "stop_recall": share((r.own.published or ("", ""))[0] == STOP for r in stops),
        "stop_answered_accelerate": sum(
            r.truth.speed == STOP and s == GO for r, s in zip(records, said, strict=True)
        ),
        "false_stop": ratio(
            sum(r.truth.speed != STOP and s == STOP for r, s in zip(records, said, strict=True)),
            len(free),
        ),
    }


def _truth(records: Sequence[SceneRecord], number: int) -> list[str]:
    return [r.truth.pair[number] for r in records]


def _said(records: Sequence[SceneRecord], number: int) -> list[str | None]:
    return [None if r.own.published is None else r.own.published[number] for r in records]
