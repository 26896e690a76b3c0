"""The ego speed: the newest message, as long as it holds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from vlm_driving.core import UserError
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.ros.messages import Kind, Message, SpeedMessage
from vlm_driving.ros.parameters import NodeSettings
from vlm_driving.ros.port import SENSOR, Port, Subscription
from vlm_driving.ros.topic_choice import Candidate, chosen, overridden

KINDS = {
    "Odometry": Kind.ODOMETRY,
    "TwistStamped": Kind.TWIST,
    "VelocityReport": Kind.VELOCITY_REPORT,
}
"""By the values of the parameter `speed.type`."""


class SpeedInput:
    """One topic of ego speed, or none. The callback stores and returns."""

    def __init__(
        self, settings: NodeSettings, port: Port, clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        """Subscribe to nothing yet."""
        self.settings = settings
        self._port = port
        self._clock = clock
        self._newest: tuple[int, float] | None = None
        self._subscription: Subscription | None = None
        self.fault: str | None = None
        """Why there is no subscription, in one sentence; None where nothing is wrong."""

    def look(self) -> None:
        """Subscribe, once it is known what is published.

        A type that is not installed is no reason to leave the cameras without answers: it is told,
        and the speed is not known.
        """
        speed = self.settings.speed
        if not speed.topic or self._subscription is not None or self.fault is not None:
            return
        try:
            self._subscribe()
        except UserError as error:
            self.fault = str(error)
            self._port.log.warn(f"The ego speed is not known: {error}")

    def kmh(self) -> float | None:
        """The speed now; None while none came lately."""
        newest = self._newest
        if newest is None:
            return None
        arrived_ns, kmh = newest
        held = self._clock() - arrived_ns <= self.settings.speed.valid_ms * NS_PER_MS
        return kmh if held else None

    def close(self) -> None:
        """Hear no more, and forget."""
        if self._subscription is not None:
            self._subscription.close()
        self._subscription = self._newest = self.fault = None

    def _subscribe(self) -> None:
        speed = self.settings.speed
        topic = self._port.resolve(speed.topic)
        kinds = [KINDS[speed.type]] if speed.type in KINDS else list(KINDS.values())
        candidate = chosen([Candidate(topic, kind) for kind in kinds], self._port.publishers)
        if candidate is not None:
            qos = overridden(SENSOR, self.settings.qos(topic))
            self._subscription = self._port.subscribe(topic, candidate.kind, self._hear, qos)

    def _hear(self, message: Message) -> None:
        # What is no number is not kept: the speed before it holds as long as it may.
        if isinstance(message, SpeedMessage) and math.isfinite(message.speed_kmh):
            self._newest = self._clock(), message.speed_kmh
