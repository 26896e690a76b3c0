"""The port on bare DDS: topics, clock, timers and log of one node."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cyclonedds.core import DDSException
from cyclonedds.domain import DomainParticipant
from cyclonedds.qos import Policy
from cyclonedds.qos import Qos as CycloneQos

from vlm_driving.core import UserError
from vlm_driving.ros.callbacks import Notices
from vlm_driving.ros.dds.domain import RECEIVE_BUFFER_BYTES, close_domain, domain_id, open_domain
from vlm_driving.ros.dds.endpoints import DdsPublisher, DdsSubscription
from vlm_driving.ros.dds.graph import Graph
from vlm_driving.ros.dds.log import DdsLog
from vlm_driving.ros.dds.names import check_node, resolve
from vlm_driving.ros.dds.timers import DdsTimer, Timers
from vlm_driving.ros.messages import ClockMessage, Kind, Message
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


class DdsClock:
    """ROS time: the system's, or the newest of /clock."""

    def __init__(self, is_simulated: bool) -> None:
        self.is_simulated = is_simulated
        self._simulated_ns = 0

    def now_ns(self) -> int:
        """ROS time, ns; with simulated time 0 until the first /clock."""
        return self._simulated_ns if self.is_simulated else time.time_ns()

    def hear(self, message: Message) -> None:
        """Take the time of a /clock message; it may go back, as when a bag begins again."""
        if isinstance(message, ClockMessage):
            self._simulated_ns = message.now_ns


class DdsPort:
    """One node on bare DDS; a `vlm_driving.ros.port.Port`."""

    middleware = "cyclonedds"

    def __init__(
        self,
        node: str,
        *,
        namespace: str = "/",
        use_sim_time: bool = False,
        domain: int | None = None,
        receive_buffer_bytes: int = RECEIVE_BUFFER_BYTES,
        log: Log | None = None,
    ) -> None:
        """Join the domain.

        Args:
            node: name of the node, which `~` stands for in topics.
            namespace: where the node lives.
            use_sim_time: take the time from /clock.
            domain: number of the DDS domain; `ROS_DOMAIN_ID` without.
            receive_buffer_bytes: of each socket; counts for the first port of a process.
            log: where lines go; stderr without.

        Raises:
            UserError: the domain or the names are wrong, or Cyclone refuses.
        """
        check_node(node, namespace)
        self._node, self._namespace = node, namespace
        self.log: Log = log or DdsLog(node)
        self.clock = DdsClock(use_sim_time)
        self._domain = domain_id() if domain is None else domain
        warning = open_domain(self._domain, receive_buffer_bytes)
        if warning:
            self.log.warn(warning)
        qos = CycloneQos(Policy.Userdata(b"enclave=/;"))  # by which ROS knows its own
        try:
            self._participant = DomainParticipant(self._domain, qos=qos)
        except DDSException as error:
            close_domain(self._domain)
            raise UserError(
                f"No DDS participant could be made in domain {self._domain} ({error}): end other "
                "nodes, or give MaxAutoParticipantIndex in CYCLONEDDS_URI."
            ) from error
        self._graph: Graph | None = Graph(self._participant)
        self._timers = Timers(self.log)
        self._ends: set[DdsSubscription | DdsPublisher] = set()
        self._lock = threading.Lock()
        self._is_over = False
        self._notices = Notices()
        if use_sim_time:
            self.subscribe("/clock", Kind.CLOCK, self.clock.hear)

    def resolve(self, topic: str) -> str:
        """The full name of `topic`. Raises UserError."""
        return resolve(topic, self._node, self._namespace)

    def subscribe(
        self, topic: str, kind: Kind, callback: OnMessage, qos: Qos = SENSOR
    ) -> DdsSubscription:
        """Hear a topic; the callback comes on a thread of this subscription. Raises UserError."""
        full = self.resolve(topic)
        with self._lock:
            self._must_live()
            made = DdsSubscription(
                self._participant,
                full,
                kind,
                qos,
                callback,
                self._incompatible,
                self.log,
                self._forget,
            )
            self._ends.add(made)
        return made

    def publisher(self, topic: str, kind: Kind, qos: Qos = RELIABLE) -> DdsPublisher:
        """Speak on a topic. Raises UserError."""
        full = self.resolve(topic)
        with self._lock:
            self._must_live()
            made = DdsPublisher(
                self._participant, full, kind, qos, self._incompatible, self.log, self._forget
            )
            self._ends.add(made)
        return made

    def timer(self, period_s: float, callback: Callable[[], None]) -> DdsTimer:
        """Call back every `period_s` of monotonic time."""
        return self._timers.add(period_s, callback)

    def topics(self) -> dict[str, tuple[str, ...]]:
        """The types of every topic that has a publisher, by its full name."""
        return {
            topic: tuple(sorted({info.type_name for info in infos}))
            for topic, infos in self._published().items()
        }

    def publishers(self, topic: str) -> tuple[PublisherInfo, ...]:
        """Every publisher known of a topic, whatever its type and QoS."""
        # A name of the graph may break the rules of ROS, as one with a double slash does.
        full = topic if topic.startswith("/") else self.resolve(topic)
        return self._published().get(full, ())

    def publisher_count(self, topic: str) -> int:
        """How many publishers a topic has, whatever their type and QoS."""
        return len(self.publishers(topic))

    def on_incompatible_qos(self, callback: OnIncompatibleQos) -> None:
        """Hear of publishers and subscribers that cannot talk, those met before included."""
        self._notices.ask(callback)

    def shutdown(self) -> None:
        """End everything, and wait until no callback runs."""
        with self._lock:
            if self._is_over:
                return
            self._is_over = True
            ends, self._ends = self._ends, set()
        self._timers.close()
        for end in ends:
            end.close()
        ends.clear()
        self._graph = None
        del self._participant
        close_domain(self._domain)

    def _published(self) -> dict[str, tuple[PublisherInfo, ...]]:
        graph = self._graph
        return graph.topics() if graph else {}

    def _forget(self, end: DdsSubscription | DdsPublisher) -> None:
        """It is closed: what its callback holds, such as a whole pipeline, may go."""
        with self._lock:
            self._ends.discard(end)

    def _must_live(self) -> None:
        if self._is_over:
            raise RuntimeError("this port is shut down")

    def _incompatible(self, notice: IncompatibleQos) -> None:
        self._notices.meet(notice, self.log)
