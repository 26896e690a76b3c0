"""One camera: its subscription, and what its messages are before they are decoded."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from vlm_driving.core import StampSource
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline import OfferedFrame
from vlm_driving.ros.camera_topic import (
    CameraTopic,
    FrameHead,
    ImageTopic,
    Middleware,
    Publisher,
    SimClock,
    lost_between,
    lost_on_the_way,
    regular_period_ns,
)
from vlm_driving.ros.loading import head_of, loader
from vlm_driving.ros.messages import CompressedImageMessage, ImageMessage, Kind, Message
from vlm_driving.ros.outcome_window import OutcomeWindow, quantile
from vlm_driving.ros.parameters import CameraSettings, NodeSettings
from vlm_driving.ros.port import SENSOR, IncompatibleQos, Port, PublisherInfo, Subscription
from vlm_driving.ros.topic_choice import Candidate, chosen, overridden
from vlm_driving.runtime.preprocess import PreprocessSpec

Offer = Callable[[OfferedFrame], None]
"""Takes a frame and returns at once."""

_HEADS = 50
_UNSEEN = 2000
_KINDS = {"raw": Kind.IMAGE, "compressed": Kind.COMPRESSED_IMAGE}


class CameraInput:
    """Subscribes to one camera and offers its frames.

    The callback stores the message and returns; nothing is decoded here. `open`, `look`, `close`
    and the views are for one thread at a time.
    """

    def __init__(
        self,
        settings: CameraSettings,
        node: NodeSettings,
        port: Port,
        offer: Offer,
        speed_kmh: Callable[[], float | None],
        spec: PreprocessSpec | None,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Subscribe to nothing yet.

        Args:
            settings: of this camera.
            node: of the node.
            port: the middleware.
            offer: takes the frames.
            speed_kmh: the ego speed at this moment.
            spec: the model's preprocessing.
            clock: monotonic nanoseconds.

        Raises:
            UserError: its topic is no topic's name.
        """
        self.settings = settings
        self.window = OutcomeWindow(settings.name, clock())
        self._node = node
        self._port = port
        self._offer = offer
        self._speed_kmh = speed_kmh
        self._spec = spec
        self._clock = clock
        self._role = settings.looks
        self._candidates = _candidates(settings, port)
        self._subscription: Subscription | None = None
        self._subscribed: Candidate | None = None
        self._subscribed_ns = clock()
        self._sequence = 0
        self._frames = 0
        self._last_ns: int | None = None
        self._lock = threading.Lock()
        self._heads: deque[FrameHead] = deque(maxlen=_HEADS)
        self._unseen: list[int] = []
        self._before_unseen: int | None = None
        self._callback_ns: deque[int] = deque(maxlen=2000)

    @property
    def is_silent(self) -> bool:
        """Whether no frame has come for a while, or none ever."""
        since_ns = self._clock() - max(self._subscribed_ns, self._last_ns or 0)
        return self._last_ns is None or since_ns > self._node.preflight.patience_ms * NS_PER_MS

    def open(self) -> None:
        """Begin to listen, or to look for somebody to listen to. Raises UserError."""
        self._subscribed_ns = self._clock()
        self.window = OutcomeWindow(self.settings.name, self._subscribed_ns)
        with self._lock:
            self._heads.clear()
            self._unseen.clear()
            self._callback_ns.clear()
            self._before_unseen, self._frames, self._last_ns = None, 0, None
        self.look()

    def look(self) -> None:
        """Subscribe to what is published, once that is known; change when it is another.

        Raises:
            UserError: a message type that is not installed.
        """
        if self._subscription is not None and (len(self._candidates) == 1 or not self.is_silent):
            return
        found = chosen(self._candidates, self._port.publishers)
        if found is None or found == self._subscribed:
            return
        if self._subscription is not None:
            if self._published(self._subscribed):
                return  # a second transport came up: frames of one time must not come twice
            self._subscription.close()
        qos = overridden(SENSOR, self._node.qos(found.topic))
        self._subscription = self._port.subscribe(found.topic, found.kind, self._hear, qos)
        self._subscribed = found
        self._port.log.info(
            f"Camera {self.settings.name} ({self._role.value}) hears {found.topic} "
            f"({found.kind.value})."
        )

    def retune(self, node: NodeSettings) -> None:
        """Go on with other live parameters of the node and of this camera."""
        self._node, self.settings = node, node.camera(self.settings.name) or self.settings

    def close(self) -> None:
        """Hear no more: once this returns, no frame is offered."""
        if self._subscription is not None:
            self._subscription.close()
        self._subscription = self._subscribed = None

    def callback_ms(self, q: float) -> float | None:
        """The quantile of the callback's time, milliseconds; None without a frame."""
        with self._lock:
            took = tuple(self._callback_ns)
        value = quantile(took, q)
        return None if value is None else value / NS_PER_MS

    def count_lost(self) -> None:
        """Take what did not come since the last call into the window; call it now and then."""
        with self._lock:
            stamps = [head.stamp_ns for head in self._heads]
            fresh, self._unseen = self._unseen, []
            before, self._before_unseen = (
                self._before_unseen,
                (fresh[-1] if fresh else self._before_unseen),
            )
        period_ns = regular_period_ns(stamps)
        if period_ns is None:
            return
        row = fresh if before is None else [before, *fresh]
        lost = sum(lost_between(a, b, period_ns) for a, b in zip(row, row[1:], strict=False))
        why = "gaps in the stamps show that they never arrived: see net.core.rmem_max and the QoS"
        self.window.lost(lost, why, self._clock())

    def view(
        self,
        image_topics: Sequence[ImageTopic],
        clock: SimClock,
        middleware: Middleware,
        notices: Sequence[IncompatibleQos],
    ) -> CameraTopic:
        """All that is known about this camera's topic now.

        Args:
            image_topics: of the whole graph.
            clock: which time the node lives in.
            middleware: how it talks to others.
            notices: of QoS that does not match, of any topic.
        """
        at = self._subscribed or self._candidates[0]
        with self._lock:
            heads = tuple(self._heads)
        malformed = self.window.malformed(self._clock())
        return CameraTopic(
            camera=self.settings.name,
            topic=at.topic,
            now_ns=self._clock(),
            configured=self.settings.topic,
            type_name=at.kind.value,
            requested=overridden(SENSOR, self._node.qos(at.topic)),
            subscribed_ns=self._subscribed_ns,
            publishers=tuple(
                Publisher(info.node, info.type_name, info.qos)
                for info in self._port.publishers(at.topic)
            ),
            frames=self._frames,
            last_frame_ns=self._last_ns,
            heads=heads,
            lost=lost_on_the_way([head.stamp_ns for head in heads]),
            undecodable=malformed.count,
            undecodable_why=malformed.why,
            incompatible=tuple(
                one.policy for one in notices if one.topic == at.topic and not one.is_publisher
            ),
            image_topics=tuple(image_topics),
            clock=clock,
            middleware=middleware,
        )

    def _published(self, candidate: Candidate | None) -> bool:
        infos: Sequence[PublisherInfo] = (
            () if candidate is None else self._port.publishers(candidate.topic)
        )
        return any(info.type_name == candidate.kind.value for info in infos if candidate)

    def _hear(self, message: Message) -> None:
        """Store the message. Nothing here takes time: the middleware waits for it."""
        arrived_ns = self._clock()
        if not isinstance(message, ImageMessage | CompressedImageMessage):
            return
        now_ros_ns = self._port.clock.now_ns()
        self.window.arrived(arrived_ns)
        with self._lock:
            self._frames += 1
            self._last_ns = arrived_ns
            self._heads.append(head_of(message, now_ros_ns))
            self._unseen.append(message.header.stamp_ns)
            del self._unseen[:-_UNSEEN]
        stamp_ns, source = message.header.stamp_ns, self.settings.stamp_source
        if source is StampSource.ARRIVAL or stamp_ns <= 0:
            stamp_ns, source = max(now_ros_ns, 0), StampSource.ARRIVAL
        # Before the first /clock nobody knows how old a frame is.
        age_ms = (now_ros_ns - stamp_ns) / NS_PER_MS if now_ros_ns > 0 else 0.0
        frame = OfferedFrame(
            load=loader(message, self._spec),
            camera=self.settings.name,
            frame_id=message.header.frame_id,
            stamp_ns=stamp_ns,
            sequence=self._sequence,
            arrived_ns=arrived_ns,
            age_on_arrival_ms=age_ms,
            ego_speed_kmh=self._speed_kmh(),
            role=self._role,
            stamp_source=source,
        )
        self._sequence += 1
        self._offer(frame)
        with self._lock:
            self._callback_ns.append(self._clock() - arrived_ns)


def _candidates(settings: CameraSettings, port: Port) -> tuple[Candidate, ...]:
    """The camera's topics by their full names, each once, the preferred one first."""
    found = [
        Candidate(port.resolve(topic), _KINDS[transport])
        for topic, transport in settings.candidates
    ]
    if len(found) > 1:
        # ROS remaps whole names alone: where the raw topic is remapped, the compressed one that
        # its publisher has below it has to be named after the new place.
        below = port.resolve(f"{found[0].topic}/compressed")
        found.append(Candidate(below, Kind.COMPRESSED_IMAGE))
    return tuple(dict.fromkeys(found))
