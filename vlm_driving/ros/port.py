"""What the node needs of a middleware; rclpy and bare DDS both give it.

Callbacks come on threads of the middleware's choice and must be short: store and return. One
that raises is logged and not called off. No method here blocks on another process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from vlm_driving.ros.messages import Kind, Message

OnMessage = Callable[[Message], None]


@dataclass(frozen=True, slots=True)
class Qos:
    """Quality of service of one end of a topic.

    Attributes:
        reliable: lost samples are sent again; a reliable subscriber matches no best-effort
            publisher.
        transient_local: a late subscriber gets the last samples; it matches no volatile publisher.
        depth: samples kept, the newest, from 1.
    """

    reliable: bool = False
    transient_local: bool = False
    depth: int = 1

    def __post_init__(self) -> None:
        if self.depth < 1:
            raise ValueError(f"depth is {self.depth}; it must be 1 or more")


SENSOR = Qos()
"""Matches reliable and best-effort publishers alike, and holds the newest sample only."""
RELIABLE = Qos(reliable=True, depth=10)
LATCHED = Qos(reliable=True, transient_local=True)


@dataclass(frozen=True, slots=True)
class IncompatibleQos:
    """A publisher and a subscriber that found each other and cannot talk.

    Attributes:
        topic: its full name.
        policy: what they disagree about: `reliability`, `durability` or another policy; `type`
            where it is no policy, but the type of the messages.
        is_publisher: whether our end is the publisher.
        count: how many such pairs our end has met so far.
    """

    topic: str
    policy: str
    is_publisher: bool
    count: int


OnIncompatibleQos = Callable[[IncompatibleQos], None]


@dataclass(frozen=True, slots=True)
class PublisherInfo:
    """A publisher of a topic, ours or not.

    Attributes:
        type_name: such as `sensor_msgs/msg/Image`.
        qos: that it offers.
        node: full name of its node; empty where the middleware does not tell.
    """

    type_name: str
    qos: Qos
    node: str = ""


class Subscription(Protocol):
    """One subscribed topic."""

    @property
    def topic(self) -> str:
        """The full name."""
        ...

    @property
    def undecodable(self) -> int:
        """Samples received that were not what their type says; each one was logged (throttled)."""
        ...

    def matched(self) -> int:
        """How many publishers this subscription hears; those with another QoS do not count."""
        ...

    def close(self) -> None:
        """End it; after this returns, its callback is not called again."""
        ...


class Publisher(Protocol):
    """One published topic."""

    @property
    def topic(self) -> str:
        """The full name."""
        ...

    def publish(self, message: Message) -> bool:
        """Send; False if the middleware took too long to accept it, or it is closed.

        Raises TypeError for a message of another kind.
        """
        ...

    def subscriber_count(self) -> int:
        """How many subscribers hear this publisher."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Timer(Protocol):
    """A callback at a steady rate."""

    def cancel(self) -> None:
        """Call no more; from the callback itself, this call is the last."""
        ...


class Log(Protocol):
    """The node's log; with `throttle_s` a line comes at most once in so many seconds.

    Lines with one `key` share a throttle; without a key, the line's own text is the key.
    """

    def debug(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """For developers."""
        ...

    def info(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """What happened."""
        ...

    def warn(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """What a user should mend."""
        ...

    def error(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """What does not work."""
        ...


class Clock(Protocol):
    """ROS time."""

    @property
    def is_simulated(self) -> bool:
        """Whether the time comes from /clock (`use_sim_time`)."""
        ...

    def now_ns(self) -> int:
        """ROS time, ns; with simulated time 0 until the first /clock."""
        ...


class Port(Protocol):
    """One node's connection with a middleware."""

    @property
    def log(self) -> Log:
        """The node's log."""
        ...

    @property
    def clock(self) -> Clock:
        """The node's clock."""
        ...

    @property
    def middleware(self) -> str:
        """What carries the messages: the name of an rmw implementation, or `cyclonedds`."""
        ...

    def resolve(self, topic: str) -> str:
        """The full name of `topic`: `~/x`, `x` or `/x`. Raises UserError for no topic name."""
        ...

    def subscribe(
        self, topic: str, kind: Kind, callback: OnMessage, qos: Qos = SENSOR
    ) -> Subscription:
        """Hear a topic. Raises UserError for no topic name, or a kind that is not installed."""
        ...

    def publisher(self, topic: str, kind: Kind, qos: Qos = RELIABLE) -> Publisher:
        """Speak on a topic. Raises UserError as `subscribe` does."""
        ...

    def timer(self, period_s: float, callback: Callable[[], None]) -> Timer:
        """Call back every `period_s` of monotonic time; a late call is not made up for."""
        ...

    def topics(self) -> Mapping[str, tuple[str, ...]]:
        """The types of every topic that is known, by its full name, published or not.

        One look, however large the graph; `publishers` is asked about single topics.
        """
        ...

    def publishers(self, topic: str) -> tuple[PublisherInfo, ...]:
        """Every publisher known of a topic, whatever its type and QoS."""
        ...

    def publisher_count(self, topic: str) -> int:
        """How many publishers a topic has, whatever their type and QoS."""
        ...

    def on_incompatible_qos(self, callback: OnIncompatibleQos) -> None:
        """Hear of publishers and subscribers that cannot talk, those met before included."""
        ...

    def shutdown(self) -> None:
        """End all of the above, and wait until no callback runs; a second call does nothing."""
        ...
