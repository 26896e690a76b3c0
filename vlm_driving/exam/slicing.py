"""One set of figures for all scenes and for every slice of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vlm_driving.exam.records import SceneRecord

LEAST_CLAIMED = 200
"""A slice of fewer scenes is shown, but nothing is claimed of it."""
SLICES = ("road", "light", "weather", "theme", "ego_speed", "range")
Figures = Callable[[Sequence[SceneRecord]], dict[str, Any]]


def slices(records: Sequence[SceneRecord]) -> dict[str, dict[str, list[SceneRecord]]]:
    """The records of each slice: kind of slice, then its value."""
    out: dict[str, dict[str, list[SceneRecord]]] = {}
    for kind in SLICES:
        found: defaultdict[str, list[SceneRecord]] = defaultdict(list)
        for record in records:
            found[record.slices[kind]].append(record)
        out[kind] = dict(sorted(found.items()))
    return out


def overall_and_slices(records: Sequence[SceneRecord], figures: Figures) -> dict[str, Any]:
    """`figures` of all records, and under `slices` those of every slice."""
    return {**figures(records), "slices": by_slice(records, figures)}


def by_slice(
    records: Sequence[SceneRecord], figures: Figures
) -> Mapping[str, Mapping[str, dict[str, Any]]]:
    """`figures` of every slice, with how many scenes it has and whether they are enough."""
    return {
        kind: {
            value: {
                "scenes": len(part),
                "claimed": len(part) >= LEAST_CLAIMED,
                **figures(part),
            }
            for value, part in found.items()
        }
        for kind, found in slices(records).items()
    }
