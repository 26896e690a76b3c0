"""A score object as the page takes it: what has another form than ours is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vlm_driving.evaluation.report.embed import mapping, words

_OBJECTS = ("score", "judge", "best_constants", "latency_ms", "descriptions")
_OF_OBJECTS = (
    "baselines", "oracle", "categories", "image_categories", "relative", "references", "outcomes",
)  # fmt: skip


def score_figures(figures: Mapping[str, Any]) -> dict[str, Any]:
    """`score.json` of a judge, or of truth, with every part that the page opens as an object."""
    found = dict(figures)
    _take(found, _OBJECTS, _OF_OBJECTS)
    found["notes"] = words(found.get("notes"))
    if "truth" in found:
        found["truth"] = _truth(mapping(found["truth"]))
    return found


def _truth(truth: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(truth)
    _take(found, ("advice", "hazards"), ("baselines", "by_outcome"))
    if "advice" in found:
        found["advice"] = dict(found["advice"])
        _take(found["advice"], ("speed", "path"), ("intervals",))
    if "hazards" in found:
        found["hazards"] = dict(found["hazards"])
        _take(found["hazards"], ("by_kind",), ())
    return found


def _take(found: dict[str, Any], objects: tuple[str, ...], of_objects: tuple[str, ...]) -> None:
    """Leave out, in place, what is no object, or no object of objects."""
    for key in objects + of_objects:
        if key in found and not isinstance(found[key], Mapping):
            del found[key]
    for key in of_objects:
        if key in found:
            parts = found[key].items()
            found[key] = {name: part for name, part in parts if isinstance(part, Mapping)}
