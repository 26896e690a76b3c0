"""Compressed images, decoded no larger than the model needs them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.runtime.preprocess import PreprocessSpec, place

_START = b"\xff\xd8"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LONE_MARKERS = frozenset(range(0xD0, 0xD8)) | {0x01}


def decode_jpeg(data: bytes | bytearray | memoryview, spec: PreprocessSpec) -> NDArray[np.uint8]:
    """Decode a JPEG (or any image that OpenCV knows) for a model.

    A JPEG is decoded at 1/2, 1/4 or 1/8 if the bundle allows it and the result is still at
    least as large as the resized image. Orientation tags are ignored: a camera on a
    vehicle does not turn.

    Args:
        data: the compressed image.
        spec: the bundle's preprocessing.

    Returns:
        (h, w, 3) uint8, BGR.

    Raises:
        ValueError: if the data are no image.
    """
    import cv2

    flags = {
        1: cv2.IMREAD_COLOR,
        2: cv2.IMREAD_REDUCED_COLOR_2,
        4: cv2.IMREAD_REDUCED_COLOR_4,
        8: cv2.IMREAD_REDUCED_COLOR_8,
    }
    size = jpeg_size(data) if spec.jpeg_reduce else None
    reduce = 1 if size is None else reduction(*size, spec)
    buffer = np.frombuffer(data, dtype=np.uint8)
    image = None
    if buffer.size:
        try:
            image = cv2.imdecode(buffer, flags[reduce] | cv2.IMREAD_IGNORE_ORIENTATION)
        except cv2.error as error:
            raise ValueError(f"the data are no image that OpenCV can decode: {error}") from None
    if image is None:
        raise ValueError(f"the {len(buffer)} bytes are no image that OpenCV can decode")
    decoded: NDArray[np.uint8] = np.asarray(image, dtype=np.uint8)
    return decoded


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
    """(width, height) from a JPEG's frame header, or None if there is none."""
    view = memoryview(data).cast("B")
    if bytes(view[:2]) != _START:
        return None
    at = 2
    while at + 4 <= len(view):
        if view[at] != 0xFF:
            return None
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
