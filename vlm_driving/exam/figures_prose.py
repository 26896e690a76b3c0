"""Figures of descriptions, read back into facts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from vlm_driving.exam.metrics import ratio
from vlm_driving.exam.records import Prose, SceneRecord

_DIGITS = re.compile("[0-9０-９]+")
_NOUNS = re.compile("[一-龯々ァ-ヶー]+")
MOST_LISTED = 25


def prose(records: Sequence[SceneRecord]) -> dict[str, Any]:
    """Precision and recall over all claims and dues, contradictions, loops, cut endings."""
    read = [r.prose for r in records if r.prose is not None]
    true, false = sum(p.true for p in read), sum(len(p.false) for p in read)
    due, missed = sum(len(p.due) for p in read), sum(len(p.missed) for p in read)
    return {
        "n": len(read),
        "precision": ratio(true, true + false),
        "recall": ratio(due - missed, due),
        "contradicting": ratio(sum(bool(p.contradictions) for p in read), len(read)),
        "loops": sum(p.looped for p in read),
        "cut_short": sum(not r.own.complete for r in records if r.prose is not None),
    }


def prose_details(records: Sequence[SceneRecord]) -> dict[str, Any]:
    """What is said wrongly or left out most, what contradicts, and how varied the sentences are."""
    read = [r.prose for r in records if r.prose is not None]
    return {
        "false_claims": _counts(read, lambda p: p.false),
        "missed": _counts(read, lambda p: p.missed),
        "contradictions": [
            {"part": r.part, "index": r.index, "why": list(r.prose.contradictions)}
            for r in records
            if r.prose is not None and r.prose.contradictions
        ][:MOST_LISTED],
        "skeletons": len(skeletons("".join(r.own.spoken) for r in records)),
    }


def skeletons(texts: Any) -> set[str]:
    """The different sentences of texts, with figures, kanji and katakana masked.

    Kanji of verbs are masked too, so the count is a low one.
    """
    out = set()
    for text in texts:
        for sentence in text.split("。"):
            if sentence:
                out.add(_NOUNS.sub("名", _DIGITS.sub("0", sentence)))
    return out


def _counts(read: Sequence[Prose], of: Any) -> dict[str, int]:
    return dict(Counter(name for p in read for name in of(p)).most_common(MOST_LISTED))
