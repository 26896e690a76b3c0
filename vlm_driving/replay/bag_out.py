"""Writes a bag while a replay goes on: the recorded images, and the node's outputs beside them.

A thread of its own reads the recording a second time and merges it with the reports, so that
times never go back and no report is held up. In realtime pace a disk that is too slow costs drawn
frames, which are counted; every-frame pace waits for it.
"""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import SceneReport, UserError
from vlm_driving.replay.bag_out_originals import Originals
from vlm_driving.replay.bag_out_said import OutputTopics, Said, Voice
from vlm_driving.replay.bag_types import known_definition
from vlm_driving.replay.bag_writer import BagWriter, Storage
from vlm_driving.replay.recorded import RecordedMessage
from vlm_driving.ros.codecs import encode

MOST_PICTURES = 8
"""That wait to be drawn at a time."""

OpenOriginals = Callable[[], Originals]


class BagBeside:
    """The bag. Satisfies `bag_out_open.BagOut`; `put` is for one thread at a time."""

    def __init__(
        self,
        path: Path,
        storage: Storage,
        topics: OutputTopics,
        voice: Voice,
        open_originals: OpenOriginals,
        *,
        annotated: bool,
        waits: bool,
    ) -> None:
        """Begin the bag.

        Args:
            path: becomes a directory.
            storage: mcap or sqlite3.
            topics: of the outputs.
            voice: says what is published for a report.
            open_originals: reads the recording.
            annotated: whether frames are drawn.
            waits: whether `put` waits for a slow disk.

        Raises:
            UserError: the path exists, or the bag or the recording cannot be opened.
        """
        self.path = path
        self.failure: UserError | None = None
        self._fault: BaseException | None = None
        self._storage, self._topics, self._voice = storage, topics, voice
        self._annotated, self._waits = annotated, waits
        self._open_originals = open_originals
        self._originals: Iterator[RecordedMessage] = iter(())
        self._following: RecordedMessage | None = None
        self._frames: dict[int, int] = {}
        self._frames_read = 0
        self._now_ns = 0
        self._undrawn = 0
        self._made = False
        self._problems: list[str] = []
        self._room = threading.Semaphore(MOST_PICTURES)
        self._queue: queue.SimpleQueue[tuple[SceneReport, NDArray[np.uint8] | None] | bool]
        self._queue = queue.SimpleQueue()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bag out", daemon=True)
        self._thread.start()
        self._begun.wait()
        if self.stopped:
            self._end(whole=False)
            if self._made:
                shutil.rmtree(self.path, ignore_errors=True)
            raise self._fault or self.failure or AssertionError

    @property
    def stopped(self) -> bool:
        """Whether nothing more is written, because the disk or this program failed."""
        return self.failure is not None or self._fault is not None

    def put(self, report: SceneReport, image_bgr: NDArray[np.uint8] | None) -> None:
        """Have a report written, and drawn onto its (height, width, 3) image."""
        if not self._annotated:
            image_bgr = None
        if image_bgr is not None and not self._room.acquire(blocking=self._waits):
            image_bgr = None
            self._undrawn += 1
        self._queue.put((report, image_bgr))

    def finish(self, whole: bool) -> list[str]:
        """Write what is left and end the bag; returns sentences about what is missing.

        Args:
            whole: write the rest of the recording, too, and not only up to the last report.

        Raises:
            Exception: what was a fault of ours meanwhile.
        """
        self._end(whole)
        if self._fault is not None:
            raise self._fault
        if self._undrawn:
            self._problems.append(
                f"{self._undrawn} drawn frames are not in {self.path}: drawing or the disk took "
                "too long."
            )
        return self._problems

    def close(self) -> None:
        """Make what was written readable."""
        self._end(whole=False)

    def discard(self) -> None:
        """Remove the bag, which has nothing in it."""
        self._end(whole=False)
        shutil.rmtree(self.path, ignore_errors=True)

    def _end(self, whole: bool) -> None:
        if self._thread.is_alive():
            self._queue.put(whole)
            self._thread.join()

    def _run(self) -> None:
        """SQLite wants its connection used by one thread: all of the writing is here."""
        try:
            originals = self._open_originals()
            try:
                with BagWriter(self.path, self._storage) as writer:
                    self._made = True
                    self._write(writer, originals)
                self._problems += originals.problems
            finally:
                originals.close()
        except UserError as error:
            self.failure = error
        except BaseException as fault:  # a bag that lacks reports must not end as if whole
            self._fault = fault
        finally:
            self._begun.set()
        if self.stopped:
            self._drain()

    def _write(self, writer: BagWriter, originals: Originals) -> None:
        sink = _Sink(writer, originals, self._topics, self._annotated)
        self._begun.set()
        self._originals = originals.messages()
        self._following = self._next()
        while not isinstance(item := self._queue.get(), bool):
            report, image_bgr = item
            try:
                self._one(sink, report, image_bgr)
            finally:
                if image_bgr is not None:
                    self._room.release()
        if item:
            self._copy(sink, None)

    def _one(self, sink: _Sink, report: SceneReport, image_bgr: NDArray[np.uint8] | None) -> None:
        """Everything up to one report, and the report."""
        frame_ns = self._frame_ns(sink, report.sequence)
        now_ns = max(self._now_ns, self._voice.published_ns(report, frame_ns))
        self._copy(sink, now_ns)
        self._say(sink, self._voice.before(now_ns))
        self._now_ns = now_ns
        self._say(sink, self._voice.report(report, image_bgr, frame_ns, now_ns))

    def _frame_ns(self, sink: _Sink, sequence: int) -> int:
        """The recorded time of a frame; everything up to it is copied."""
        while self._frames_read <= sequence and self._following is not None:
            self._copy_one(sink)
        return self._frames.pop(sequence, self._now_ns)

    def _copy(self, sink: _Sink, until_ns: int | None) -> None:
        """Copy what was recorded up to a time, that time included; None for all."""
        while (one := self._following) is not None:
            if until_ns is not None and one.log_time_ns > until_ns:
                break
            self._copy_one(sink)

    def _copy_one(self, sink: _Sink) -> None:
        one = self._following
        assert one is not None
        self._say(sink, self._voice.before(one.log_time_ns))
        self._now_ns = max(self._now_ns, one.log_time_ns)
        sink.copy(one, self._now_ns)
        if one.stamp_ns is not None:
            self._frames[self._frames_read] = one.log_time_ns
            self._frames_read += 1
        self._following = self._next()

    def _say(self, sink: _Sink, said: Iterable[Said]) -> None:
        for one in said:
            sink.say(one)

    def _next(self) -> RecordedMessage | None:
        """The next recorded message; None after the last that can be read."""
        try:
            return next(self._originals, None)
        except UserError:  # the replay itself tells of it
            return None

    def _drain(self) -> None:
        """Let nobody wait for room."""
        while not isinstance(item := self._queue.get(), bool):
            if item[1] is not None:
                self._room.release()


class _Sink:
    """The topics of the new bag."""

    def __init__(
        self, writer: BagWriter, originals: Originals, topics: OutputTopics, annotated: bool
    ) -> None:
        self._writer = writer
        self._originals = originals
        self._kinds = topics.kinds(annotated)
        self._names: dict[str, str] = {}
        for kept in originals.topics:
            if kept.name in self._kinds:
                raise UserError(
                    f"{kept.name} is a topic of the recording and of the outputs; name another "
                    "--camera-topic or leave --bag-out out."
                )
            writer.topic(kept.name, kept.msgtype, kept.definition, kept.qos)
            self._names[kept.recorded] = kept.name
        for name, kind in self._kinds.items():
            definition = known_definition(kind.value)
            assert definition is not None, kind
            writer.topic(name, kind.value, definition)

    def copy(self, one: RecordedMessage, time_ns: int) -> None:
        """Write a recorded message."""
        cdr = self._originals.cdr(one.message)
        if cdr is not None:
            self._writer.raw(self._names[one.message.topic], time_ns, cdr)

    def say(self, said: Said) -> None:
        """Write a message of the node's."""
        cdr = encode(self._kinds[said.topic], said.message)
        self._writer.raw(said.topic, said.time_ns, cdr)
