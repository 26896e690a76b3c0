"""`foxglove.CompressedImage` in Protobuf, as nuScenes bags have it: four fields, read by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

PROTOBUF_IMAGE = "foxglove.CompressedImage"
PROTOBUF_VIDEO = "foxglove.CompressedVideo"

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_TIMESTAMP, _DATA, _FORMAT, _FRAME_ID = 1, 2, 3, 4
_SECONDS, _NANOS = 1, 2


def compressed_image_fields(raw: bytes | memoryview) -> tuple[int, str, str, NDArray[np.uint8]]:
    """(stamp_ns, frame_id, format, data as a view). Raises ValueError for damaged bytes."""
    stamp_ns, frame_id, format, data = 0, "", "", memoryview(b"")
    for number, value in _fields(memoryview(raw)):
        if isinstance(value, int):
            continue
        if number == _TIMESTAMP:
            parts = {key: part for key, part in _fields(value) if isinstance(part, int)}
            stamp_ns = parts.get(_SECONDS, 0) * 1_000_000_000 + parts.get(_NANOS, 0)
        elif number == _DATA:
            data = value
        elif number == _FORMAT:
            format = bytes(value).decode()
        elif number == _FRAME_ID:
            frame_id = bytes(value).decode()
    return stamp_ns, frame_id, format, np.frombuffer(data, np.uint8)


def _fields(record: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    position = 0
    while position < len(record):
        tag, position = _varint(record, position)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, position = _varint(record, position)
            yield number, value
            continue
        if wire == _BYTES:
            size, position = _varint(record, position)
        elif wire in (_FIXED32, _FIXED64):
            size = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"wire type {wire} is not known")
        if position + size > len(record):
            raise ValueError("a field goes beyond its record")
        if wire == _BYTES:
            yield number, record[position : position + size]
        position += size


def _varint(record: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(record):
            break
        byte = record[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError("a number does not end")
