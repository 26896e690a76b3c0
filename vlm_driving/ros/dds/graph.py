"""Who publishes what, from DDS discovery."""

from __future__ import annotations

from typing import Any

from cyclonedds.builtin import BuiltinDataReader, BuiltinTopicDcpsPublication
from cyclonedds.core import InstanceState, ReadCondition, SampleState, ViewState

from vlm_driving.ros.dds.names import topic_from_wire, type_from_wire
from vlm_driving.ros.dds.qos import read_qos
from vlm_driving.ros.port import PublisherInfo

MOST_ENDPOINTS = 10_000


class Graph:
    """The publishers of all ROS topics, as far as they are discovered."""

    def __init__(self, participant: Any) -> None:
        self._reader = BuiltinDataReader(participant, BuiltinTopicDcpsPublication)
        alive = ViewState.Any | InstanceState.Alive | SampleState.Any
        self._alive = ReadCondition(self._reader, alive)

    def topics(self) -> dict[str, tuple[PublisherInfo, ...]]:
        """Every topic that has a publisher, by its full name."""
        found: dict[str, list[PublisherInfo]] = {}
        for endpoint in self._reader.read(MOST_ENDPOINTS, condition=self._alive):
            topic = topic_from_wire(endpoint.topic_name)
            if topic is not None:
                info = PublisherInfo(type_from_wire(endpoint.type_name), read_qos(endpoint.qos))
                found.setdefault(topic, []).append(info)
        return {topic: tuple(infos) for topic, infos in sorted(found.items())}
