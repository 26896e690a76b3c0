"""The port on rclpy: topics, clock, timers and log of one node, whoever spins it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from rclpy.clock import Clock, ClockType
from rclpy.utilities import get_rmw_implementation_identifier

from vlm_driving.core import UserError
from vlm_driving.ros.callbacks import Notices
from vlm_driving.ros.dds.names import resolve, topic_on_wire
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.port import (
    RELIABLE,
    SENSOR,
    IncompatibleQos,
    Log,
    OnIncompatibleQos,
    OnMessage,
    PublisherInfo,
    Qos,
)
from vlm_driving.ros.rclpy_ends import RclpyPublisher, RclpySubscription, RclpyTimer
from vlm_driving.ros.rclpy_log import RclpyClock, RclpyLog
from vlm_driving.ros.rclpy_messages import publisher_info


class RclpyPort:
    """One rclpy node; a `vlm_driving.ros.port.Port`.

    Callbacks come on the thread that spins the node. The node stays its maker's.
    """

    def __init__(self, node: Any) -> None:
        """Use `node`, an `rclpy.node.Node`."""
        self._node = node
        self.log: Log = RclpyLog(node.get_logger())
        self.clock = RclpyClock(node.get_clock())
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._lock = threading.Lock()
        self._is_over = False
        # Weak: what is closed and forgotten need not be known here; the node holds what is not.
        self._ends: WeakSet[RclpySubscription | RclpyPublisher | RclpyTimer] = WeakSet()
        self._notices = Notices()
        self._written: dict[str, str] = {}

    @property
    def middleware(self) -> str:
        """Name of the rmw implementation."""
        return str(get_rmw_implementation_identifier())

    def resolve(self, topic: str) -> str:
        """The full name of `topic`, remapped. Raises UserError."""
        resolve(topic, self._node.get_name(), self._node.get_namespace())  # says what is wrong
        full = str(self._node.resolve_topic_name(topic))
        with self._lock:
            self._written[full] = topic
        return full

    def subscribe(
        self, topic: str, kind: Kind, callback: OnMessage, qos: Qos = SENSOR
    ) -> RclpySubscription:
        """Hear a topic. Raises UserError."""
        written, full = self._names(topic)
        self._must_live()
        made = RclpySubscription(
            self._node, written, full, kind, qos, callback, self._incompatible, self.log
        )
        self._keep(made)
        return made

    def publisher(self, topic: str, kind: Kind, qos: Qos = RELIABLE) -> RclpyPublisher:
        """Speak on a topic. Raises UserError."""
        written, full = self._names(topic)
        self._must_live()
        made = RclpyPublisher(self._node, written, full, kind, qos, self._incompatible, self.log)
        self._keep(made)
        return made

    def timer(self, period_s: float, callback: Callable[[], None]) -> RclpyTimer:
        """Call back every `period_s` of monotonic time."""
        self._must_live()
        made = RclpyTimer(self._node, period_s, callback, self._steady, self.log)
        self._keep(made)
        return made

    def topics(self) -> dict[str, tuple[str, ...]]:
        """The types of every topic that is known, by its full name.

        A name that this node's remapping takes elsewhere is left out: rclpy remaps whatever it is
        asked about, and would tell of the other topic.
        """
        return {
            name: tuple(types)
            for name, types in sorted(self._node.get_topic_names_and_types())
            if not self._is_of_ros(name) or self._node.resolve_topic_name(name) == name
        }

    def publishers(self, topic: str) -> tuple[PublisherInfo, ...]:
        """Every publisher known of a topic, whatever its type and QoS."""
        if topic.startswith("/") and not self._is_of_ros(topic):
            # Somebody's double slash: rclpy refuses such a name, but not the one on the wire.
            on_wire = topic_on_wire(topic)
            found = self._node.get_publishers_info_by_topic(on_wire, no_mangle=True)
        else:
            found = self._node.get_publishers_info_by_topic(self._names(topic)[0])
        return tuple(publisher_info(one) for one in found)

    def publisher_count(self, topic: str) -> int:
        """How many publishers a topic has, whatever their type and QoS."""
        return len(self.publishers(topic))

    def on_incompatible_qos(self, callback: OnIncompatibleQos) -> None:
        """Hear of publishers and subscribers that cannot talk, those met before included."""
        self._notices.ask(callback)

    def shutdown(self) -> None:
        """End everything, and wait until no callback runs; the node itself stays."""
        with self._lock:
            if self._is_over:
                return
            self._is_over = True
            ends = tuple(self._ends)
        for end in sorted(ends, key=lambda end: not isinstance(end, RclpyTimer)):
            end.close()

    def _names(self, topic: str) -> tuple[str, str]:
        """The name for rclpy, and the full one that it makes of it.

        rclpy remaps every name that it gets. A name that `resolve` has made is remapped already;
        where rules swap two topics, a second time would bring the first one back. So rclpy gets the
        name as it was written.
        """
        with self._lock:
            written = self._written.get(topic, topic)
        return written, self.resolve(written)

    def _is_of_ros(self, full: str) -> bool:
        """Whether a name of the graph keeps the rules of ROS; another middleware may break them."""
        try:
            resolve(full, self._node.get_name(), self._node.get_namespace())
        except UserError:
            return False
        return True

    def _keep(self, made: RclpySubscription | RclpyPublisher | RclpyTimer) -> None:
        with self._lock:
            self._ends.add(made)

    def _must_live(self) -> None:
        if self._is_over:
            raise RuntimeError("this port is shut down")

    def _incompatible(self, notice: IncompatibleQos) -> None:
        self._notices.meet(notice, self.log)
