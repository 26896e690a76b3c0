"""What the node knows of the middleware and of the time that it lives in."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from vlm_driving.ros.camera_topic import IMAGE_TYPES, ImageTopic, Middleware, SimClock
from vlm_driving.ros.port import Port

RMEM_MAX = Path("/proc/sys/net/core/rmem_max")
_OWN = frozenset({"/parameter_events", "/rosout", "/diagnostics", "/clock"})
_MOST_DOMAIN = 232
_STANDS_NS = 1_000_000_000
"""Without a tick: a clock that has stood still, not one that ticks slowly."""


def middleware(
    name: str,
    topics: Iterable[str],
    own_prefix: str,
    environment: Mapping[str, str] = os.environ,
    limit_file: Path = RMEM_MAX,
) -> Middleware:
    """The facts for preflight.

    Args:
        name: of the middleware.
        topics: names of those of the graph.
        own_prefix: with which the node's own topics begin.
        environment: of this process.
        limit_file: where the system tells the largest receive buffer.
    """
    domain = environment.get("ROS_DOMAIN_ID", "").strip()
    others = [one for one in topics if one not in _OWN and not one.startswith(own_prefix)]
    try:
        limit = int(limit_file.read_text())
    except (OSError, ValueError):
        limit = None
    return Middleware(
        domain_id=int(domain) if domain.isdecimal() and int(domain) <= _MOST_DOMAIN else 0,
        name=name,
        fastdds_transports=environment.get("FASTDDS_BUILTIN_TRANSPORTS", ""),
        receive_buffer_bytes=limit,
        other_topics=len(others),
    )


def image_topics(
    port: Port, topics: Mapping[str, tuple[str, ...]], own_prefix: str
) -> tuple[ImageTopic, ...]:
    """Those topics of the graph that carry images and have a publisher.

    Args:
        port: the node's connection.
        topics: of the graph, with their types.
        own_prefix: with which the node's own topics begin: what it draws is no camera.
    """
    return tuple(
        ImageTopic(name, kind)
        for name, types in topics.items()
        for kind in sorted({*types} & {*IMAGE_TYPES})
        if not name.startswith(own_prefix) and port.publisher_count(name)
    )


class ClockWatch:
    """Sees whether a simulated clock ticks."""

    def __init__(self, port: Port, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._port = port
        self._clock = clock
        self._seen_ns = 0
        self._ticked_ns: int | None = None
        self._running_ns: int | None = None

    def look(self) -> None:
        """Call it now and then."""
        now_ros_ns = self._port.clock.now_ns()
        if now_ros_ns == self._seen_ns:
            return
        now_ns, before_ns = self._clock(), self._ticked_ns
        if before_ns is None or now_ns - before_ns > _STANDS_NS:
            self._running_ns = now_ns
        self._seen_ns, self._ticked_ns = now_ros_ns, now_ns

    def facts(self) -> SimClock:
        """For preflight."""
        simulated = self._port.clock.is_simulated
        return SimClock(
            use_sim_time=simulated,
            publishers=self._port.publisher_count("/clock"),
            ticked_ns=self._ticked_ns if simulated else None,
            running_ns=self._running_ns if simulated else None,
            wall_ns=time.time_ns(),
        )
