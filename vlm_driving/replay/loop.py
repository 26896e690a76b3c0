"""Offers recorded frames to the pipeline: at their times, or one by one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import UserError
from vlm_driving.pipeline import Answerer, FrameProcessor, OfferedFrame, PipelineSettings, Publish
from vlm_driving.pipeline.health import PipelineHealth
from vlm_driving.replay.pacing import NS_PER_S, ReplayClock, wait_until
from vlm_driving.replay.recorded import RecordedFrame, RecordedSpeed, offered, with_speed
from vlm_driving.replay.stamps import DECIDING_FRAMES, StampClock

Clock = Callable[[], int]
After = Callable[[OfferedFrame, "NDArray[np.uint8] | None"], object]
"""Told of a frame when its report is out, with its picture if there is one."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay came to.

    Attributes:
        frames: how many were offered.
        recorded_s: seconds of recording, from the first to the last offered frame.
        stamps: how header stamps stand to recording times.
        hung: the model did not come back, and was left behind.
        fault: what ended the reading early, or None.
        health: how the pipeline was at the end; None where there were no deadlines.
    """

    frames: int = 0
    recorded_s: float = 0.0
    stamps: StampClock = StampClock()
    hung: bool = False
    fault: UserError | None = None
    health: PipelineHealth | None = None

    def notes(self) -> list[str]:
        """What a reader of the summary has to know beside the figures."""
        notes = []
        if (note := self.stamps.note()) is not None:
            notes.append(note)
        if self.fault is not None:
            notes.append(str(self.fault))
        if self.hung:
            notes.append("The model did not come back from its last frame and was left behind.")
        return notes


class Live(Protocol):
    """A pipeline that keeps deadlines; see `LadderPipeline`."""

    def start(self) -> None:
        """Begin to answer."""
        ...

    def offer(self, frame: OfferedFrame) -> None:
        """Hand in the newest frame; never waits."""
        ...

    def close(self) -> bool:
        """Answer what is left; False when a backend hung and was left behind."""
        ...

    def health(self) -> PipelineHealth:
        """How everything is now."""
        ...


def replay_realtime(
    items: Iterable[RecordedFrame | RecordedSpeed],
    pipeline: Live,
    *,
    camera: str,
    rate: float = 1.0,
    stop: threading.Event,
    clock: Clock = time.monotonic_ns,
) -> Replayed:
    """Offer each frame when it is due; deadlines hold, and the newest frame wins.

    The backends are to be warm before this is called: time runs from the first frame on.
    Setting `stop` ends the offering; what was offered still gets its report.
    """
    pipeline.start()
    replayed = Replayed()
    pace: ReplayClock | None = None
    try:
        stamps, frames = _begun(items)
        for sequence, (frame, speed_kmh) in enumerate(frames):
            if pace is None:
                pace = ReplayClock(frame.log_time_ns, clock(), rate)
            if not wait_until(pace.due_ns(frame.log_time_ns), stop, clock):
                break
            arrived_ns = clock()
            pipeline.offer(
                offered(
                    frame,
                    camera=camera,
                    sequence=sequence,
                    ego_speed_kmh=speed_kmh,
                    arrived_ns=arrived_ns,
                    now_log_ns=pace.now_ns(arrived_ns),
                    clock=stamps,
                )
            )
            recorded_s = (frame.log_time_ns - pace.first_log_ns) / NS_PER_S
            replayed = Replayed(sequence + 1, recorded_s, stamps)
    except UserError as fault:  # the rest of the recording cannot be read
        replayed = replace(replayed, fault=fault)
    finally:
        hung = not pipeline.close()
    return replace(replayed, hung=hung, health=pipeline.health())


def replay_every_frame(
    items: Iterable[RecordedFrame | RecordedSpeed],
    answerer: Answerer,
    publish: Publish,
    settings: PipelineSettings,
    *,
    camera: str,
    stop: threading.Event,
    clock: Clock = time.monotonic_ns,
    after: After = lambda frame, image_bgr: None,
) -> Replayed:
    """Answer every frame in full, without deadlines: the outcomes depend on content alone.

    The next frame waits for what is done `after` one.
    """
    processor = FrameProcessor(answerer, publish, settings, clock)
    replayed = Replayed()
    first_log_ns: int | None = None
    try:
        stamps, frames = _begun(items)
        for sequence, (frame, speed_kmh) in enumerate(frames):
            if stop.is_set():
                break
            if first_log_ns is None:
                first_log_ns = frame.log_time_ns
            job = processor.admit(
                offered(
                    frame,
                    camera=camera,
                    sequence=sequence,
                    ego_speed_kmh=speed_kmh,
                    arrived_ns=clock(),
                    now_log_ns=frame.log_time_ns,
                    clock=stamps,
                )
            )
            if job is not None:
                processor.process(job)
                after(job.frame, job.image)
            recorded_s = (frame.log_time_ns - first_log_ns) / NS_PER_S
            replayed = Replayed(sequence + 1, recorded_s, stamps)
    except UserError as fault:  # the rest of the recording cannot be read
        replayed = replace(replayed, fault=fault)
    return replayed


def _begun(
    items: Iterable[RecordedFrame | RecordedSpeed],
) -> tuple[StampClock, Iterator[tuple[RecordedFrame, float | None]]]:
    """The clock that the first frames' stamps are of, and all frames with their speeds."""
    rest = with_speed(items)
    head: list[tuple[RecordedFrame, float | None]] = []
    faults: list[UserError] = []
    try:
        for one in islice(rest, DECIDING_FRAMES):
            head.append(one)
    except UserError as fault:  # told where it lies: behind the frames that could be read
        faults.append(fault)

    def frames() -> Iterator[tuple[RecordedFrame, float | None]]:
        yield from head
        for fault in faults:
            raise fault
        yield from rest

    times = [(frame.stamp_ns, frame.log_time_ns) for frame, _ in head]
    return StampClock.of_first_frames(times), frames()
