"""Figures of questions: key facts right, by category, kind, voice and slice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from vlm_driving.exam.metrics import points, share
from vlm_driving.exam.records import Asked, SceneRecord
from vlm_driving.simulator.questions import CATEGORIES

GUESSED_ABOVE = 0.8
"""What text alone answers more often than this has to be asked in other words."""
LEAST_ASKED = 10


def questions(asked: Sequence[Asked]) -> dict[str, Any] | None:
    """Overall and by category, kind and voice; None where nothing was asked."""
    if not asked:
        return None
    kinds = _grouped(asked, lambda a: a.kind)
    return {
        **rights(asked),
        "category": _grouped(asked, lambda a: a.category),
        "voice": _grouped(asked, lambda a: a.voice),
        "kind": kinds,
        "guessed_by_text_only": {
            kind: found
            for kind, found in kinds.items()
            if found["n"] >= LEAST_ASKED and (found["text_only"] or 0.0) > GUESSED_ABOVE
        },
    }


def rights(asked: Sequence[Asked]) -> dict[str, Any]:
    """Share of questions answered rightly, beside another picture's and a constant's."""
    right = share(a.right for a in asked)
    other = share(a.other_right for a in asked if a.other_right is not None)
    constant = share(a.constant_right for a in asked if a.constant_right is not None)
    opponents = [value for value in (other, constant) if value is not None]
    facts = [a.share for a in asked]
    return {
        "n": len(asked),
        "right": right,
        "key_facts": round(sum(facts) / len(facts), 4) if facts else None,
        "unanswered": sum(not a.said for a in asked),
        "other_image": other,
        "text_only": constant,
        "lead_points": points(right, max(opponents)) if opponents else None,
    }


def slice_rights(records: Sequence[SceneRecord]) -> dict[str, Any]:
    """Questions of some scenes: how many, and the share that is right, by category."""
    asked = [a for r in records for a in r.asked]
    return {
        "n": len(asked),
        "right": share(a.right for a in asked),
        **{c: share(a.right for a in asked if a.category == c) for c in CATEGORIES},
    }


def _grouped(asked: Sequence[Asked], name: Callable[[Asked], str]) -> dict[str, Any]:
    groups: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        groups[name(one)].append(one)
    return {key: rights(group) for key, group in sorted(groups.items())}
