"""Reading and writing CDR (XCDR version 1), the form of ROS 2 messages on the wire.

Knows alignment, byte order, strings and byte sequences; knows no message.
Source: OMG DDS-XTypes 1.3, 7.4.1 and 7.6.3.1.2 (the four bytes before the data).
"""

from __future__ import annotations

import struct
from typing import Any

LITTLE, BIG = b"\x00\x01\x00\x00", b"\x00\x00\x00\x00"
"""Encapsulation of plain CDR; the last two bytes are options, which a reader passes over."""
HEAD = 4


class CdrError(ValueError):
    """Bytes that are no message of the expected type; the text says what is wrong, and where."""


class Reader:
    """Takes values from received bytes, in order. Everything raises CdrError."""

    def __init__(self, cdr: bytes | memoryview) -> None:
        self._bytes = memoryview(cdr).toreadonly()
        head = bytes(self._bytes[:2])
        if head not in (LITTLE[:2], BIG[:2]):
            raise CdrError(f"begins with {head.hex(' ') or 'nothing'}; 00 00 or 00 01 is plain CDR")
        if len(self._bytes) < HEAD:
            raise CdrError(f"ends after {len(self._bytes)} bytes, within its head")
        self._order = "<" if head == LITTLE[:2] else ">"
        self._at = HEAD

    def _take(self, size: int, align: int, what: str) -> int:
        """The place of the next `size` bytes, counted from the head's end for alignment."""
        start = self._at + (HEAD - self._at) % align
        if start + size > len(self._bytes):
            raise CdrError(
                f"{what} needs bytes {start} to {start + size}, but the message ends at "
                f"{len(self._bytes)}"
            )
        self._at = start + size
        return start

    def numbers(self, codes: str, what: str) -> tuple[Any, ...]:
        """Several numbers of one size (`struct` codes, such as `ddd`)."""
        size = struct.calcsize("=" + codes[0])
        start = self._take(size * len(codes), size, what)
        return struct.unpack_from(self._order + codes, self._bytes, start)

    def number(self, code: str, what: str) -> Any:
        """One number by its `struct` code: i, I, f, d, B."""
        return self.numbers(code, what)[0]

    def octets(self, what: str) -> memoryview:
        """A sequence of bytes, not copied."""
        count = self.number("I", f"the length of {what}")
        start = self._take(count, 1, what)
        return self._bytes[start : start + count]

    def text(self, what: str) -> str:
        """A string; some senders write an empty one without its closing zero."""
        raw = self.octets(what)
        if len(raw) == 0:
            return ""
        if raw[-1] != 0:
            raise CdrError(f"{what} has no closing zero")
        return str(raw[:-1], "utf-8", "replace")


class Writer:
    """Collects values in little-endian CDR."""

    def __init__(self) -> None:
        self._parts: list[bytes | memoryview] = [LITTLE]
        self._size = HEAD

    def numbers(self, codes: str, *values: float) -> None:
        """Several numbers of one size (`struct` codes, such as `ddd`)."""
        size = struct.calcsize("=" + codes[0])
        self._add(bytes((HEAD - self._size) % size))
        self._add(struct.pack("<" + codes, *values))

    def octets(self, data: bytes | memoryview) -> None:
        """A sequence of bytes; copied once, by `cdr`."""
        view = memoryview(data)
        if not view.c_contiguous:
            view = memoryview(view.tobytes())
        self.numbers("I", view.nbytes)
        self._add(view.cast("B") if view.nbytes else b"")

    def text(self, text: str) -> None:
        """A string: UTF-8 with a closing zero, so that zeros within cannot be kept."""
        raw = text.replace("\0", "").encode("utf-8", "replace")
        self.numbers("I", len(raw) + 1)
        self._add(raw + b"\0")

    def cdr(self) -> bytes:
        """The whole message."""
        return b"".join(self._parts)

    def _add(self, part: bytes | memoryview) -> None:
        self._parts.append(part)
        self._size += len(part)
