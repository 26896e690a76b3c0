"""Frames with their reports drawn onto them, while somebody looks. In a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vlm_driving.annotate import Annotator
from vlm_driving.core import Outcome, SceneReport
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.outputs import annotated_output
from vlm_driving.ros.port import Port, Qos

QOS = Qos(reliable=True, depth=1)

_Shown = tuple[SceneReport, "NDArray[np.uint8]"]


class Annotating:
    """Draws the newest frame of each camera; one that comes too soon takes the older one's place.

    Drawing waits for nobody and nobody waits for it: reports are out before.
    """

    def __init__(self, port: Port, cameras: Sequence[str]) -> None:
        """Offer the topics; drawn once here, so that the first frame takes no longer."""
        self._log = port.log
        self._annotators = {name: Annotator() for name in cameras}
        warm_up(self._annotators[cameras[0]])
        self._publishers = {
            name: port.publisher(f"~/{name}/annotated/compressed", Kind.COMPRESSED_IMAGE, QOS)
            for name in cameras
        }
        self._changed = threading.Condition()
        self._publishing = threading.Lock()
        self._newest: dict[str, _Shown] = {}
        self._forgotten = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="annotating", daemon=True)
        self._thread.start()

    def show(self, report: SceneReport, image_bgr: NDArray[np.uint8]) -> None:
        """Draw `report` onto its (height, width, 3) frame, if somebody listens."""
        if self._publishers[report.camera].subscriber_count() == 0:
            return
        with self._changed:
            self._newest.pop(report.camera, None)  # the camera that waited longest comes first
            self._newest[report.camera] = report, image_bgr
            self._changed.notify()

    def forget(self) -> None:
        """Show nothing of what came before: once this returns, none of it is published."""
        with self._publishing, self._changed:
            self._forgotten += 1
            self._newest.clear()

    def close(self) -> None:
        """Draw no more, and wait for the frame that is being drawn."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        for publisher in self._publishers.values():
            publisher.close()

    def _run(self) -> None:
        while self._wait():
            self._draw()

    def _wait(self) -> bool:
        """Until there is a frame; False at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest or self._closing)
            return not self._closing

    def _draw(self) -> None:
        """Draw one frame. Apart from the loop, whose thread would hold it until the next one."""
        with self._changed:
            if not self._newest:
                return  # forgotten meanwhile
            report, image_bgr = self._newest.pop(next(iter(self._newest)))
            forgotten = self._forgotten
        try:
            data = self._annotators[report.camera].jpeg(image_bgr, report)
            with self._publishing:
                if forgotten == self._forgotten:
                    self._publishers[report.camera].publish(annotated_output(report, data))
        except Exception as error:
            text = f"A frame of {report.camera} could not be annotated: {error}"
            self._log.error(text, throttle_s=5.0, key="annotating")


def warm_up(annotator: Annotator) -> None:
    """Load the font and draw once."""
    report = SceneReport(
        camera="",
        frame_id="",
        stamp_ns=0,
        sequence=0,
        outcome=Outcome.TIMEOUT,
        advice_ja="準備中です。",
    )
    annotator.jpeg(np.zeros((360, 640, 3), np.uint8), report)
