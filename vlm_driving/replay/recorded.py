"""Frames as a recording holds them, with the ego speed known at the time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from vlm_driving.pipeline import LoadImage, OfferedFrame
from vlm_driving.replay.bag_parts import BagMessage
from vlm_driving.replay.stamps import StampClock, age_ms, choose_stamp

LEAST_PERIOD_NS = 2_000_000
"""No camera is faster than 500 frames a second."""
SPEED_VALID_NS = 1_000_000_000
"""A speed older than this says nothing about the present."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordedFrame:
    """One camera message of a recording.

    Attributes:
        log_time_ns: when it was recorded.
        stamp_ns: the header's stamp; 0 when it has none.
        frame_id: from the header.
        load: decodes the image; raises for a malformed message.
    """

    log_time_ns: int
    stamp_ns: int
    frame_id: str
    load: LoadImage


@dataclass(frozen=True, slots=True)
class RecordedSpeed:
    """One speed message of a recording."""

    log_time_ns: int
    speed_kmh: float


@dataclass(frozen=True, slots=True, eq=False)
class RecordedMessage:
    """Any message of a recording, as it was recorded.

    Attributes:
        log_time_ns: when it was recorded.
        stamp_ns: for a frame of the camera the header's stamp, 0 when it has none; else None.
        message: still serialized.
    """

    log_time_ns: int
    stamp_ns: int | None
    message: BagMessage


Recorded = TypeVar("Recorded", bound=RecordedFrame | RecordedSpeed | RecordedMessage)


def with_speed(
    items: Iterable[RecordedFrame | RecordedSpeed],
) -> Iterator[tuple[RecordedFrame, float | None]]:
    """Each frame with the last speed recorded before it, in km/h, or None when it is too old."""
    last: RecordedSpeed | None = None
    for item in items:
        if isinstance(item, RecordedSpeed):
            last = item
            continue
        known = last is not None and item.log_time_ns - last.log_time_ns <= SPEED_VALID_NS
        yield item, last.speed_kmh if last is not None and known else None


def with_usable_times(items: Iterable[Recorded], note: Callable[[str], None]) -> Iterator[Recorded]:
    """The items, with header stamps for log times where the log times are none.

    Some converters write all messages within nanoseconds of each other. The first two
    frames decide; `note` is told when it is so.
    """
    rest = iter(items)
    head: list[Recorded] = []
    frames: list[tuple[int, int]] = []
    for item in rest:
        head.append(item)
        if (frame_ns := _frame_stamp_ns(item)) is not None:
            frames.append((frame_ns, item.log_time_ns))
            if len(frames) == 2:
                break
    everything = chain(head, rest)
    if len(frames) < 2 or not _at_one_instant(*frames):
        yield from everything
        return
    note("The recorded times are no times; the frames are paced by their header stamps.")
    stamp_ns = frames[0][0]
    for item in everything:
        stamp_ns = _frame_stamp_ns(item) or stamp_ns
        yield replace(item, log_time_ns=stamp_ns)


def _frame_stamp_ns(item: RecordedFrame | RecordedSpeed | RecordedMessage) -> int | None:
    """The header's stamp of a frame, 0 when it has none; None for anything else."""
    return None if isinstance(item, RecordedSpeed) else item.stamp_ns


def _at_one_instant(first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether two frames, (stamp, log time), were recorded together but captured in turn."""
    if not (first[0] and second[0]):
        return False
    captured_ns = second[0] - first[0]
    recorded_ns = abs(second[1] - first[1])
    return captured_ns >= LEAST_PERIOD_NS and recorded_ns < captured_ns / 1000


def offered(
    frame: RecordedFrame,
    *,
    camera: str,
    sequence: int,
    ego_speed_kmh: float | None,
    arrived_ns: int,
    now_log_ns: int,
    clock: StampClock,
) -> OfferedFrame:
    """The frame as the pipeline takes it, on arrival at `arrived_ns` (monotonic)."""
    stamp_ns, source = choose_stamp(frame.stamp_ns, frame.log_time_ns)
    return OfferedFrame(
        load=frame.load,
        camera=camera,
        frame_id=frame.frame_id,
        stamp_ns=stamp_ns,
        stamp_source=source,
        sequence=sequence,
        arrived_ns=arrived_ns,
        age_on_arrival_ms=age_ms(stamp_ns, source, now_log_ns, clock),
        ego_speed_kmh=ego_speed_kmh,
    )
