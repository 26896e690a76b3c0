"""Figures of confidence, of being unsure, and of what the resolution hides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from vlm_driving.exam.metrics import auroc, calibration_error, share
from vlm_driving.exam.records import BlindRecord, SceneRecord
from vlm_driving.exam.slicing import LEAST_CLAIMED, slices

SIGHT_STATES = ("seen", "small", "covered", "faint", "outside")


def calibration(records: Sequence[SceneRecord]) -> dict[str, Any]:
    """Calibration error and AUROC of confidence in speed and path, on clear scenes.

    Answers that the model itself calls blind are left out: they have no confidence.
    """
    told = [r for r in records if not r.own.blind]
    confidence = [r.own.confidence for r in told]
    right = [r.own.pair == r.truth.pair for r in told]
    return {
        "n": len(told),
        "ece": calibration_error(confidence, right),
        "auroc": auroc(confidence, right),
        "mean_confidence": round(sum(confidence) / len(told), 4) if told else None,
        "accuracy": share(right),
    }


def worst_slice(records: Sequence[SceneRecord]) -> dict[str, Any] | None:
    """The claimed slice with the largest calibration error."""
    found = [
        {"slice": f"{kind}/{value}", **calibration(part)}
        for kind, values in slices(records).items()
        for value, part in values.items()
        if len(part) >= LEAST_CLAIMED
    ]
    found = [f for f in found if f["ece"] is not None]
    return max(found, key=lambda f: f["ece"]) if found else None


def clear(records: Sequence[SceneRecord]) -> dict[str, Any]:
    """How often the model is unsure where it could see, and how often it calls that blind."""
    return {
        "n": len(records),
        "unsure": share(r.own.unsure for r in records),
        "called_blind": share(r.own.blind for r in records),
    }


def blind(records: Sequence[BlindRecord]) -> dict[str, Any]:
    """How often the model is unsure where it cannot see: overall, by kind, by share hidden."""
    kinds: defaultdict[str, list[BlindRecord]] = defaultdict(list)
    shares: defaultdict[str, list[BlindRecord]] = defaultdict(list)
    for record in records:
        kinds[record.kind].append(record)
        if record.share < 1.0 or record.kind in _covering(records):
            shares[f"{record.share:.1f}"].append(record)
    least = [group for group in kinds.values()]
    return {
        **_refusals(records),
        "least_kind": min((share(r.own.unsure for r in g) or 0.0 for g in least), default=None),
        "kind": {kind: _refusals(group) for kind, group in sorted(kinds.items())},
        "hidden_share": {name: _refusals(group) for name, group in sorted(shares.items())},
    }


def sight(records: Sequence[SceneRecord]) -> dict[str, Any]:
    """Things of the scenes by kind and distance: seen, or why not.

    What is not seen is no fact and no miss; `small` is what the resolution hides.
    """
    counts: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(
        lambda: defaultdict(Counter)
    )
    within: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        for one in record.sight:
            counts[one.thing][one.band][one.state] += 1
            if one.within:
                within[one.thing][one.state] += 1
    return {
        thing: {
            "examined": _states(within[thing]),
            "band": {band: _states(c) for band, c in sorted(bands.items())},
        }
        for thing, bands in sorted(counts.items())
    }


def _covering(records: Sequence[BlindRecord]) -> frozenset[str]:
    """Kinds that hide a part of the road: they occur with shares below 1."""
    return frozenset(r.kind for r in records if r.share < 1.0)


def _refusals(records: Sequence[BlindRecord]) -> dict[str, Any]:
    return {
        "n": len(records),
        "unsure": share(r.own.unsure for r in records),
        "called_blind": share(r.own.blind for r in records),
        "says_so": share(r.says_blind for r in records),
        "invents": share(r.invented > 0 for r in records),
    }


def _states(counts: Counter[str]) -> dict[str, int]:
    return {state: counts[state] for state in SIGHT_STATES if counts[state]}
