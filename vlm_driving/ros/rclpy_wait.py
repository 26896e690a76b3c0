"""Waits until a bag may play: the node active, its outputs recorded, the player's topics heard.

`replay.launch.py` starts the player paused, and this beside it. Every condition is asked for again
and again, so that nothing depends on an event that came before somebody listened.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

POLL_S = 0.05
SETTLE_S = 0.2
"""Between seeing publisher and subscriber of a topic and their having found each other."""
RECORDER_S = 20.0
PLAYER_S = 10.0
NOT_STARTED_S = 10.0
"""How long a node that starts by itself may be unconfigured before it has failed to."""


def main(argv: Sequence[str] | None = None) -> int:
    """Wait, then resume the player; the exit code is 0, or 1 with a sentence on stderr."""
    parser = argparse.ArgumentParser(prog="vlm_driving_wait", description=__doc__.split("\n")[0])
    parser.add_argument("--node", required=True, help="full name of the node")
    parser.add_argument("--player", required=True, help="full name of the paused player")
    parser.add_argument("--recorded", action="store_true", help="wait for a recorder too")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds")
    args, of_ros = parser.parse_known_args(argv)
    try:
        import rclpy
        import rclpy.node
        import rclpy.signals
    except ImportError:
        print("rclpy is missing: source a ROS 2 workspace first.", file=sys.stderr)
        return 1
    # Python's own handlers: Ctrl-C is an exception here, wherever the wait is.
    rclpy.init(args=of_ros, signal_handler_options=rclpy.signals.SignalHandlerOptions.NO)
    try:
        return _wait(rclpy, args)
    except KeyboardInterrupt:
        return 130
    finally:
        rclpy.try_shutdown()


def _wait(rclpy: Any, args: argparse.Namespace) -> int:
    node = rclpy.create_node("vlm_driving_wait", use_global_arguments=False)
    watch = _Watch(rclpy, node, args.node, args.player)
    steps: list[tuple[Callable[[], bool], float, Callable[[], str]]] = [
        (
            watch.is_active,
            args.timeout,
            lambda: f"{args.node} is {watch.state}, not active; its log says why.",
        ),
        (
            lambda: not args.recorded or watch.is_recorded(),
            RECORDER_S,
            lambda: f"nobody records the topics of {args.node}; the recorder's log says why.",
        ),
        (
            watch.is_heard,
            PLAYER_S,
            lambda: (
                f"the bag has none of the topics of {args.node} ({watch.wanted()}): name the "
                "bag's with image:=, or remap it with remap:=."
            ),
        ),
    ]
    for is_met, limit_s, reason in steps:
        end = time.monotonic() + limit_s
        while not is_met():
            if time.monotonic() > end or watch.has_failed():
                print(reason(), file=sys.stderr)
                return 1
            time.sleep(POLL_S)
    time.sleep(SETTLE_S)
    if not watch.resume():
        print(f"{args.player} did not answer `resume`; its log says why.", file=sys.stderr)
        return 1
    return 0


class _Watch:
    """What is asked of the graph and of the two nodes."""

    def __init__(self, rclpy: Any, node: Any, name: str, player: str) -> None:
        from lifecycle_msgs.srv import GetState
        from rosbag2_interfaces.srv import Resume

        self._rclpy = rclpy
        self._node = node
        self._own, self._space = _split(name)
        self._player = _split(player)
        self._prefix = name + "/"
        self._state_of = node.create_client(GetState, f"{name}/get_state")
        self._resume = node.create_client(Resume, f"{player}/resume")
        self._requests = {"state": GetState.Request, "resume": Resume.Request}
        self._unconfigured_since: float | None = None
        self.state = "not there"

    def is_active(self) -> bool:
        """Whether the node says that it is active."""
        answer = self._ask(self._state_of, "state", 1.0)
        if answer is None:
            return False
        self.state = answer.current_state.label
        if self.state != "unconfigured":
            self._unconfigured_since = None
        elif self._unconfigured_since is None:
            self._unconfigured_since = time.monotonic()
        return bool(self.state == "active")

    def has_failed(self) -> bool:
        """Whether the node should long have left its first state."""
        since = self._unconfigured_since
        return since is not None and time.monotonic() - since > NOT_STARTED_S

    def is_recorded(self) -> bool:
        """Whether somebody hears each text that the node speaks."""
        topics = [
            topic
            for topic in self._topics(self._node.get_publisher_names_and_types_by_node)
            if topic.startswith(self._prefix) and "/annotated/" not in topic
        ]
        return bool(topics) and all(self._node.count_subscribers(topic) for topic in topics)

    def is_heard(self) -> bool:
        """Whether the node subscribes to a topic that the player has, other than /clock."""
        try:
            played = self._node.get_publisher_names_and_types_by_node(*self._player)
        except self._rclpy.node.NodeNameNonExistentError:
            return False
        return any(topic in self._inputs() for topic, _ in played)

    def wanted(self) -> str:
        """The topics that the node subscribes to; it does where somebody publishes, if `auto`."""
        return ", ".join(self._inputs()) or "it subscribes to none yet"

    def resume(self) -> bool:
        """Let the bag play."""
        return self._ask(self._resume, "resume", PLAYER_S) is not None

    def _inputs(self) -> list[str]:
        heard = self._topics(self._node.get_subscriber_names_and_types_by_node)
        return [
            topic
            for topic in heard
            if not topic.startswith(self._prefix) and topic not in ("/clock", "/parameter_events")
        ]

    def _topics(self, of_node: Callable[[str, str], list[tuple[str, list[str]]]]) -> list[str]:
        try:
            return [topic for topic, _ in of_node(self._own, self._space)]
        except self._rclpy.node.NodeNameNonExistentError:
            return []

    def _ask(self, client: Any, what: str, limit_s: float) -> Any:
        if not client.wait_for_service(timeout_sec=limit_s):
            return None
        future = client.call_async(self._requests[what]())
        self._rclpy.spin_until_future_complete(self._node, future, timeout_sec=limit_s)
        if future.done():
            return future.result()
        client.remove_pending_request(future)
        return None


def _split(full: str) -> tuple[str, str]:
    """Name and namespace of a full name."""
    space, _, name = full.rpartition("/")
    return name, space or "/"


if __name__ == "__main__":
    sys.exit(main())
