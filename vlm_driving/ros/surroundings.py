"""What the node knows of the middleware and of the time that it lives in."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from vlm_driving.ros.camera_topic import IMAGE_TYPES, ImageTopic, Middleware, SimClock
from vlm_driving.ros.port import Port, PublisherInfo

BARE_DDS = "cyclonedds"
RMEM_MAX = Path("/proc/sys/net/core/rmem_max")
_OWN = frozenset({"/parameter_events", "/rosout", "/diagnostics", "/clock"})
_MOST_DOMAIN = 232


def middleware(
    topics: Mapping[str, tuple[PublisherInfo, ...]],
    own_prefix: str,
    environment: Mapping[str, str] = os.environ,
    limit_file: Path = RMEM_MAX,
) -> Middleware:
    """The facts for preflight.

    Args:
        topics: of the graph.
        own_prefix: with which the node's own topics begin.
        environment: of this process.
        limit_file: where the system tells the largest receive buffer.
    """
    domain = environment.get("ROS_DOMAIN_ID", "").strip()
    others = [name for name in topics if name not in _OWN and not name.startswith(own_prefix)]
    try:
        limit = int(limit_file.read_text())
    except (OSError, ValueError):
        limit = None
    return Middleware(
        domain_id=int(domain) if domain.isdecimal() and int(domain) <= _MOST_DOMAIN else 0,
        name=environment.get("RMW_IMPLEMENTATION", ""),
        fastdds_transports=environment.get("FASTDDS_BUILTIN_TRANSPORTS", ""),
        receive_buffer_bytes=limit,
        other_topics=len(others),
    )


def image_topics(topics: Mapping[str, tuple[PublisherInfo, ...]]) -> tuple[ImageTopic, ...]:
    """Those topics of the graph that carry images."""
    return tuple(
        ImageTopic(name, kind)
        for name, infos in topics.items()
        for kind in sorted({info.type_name for info in infos} & {*IMAGE_TYPES})
    )


class ClockWatch:
    """Sees whether a simulated clock ticks."""

    def __init__(self, port: Port, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._port = port
        self._clock = clock
        self._seen_ns = 0
        self._ticked_ns: int | None = None

    def look(self) -> None:
        """Call it now and then."""
        now_ros_ns = self._port.clock.now_ns()
        if now_ros_ns != self._seen_ns:
            self._seen_ns, self._ticked_ns = now_ros_ns, self._clock()

    def facts(self) -> SimClock:
        """For preflight."""
        simulated = self._port.clock.is_simulated
        return SimClock(
            use_sim_time=simulated,
            publishers=self._port.publisher_count("/clock"),
            ticked_ns=self._ticked_ns if simulated else None,
            wall_ns=time.time_ns(),
        )
