"""Opens the single files of a bag: through `rosbags`, or record by record where that refuses."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rosbags.interfaces import Connection, ConnectionExtRosbag2, MessageDefinitionFormat
from rosbags.rosbag1 import Reader as Ros1Reader
from rosbags.rosbag2 import ReaderError
from rosbags.rosbag2.storage_mcap import McapReader
from rosbags.rosbag2.storage_sqlite3 import Sqlite3Reader

from vlm_driving.replay.bag_files import KINDS_SENTENCE, FileKind, file_kind
from vlm_driving.replay.bag_mcap import ScannedMcap
from vlm_driving.replay.bag_parts import (
    CDR,
    IDL_DEFINITION,
    MSG_DEFINITION,
    ROS1,
    ROS1_DEFINITION,
    BagMessage,
    Channel,
    Source,
    UnreadableFile,
)
from vlm_driving.replay.bag_unpack import unpack_file

_SQLITE_MEND = "recover it with sqlite3's .recover command, or name another bag"
_ROS1_MEND = "mend it with `rosbag reindex`, or name another bag"


def open_source(path: Path, scratch: Callable[[], Path]) -> Source:
    """Open one file of a bag.

    Args:
        path: the file; what it is is told by its first bytes.
        scratch: gives a directory for the unpacked copy of a packed file.

    Raises:
        UnreadableFile: nothing of it can be read.
        OSError: the file system refused.
    """
    kind = file_kind(path)
    name = path.name
    cut_short: str | None = None
    if kind is FileKind.ZSTD:
        unpacked = scratch() / path.stem
        cut_short = unpack_file(path, unpacked)
        path, kind = unpacked, file_kind(unpacked)
    source = _open_plain(path, kind, name)
    if cut_short is not None:
        source.problems.insert(0, f"{name} does not unpack to its end ({cut_short}).")
    return source


def _open_plain(path: Path, kind: FileKind, name: str) -> Source:
    if kind is FileKind.MCAP:
        return _open_mcap(path, name)
    if kind is FileKind.SQLITE:
        return _open_sqlite(path, name)
    if kind is FileKind.ROS1:
        return _open_ros1(path, name)
    if kind is FileKind.EMPTY:
        raise UnreadableFile(f"{name} is empty; record it again, or name another bag.")
    raise UnreadableFile(f"{name} is not a bag file: {KINDS_SENTENCE}.")


class RosbagsFile:
    """One file that `rosbags` reads."""

    def __init__(
        self,
        reader: Any,
        connections: list[Connection],
        name: str,
        times: tuple[int, int],
        resume: Callable[[], Source] | None = None,
    ) -> None:
        """Take over an open reader.

        Args:
            reader: any of rosbags' storage readers.
            connections: its connections.
            name: of the file, for sentences.
            times: first log time, and the one after the last.
            resume: opens a sturdier reader of the same file, for the rest after a fault.
        """
        self.name = name
        self.problems: list[str] = []
        # A damaged database may hold anything in any column.
        self._connections = [
            one
            for one in connections
            if isinstance(one.topic, str) and isinstance(one.msgtype, str)
        ]
        self.channels = tuple(_channel(connection) for connection in self._connections)
        empty = all(channel.count == 0 for channel in self.channels)
        self.start_ns, self.end_ns = (0, 0) if empty else (times[0], times[1] - 1)
        self._reader = reader
        self._resume = resume
        self._resumed: Source | None = None

    def messages(
        self, topics: Collection[str], start_ns: int, stop_ns: int
    ) -> Iterator[BagMessage]:
        """Messages of `topics` with start_ns <= log time < stop_ns, in log-time order."""
        wanted = [connection for connection in self._connections if connection.topic in topics]
        if not wanted:
            return
        encodings = {connection.id: _encoding(connection) for connection in wanted}
        last_ns, ties = start_ns, 0
        try:
            for found, time_ns, raw in self._reader.messages(wanted, start_ns, stop_ns):
                if not isinstance(time_ns, int) or not isinstance(raw, bytes):
                    raise ReaderError("a message has no time or no bytes")
                ties = ties + 1 if time_ns == last_ns else 1
                last_ns = time_ns
                yield BagMessage(found.topic, found.msgtype, time_ns, raw, encodings[found.id])
            return
        except Exception as error:  # rosbags raises whatever the damaged bytes lead it to
            reason = _reason(error)
        try:
            if self._resumed is None and self._resume is not None:
                self._resumed = self._resume()
                self.problems.extend(self._resumed.problems)
                self._resumed.problems = self.problems
        except (UnreadableFile, OSError):
            pass
        if self._resumed is None:
            self.problems.append(
                f"{self.name} is damaged ({reason}); its messages after the damage are missing."
            )
            return
        rest = self._resumed.messages(topics, last_ns, stop_ns)
        # Those at the last time that were given out before the fault come first again.
        yield from itertools.islice(rest, ties, None)

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        if self._resumed is not None:
            self._resumed.close()


def _open_mcap(path: Path, name: str) -> Source:
    """Through rosbags where it reads all of the file, else record by record."""
    reader = McapReader(path)
    try:
        reader.open()
    except Exception:  # cut, another profile, a damaged index: all are for the sturdy reader
        return _scan_mcap(path, name)
    indexed = sum(sum(chunk.channel_count.values()) for chunk in reader.chunks)
    # Without message indexes rosbags would give no message and say nothing; without chunks it
    # gives up where messages are out of order.
    if not reader.chunks or indexed != reader.metadata.message_count:
        reader.close()
        return _scan_mcap(path, name)
    times = (reader.metadata.start_time, reader.metadata.end_time)
    return RosbagsFile(
        reader, reader.connections, name, times, resume=lambda: _scan_mcap(path, name)
    )


def _scan_mcap(path: Path, name: str) -> ScannedMcap:
    scanned = ScannedMcap(path, name)
    if not scanned.channels and not scanned.complete:
        scanned.close()
        raise UnreadableFile(
            f"{name} is cut off or damaged before its first message; record it again, or name "
            "another bag."
        )
    return scanned


def _open_sqlite(path: Path, name: str) -> Source:
    if (missing := _sqlite_missing_bytes(path)) > 0:
        raise UnreadableFile(
            f"{name} is cut off ({missing:,} bytes of the database are missing); {_SQLITE_MEND}."
        )
    # rosbags puts the path into a URI as it is; quoted, a # or ? in it does no harm.
    reader = Sqlite3Reader(Path(quote(str(path.absolute()))))
    try:
        reader.open()
    except Exception as error:
        log = path.with_name(path.name + "-wal")
        if log.is_file() and log.stat().st_size:
            raise UnreadableFile(
                f"{name} was not closed and its messages are still in {log.name}; put them in "
                f"with `sqlite3 {name} 'PRAGMA wal_checkpoint(TRUNCATE)'`."
            ) from error
        raise UnreadableFile(
            f"{name} is not a readable rosbag2 database ({_reason(error)}); {_SQLITE_MEND}."
        ) from error
    source = RosbagsFile(
        reader, reader.connections, name, (reader.metadata.start_time, reader.metadata.end_time)
    )
    log = path.with_name(path.name + "-wal")
    if log.is_file() and log.stat().st_size:
        source.problems.append(
            f"{name} was not closed; the messages in {log.name} are missing until `sqlite3 {name} "
            "'PRAGMA wal_checkpoint(TRUNCATE)'` puts them in."
        )
    return source


def _sqlite_missing_bytes(path: Path) -> int:
    """Bytes that the database's header counts and the file lacks; 0 when it does not say."""
    with path.open("rb") as file:
        header = file.read(100)
        size = file.seek(0, 2)
    if len(header) < 100:
        return 100 - len(header)
    page = int.from_bytes(header[16:18], "big")
    page = 65536 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big")
    # SQLite itself trusts the count only where both change counters agree.
    trusted = header[24:28] == header[92:96]
    return max(0, page * pages - size) if trusted else 0


def _open_ros1(path: Path, name: str) -> Source:
    reader = Ros1Reader(path)
    try:
        reader.open()
    except Exception as error:
        raise UnreadableFile(
            f"{name} has no usable index ({_reason(error)}), as a recording that was cut off; "
            f"{_ROS1_MEND}."
        ) from error
    return RosbagsFile(reader, reader.connections, name, (reader.start_time, reader.end_time))


def _channel(connection: Connection) -> Channel:
    formats = {
        MessageDefinitionFormat.NONE: "",
        MessageDefinitionFormat.IDL: IDL_DEFINITION,
        MessageDefinitionFormat.MSG: (
            MSG_DEFINITION if isinstance(connection.ext, ConnectionExtRosbag2) else ROS1_DEFINITION
        ),
    }
    return Channel(
        connection.topic,
        connection.msgtype,
        connection.msgcount,
        _encoding(connection),
        connection.msgdef.data,
        formats[connection.msgdef.format],
    )


def _encoding(connection: Connection) -> str:
    if isinstance(connection.ext, ConnectionExtRosbag2):
        return connection.ext.serialization_format or CDR
    return ROS1


def _reason(error: Exception) -> str:
    """The first line of an error, as a part of a sentence."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")
