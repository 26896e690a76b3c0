"""Reads an mcap from front to back without its index: after a power cut there is none.

`rosbags` reads nothing of a file whose end is missing. Here every record up to the cut counts,
the whole messages of a half-written chunk included, and a damaged chunk costs that chunk alone.
The file is walked once at opening, without reading the chunks' bodies where their message
indexes say what is inside, and chunks are unpacked one at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from vlm_driving.replay.bag_parts import CDR, BagMessage, Channel, UnreadableFile, merged_by_time
from vlm_driving.replay.bag_unpack import DamagedData, unpack_chunk
from vlm_driving.replay.mcap_records import (
    CHUNK_HEAD_BYTES,
    MAGIC,
    MESSAGE_HEAD,
    RECORD_HEAD,
    ChunkHead,
    DamagedRecord,
    LoggedMessage,
    McapChannel,
    McapSchema,
    Op,
    is_opcode,
    read_channel,
    read_chunk_head,
    read_message,
    read_message_index,
    read_schema,
    records,
)

_RUN_BYTES = 1 << 20
"""Messages outside of chunks are read in runs of about this size."""
_NO_SCHEMA = McapSchema("", "", "")


@dataclass(slots=True)
class _Piece:
    """A chunk, or a run of messages outside of chunks, somewhere in the file."""

    offset: int
    size: int
    start_ns: int
    end_ns: int
    compression: str = ""
    unpacked_size: int = -1
    crc: int = 0
    cut: bool = False
    counts: Counter[int] = field(default_factory=Counter)


class ScannedMcap:
    """One mcap file, read by its records.

    Attributes:
        complete: the file goes to the end of its data.
        channels, start_ns, end_ns, problems: as in bag_parts.Source.
    """

    def __init__(self, path: Path, name: str) -> None:
        """Walk through the file. Raises UnreadableFile when it is no mcap, and OSError."""
        self.name = name
        self.problems: list[str] = []
        self.complete = False
        self._schemas: dict[int, McapSchema] = {}
        self._topics: dict[int, McapChannel] = {}
        self._pieces: list[_Piece] = []
        self._file: BinaryIO = path.open("rb")
        try:
            self._size = self._file.seek(0, 2)
            end = self._walk()
            self._look_into_pieces()
        except DamagedRecord as error:
            self._file.close()
            raise UnreadableFile(f"{name} cannot be read ({error}); check its disk.") from error
        except BaseException:
            self._file.close()
            raise
        self.channels = self._channels()
        filled = [piece for piece in self._pieces if piece.counts]
        self.start_ns = min((piece.start_ns for piece in filled), default=0)
        self.end_ns = max((piece.end_ns for piece in filled), default=0)
        if not self.complete:
            self._note_end(end)

    def messages(
        self, topics: Collection[str], start_ns: int, stop_ns: int
    ) -> Iterator[BagMessage]:
        """Messages of `topics` with start_ns <= log time < stop_ns, in log-time order."""
        wanted = {key for key, channel in self._topics.items() if channel.topic in topics}
        return merged_by_time(
            (piece.start_ns, partial(self._messages_of, piece, wanted, start_ns, stop_ns))
            for piece in self._pieces
            if piece.start_ns < stop_ns
            and piece.end_ns >= start_ns
            and not wanted.isdisjoint(piece.counts)
        )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _messages_of(
        self, piece: _Piece, wanted: set[int], start_ns: int, stop_ns: int
    ) -> Iterator[BagMessage]:
        logged = [
            message
            for message in self._unpacked(piece)
            if message.channel_id in wanted and start_ns <= message.log_time_ns < stop_ns
        ]
        logged.sort(key=lambda message: message.log_time_ns)
        for log_time_ns, key, raw in logged:
            channel = self._topics[key]
            yield BagMessage(
                channel.topic, self._msgtype(key), log_time_ns, raw, channel.encoding or CDR
            )

    def _walk(self) -> int:
        """Note where chunks and loose messages lie; returns where the walk ended."""
        if self._read(0, len(MAGIC)) != MAGIC:
            raise DamagedRecord("it begins with other bytes than an mcap file")
        position = len(MAGIC)
        while position + RECORD_HEAD.size <= self._size:
            opcode, length = RECORD_HEAD.unpack(self._read(position, RECORD_HEAD.size))
            if not is_opcode(opcode):
                return position
            begin = position + RECORD_HEAD.size
            position = begin + int(length)
            try:
                self._visit(opcode, begin, length)
            except DamagedRecord:
                self._note(f"{self.name} has a damaged record at byte {begin:,}; it is skipped.")
            if opcode in (Op.DATA_END, Op.FOOTER):
                # The summary behind the data repeats schemas and channels: the walk goes on for
                # those, as the chunk that had them first may be damaged.
                self.complete = True
            if opcode == Op.FOOTER and position + len(MAGIC) <= self._size:
                return position
        if self.complete:
            self._note(f"{self.name} has no whole index at its end; all its messages are read.")
        return self._size

    def _visit(self, opcode: int, begin: int, length: int) -> None:
        whole = begin + length <= self._size
        if opcode == Op.CHUNK:
            size = min(length, CHUNK_HEAD_BYTES, self._size - begin)
            try:
                self._add_chunk(read_chunk_head(memoryview(self._read(begin, size))), begin, length)
            except DamagedRecord:
                if whole:
                    raise
        elif not whole:
            return
        elif opcode == Op.MESSAGE:
            self._add_loose(begin, length)
        elif opcode == Op.MESSAGE_INDEX and self._pieces:
            key, count = read_message_index(memoryview(self._read(begin, length)))
            if count:
                self._pieces[-1].counts[key] += count
        elif opcode in (Op.SCHEMA, Op.CHANNEL):
            self._define(opcode, memoryview(self._read(begin, length)))

    def _add_chunk(self, head: ChunkHead, begin: int, length: int) -> None:
        present = min(length, self._size - begin) - head.begin
        self._pieces.append(
            _Piece(
                begin + head.begin,
                min(head.packed_size, present),
                head.start_ns,
                head.end_ns,
                head.compression,
                head.unpacked_size,
                head.crc,
                cut=begin + length > self._size,
            )
        )

    def _add_loose(self, begin: int, length: int) -> None:
        """Add a message outside of chunks to the run before it, or begin a new run."""
        message = read_message(memoryview(self._read(begin, min(length, MESSAGE_HEAD.size))))
        begin -= RECORD_HEAD.size
        size = RECORD_HEAD.size + length
        run = self._pieces[-1] if self._pieces else None
        if run is None or run.offset + run.size != begin or run.size > _RUN_BYTES:
            run = _Piece(begin, 0, message.log_time_ns, message.log_time_ns)
            self._pieces.append(run)
        run.size += size
        run.start_ns = min(run.start_ns, message.log_time_ns)
        run.end_ns = max(run.end_ns, message.log_time_ns)
        run.counts[message.channel_id] += 1

    def _look_into_pieces(self) -> None:
        """Unpack the chunks that have no index, or the first mention of a channel."""
        for piece in self._pieces:
            indexed = bool(piece.counts) and not piece.cut
            if indexed and self._topics.keys() >= piece.counts.keys():
                continue
            logged = self._unpacked(piece)
            if not indexed or not logged:
                times = [message.log_time_ns for message in logged]
                piece.counts = Counter(message.channel_id for message in logged)
                piece.start_ns, piece.end_ns = min(times, default=0), max(times, default=0)
        # Channels without a description cannot be named; the summary may have told of the rest.
        for piece in self._pieces:
            for unknown in piece.counts.keys() - self._topics.keys():
                del piece.counts[unknown]

    def _unpacked(self, piece: _Piece) -> list[LoggedMessage]:
        """The messages of a piece; schemas and channels inside it are noted on the way."""
        logged: list[LoggedMessage] = []
        try:
            packed = self._read(piece.offset, piece.size)
            data = unpack_chunk(
                packed, piece.compression, piece.unpacked_size, piece.crc, partly=piece.cut
            )
            for opcode, body in records(memoryview(data)):
                if opcode == Op.MESSAGE:
                    logged.append(read_message(body))
                elif opcode in (Op.SCHEMA, Op.CHANNEL):
                    self._define(opcode, body)
        except (DamagedData, DamagedRecord) as error:
            lost = sum(piece.counts.values()) - len(logged)
            self._note(
                f"{self.name} is damaged near byte {piece.offset:,} ({error}); "
                f"{f'{lost} messages' if lost > 0 else 'messages'} there are missing."
            )
        return logged

    def _define(self, opcode: int, body: memoryview) -> None:
        if opcode == Op.SCHEMA:
            self._schemas.setdefault(*read_schema(body))
        else:
            self._topics.setdefault(*read_channel(body))

    def _channels(self) -> tuple[Channel, ...]:
        counts: Counter[int] = Counter()
        for piece in self._pieces:
            counts.update(piece.counts)
        channels = []
        for key, channel in self._topics.items():
            schema = self._schemas.get(channel.schema_id, _NO_SCHEMA)
            channels.append(
                Channel(
                    channel.topic,
                    self._msgtype(key),
                    counts[key],
                    channel.encoding or CDR,
                    schema.text,
                    schema.encoding,
                )
            )
        return tuple(channels)

    def _msgtype(self, channel_id: int) -> str:
        """`package/msg/Name` for the `package/Name` of ROS 1, too."""
        name = self._schemas.get(self._topics[channel_id].schema_id, _NO_SCHEMA).name
        package, slash, rest = name.partition("/")
        return f"{package}/msg/{rest}" if slash and "/" not in rest else name

    def _read(self, offset: int, size: int) -> bytes:
        """Exactly `size` bytes. Raises DamagedRecord."""
        try:
            self._file.seek(offset)
            found = self._file.read(max(0, size))
        except (OSError, OverflowError, MemoryError) as error:
            raise DamagedRecord(f"reading failed: {error}") from error
        if len(found) < size:
            raise DamagedRecord("it ends early")
        return found

    def _note(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)

    def _note_end(self, end: int) -> None:
        count = sum(channel.count for channel in self.channels)
        seconds = (self.end_ns - self.start_ns) / 1e9
        fault = (
            f"was cut off at byte {end:,}"
            if end == self._size
            else f"is damaged from byte {end:,} of {self._size:,} on"
        )
        self._note(
            f"{self.name} {fault}; the {count:,} messages before that ({seconds:.1f} s) are read, "
            "what came after is missing."
        )
