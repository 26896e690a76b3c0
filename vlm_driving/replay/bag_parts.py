"""What the readers of single bag files have in common: messages, channels, merging by time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

MSG_DEFINITION = "ros2msg"
ROS1_DEFINITION = "ros1msg"
IDL_DEFINITION = "ros2idl"

CDR = "cdr"
ROS1 = "ros1"
PROTOBUF = "protobuf"


class UnreadableFile(Exception):
    """A file of a bag of which nothing can be read; the text is one sentence with a remedy."""


@dataclass(frozen=True, slots=True, eq=False)
class BagMessage:
    """One recorded message, still serialized.

    Attributes:
        topic: its name.
        msgtype: `package/msg/Name`, also for ROS 1; `package.Name` for Protobuf.
        log_time_ns: when it was recorded, nanoseconds.
        raw: the payload.
        encoding: how the payload is serialized: cdr, ros1 or protobuf.
    """

    topic: str
    msgtype: str
    log_time_ns: int
    raw: bytes | memoryview
    encoding: str = CDR


@dataclass(frozen=True, slots=True)
class Channel:
    """One topic within one file.

    Attributes:
        topic: its name.
        msgtype: `package/msg/Name`, or `package.Name` for Protobuf.
        count: messages in the file.
        encoding: how payloads are serialized.
        definition: the type's definition as recorded, or an empty text.
        definition_format: one of the `..._DEFINITION` names above, or anything unknown.
    """

    topic: str
    msgtype: str
    count: int
    encoding: str = CDR
    definition: str = ""
    definition_format: str = ""


class Source(Protocol):
    """One readable file of a bag. `problems` grows while messages are read."""

    channels: tuple[Channel, ...]
    start_ns: int
    end_ns: int
    problems: list[str]

    def messages(
        self, topics: Collection[str], start_ns: int, stop_ns: int
    ) -> Iterator[BagMessage]:
        """Messages of `topics` with start_ns <= log time < stop_ns, in log-time order."""
        ...

    def close(self) -> None:
        """Give back what is open."""
        ...


def merged_by_time(
    parts: Iterable[tuple[int, Callable[[], Iterator[BagMessage]]]],
) -> Iterator[BagMessage]:
    """Merge iterators that are each in log-time order; ties go to the part given first.

    A part is begun only when the merge has come to its first log time (the number beside it), so
    that the chunks and files of a long bag are not all open at once.
    """
    waiting = sorted(
        ((start, index, begin) for index, (start, begin) in enumerate(parts)),
        key=lambda part: part[:2],
        reverse=True,
    )
    heap: list[tuple[int, int, BagMessage, Iterator[BagMessage]]] = []
    while waiting or heap:
        while waiting and (not heap or waiting[-1][0] <= heap[0][0]):
            _, index, begin = waiting.pop()
            running = begin()
            if (message := next(running, None)) is not None:
                heapq.heappush(heap, (message.log_time_ns, index, message, running))
        if not heap:
            continue
        _, index, message, running = heap[0]
        yield message
        following = next(running, None)
        if following is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (following.log_time_ns, index, following, running))
