"""What things are described by where they are not named: a stapler holds sheets together.

Where two of the stems of a description stand in an answer, it hardly speaks of something else.
"""

from __future__ import annotations

from vlm_driving.evaluation.judges.reference.described import DESCRIBED
from vlm_driving.evaluation.judges.reference.described_beings import DESCRIBED_BEINGS
from vlm_driving.evaluation.judges.reference.more_described import MORE_DESCRIBED
from vlm_driving.evaluation.keyfact.text import normalize_word


def _read() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in (DESCRIBED + MORE_DESCRIBED + DESCRIBED_BEINGS).split("\n"):
        if line:
            name, *stems = (normalize_word(word) for word in line.split())
            found[name] = tuple(stems)
    return found


GLOSSES = _read()
"""The stems of a description, by the normalized name of a thing."""
