"""A recording opened for reading, whatever files it is made of. Needs no ROS."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType

from vlm_driving.core import UserError
from vlm_driving.replay.bag_files import BagFiles, find_files
from vlm_driving.replay.bag_messages import ImageMessage, MessageReader
from vlm_driving.replay.bag_parts import (
    CDR,
    BagMessage,
    Channel,
    Source,
    UnreadableFile,
    merged_by_time,
)
from vlm_driving.replay.bag_sources import open_source
from vlm_driving.replay.bag_unpack import ZSTD_MAGIC, DamagedData, unpack_message

__all__ = ["Bag", "BagMessage", "ImageMessage", "TopicInfo", "open_bag"]

_FOREVER_NS = 1 << 64


@dataclass(frozen=True, slots=True)
class TopicInfo:
    """One topic of a bag.

    Attributes:
        name: as recorded.
        msgtype: `package/msg/Name`, also for ROS 1; `package.Name` for Protobuf.
        count: messages that can be read, or None where that is not known.
    """

    name: str
    msgtype: str
    count: int | None


def open_bag(path: str | Path) -> Bag:
    """Open a rosbag2 (sqlite3 or mcap, split, zstd) or a ROS 1 bag; use it as a context manager.

    Args:
        path: a bag's directory, its metadata.yaml, or a single .mcap, .db3 or .bag file.

    Raises:
        UserError: there is no bag, or nothing of it can be read.
    """
    return Bag(Path(path))


class Bag:
    """An open recording.

    Attributes:
        path: as it was named.
        topics: by name.
        start_ns: log time of the first message; 0 for an empty bag.
        end_ns: log time of the last message.
    """

    def __init__(self, path: Path) -> None:
        """Open every file of the bag at `path`. Raises UserError."""
        self.path = path
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._sources: list[Source] = []
        self._problems: list[str] = []
        try:
            files = find_files(path)
            self._problems.extend(files.problems)
            self._open(files)
        except OSError as error:
            self.close()
            raise UserError(_file_system_sentence(path, error)) from error
        except BaseException:
            self.close()
            raise
        filled = [source for source in self._sources if _count(source)]
        self.start_ns = min((source.start_ns for source in filled), default=0)
        self.end_ns = max((source.end_ns for source in filled), default=0)
        self.topics = _topics(self.channels)
        self._reader = MessageReader(self.channels)
        self._shortage = self._compare(files)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Every topic of every file, with its definition as recorded."""
        return tuple(channel for source in self._sources for channel in source.channels)

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about what is missing; reading on may add to them."""
        of_files = (text for source in self._sources for text in source.problems)
        return tuple(dict.fromkeys((*self._problems, *of_files, *self._shortage)))

    def messages(
        self, topics: Iterable[str], start_s: float = 0.0, duration_s: float | None = None
    ) -> Iterator[BagMessage]:
        """Messages in log-time order, one chunk of the bag in memory at a time.

        Args:
            topics: names; those that the bag lacks give nothing.
            start_s: seconds after the bag's first message.
            duration_s: seconds from there on, or None for the rest.
        """
        names = frozenset(topics)
        begin_ns = self.start_ns + max(0, round(start_s * 1e9))
        stop_ns = _FOREVER_NS if duration_s is None else begin_ns + round(duration_s * 1e9)
        # SQLite and rosbags know signed times only.
        stop_ns = min(stop_ns, (1 << 63) - 1)
        merged = merged_by_time(
            (source.start_ns, partial(source.messages, names, begin_ns, stop_ns))
            for source in self._sources
            if _count(source) and source.start_ns < stop_ns and source.end_ns >= begin_ns
        )
        for message in merged:
            if message.encoding == CDR and bytes(message.raw[:4]) == ZSTD_MAGIC:
                unpacked = self._unpacked(message)
                if unpacked is not None:
                    yield unpacked
            else:
                yield message

    def image(self, message: BagMessage) -> ImageMessage:
        """The image of a message of a camera topic, no pixel touched. Raises MalformedImage."""
        return self._reader.image(message)

    def speed_mps(self, message: BagMessage) -> float | None:
        """The speed of a message of a speed topic, m/s, never negative; None when it has none."""
        return self._reader.speed_mps(message)

    def close(self) -> None:
        """Close the files, and remove what was unpacked."""
        for source in self._sources:
            source.close()
        self._sources.clear()
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None

    def __enter__(self) -> Bag:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self, files: BagFiles) -> None:
        for path in files.paths:
            try:
                self._sources.append(open_source(path, self._scratch_directory))
            except UnreadableFile as error:
                if len(files.paths) == 1:
                    raise UserError(str(error)) from error
                self._problems.append(str(error))
        if not self._sources:
            raise UserError(
                f"None of the {len(files.paths)} files of {self.path} can be read: "
                f"{self._problems[-1]}"
            )

    def _scratch_directory(self) -> Path:
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="vlm_driving-")
        return Path(self._scratch.name)

    def _compare(self, files: BagFiles) -> tuple[str, ...]:
        """What metadata.yaml promises beyond what is there, where a fault is known."""
        faulty = self._problems or any(source.problems for source in self._sources)
        promised = sum((files.promised_counts or {}).values())
        missing = promised - sum(topic.count or 0 for topic in self.topics)
        if not faulty or missing <= 0:
            return ()
        return (f"{missing} of the {promised} messages that metadata.yaml counts are missing.",)

    def _unpacked(self, message: BagMessage) -> BagMessage | None:
        """A message that was compressed by itself; no CDR begins like zstd does."""
        try:
            raw = unpack_message(message.raw)
        except DamagedData as error:
            self._problems.append(f"A message of {message.topic} does not unpack ({error}).")
            return None
        return BagMessage(message.topic, message.msgtype, message.log_time_ns, raw)


def _count(source: Source) -> int:
    return sum(channel.count for channel in source.channels)


def _topics(channels: Iterable[Channel]) -> tuple[TopicInfo, ...]:
    counts: dict[tuple[str, str], int] = {}
    for channel in channels:
        key = (channel.topic, channel.msgtype)
        counts[key] = counts.get(key, 0) + channel.count
    return tuple(TopicInfo(name, kind, count) for (name, kind), count in sorted(counts.items()))


def _file_system_sentence(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"No room is left in {tempfile.gettempdir()} to unpack {path}; free some, or set "
            "TMPDIR to a larger directory."
        )
    reason = error.strerror or str(error)
    return f"{path} cannot be read ({reason}); check the path and its permissions."
