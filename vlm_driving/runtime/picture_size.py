"""How large a compressed picture is, told before anything is decoded.

A few kilobytes can hold a picture whose pixels fill the memory: OpenCV takes up to 2^30 of them,
and a PNG of 2.7 MB with 30,000 x 30,000 black pixels took 12 GB.
"""

from __future__ import annotations

from vlm_driving.runtime.jpeg import jpeg_size

MOST_PIXELS = 1 << 26
"""Of a compressed picture: twice an 8K camera's."""

_PNG = b"\x89PNG\r\n\x1a\n"
_HEAD = 30


def picture_size(data: bytes | bytearray | memoryview) -> tuple[int, int] | None:
    """(width, height) as the head of a JPEG, PNG or WebP tells it; None where it tells none."""
    view = memoryview(data).cast("B")
    head = bytes(view[:_HEAD])
    if head.startswith(_PNG):
        # The first chunk is IHDR, which begins with both.
        return (_big(head[16:20]), _big(head[20:24])) if head[12:16] == b"IHDR" else None
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(head) if len(head) == _HEAD else None
    return jpeg_size(view)


def _webp(head: bytes) -> tuple[int, int] | None:
    """Source: RFC 9649, sections 2.5 to 2.7, and RFC 6386, section 9.1."""
    chunk = head[12:16]
    if chunk == b"VP8 ":
        return _little(head[26:28]) & 0x3FFF, _little(head[28:30]) & 0x3FFF
    if chunk == b"VP8L":
        bits = _little(head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8X":
        return _little(head[24:27]) + 1, _little(head[27:30]) + 1
    return None


def _big(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def _little(raw: bytes) -> int:
    return int.from_bytes(raw, "little")
