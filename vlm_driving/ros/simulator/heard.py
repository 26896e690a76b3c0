"""The advice that comes back, as the ego takes it."""

from __future__ import annotations

import math
import threading
import time

from vlm_driving.core import Advice, PathAdvice, SpeedAdvice
from vlm_driving.ros.messages import ClassificationMessage, Kind, Message
from vlm_driving.ros.port import SENSOR, Port
from vlm_driving.ros.simulator.clock import POLL_S, ClockStopped

LOG_EVERY_S = 10.0
NS_PER_MS = 1_000_000


class UnknownAdvice(ValueError):
    """A classification that is no advice."""


def advice_of(message: ClassificationMessage) -> Advice | None:
    """The advice of a classification; None for empty results, which say that there is none.

    Hazards are left out: the ego goes by speed and path.

    Raises:
        UnknownAdvice: speed or path are missing, twice there, or say what is not known.
    """
    if not message.results:
        return None
    found: dict[str, tuple[str, float]] = {}
    for class_id, score in message.results:
        group, _, label = class_id.partition("/")
        if group == "hazard":
            continue
        if group not in ("speed", "path") or group in found:
            raise UnknownAdvice(f"{class_id!r} is there")
        found[group] = (label, score)
    if len(found) != 2:
        raise UnknownAdvice("it needs a speed and a path")
    try:
        speed, path = SpeedAdvice(found["speed"][0]), PathAdvice(found["path"][0])
    except ValueError as error:
        raise UnknownAdvice(str(error)) from None
    score = found["speed"][1]
    return Advice(speed, path, min(1.0, max(0.0, score)) if math.isfinite(score) else 0.0)


class HeardAdvice:
    """The newest advice on a topic."""

    def __init__(self, port: Port, topic: str, valid_ms: float) -> None:
        """Listen. Raises UserError for no topic name, or a message type that is not installed."""
        self._log = port.log
        self._valid_ns = round(valid_ms * NS_PER_MS)
        self._newest: ClassificationMessage | None = None
        self._changed = threading.Condition()
        self._subscription = port.subscribe(topic, Kind.CLASSIFICATION, self._hear, SENSOR)

    @property
    def topic(self) -> str:
        """The full name."""
        return self._subscription.topic

    def is_there(self) -> bool:
        """Whether somebody publishes advice."""
        return self._subscription.matched() > 0

    def at(self, now_ns: int, since_ns: int) -> Advice | None:
        """What to go by at a simulated time; None if there is none, or it is too old.

        Args:
            now_ns: ROS time.
            since_ns: the drive's beginning; what was said before is about another drive.
        """
        newest = self._newest
        if newest is None:
            return None
        stamp_ns = newest.header.stamp_ns
        if stamp_ns > now_ns:
            self._log.warn(
                f"{self.topic}: advice is stamped {(stamp_ns - now_ns) / 1e9:.3f} s ahead of "
                "/clock and counts as none: set use_sim_time in the node that gives it.",
                throttle_s=LOG_EVERY_S,
                key="advice ahead",
            )
            return None
        if stamp_ns < since_ns:
            return None
        if now_ns - stamp_ns > self._valid_ns:
            if newest.results:
                self._log.warn(
                    f"{self.topic}: advice is {(now_ns - stamp_ns) / NS_PER_MS:.0f} ms old and "
                    "counts as none: the node that gives it is too slow, or has ended.",
                    throttle_s=LOG_EVERY_S,
                    key="advice old",
                )
            return None
        try:
            return advice_of(newest)
        except UnknownAdvice as error:
            self._log.warn(
                f"{self.topic}: no advice that is known ({error}); it counts as none: "
                "advice_topic takes speed/STOP, path/KEEP and their like.",
                throttle_s=LOG_EVERY_S,
                key="advice unknown",
            )
            return None

    def wait(self, stamp_ns: int, wait_ms: float, stop: threading.Event) -> bool:
        """Wait until something is heard of this frame, or of a later one; whether it was.

        Raises:
            ClockStopped: the stop was asked for.
        """
        give_up = time.monotonic() + wait_ms / 1000
        with self._changed:
            while self._newest is None or self._newest.header.stamp_ns < stamp_ns:
                left = give_up - time.monotonic()
                if stop.is_set():
                    raise ClockStopped
                if left <= 0:
                    return False
                self._changed.wait(min(left, POLL_S))
        return True

    def _hear(self, message: Message) -> None:
        if isinstance(message, ClassificationMessage):
            with self._changed:
                self._newest = message
                self._changed.notify_all()
