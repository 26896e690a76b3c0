"""What runs while the node is active: the pipeline, the inputs, and the questions."""

from __future__ import annotations

import threading
import time
from functools import partial

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import SceneReport, UserError
from vlm_driving.pipeline import LadderOptions, LadderPipeline, OfferedFrame
from vlm_driving.pipeline.health import PipelineHealth
from vlm_driving.pipeline.options import Tuning
from vlm_driving.pipeline.questions import QuestionAnswer, QuestionOutcome
from vlm_driving.ros.camera_input import CameraInput
from vlm_driving.ros.configured import Configured
from vlm_driving.ros.messages import Kind, Message, TextMessage
from vlm_driving.ros.parameters import NodeSettings
from vlm_driving.ros.port import Port, Qos, Subscription
from vlm_driving.ros.speed_input import SpeedInput

DISABLED_JA = "現在は無効になっているため、お答えできません。"
QUESTIONS = Qos(reliable=True, depth=10)
"""Each question counts, so that none is lost while one is being taken."""


class Active:
    """One activation. `start` and `close` are for one thread; `fault` may be read by any."""

    def __init__(self, configured: Configured, settings: NodeSettings, port: Port) -> None:
        """Hear nothing yet."""
        self._configured = configured
        self._port = port
        self._settings = settings
        self._speakers = configured.speakers
        self._asking = threading.local()
        self._subscriptions: list[Subscription] = []
        self.enabled = True
        self.fault: BaseException | None = None
        self.speed = SpeedInput(settings, port)
        self.cameras = {
            one.name: CameraInput(one, settings, port, self._offer, self.speed.kmh, configured.spec)
            for one in settings.cameras
        }
        self._pipeline = LadderPipeline(
            configured.opened.pool,
            LadderOptions(
                settings.camera_shares,
                vehicle=settings.vehicle,
                questions=settings.questions,
                reply=self._reply,
            ),
            self._publish,
            settings.pipeline(configured.ready[0], configured.model),
        )

    def start(self, enabled: bool) -> None:
        """Begin to answer.

        Args:
            enabled: whether frames are taken from the beginning.

        Raises:
            UserError: a topic or a message type that cannot be subscribed to.
        """
        self._pipeline.start()
        for name in self.cameras:
            hear = partial(self._ask, name)
            topic = f"~/{name}/question"
            self._subscriptions.append(self._port.subscribe(topic, Kind.TEXT, hear, QUESTIONS))
        self.enable(enabled)

    def enable(self, enabled: bool) -> None:
        """Take frames, or take none and say nothing until enabled again. Raises UserError."""
        if enabled:
            self._pipeline.forget_advice()  # what stood before is not said again as if it were new
            self.enabled = True
            self.speed.look()
            for camera in self.cameras.values():
                camera.open()
        else:
            self.enabled = False
            self._deafen()
            self._speakers.silence()

    def look(self) -> None:
        """Subscribe to what has come up since; call it now and then. Raises UserError."""
        if not self.enabled:
            return
        self.speed.look()
        for camera in self.cameras.values():
            camera.look()

    def say_vehicle_advice(self) -> None:
        """Publish the vehicle's advice if it changed, be it only that it is no longer fresh."""
        advice = self._pipeline.vehicle_advice
        # Asked anew under the speakers' lock: a report of before must not undo a silence.
        self._speakers.vehicle(lambda: advice() if self.enabled else None)

    def health(self) -> PipelineHealth:
        """How everything is now."""
        return self._pipeline.health()

    def retune(self, settings: NodeSettings) -> None:
        """Go on with other live parameters."""
        self._settings = settings
        self.speed.settings = settings
        for camera in self.cameras.values():
            camera.retune(settings)
        self._pipeline.retune(
            Tuning(
                settings.budget_ms,
                settings.guard_ms,
                settings.task_prompt,
                settings.camera_shares,
                settings.vehicle,
                settings.questions,
            )
        )

    def close(self) -> bool:
        """Hear no more, answer the frame in work, and say that no advice stands.

        Returns:
            Whether everything came to its end in time.
        """
        self._deafen()
        for subscription in self._subscriptions:
            subscription.close()
        self._subscriptions.clear()
        try:
            return self._pipeline.close(begin_waiting=False)
        finally:
            self.enabled = False  # a report that hung until now must not bring advice back
            self._speakers.silence()

    def _deafen(self) -> None:
        for camera in self.cameras.values():
            camera.close()
        self.speed.close()

    def _offer(self, frame: OfferedFrame) -> None:
        try:
            self._pipeline.offer(frame)
        except Exception as fault:  # of ours: whoever watches starts anew
            self.fault = self.fault or fault

    def _publish(self, report: SceneReport, image_bgr: NDArray[np.uint8] | None) -> None:
        """Comes in the pipeline's publisher thread, one report after the other."""
        try:
            self._speakers.report(report, image_bgr)
            self.say_vehicle_advice()
        except Exception as error:  # the next report may be one that can be said
            text = f"A report could not be published, {type(error).__name__}: {error}"
            self._port.log.error(text, throttle_s=5.0, key="report")
        self.cameras[report.camera].window.ended(report, time.monotonic_ns())

    def _ask(self, camera: str, message: Message) -> None:
        if not isinstance(message, TextMessage):
            return
        self._asking.camera = camera
        if not self.enabled:
            refused = QuestionOutcome.REFUSED
            answer = QuestionAnswer(0, message.data, refused, DISABLED_JA, reason="disabled")
            self._speakers.answer(camera, answer)
            return
        try:
            self._pipeline.ask(message.data, camera)
        except UserError as error:
            self._port.log.warn(str(error))

    def _reply(self, answer: QuestionAnswer) -> None:
        """An answer; one that was refused at once has no picture, and comes in `_ask`'s thread."""
        picture = answer.picture
        camera = self._asking.camera if picture is None else picture.camera
        self._speakers.answer(camera, answer)
