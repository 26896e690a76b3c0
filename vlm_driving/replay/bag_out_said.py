"""What the ROS node would have published for the reports of a replay, and when. Pure.

Times are those of the recording: there a report comes as long after its frame's recorded time as
it took, and the vehicle's advice runs out when it would have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm_driving.annotate import Annotator
from vlm_driving.core import CameraRole, SceneReport
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.vehicle import (
    VehicleAdvice,
    VehicleHistory,
    VehicleSettings,
    heard,
    vehicle_advice,
)
from vlm_driving.replay.stamps import UNRELATED_NS
from vlm_driving.ros.messages import Kind, Message
from vlm_driving.ros.outputs import (
    VehicleOutputs,
    annotated_output,
    camera_outputs,
    vehicle_changed,
    vehicle_outputs,
)

NODE = "/vlm_driving"
"""The node's name, of which its own topics are made."""


@dataclass(frozen=True, slots=True)
class OutputTopics:
    """Full names of the node's topics for one camera.

    Attributes:
        camera: the camera's name, as far as ROS 2 takes it in a topic.
    """

    camera: str

    @classmethod
    def of(cls, camera: str) -> OutputTopics:
        """For any name: what a topic may not hold becomes an underscore."""
        name = re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9_]", "_", camera)).strip("_")
        return cls(name if name and not name[0].isdigit() else f"camera_{name}".rstrip("_"))

    @property
    def report(self) -> str:
        """The report's JSON."""
        return f"{NODE}/{self.camera}/report"

    @property
    def description(self) -> str:
        """The scene in Japanese."""
        return f"{NODE}/{self.camera}/description"

    @property
    def advice(self) -> str:
        """The camera's advice."""
        return f"{NODE}/{self.camera}/advice"

    @property
    def annotated(self) -> str:
        """Frames with their reports drawn onto them."""
        return f"{NODE}/{self.camera}/annotated/compressed"

    vehicle_advice = f"{NODE}/advice"
    vehicle_text = f"{NODE}/advice_text"
    processing_time_ms = f"{NODE}/debug/processing_time_ms"
    pipeline_latency_ms = f"{NODE}/debug/pipeline_latency_ms"

    def kinds(self, annotated: bool) -> dict[str, Kind]:
        """What each topic carries."""
        kinds = {
            self.report: Kind.TEXT,
            self.description: Kind.TEXT,
            self.advice: Kind.CLASSIFICATION,
            self.vehicle_advice: Kind.CLASSIFICATION,
            self.vehicle_text: Kind.TEXT,
            self.processing_time_ms: Kind.FLOAT,
            self.pipeline_latency_ms: Kind.FLOAT,
        }
        return kinds | ({self.annotated: Kind.COMPRESSED_IMAGE} if annotated else {})


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """One message of the node; `time_ns` is when it was published, in the recording's time."""

    time_ns: int
    topic: str
    message: Message


class Voice:
    """Says what the node says, report by report. For one thread."""

    def __init__(
        self,
        topics: OutputTopics,
        rate: float | None,
        annotator: Annotator | None,
        settings: VehicleSettings | None = None,
    ) -> None:
        """Say nothing yet.

        Args:
            topics: of the camera.
            rate: recorded seconds a second; None where time stands still while the model works.
            annotator: draws reports onto frames; None for no such topic.
            settings: how long advice and its text stand.
        """
        self._topics = topics
        self._rate = rate
        self._annotator = annotator
        self._settings = settings or VehicleSettings()
        self._history = VehicleHistory()
        self._advice: VehicleAdvice | None = None
        self._outputs: VehicleOutputs | None = None
        self._ros_offset_ns = 0
        self._now_ns = 0

    def published_ns(self, report: SceneReport, frame_ns: int) -> int:
        """When `report` was out.

        Args:
            report: of any outcome.
            frame_ns: the frame's recorded time.
        """
        if self._rate is None or report.latency_ms is None:
            return frame_ns
        processing_ms = report.latency_ms - max(0.0, report.age_on_arrival_ms)
        return frame_ns + round(max(0.0, processing_ms) * NS_PER_MS * self._rate)

    def report(
        self, report: SceneReport, image_bgr: NDArray[np.uint8] | None, frame_ns: int, now_ns: int
    ) -> Iterator[Said]:
        """What is published for one report.

        Args:
            report: of any outcome; nothing is said about one that was dropped.
            image_bgr: (height, width, 3) uint8, or None for no drawn frame.
            frame_ns: the frame's recorded time.
            now_ns: when the report was out, not before anything that was said.
        """
        said = camera_outputs(report)
        if said is None:
            return
        topics = self._topics
        self._note_ros_time(report, frame_ns)
        yield Said(now_ns, topics.advice, said.advice)
        yield Said(now_ns, topics.report, said.report)
        yield Said(now_ns, topics.description, said.description)
        if said.processing_time_ms is not None:
            yield Said(now_ns, topics.processing_time_ms, said.processing_time_ms)
        if said.pipeline_latency_ms is not None:
            yield Said(now_ns, topics.pipeline_latency_ms, said.pipeline_latency_ms)
        age_ns = round(max(0.0, report.age_on_arrival_ms) * NS_PER_MS)
        self._history = heard(self._history, report, CameraRole.FRONT, frame_ns - age_ns)
        yield from self._vehicle(now_ns)
        if self._annotator is not None and image_bgr is not None:
            try:
                jpeg = self._annotator.jpeg(image_bgr, report)
            except ValueError:  # larger than a JPEG can be
                return
            yield Said(now_ns, topics.annotated, annotated_output(report, jpeg))

    def before(self, time_ns: int) -> Iterator[Said]:
        """What the vehicle says before `time_ns` without another report: that advice is void."""
        while (due_ns := self._due_ns()) is not None and due_ns < time_ns:
            yield from self._vehicle(due_ns)

    def _due_ns(self) -> int | None:
        """When what the vehicle says may be another thing by itself."""
        if self._advice is None:
            return None
        hold_ns = round(self._settings.hold_ms * NS_PER_MS)
        moments = (self._advice.valid_until_ns, self._advice.text.since_ns + hold_ns)
        return min((moment for moment in moments if moment > self._now_ns), default=None)

    def _vehicle(self, now_ns: int) -> Iterator[Said]:
        self._now_ns = now_ns
        self._history, self._advice = vehicle_advice(self._history, now_ns, self._settings)
        outputs = vehicle_outputs(self._advice, now_ns + self._ros_offset_ns)
        if vehicle_changed(self._outputs, outputs):
            self._outputs = outputs
            yield Said(now_ns, self._topics.vehicle_advice, outputs.advice)
            yield Said(now_ns, self._topics.vehicle_text, outputs.text)

    def _note_ros_time(self, report: SceneReport, frame_ns: int) -> None:
        """How far the stamps' clock is from the recording's: a simulator has its own."""
        age_ns = round(report.age_on_arrival_ms * NS_PER_MS)
        offset_ns = report.stamp_ns + age_ns - frame_ns
        self._ros_offset_ns = offset_ns if abs(offset_ns) > UNRELATED_NS else 0
