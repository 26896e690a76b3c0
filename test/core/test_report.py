"""The report is the interface of the whole system: its keys, their order and their meaning."""

from __future__ import annotations

import dataclasses
import json

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
    StampSource,
    TokenCounts,
)

KEYS = [
    "schema",
    "camera",
    "frame_id",
    "stamp_ns",
    "stamp_source",
    "sequence",
    "outcome",
    "advice",
    "hazards",
    "advice_ja",
    "description_ja",
    "ego_speed_kmh",
    "backend",
    "fallback_from",
    "reason",
    "model",
    "budget_ms",
    "age_on_arrival_ms",
    "latency_ms",
    "stages_ms",
    "tokens",
    "legal_mass",
]
FULL = SceneReport(
    camera="front",
    frame_id="camera_front_optical",
    stamp_ns=1_700_000_000_123_456_789,
    sequence=41,
    outcome=Outcome.TRUNCATED,
    stamp_source=StampSource.ARRIVAL,
    advice=Advice(
        SpeedAdvice.DECELERATE,
        PathAdvice.SHIFT_RIGHT,
        0.8125,
        (Hazard(HazardKind.CYCLIST, HazardSide.LEFT, HazardRange.MID),),
    ),
    advice_ja="減速し、右に寄ってください。",
    description_ja="左前方を自転車が走っています。",
    ego_speed_kmh=42.5,
    backend="onnx-cpu",
    fallback_from=("fpga", "onnx-gpu"),
    reason="prose cut back to a sentence",
    model="driving-ja",
    budget_ms=200.0,
    age_on_arrival_ms=5.25,
    latency_ms=97.125,
    stages_ms=StageTimes(0.5, 2.25, 30.0, 20.0, 35.5),
    tokens=TokenCounts(80, 50, 23),
    legal_mass=0.9375,
)
BARE = SceneReport(camera="c", frame_id="", stamp_ns=0, sequence=0, outcome=Outcome.DROPPED)


@pytest.mark.parametrize("report", [FULL, BARE], ids=["full", "bare"])
def test_a_report_survives_json(report):
    assert SceneReport.from_json(json.loads(json.dumps(report.to_json()))) == report


@pytest.mark.parametrize("report", [FULL, BARE], ids=["full", "bare"])
def test_keys_stand_in_the_order_of_the_design(report):
    data = report.to_json()
    assert list(data) == KEYS
    assert list(data["stages_ms"]) == ["wait", "preprocess", "encode", "prefill", "decode"]
    assert list(data["tokens"]) == ["prompt", "image", "output"]
    assert data["schema"] == "vlm_driving/report/1"


def test_hazards_stand_beside_the_advice():
    data = FULL.to_json()
    assert data["advice"] == {"speed": "DECELERATE", "path": "SHIFT_RIGHT", "confidence": 0.8125}
    assert data["hazards"] == [{"kind": "cyclist", "side": "left", "range": "mid"}]
    assert BARE.to_json()["advice"] is None
    assert BARE.to_json()["hazards"] == []


def test_japanese_stays_readable_in_a_line():
    line = json.dumps(FULL.to_json(), ensure_ascii=False)
    assert "減速し、右に寄ってください。" in line
    assert "\n" not in line


@pytest.mark.parametrize("outcome", Outcome)
def test_advice_goes_with_ok_and_truncated_alone(outcome):
    if outcome in (Outcome.OK, Outcome.TRUNCATED):
        assert dataclasses.replace(FULL, outcome=outcome).advice is not None
        return
    with pytest.raises(ValueError, match="no advice"):
        dataclasses.replace(FULL, outcome=outcome)


@pytest.mark.parametrize("schema", [None, "vlm_driving/report/2"])
def test_another_schema_is_refused(schema):
    with pytest.raises(ValueError, match="schema"):
        SceneReport.from_json({**FULL.to_json(), "schema": schema})


@pytest.mark.parametrize(
    ("key", "value"),
    [("outcome", "fine"), ("stamp_source", "gps"), ("stages_ms", {"nap": 1.0})],
)
def test_values_outside_the_schema_are_refused(key, value):
    with pytest.raises((ValueError, TypeError)):
        SceneReport.from_json({**FULL.to_json(), key: value})


@pytest.mark.parametrize("outcome", Outcome)
def test_late_means_taken_into_work_and_out_after_the_deadline(outcome):
    report = dataclasses.replace(
        FULL, outcome=outcome, advice=None, latency_ms=200.5, budget_ms=200.0
    )
    assert report.late() is (outcome not in (Outcome.STALE, Outcome.DROPPED))
    assert not dataclasses.replace(report, latency_ms=200.0).late()
    assert not dataclasses.replace(report, budget_ms=None).late()


def test_outcomes_are_those_of_the_design():
    assert [outcome.value for outcome in Outcome] == [
        "ok",
        "truncated",
        "unsure",
        "timeout",
        "stale",
        "dropped",
        "no_backend",
        "malformed",
    ]
    assert {o.value for o in Outcome if o.answered} == {"ok", "truncated", "unsure"}


def test_stage_times_and_token_counts_survive_json():
    times = StageTimes(encode=1.5)
    assert StageTimes.from_json(times.to_json()) == times
    counts = TokenCounts(3, 2, 1)
    assert TokenCounts.from_json(counts.to_json()) == counts


def test_data_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FULL.sequence = 1  # type: ignore[misc]
