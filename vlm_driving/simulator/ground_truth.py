"""Facts, advice and words of one picture as one JSON object."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from vlm_driving.core import Advice
from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.words_ja import Words


def facts_json(facts: Facts) -> dict[str, Any]:
    """Facts as plain data, metres rounded to 0.01; without the ids of the id-map."""
    data = _plain(facts)
    del data["visible"]
    return dict(data)


def ground_truth_json(
    t_s: float, ego_speed_kmh: float | None, facts: Facts, advice: Advice | None, words: Words
) -> dict[str, Any]:
    """What `/simulator/ground_truth` carries for a picture; a blind one has no advice (null)."""
    return {
        "t_s": round(t_s, 3),
        "ego_speed_kmh": ego_speed_kmh,
        "facts": facts_json(facts),
        "advice": None if advice is None else advice.to_json(),
        "hazards": [] if advice is None else [hazard.to_json() for hazard in advice.hazards],
        "advice_ja": words.advice_ja,
        "description_ja": words.description_ja,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (tuple, frozenset)):
        return [_plain(item) for item in value]
    return round(value, 2) if isinstance(value, float) else value
