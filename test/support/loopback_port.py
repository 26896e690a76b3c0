"""A middleware within one process: what is published is heard at once, by whoever subscribes."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from vlm_driving.core import UserError
from vlm_driving.ros.dds.names import resolve
from vlm_driving.ros.messages import Kind, Message
from vlm_driving.ros.port import RELIABLE, SENSOR, OnIncompatibleQos, OnMessage, PublisherInfo, Qos


class Lines:
    """A log that is kept: pairs of level and text."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def _line(self, level: str, text: str) -> None:
        self.lines.append((level, text))

    def debug(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        self._line("debug", text)

    def info(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        self._line("info", text)

    def warn(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        self._line("warn", text)

    def error(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        self._line("error", text)

    def said(self, level: str) -> list[str]:
        return [text for one, text in self.lines if one == level]


@dataclass
class RosClock:
    now: int = 1_790_000_000_000_000_000
    is_simulated: bool = False

    def now_ns(self) -> int:
        return self.now


class _Subscription:
    def __init__(self, port: LoopbackPort, topic: str, kind: Kind, hear: OnMessage, qos: Qos):
        self.topic, self.kind, self.hear, self.qos = topic, kind, hear, qos
        self.undecodable = 0
        self._port = port

    def matched(self) -> int:
        return len(self._port.publishers(self.topic))

    def close(self) -> None:
        if self in self._port.subscriptions:
            self._port.subscriptions.remove(self)


class _Publisher:
    def __init__(self, port: LoopbackPort, topic: str, kind: Kind) -> None:
        self.topic, self.kind = topic, kind
        self._port = port

    def publish(self, message: Message) -> bool:
        self._port.sent[self.topic].append(message)
        with self._port.changed:
            self._port.changed.notify_all()
        self._port.deliver(self.topic, self.kind, message)
        return True

    def subscriber_count(self) -> int:
        own = sum(one.topic == self.topic for one in self._port.subscriptions)
        return own + self._port.listeners[self.topic]

    def close(self) -> None:
        if self in self._port.publishers_made:
            self._port.publishers_made.remove(self)


class _Timer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class LoopbackPort:
    """Satisfies `vlm_driving.ros.port.Port`; time and timers are the test's."""

    middleware = "loopback"

    node: str = "vlm_driving"
    namespace: str = "/"
    clock: RosClock = field(default_factory=RosClock)
    log: Lines = field(default_factory=Lines)

    def __post_init__(self) -> None:
        self.subscriptions: list[_Subscription] = []
        self.publishers_made: list[_Publisher] = []
        self.timers: list[_Timer] = []
        self.sent: defaultdict[str, list[Message]] = defaultdict(list)
        self.listeners: defaultdict[str, int] = defaultdict(int)
        self.others: defaultdict[str, list[PublisherInfo]] = defaultdict(list)
        self.changed = threading.Condition()
        self.not_installed: set[Kind] = set()
        self.remapped: dict[str, str] = {}
        self.incompatible: list[OnIncompatibleQos] = []

    def resolve(self, topic: str) -> str:
        full = resolve(topic, self.node, self.namespace)
        return self.remapped.get(full, full)

    def subscribe(
        self, topic: str, kind: Kind, callback: OnMessage, qos: Qos = SENSOR
    ) -> _Subscription:
        if kind in self.not_installed:
            raise UserError(f"{kind.value} is not installed.")
        made = _Subscription(self, self.resolve(topic), kind, callback, qos)
        self.subscriptions.append(made)
        return made

    def publisher(self, topic: str, kind: Kind, qos: Qos = RELIABLE) -> _Publisher:
        if kind in self.not_installed:
            raise UserError(f"{kind.value} is not installed.")
        made = _Publisher(self, self.resolve(topic), kind)
        self.publishers_made.append(made)
        return made

    def timer(self, period_s: float, callback: Callable[[], None]) -> _Timer:
        self.timers.append(_Timer(callback))
        return self.timers[-1]

    def topics(self) -> dict[str, tuple[str, ...]]:
        return {
            topic: tuple(sorted({info.type_name for info in infos}))
            for topic, infos in self._published().items()
        }

    def _published(self) -> dict[str, tuple[PublisherInfo, ...]]:
        found = {topic: tuple(infos) for topic, infos in self.others.items() if infos}
        for one in self.publishers_made:
            own = PublisherInfo(one.kind.value, RELIABLE)
            found[one.topic] = (*found.get(one.topic, ()), own)
        return found

    def publishers(self, topic: str) -> tuple[PublisherInfo, ...]:
        return self._published().get(topic, ())

    def publisher_count(self, topic: str) -> int:
        return len(self.publishers(topic))

    def on_incompatible_qos(self, callback) -> None:
        self.incompatible.append(callback)

    def shutdown(self) -> None:
        self.subscriptions.clear()

    # --- for tests ---------------------------------------------------------------------------

    def appears(self, topic: str, kind: Kind, qos: Qos = RELIABLE) -> None:
        """Somebody else publishes the topic from now on."""
        self.others[topic].append(PublisherInfo(kind.value, qos))

    def deliver(self, topic: str, kind: Kind, message: Message) -> int:
        """Hand a message of somebody else to its subscribers; how many there were."""
        heard = [one for one in tuple(self.subscriptions) if (one.topic, one.kind) == (topic, kind)]
        for one in heard:
            one.hear(message)
        return len(heard)

    def tick(self) -> None:
        """Let every timer fire once."""
        for timer in tuple(self.timers):
            if not timer.cancelled:
                timer.callback()

    def wait_for(self, topic: str, count: int = 1, patience_s: float = 20.0) -> list[Message]:
        """Messages sent on `topic` once there are `count`."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.sent[topic]) >= count, patience_s), (
                f"{len(self.sent[topic])} of {count} on {topic}"
            )
        return list(self.sent[topic])
