"""What one report says on the topics."""

from __future__ import annotations

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
)
from vlm_driving.pipeline.vehicle import ShownText, VehicleAdvice
from vlm_driving.ros.messages import Header, TextMessage
from vlm_driving.ros.outputs import camera_outputs, vehicle_changed, vehicle_outputs

LEFT = Hazard(HazardKind.PEDESTRIAN, HazardSide.LEFT, HazardRange.NEAR)
RIGHT = Hazard(HazardKind.PEDESTRIAN, HazardSide.RIGHT, HazardRange.FAR)
SIGNAL = Hazard(HazardKind.SIGNAL, HazardSide.CENTER, HazardRange.FAR)


def report(outcome=Outcome.OK, advice=None, **more) -> SceneReport:
    return SceneReport("front", "optical", 77, 3, outcome, advice=advice, **more)


def vehicle(hazards=(SIGNAL,), stamp=50) -> VehicleAdvice:
    text = ShownText("停止してください。", SpeedAdvice.STOP, PathAdvice.KEEP, stamp, 0)
    stop, keep = SpeedAdvice.STOP, PathAdvice.KEEP
    return VehicleAdvice(stop, keep, 0.8, tuple(hazards), ("front",), stamp, 999, text)


def test_advice_has_the_images_header_and_a_class_for_speed_path_and_each_kind_of_hazard():
    advice = Advice(SpeedAdvice.STOP, PathAdvice.SHIFT_LEFT, 0.75, (LEFT, SIGNAL, RIGHT))
    said = camera_outputs(report(advice=advice))
    assert said is not None
    assert said.advice.header == Header(77, "optical")
    assert said.advice.results == (
        ("speed/STOP", 0.75),
        ("path/SHIFT_LEFT", 0.75),
        ("hazard/pedestrian", 0.75),
        ("hazard/signal", 0.75),
    )


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.DROPPED])
def test_an_outcome_without_advice_has_empty_results_and_clears_the_description(outcome):
    said = camera_outputs(report(outcome))
    assert said is not None
    assert said.advice.results == ()
    assert said.description == TextMessage("")
    assert json.loads(said.report.data)["outcome"] == outcome.value


def test_a_dropped_frame_is_only_counted():
    assert camera_outputs(report(Outcome.DROPPED)) is None


def test_the_report_is_one_line_of_json_with_readable_japanese():
    said = camera_outputs(report(description_ja="信号は\n赤です。"))
    assert said is not None
    assert "信号は" in said.report.data and "\n" not in said.report.data
    assert SceneReport.from_json(json.loads(said.report.data)).description_ja == "信号は\n赤です。"
    assert said.description.data == "信号は\n赤です。"


def test_processing_time_leaves_the_age_on_arrival_out():
    said = camera_outputs(report(latency_ms=120.0, age_on_arrival_ms=30.0))
    assert said is not None and said.processing_time_ms is not None
    assert said.processing_time_ms.data == pytest.approx(90.0)
    assert said.pipeline_latency_ms is not None and said.pipeline_latency_ms.data == 120.0


def test_a_frame_from_a_slightly_later_clock_gives_no_time_away():
    said = camera_outputs(report(latency_ms=40.0, age_on_arrival_ms=-3.0))
    assert said is not None and said.processing_time_ms is not None
    assert said.processing_time_ms.data == 40.0


def test_what_was_not_measured_is_not_published():
    said = camera_outputs(report(latency_ms=None))
    assert said is not None
    assert said.processing_time_ms is None and said.pipeline_latency_ms is None


def test_the_vehicles_advice_is_stamped_as_the_frame_that_decided():
    said = vehicle_outputs(vehicle(), now_ros_ns=90)
    assert said.advice.header == Header(50, "base_link")
    assert [name for name, _ in said.advice.results] == ["speed/STOP", "path/KEEP", "hazard/signal"]
    assert {score for _, score in said.advice.results} == {0.8}
    assert said.text.data == "停止してください。"


def test_with_nothing_fresh_the_vehicle_says_nothing_stamped_now():
    said = vehicle_outputs(None, now_ros_ns=90, frame_id="ego")
    assert said.advice.header == Header(90, "ego")
    assert said.advice.results == () and said.text.data == ""


def test_the_vehicle_publishes_what_is_new_and_that_nothing_is_fresh_only_once():
    stop, nothing = vehicle_outputs(vehicle(), 1), vehicle_outputs(None, 2)
    assert vehicle_changed(None, nothing)
    assert vehicle_changed(nothing, stop)
    assert not vehicle_changed(stop, vehicle_outputs(vehicle(), 5))
    assert vehicle_changed(stop, vehicle_outputs(vehicle(stamp=51), 5))
    assert vehicle_changed(stop, nothing)
    assert not vehicle_changed(nothing, vehicle_outputs(None, 3))
