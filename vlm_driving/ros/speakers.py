"""The topics that go out: one publisher each, and what a report says on them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import SceneReport
from vlm_driving.pipeline.questions import QuestionAnswer
from vlm_driving.pipeline.vehicle import VehicleAdvice
from vlm_driving.ros.annotating import Annotating
from vlm_driving.ros.messages import Kind, TextMessage
from vlm_driving.ros.outputs import (
    VehicleOutputs,
    camera_outputs,
    vehicle_changed,
    vehicle_outputs,
)
from vlm_driving.ros.port import Port, Publisher, Qos

ANSWER_SCHEMA = "vlm_driving/answer/1"
OUTPUT = Qos(reliable=True, depth=5)
"""A subscriber may ask for either; the newest few are kept for one that is slow."""


class Speakers:
    """Publishers of one configured node. Any thread may call."""

    def __init__(self, port: Port, cameras: Sequence[str], annotated: bool) -> None:
        """Make all topics known.

        Raises:
            UserError: a message package is not installed.
        """
        self._port = port
        self._lock = threading.Lock()
        self._vehicle: VehicleOutputs | None = None
        self._made: list[Publisher] = []
        self._annotating: Annotating | None = None
        self._cameras = tuple(cameras)
        self._topics: dict[str, Publisher] = {}
        try:
            for camera in cameras:
                for name, kind in (
                    ("advice", Kind.CLASSIFICATION),
                    ("report", Kind.TEXT),
                    ("description", Kind.TEXT),
                    ("answer", Kind.TEXT),
                ):
                    self._add(f"{camera}/{name}", kind)
            self._add("advice", Kind.CLASSIFICATION)
            self._add("advice_text", Kind.TEXT)
            self._add("debug/processing_time_ms", Kind.FLOAT)
            self._add("debug/pipeline_latency_ms", Kind.FLOAT)
            self.annotate(annotated)
        except BaseException:
            self.close()
            raise

    def report(self, report: SceneReport, image_bgr: NDArray[np.uint8] | None) -> None:
        """Publish one frame's report: advice first, since somebody may be waiting for it."""
        said = camera_outputs(report)
        if said is None:
            return
        camera = said.camera
        self._topics[f"{camera}/advice"].publish(said.advice)
        self._topics[f"{camera}/report"].publish(said.report)
        self._topics[f"{camera}/description"].publish(said.description)
        for name, figure in (
            ("debug/processing_time_ms", said.processing_time_ms),
            ("debug/pipeline_latency_ms", said.pipeline_latency_ms),
        ):
            if figure is not None:
                self._topics[name].publish(figure)
        annotating = self._annotating
        if annotating is not None and image_bgr is not None:
            annotating.show(report, image_bgr)

    def vehicle(self, advice: Callable[[], VehicleAdvice | None]) -> None:
        """Publish the vehicle's advice if it is another than before.

        Args:
            advice: says what it is now; asked under a lock, so that none overtakes a newer one.
        """
        with self._lock:
            now = vehicle_outputs(advice(), self._port.clock.now_ns())
            if vehicle_changed(self._vehicle, now):
                self._vehicle = now
                self._topics["advice"].publish(now.advice)
                self._topics["advice_text"].publish(now.text)

    def silence(self) -> None:
        """Say that no advice stands, whatever was said last, and show no frame of before."""
        annotating = self._annotating
        if annotating is not None:
            annotating.forget()
        with self._lock:
            self._vehicle = None
        self.vehicle(lambda: None)

    def answer(self, camera: str, answer: QuestionAnswer) -> None:
        """Publish the answer to a question that came on the camera's topic."""
        self._topics[f"{camera}/answer"].publish(TextMessage(answer_text(camera, answer)))

    def annotate(self, wanted: bool) -> None:
        """Offer frames with their reports drawn onto them, or offer them no more."""
        if wanted and self._annotating is None:
            self._annotating = Annotating(self._port, self._cameras)
        elif not wanted and self._annotating is not None:
            annotating, self._annotating = self._annotating, None
            annotating.close()

    def close(self) -> None:
        """End all publishers."""
        self.annotate(False)
        for publisher in self._made:
            publisher.close()

    def _add(self, name: str, kind: Kind) -> None:
        publisher = self._port.publisher(f"~/{name}", kind, OUTPUT)
        self._made.append(publisher)
        self._topics[name] = publisher


def answer_text(camera: str, answer: QuestionAnswer) -> str:
    """The JSON of `~/<camera>/answer`, in one line.

    Args:
        camera: on whose topic it was asked.
        answer: the answer.
    """
    picture = answer.picture
    content = {
        "schema": ANSWER_SCHEMA,
        "camera": camera,
        "id": answer.id,
        "question": answer.question,
        "answer": answer.text_ja,
        "outcome": answer.outcome.value,
        "stamp_ns": None if picture is None else picture.stamp_ns,
        "reason": answer.reason,
        "latency_ms": round(answer.latency_ms, 3),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
