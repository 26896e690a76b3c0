"""Protocol Buffers' whole numbers of varying length, read where they lie."""

from __future__ import annotations

import mmap
from collections.abc import Iterator


def varint(data: memoryview | mmap.mmap, at: int) -> tuple[int, int]:
    """The number at `at`, and where the next byte is.

    Raises:
        ValueError: for one that is longer than ten bytes.
        IndexError: for one that is cut off.
    """
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number is longer than ten bytes")


def packed(data: memoryview | mmap.mmap, start: int, stop: int) -> Iterator[int]:
    """All numbers from `start` to before `stop`."""
    at = start
    while at < stop:
        value, at = varint(data, at)
        yield value
