"""How large a JPEG has to be decoded, so that it is no larger than the model needs."""

from __future__ import annotations

from vlm_driving.runtime.preprocess import PreprocessSpec, place

_START = b"\xff\xd8"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LONE_MARKERS = frozenset(range(0xD0, 0xD8)) | {0x00, 0x01}
_MOST_STEPS = 10_000
"""From marker to marker: bytes that are made to take long do not."""


def jpeg_reduction(data: bytes | bytearray | memoryview, spec: PreprocessSpec) -> int:
    """By how much a compressed image may shrink while it is decoded: 1, 2, 4 or 8.

    1 unless the bundle allows it and the data begin as a JPEG that tells its size.
    """
    size = jpeg_size(data) if spec.jpeg_reduce else None
    return 1 if size is None else reduction(*size, spec)


def reduction(width: int, height: int, spec: PreprocessSpec) -> int:
    """The largest of 8, 4, 2, 1 by which the image may shrink and still cover the input."""
    if spec.first_longest_edge is not None:
        return 1  # a first resize to a fixed size wants the image as it is
    target = place(width, height, spec)
    for factor in (8, 4, 2):
        if -(-width // factor) >= target.width and -(-height // factor) >= target.height:
            return factor
    return 1


def jpeg_size(data: bytes | bytearray | memoryview) -> tuple[int, int] | None:
    """(width, height) from a JPEG's frame header, or None if there is none.

    Bytes between two segments are passed over, as the decoder passes over them.
    """
    view = memoryview(data).cast("B")
    if bytes(view[:2]) != _START:
        return None
    at = 2
    for _ in range(_MOST_STEPS):
        if at + 4 > len(view):
            return None
        if view[at] != 0xFF:
            at += 1
            continue
        marker = view[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker in _LONE_MARKERS:
            at += 2
            continue
        if marker in _FRAME_MARKERS:
            if at + 9 > len(view):
                return None
            height = view[at + 5] << 8 | view[at + 6]
            width = view[at + 7] << 8 | view[at + 8]
            return (width, height) if width and height else None
        if marker in (0xD9, 0xDA):
            return None
        at += 2 + (view[at + 2] << 8 | view[at + 3])
    return None
