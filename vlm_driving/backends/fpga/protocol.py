"""What host and device say to each other: registers, descriptors, completions, codes.

Little-endian throughout. `docs/fpga.md` is the same contract in prose.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import astuple, dataclass
from enum import IntEnum

MAGIC = 0x444D4C56  # the bytes V L M D
MAJOR = 1
"""Host and device must have the same."""
MINOR = 0
"""A device may have a higher one: it only adds what a host may ignore."""
PAGE = 4096
"""Bytes of the register page, and alignment of everything in the buffer."""
GRACE_MS = 50
"""How long the host waits beyond a launch's time-out for the device to say so itself."""
DIGEST = 32


class Register(IntEnum):
    """Byte offsets in the register page."""

    IDENTITY = 0x000
    STATE = 0x010
    SUBMITTED = 0x018  # part of STATE; the only word of it that the host writes
    BUFFER_BYTES = 0x028
    BANDWIDTH = 0x030
    IMAGE = 0x040
    BITSTREAM = 0x060
    DESCRIPTOR = 0x080
    COMPLETION = 0x0C0
    DOORBELL = 0x100
    RESET = 0x104


class Kind(IntEnum):
    """What the device is. An emulator says so, always."""

    HARDWARE = 1
    EMULATOR = 2


class Status(IntEnum):
    """What the device does."""

    STARTING = 0
    READY = 1
    BUSY = 2
    FAULT = 3
    """Only a reset leads out of it."""


class Error(IntEnum):
    """Why a launch failed."""

    NONE = 0
    DESCRIPTOR = 1
    """Magic, checksum or a reserved field of the descriptor is wrong."""
    OPERATION = 2
    RANGE = 3
    """Input or output leaves the buffer, or has a length that the operation does not have."""
    INPUT = 4
    """The input's checksum is wrong."""
    NO_IMAGE = 5
    IMAGE = 6
    """The device image is damaged, or too large, or of another format."""
    POSITION = 7
    """The tokens do not fit into the cache."""
    TIMEOUT = 8
    """The device's own watchdog ended the launch."""
    INTERNAL = 9


class Operation(IntEnum):
    """What a launch does; each is one launch, whatever happens inside."""

    LOAD = 1
    """Make the image in the buffer resident; the answer is its SHA-256."""
    ENCODE = 2
    """A picture (3, height, width) int16 Q12 to image tokens (n, hidden) int32 Q16."""
    PREFILL = 3
    """`count` tokens (count, hidden) int32 Q16 at `start`; logits (vocab,) int32 Q16."""
    DECODE = 4
    """The same for one token: all layers and the head."""


class ProtocolError(ValueError):
    """Bytes that are not what the contract says."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The first words of the register page; constant while the device lives."""

    major: int
    minor: int
    kind: int
    image_format: int

    _LAYOUT = struct.Struct("<IHHII")

    def pack(self) -> bytes:
        """16 bytes."""
        return self._LAYOUT.pack(MAGIC, self.major, self.minor, self.kind, self.image_format)

    @classmethod
    def unpack(cls, data: bytes | memoryview) -> Identity:
        """Read 16 bytes; ProtocolError if no device of this contract is there."""
        magic, major, minor, kind, image_format = cls._LAYOUT.unpack_from(data)
        if magic != MAGIC:
            raise ProtocolError(f"the first register is {magic:#010x}, not {MAGIC:#010x}")
        return cls(major, minor, kind, image_format)

    def refusal(self, image_format: int) -> str | None:
        """Why host and device cannot work together, or None where they can."""
        if self.major != MAJOR or self.minor < MINOR:
            return (
                f"the device speaks protocol {self.major}.{self.minor}, here it is {MAJOR}.{MINOR}"
            )
        if self.image_format != image_format:
            return (
                f"the device takes images of format {self.image_format}, here it is {image_format}"
            )
        if self.kind not in tuple(Kind):
            return f"the device is of the unknown kind {self.kind}"
        return None


