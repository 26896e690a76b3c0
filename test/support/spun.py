"""An rclpy node that is spun as the program spins it, for tests where rclpy is."""

from __future__ import annotations

import os
import queue
import threading
import time
from typing import Any

import rclpy
import rclpy.node
from rclpy.signals import SignalHandlerOptions

from vlm_driving.ros.messages import Kind
from vlm_driving.ros.port import SENSOR, Port, Qos
from vlm_driving.ros.rclpy_executor import KeepingExecutor
from vlm_driving.ros.rclpy_log import RclpyLog
from vlm_driving.ros.rclpy_main import spin
from vlm_driving.ros.rclpy_port import RclpyPort

PATIENCE_S = 20.0
DOMAIN = int(os.environ.get("ROS_DOMAIN_ID", "40"))
LOOPBACK = (
    "<CycloneDDS><Domain><General><Interfaces>"
    '<NetworkInterface name="lo" multicast="true"/>'
    "</Interfaces></General>"
    '<Internal><SocketReceiveBufferSize max="8MB"/></Internal>'
    "</Domain></CycloneDDS>"
)


class Spun:
    """A context of its own, and whatever nodes `add` makes in it."""

    def __init__(self, *arguments: str) -> None:
        self.context = rclpy.Context()
        rclpy.init(
            args=list(arguments),
            context=self.context,
            domain_id=DOMAIN,
            signal_handler_options=SignalHandlerOptions.NO,
        )
        self.executor = KeepingExecutor(context=self.context)
        self.nodes: list[Any] = []
        self._thread: threading.Thread | None = None

    def add(self, make: Any, *arguments: Any, **options: Any) -> Any:
        """Make a node here, and spin it."""
        node = make(*arguments, context=self.context, **options)
        self.nodes.append(node)
        self.executor.add_node(node)
        if self._thread is None:
            self._thread = threading.Thread(target=spin, args=(self.executor, node, lambda: None))
            self._thread.start()
        return node

    def close(self) -> None:
        if self._thread is not None:
            self.executor.shutdown_from_outside(self._thread)
        for node in self.nodes:
            node.destroy_node()
        self.context.try_shutdown()


class Lines:
    """In place of a node's logger: keeps pairs of level and text."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def __getattr__(self, level: str) -> Any:
        return lambda text: self.heard.append((level, text))


def spun_port(spun: Spun, lines: Lines, name: str = "listener") -> RclpyPort:
    """The port of a new node `/car/<name>`, whose log is kept in `lines`."""
    made = RclpyPort(spun.add(rclpy.node.Node, name, namespace="/car"))
    made.log = RclpyLog(lines)
    return made


def heard(port: Port, topic: str, kind: Kind, qos: Qos = SENSOR) -> Any:
    """A queue of what comes on a topic, and its subscription."""
    got: queue.Queue[Any] = queue.Queue()
    return got, port.subscribe(topic, kind, got.put, qos)


def wait_for(condition: Any, patience_s: float = PATIENCE_S) -> None:
    give_up = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)
