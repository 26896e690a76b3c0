"""Who publishes what, from DDS discovery."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from cyclonedds.builtin import BuiltinDataReader, BuiltinTopicDcpsPublication
from cyclonedds.core import InstanceState, ReadCondition, SampleState, ViewState

from vlm_driving.ros.dds.names import topic_from_wire, type_from_wire
from vlm_driving.ros.dds.qos import read_qos
from vlm_driving.ros.port import PublisherInfo

MOST_ENDPOINTS = 10_000
FRESH_S = 0.2
"""A look costs some 0.1 ms for each publisher of the domain, and a node looks at several topics."""


class Graph:
    """The publishers of all ROS topics, as far as they are discovered."""

    def __init__(self, participant: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader = BuiltinDataReader(participant, BuiltinTopicDcpsPublication)
        alive = ViewState.Any | InstanceState.Alive | SampleState.Any
        self._alive = ReadCondition(self._reader, alive)
        self._clock = clock
        self._found: dict[str, tuple[PublisherInfo, ...]] = {}
        self._looked_s = -FRESH_S
        self._lock = threading.Lock()

    def topics(self) -> dict[str, tuple[PublisherInfo, ...]]:
        """Every topic that has a publisher, by its full name; as it was a moment ago."""
        with self._lock:
            now_s = self._clock()
            if now_s - self._looked_s >= FRESH_S:
                self._looked_s, self._found = now_s, self._look()
            return self._found

    def _look(self) -> dict[str, tuple[PublisherInfo, ...]]:
        found: dict[str, list[PublisherInfo]] = {}
        for endpoint in self._reader.read(MOST_ENDPOINTS, condition=self._alive):
            topic = topic_from_wire(endpoint.topic_name)
            if topic is not None:
                info = PublisherInfo(type_from_wire(endpoint.type_name), read_qos(endpoint.qos))
                found.setdefault(topic, []).append(info)
        return {topic: tuple(infos) for topic, infos in sorted(found.items())}
