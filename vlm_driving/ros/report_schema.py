"""The JSON Schema (2020-12) of the report topic; docs/report_schema.md shows it word for word."""

from __future__ import annotations

from enum import Enum
from typing import Any

from vlm_driving.core import (
    REPORT_SCHEMA,
    HazardKind,
    HazardRange,
    HazardSide,
    Outcome,
    PathAdvice,
    SpeedAdvice,
    StampSource,
)

Schema = dict[str, Any]


def report_json_schema() -> Schema:
    """The schema of one report.

    A later version may add keys; a key that is removed, renamed or given another meaning makes a
    new `schema` value.
    """
    return _object(
        {
            "schema": {"const": REPORT_SCHEMA},
            "camera": {"type": "string"},
            "frame_id": {"type": "string"},
            "stamp_ns": {"type": "integer"},
            "stamp_source": _words(StampSource),
            "sequence": {"type": "integer", "minimum": 0},
            "outcome": _words(Outcome),
            "advice": _or_null(
                _object(
                    {
                        "speed": _words(SpeedAdvice),
                        "path": _words(PathAdvice),
                        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
                    }
                )
            ),
            "hazards": {
                "type": "array",
                "items": _object(
                    {
                        "kind": _words(HazardKind),
                        "side": _words(HazardSide),
                        "range": _words(HazardRange),
                    }
                ),
            },
            "advice_ja": {"type": "string"},
            "description_ja": {"type": "string"},
            "ego_speed_kmh": {"type": ["number", "null"]},
            "backend": {"type": ["string", "null"]},
            "fallback_from": {"type": "array", "items": {"type": "string"}},
            "reason": {"type": ["string", "null"]},
            "model": {"type": ["string", "null"]},
            "budget_ms": {"type": ["number", "null"]},
            "age_on_arrival_ms": {"type": "number"},
            "latency_ms": {"type": ["number", "null"]},
            "stages_ms": _object(
                {
                    name: {"type": ["number", "null"]}
                    for name in ("wait", "preprocess", "encode", "prefill", "decode")
                }
            ),
            "tokens": _object(
                {name: {"type": "integer", "minimum": 0} for name in ("prompt", "image", "output")}
            ),
            "legal_mass": {"type": ["number", "null"]},
        }
    )


def _object(properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _words(kind: type[Enum]) -> Schema:
    return {"enum": [one.value for one in kind]}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
