"""Advice and hazards keep their meaning on their way through JSON."""

from __future__ import annotations

import itertools
import json

import pytest

from vlm_driving.core import (
    Advice,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    PathAdvice,
    SpeedAdvice,
)

HAZARDS = [
    Hazard(kind, side, distance)
    for kind, side, distance in itertools.product(HazardKind, HazardSide, HazardRange)
]


@pytest.mark.parametrize("hazard", HAZARDS, ids=str)
def test_a_hazard_survives_json(hazard):
    assert Hazard.from_json(json.loads(json.dumps(hazard.to_json()))) == hazard


@pytest.mark.parametrize("speed", SpeedAdvice)
@pytest.mark.parametrize("path", PathAdvice)
def test_advice_survives_json(speed, path):
    advice = Advice(speed, path, 0.8125, (HAZARDS[0], HAZARDS[-1]))
    data = json.loads(json.dumps(advice.to_json()))
    assert data == {"speed": speed.value, "path": path.value, "confidence": 0.8125}
    assert Advice.from_json(data, advice.hazards) == advice


def test_the_words_are_those_of_the_design():
    assert [s.value for s in SpeedAdvice] == ["KEEP", "ACCELERATE", "DECELERATE", "STOP"]
    assert [p.value for p in PathAdvice] == ["KEEP", "SHIFT_LEFT", "SHIFT_RIGHT"]
    assert {s.value for s in HazardSide} == {"left", "center", "right"}
    assert {r.value for r in HazardRange} == {"near", "mid", "far"}


@pytest.mark.parametrize("confidence", [-0.01, 1.01, float("nan")])
def test_confidence_is_a_probability(confidence):
    with pytest.raises(ValueError, match="probability"):
        Advice(SpeedAdvice.KEEP, PathAdvice.KEEP, confidence)


def test_rounding_errors_above_one_are_forgiven():
    advice = Advice(SpeedAdvice.KEEP, PathAdvice.KEEP, 1.0 + 1e-7)
    assert advice.to_json()["confidence"] == 1.0


@pytest.mark.parametrize(
    "data",
    [
        {"speed": "FLY", "path": "KEEP", "confidence": 0.5},
        {"speed": "KEEP", "path": "keep", "confidence": 0.5},
    ],
)
def test_unknown_advice_is_refused(data):
    with pytest.raises(ValueError, match="is not a valid"):
        Advice.from_json(data)


def test_a_missing_field_is_refused():
    with pytest.raises(KeyError):
        Hazard.from_json({"kind": "pedestrian", "side": "left"})
