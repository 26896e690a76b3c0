"""The schema of the report topic: reports keep it, and the pages show it."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from vlm_driving.core import (
    Advice,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    Outcome,
    PathAdvice,
    SceneReport,
    SpeedAdvice,
    StageTimes,
)
from vlm_driving.ros.outputs import report_text
from vlm_driving.ros.report_schema import report_json_schema

PAGES = ["report_schema.md", "report_schema.ja.md"]
_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def faults(value, schema, at="report") -> list[str]:
    """What of `value` the schema forbids: as much of JSON Schema as ours uses."""
    known = {"type", "enum", "const", "anyOf", "required", "properties", "items"}
    assert set(schema) <= known | {"minimum", "maximum"}
    if "anyOf" in schema:
        tried = [faults(value, one, at) for one in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    if "const" in schema:
        return [] if value == schema["const"] else [f"{at}: {value!r}"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{at}: {value!r}"]
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if isinstance(value, bool) or not any(isinstance(value, _TYPES[name]) for name in names):
        return [f"{at}: {value!r} is no {names}"]
    found = []
    if isinstance(value, dict):
        found += [f"{at}.{key}: missing" for key in schema["required"] if key not in value]
        for key, inner in schema["properties"].items():
            found += faults(value[key], inner, f"{at}.{key}") if key in value else []
    if isinstance(value, list):
        for place, one in enumerate(value):
            found += faults(one, schema["items"], f"{at}[{place}]")
    if isinstance(value, (int, float)):
        inside = schema.get("minimum", value) <= value <= schema.get("maximum", value)
        found += [] if inside else [f"{at}: {value!r} is out of range"]
    return found


def full() -> SceneReport:
    hazards = tuple(
        Hazard(kind, side, range)
        for kind in HazardKind
        for side, range in zip(HazardSide, HazardRange, strict=True)
    )
    return SceneReport(
        "front",
        "optical",
        7,
        0,
        Outcome.OK,
        advice=Advice(SpeedAdvice.STOP, PathAdvice.KEEP, 1.0 + 1e-7, hazards),
        ego_speed_kmh=3.0,
        backend="onnx-cpu",
        fallback_from=("fpga",),
        reason="because",
        model="m",
        budget_ms=200.0,
        latency_ms=3.5,
        stages_ms=StageTimes(1.0, 2.0, 3.0, 4.0, 5.0),
        legal_mass=0.5,
    )


def blocks(page: str) -> list[dict]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]


@pytest.mark.parametrize("outcome", Outcome)
def test_a_report_of_any_outcome_keeps_the_schema(outcome):
    text = report_text(SceneReport("front", "", 0, 0, outcome))
    assert faults(json.loads(text), report_json_schema()) == []


def test_a_report_with_all_its_values_keeps_the_schema():
    assert faults(json.loads(report_text(full())), report_json_schema()) == []


def test_the_schema_has_every_key_of_a_report_in_its_order_and_no_other():
    written, schema = full().to_json(), report_json_schema()
    assert list(schema["properties"]) == list(written) == schema["required"]
    for key in ("advice", "stages_ms", "tokens"):
        inner = schema["properties"][key]
        inner = inner["anyOf"][0] if "anyOf" in inner else inner
        assert list(inner["properties"]) == list(written[key])


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("outcome",), "fine"),
        (("schema",), "vlm_driving/report/2"),
        (("sequence",), -1),
        (("stamp_ns",), 1.5),
        (("camera",), None),
        (("advice", "confidence"), 1.2),
        (("hazards", 0, "kind"), "dragon"),
        (("stages_ms", "decode"), "fast"),
    ],
)
def test_the_schema_refuses_what_is_no_report(where, value):
    broken = copy.deepcopy(full().to_json())
    inner = broken
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    assert faults(broken, report_json_schema()) != []


@pytest.mark.parametrize("name", PAGES)
def test_the_page_shows_the_schema_and_an_example_that_keeps_it(name, repository: Path):
    page = (repository / "docs" / name).read_text(encoding="utf-8")
    example, schema = blocks(page)
    assert schema == report_json_schema()
    assert faults(example, schema) == []
    assert SceneReport.from_json(example).to_json() == example


@pytest.mark.parametrize("name", PAGES)
def test_the_page_explains_every_key_and_every_word(name, repository: Path):
    page = (repository / "docs" / name).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE)
    assert rows == [*report_json_schema()["properties"], *(one.value for one in Outcome)]
    kinds = (SpeedAdvice, PathAdvice, HazardKind, HazardSide, HazardRange)
    words = [one.value for kind in kinds for one in kind]
    assert [word for word in words if f"`{word}`" not in page] == []


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_advice_is_not(name, repository: Path):
    page = (repository / "docs" / name).read_text(encoding="utf-8")
    assert (
        "not a safety-rated component" in page or "機能安全の認証を受けた部品ではありません" in page
    )
