"""From reports and advice to what is published: values of messages, no topics. Pure.

A report that was dropped for a newer frame is counted, not published. Every other one is, with
an empty text and an empty classification where it has none: what was said about an older frame
must not stand on a display as if it were new.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from vlm_driving.core import Advice, Hazard, Outcome, PathAdvice, SceneReport, SpeedAdvice
from vlm_driving.pipeline.vehicle import VehicleAdvice
from vlm_driving.ros.messages import (
    ClassificationMessage,
    CompressedImageMessage,
    FloatMessage,
    Header,
    TextMessage,
)

VEHICLE_FRAME_ID = "base_link"
ANNOTATED_FORMAT = "bgr8; jpeg compressed bgr8"
"""As image_transport writes it."""

Results = tuple[tuple[str, float], ...]
"""(class_id, score): `speed/STOP`, `path/KEEP`, then `hazard/<kind>`, each once."""


@dataclass(frozen=True, slots=True)
class CameraOutputs:
    """What one report says on its camera's topics.

    Attributes:
        camera: its name.
        report: for `~/<camera>/report`, JSON.
        description: for `~/<camera>/description`; empty where nothing is described.
        advice: for `~/<camera>/advice`, with the image's header; empty for a report without.
        processing_time_ms: from arrival to publish; None where it was not measured.
        pipeline_latency_ms: from stamp to publish; None where it was not measured.
    """

    camera: str
    report: TextMessage
    description: TextMessage
    advice: ClassificationMessage
    processing_time_ms: FloatMessage | None
    pipeline_latency_ms: FloatMessage | None


@dataclass(frozen=True, slots=True)
class VehicleOutputs:
    """What the vehicle's topics say.

    Attributes:
        advice: for `~/advice`, stamped as the newest frame that decided; empty, and stamped now,
            while nothing is fresh.
        text: for `~/advice_text`; empty while nothing is fresh.
    """

    advice: ClassificationMessage
    text: TextMessage


def camera_outputs(report: SceneReport) -> CameraOutputs | None:
    """What is published for `report`; None for one that is only counted (`dropped`)."""
    if report.outcome is Outcome.DROPPED:
        return None
    return CameraOutputs(
        camera=report.camera,
        report=TextMessage(report_text(report)),
        description=TextMessage(report.description_ja),
        advice=ClassificationMessage(
            Header(report.stamp_ns, report.frame_id),
            () if report.advice is None else advice_results(report.advice),
        ),
        processing_time_ms=_measured(_processing_ms(report)),
        pipeline_latency_ms=_measured(report.latency_ms),
    )


def vehicle_outputs(
    advice: VehicleAdvice | None, now_ros_ns: int, frame_id: str = VEHICLE_FRAME_ID
) -> VehicleOutputs:
    """What the vehicle's topics say.

    Args:
        advice: the vehicle's one advice; None while nothing is fresh.
        now_ros_ns: stamps the message that says that nothing is fresh.
        frame_id: of the vehicle.
    """
    if advice is None:
        return VehicleOutputs(ClassificationMessage(Header(now_ros_ns, frame_id)), TextMessage(""))
    results = _results(advice.speed, advice.path, advice.confidence, advice.hazards)
    return VehicleOutputs(
        ClassificationMessage(Header(advice.stamp_ns, frame_id), results),
        TextMessage(advice.text.text_ja),
    )


def vehicle_changed(before: VehicleOutputs | None, now: VehicleOutputs) -> bool:
    """Whether `now` is to be published: anything is new, but "nothing" is said only once."""
    if before is None:
        return True
    if not now.advice.results and not before.advice.results:
        return before.text != now.text
    return before != now


def annotated_output(report: SceneReport, jpeg: bytes) -> CompressedImageMessage:
    """For `~/<camera>/annotated/compressed`: the frame with its report, and the image's header."""
    return CompressedImageMessage(Header(report.stamp_ns, report.frame_id), ANNOTATED_FORMAT, jpeg)


def report_text(report: SceneReport) -> str:
    """The report's JSON in one line, Japanese as it is; see docs/report_schema.md."""
    return json.dumps(report.to_json(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def advice_results(advice: Advice) -> Results:
    """The classification of one frame's advice."""
    return _results(advice.speed, advice.path, advice.confidence, advice.hazards)


def _results(
    speed: SpeedAdvice, path: PathAdvice, confidence: float, hazards: tuple[Hazard, ...]
) -> Results:
    """Hazards have no confidence of their own: they were chosen in the same answer."""
    score = min(1.0, confidence)
    names = (
        f"speed/{speed.value}",
        f"path/{path.value}",
        *(f"hazard/{hazard.kind.value}" for hazard in hazards),
    )
    return tuple((name, score) for name in dict.fromkeys(names))


def _processing_ms(report: SceneReport) -> float | None:
    """Latency without the age on arrival, which counts from zero up."""
    if report.latency_ms is None:
        return None
    return max(0.0, report.latency_ms - max(0.0, report.age_on_arrival_ms))


def _measured(ms: float | None) -> FloatMessage | None:
    return None if ms is None else FloatMessage(ms)