@dataclass(frozen=True, slots=True)
class State:
    """The words that change, at STATE.

    Attributes:
        status: a `Status`.
        error: an `Error`, of the last launch that failed.
        submitted: number of the newest launch; the host writes it after the descriptor.
        completed: number of the last launch whose completion can be read; the device writes
            it after everything else.
        step: counts up within a launch; a launch that hangs stands still here.
        beats: counts up while the device's control lives, launch or none.
    """

    status: int
    error: int
    submitted: int
    completed: int
    step: int
    beats: int

    _LAYOUT = struct.Struct("<6I")

    def pack(self) -> bytes:
        """24 bytes."""
        return self._LAYOUT.pack(*astuple(self))

    @classmethod
    def unpack(cls, data: bytes | memoryview) -> State:
        """Read 24 bytes."""
        return cls(*cls._LAYOUT.unpack_from(data))

    def __str__(self) -> str:
        return (
            f"status {_name(Status, self.status)}, error {_name(Error, self.error)}, "
            f"submitted {self.submitted}, completed {self.completed}, step {self.step}, "
            f"beats {self.beats}"
        )


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One launch, 64 bytes. Offsets are from the buffer's start.

    Attributes:
        operation: an `Operation`.
        sequence: number of the launch, from 1, one more each time, 0 left out when it wraps.
        start: position of the first token; 0 for LOAD and ENCODE.
        count: tokens; 1 for LOAD and ENCODE.
        in_offset: of the input, a multiple of 4096.
        in_bytes: of the input.
        in_crc: CRC-32 (as zlib has it) of the input.
        out_offset: where the answer goes, a multiple of 4096.
        out_bytes: exactly what the answer has.
        timeout_ms: after which the device must end the launch by itself.
    """

    operation: int
    sequence: int
    start: int
    count: int
    in_offset: int
    in_bytes: int
    in_crc: int
    out_offset: int
    out_bytes: int
    timeout_ms: int

    _MAGIC = 0xD15C
    _LAYOUT = struct.Struct("<HHIIIQIIQIIIII")
    SIZE = 64

    def pack(self) -> bytes:
        """64 bytes, the last four their checksum."""
        body = self._LAYOUT.pack(self._MAGIC, *astuple(self), 0, 0, 0)
        return body + struct.pack("<I", zlib.crc32(body))

    @classmethod
    def unpack(cls, data: bytes | memoryview) -> Descriptor:
        """Read 64 bytes; ProtocolError if they were damaged or use what is reserved."""
        magic, *values, zero, one, two = cls._LAYOUT.unpack(_sealed(data, cls.SIZE))
        if magic != cls._MAGIC or zero or one or two:
            raise ProtocolError("this is no descriptor of this version")
        return cls(*values)


@dataclass(frozen=True, slots=True)
class Completion:
    """How a launch ended, 64 bytes.

    Attributes:
        error: an `Error`; on any but NONE the answer means nothing.
        sequence: of the launch.
        out_bytes: of the answer.
        out_crc: CRC-32 of the answer.
        busy_ns: time that the device worked on it.
        memory_read: bytes that it read from its own memory, weights and cache.
        memory_written: bytes that it wrote there.
    """

    error: int
    sequence: int
    out_bytes: int
    out_crc: int
    busy_ns: int
    memory_read: int
    memory_written: int

    _MAGIC = 0xC0DE
    _LAYOUT = struct.Struct("<HHIIIQQQ20x")
    SIZE = 64

    def pack(self) -> bytes:
        """64 bytes, the last four their checksum."""
        body = self._LAYOUT.pack(self._MAGIC, *astuple(self))
        return body + struct.pack("<I", zlib.crc32(body))

    @classmethod
    def unpack(cls, data: bytes | memoryview) -> Completion:
        """Read 64 bytes; ProtocolError if they were damaged."""
        magic, *values = cls._LAYOUT.unpack(_sealed(data, cls.SIZE))
        if magic != cls._MAGIC:
            raise ProtocolError("this is no completion of this version")
        return cls(*values)


def next_sequence(sequence: int) -> int:
    """The number after this one; 0 means that there was no launch yet."""
    return (sequence + 1) & 0xFFFFFFFF or 1


def _sealed(data: bytes | memoryview, size: int) -> bytes:
    """The record without its checksum, which must be right."""
    record = bytes(data[:size])
    if len(record) != size or zlib.crc32(record[:-4]) != int.from_bytes(record[-4:], "little"):
        raise ProtocolError("the checksum of a record is wrong")
    return record[:-4]


def _name(codes: type[IntEnum], value: int) -> str:
    return codes(value).name if value in tuple(codes) else f"unknown ({value})"
