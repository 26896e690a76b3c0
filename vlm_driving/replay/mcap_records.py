"""The records of an mcap file, as far as a replay needs them (mcap.dev/spec)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

MAGIC = b"\x89MCAP0\r\n"
RECORD_HEAD = struct.Struct("<BQ")
"""Opcode and length, in front of every record."""
MESSAGE_HEAD = struct.Struct("<HIQQ")
"""Channel, sequence, log time and publish time, in front of every message's payload."""
CHUNK_HEAD_BYTES = 128
"""Enough for a chunk's fields in front of its records."""

_CHUNK_TIMES = struct.Struct("<QQQI")
_LENGTH = struct.Struct("<I")
_PACKED_SIZE = struct.Struct("<Q")
_INDEX_HEAD = struct.Struct("<HI")
_INDEX_ENTRY_BYTES = 16
_LAST_KNOWN = 0x0F
_FIRST_PRIVATE = 0x80


class Op(IntEnum):
    """Opcodes that matter here; all others are skipped by their length."""

    FOOTER = 0x02
    SCHEMA = 0x03
    CHANNEL = 0x04
    MESSAGE = 0x05
    CHUNK = 0x06
    MESSAGE_INDEX = 0x07
    DATA_END = 0x0F


class DamagedRecord(ValueError):
    """A record whose fields do not fit into it."""


class McapSchema(NamedTuple):
    """How a type's definition stands in the file."""

    name: str
    encoding: str
    text: str


class McapChannel(NamedTuple):
    """A topic and the schema of its messages."""

    schema_id: int
    topic: str
    encoding: str


class ChunkHead(NamedTuple):
    """What stands in a chunk before its records; `begin` is where these begin."""

    start_ns: int
    end_ns: int
    unpacked_size: int
    crc: int
    compression: str
    packed_size: int
    begin: int


class LoggedMessage(NamedTuple):
    """A message in a chunk; `raw` is a view."""

    log_time_ns: int
    channel_id: int
    raw: memoryview


def is_opcode(value: int) -> bool:
    """Whether a record may begin with this byte; a block of zeros may not."""
    return 0 < value <= _LAST_KNOWN or value >= _FIRST_PRIVATE


def records(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """(opcode, body) of the whole records in `data`; ends at the first that is not whole."""
    position = 0
    while position + RECORD_HEAD.size <= len(data):
        opcode, length = RECORD_HEAD.unpack_from(data, position)
        begin = position + RECORD_HEAD.size
        position = begin + length
        if position > len(data):
            return
        yield opcode, data[begin:position]


def read_message(body: memoryview) -> LoggedMessage:
    """Raises DamagedRecord."""
    if len(body) < MESSAGE_HEAD.size:
        raise DamagedRecord("a message is too short")
    channel_id, _, log_time_ns, _ = MESSAGE_HEAD.unpack_from(body)
    return LoggedMessage(log_time_ns, channel_id, body[MESSAGE_HEAD.size :])


def read_schema(body: memoryview) -> tuple[int, McapSchema]:
    """(id, schema). Raises DamagedRecord."""
    fields = _Fields(body)
    key = fields.uint16()
    return key, McapSchema(fields.text(), fields.text(), fields.text())


def read_channel(body: memoryview) -> tuple[int, McapChannel]:
    """(id, channel). Raises DamagedRecord."""
    fields = _Fields(body)
    key = fields.uint16()
    return key, McapChannel(fields.uint16(), fields.text(), fields.text())


def read_chunk_head(body: memoryview) -> ChunkHead:
    """From the first CHUNK_HEAD_BYTES of a chunk. Raises DamagedRecord."""
    try:
        start_ns, end_ns, unpacked_size, crc = _CHUNK_TIMES.unpack_from(body)
        (length,) = _LENGTH.unpack_from(body, _CHUNK_TIMES.size)
        name = _CHUNK_TIMES.size + _LENGTH.size
        compression = bytes(body[name : name + length]).decode()
        (packed_size,) = _PACKED_SIZE.unpack_from(body, name + length)
    except (struct.error, UnicodeDecodeError) as error:
        raise DamagedRecord(str(error)) from error
    begin = name + length + _PACKED_SIZE.size
    return ChunkHead(start_ns, end_ns, unpacked_size, crc, compression, packed_size, begin)


def read_message_index(body: memoryview) -> tuple[int, int]:
    """(channel, messages of it in the chunk before). Raises DamagedRecord."""
    if len(body) < _INDEX_HEAD.size:
        raise DamagedRecord("a message index is too short")
    channel_id, size = _INDEX_HEAD.unpack_from(body)
    return channel_id, size // _INDEX_ENTRY_BYTES


class _Fields:
    """Takes the fields of one record in order."""

    def __init__(self, body: memoryview) -> None:
        self._body = body

    def uint16(self) -> int:
        return int.from_bytes(self._take(2), "little")

    def text(self) -> str:
        try:
            return bytes(self._take(int.from_bytes(self._take(4), "little"))).decode()
        except UnicodeDecodeError as error:
            raise DamagedRecord(str(error)) from error

    def _take(self, size: int) -> memoryview:
        if size > len(self._body):
            raise DamagedRecord("a field goes beyond its record")
        taken, self._body = self._body[:size], self._body[size:]
        return taken
