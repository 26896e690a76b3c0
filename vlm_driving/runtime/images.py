"""Image messages made into pixels: no ROS, no cv_bridge, no per-byte Python.

A node and a bag reader hand over the fields of `sensor_msgs/Image` or `CompressedImage` as they
stand in the message; what comes back is always BGR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.runtime.picture_size import MOST_PIXELS, picture_size

Buffer = bytes | bytearray | memoryview | NDArray[np.uint8]
Image = NDArray[np.uint8]

VIDEO_FORMATS = ("h264", "h265", "hevc", "avc", "av1", "vp8", "vp9", "mpeg4")
"""Codecs whose messages are no pictures on their own; looked for inside a format's name."""

DEPTH_ENCODINGS = frozenset({"16uc1", "32fc1", "64fc1"})
"""Encodings that carry a distance, not a picture."""


class MalformedImage(ValueError):
    """A message that cannot be made into an image; the text says why in one sentence."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """Pixels side by side in one plane, `channels` values of `bits` each.

    `to_bgr` is an OpenCV colour conversion; None where the values are BGR already.
    """

    channels: int
    bits: int = 8
    to_bgr: int | None = None
    even_width: bool = False


def _bayer(code: int) -> dict[int, _Packed]:
    return {bits: _Packed(1, bits, code) for bits in (8, 16)}


# OpenCV names a Bayer pattern by its second row, second and third pixel; ROS by the first four.
_BAYER = {
    "rggb": _bayer(cv2.COLOR_BayerBG2BGR),
    "bggr": _bayer(cv2.COLOR_BayerRG2BGR),
    "gbrg": _bayer(cv2.COLOR_BayerGR2BGR),
    "grbg": _bayer(cv2.COLOR_BayerGB2BGR),
}
_PACKED: dict[str, _Packed] = {
    "bgr8": _Packed(3),
    "8uc3": _Packed(3),
    "rgb8": _Packed(3, 8, cv2.COLOR_RGB2BGR),
    "bgra8": _Packed(4, 8, cv2.COLOR_BGRA2BGR),
    "8uc4": _Packed(4, 8, cv2.COLOR_BGRA2BGR),
    "rgba8": _Packed(4, 8, cv2.COLOR_RGBA2BGR),
    "mono8": _Packed(1, 8, cv2.COLOR_GRAY2BGR),
    "8uc1": _Packed(1, 8, cv2.COLOR_GRAY2BGR),
    "bgr16": _Packed(3, 16),
    "rgb16": _Packed(3, 16, cv2.COLOR_RGB2BGR),
    "bgra16": _Packed(4, 16, cv2.COLOR_BGRA2BGR),
    "rgba16": _Packed(4, 16, cv2.COLOR_RGBA2BGR),
    "mono16": _Packed(1, 16, cv2.COLOR_GRAY2BGR),
    "yuv422": _Packed(2, 8, cv2.COLOR_YUV2BGR_UYVY, even_width=True),
    "uyvy": _Packed(2, 8, cv2.COLOR_YUV2BGR_UYVY, even_width=True),
    "yuv422_yuy2": _Packed(2, 8, cv2.COLOR_YUV2BGR_YUY2, even_width=True),
    "yuyv": _Packed(2, 8, cv2.COLOR_YUV2BGR_YUY2, even_width=True),
    **{
        f"bayer_{pattern}{bits}": packed
        for pattern, depths in _BAYER.items()
        for bits, packed in depths.items()
    },
}
_TWO_PLANES = {"nv12": cv2.COLOR_YUV2BGR_NV12, "nv21": cv2.COLOR_YUV2BGR_NV21}

KNOWN_ENCODINGS = tuple(sorted({*_PACKED, *_TWO_PLANES}))
"""Encodings that `decode_image` takes, in lower case."""

_MOST_SHOWN = 60
_REDUCED_FLAGS = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


def decode_image(
    encoding: str,
    height: int,
    width: int,
    step: int,
    is_bigendian: bool | int,
    data: Buffer,
) -> Image:
    """The pixels of a `sensor_msgs/Image`.

    Args:
        encoding: as in the message; 16-bit values keep their upper byte.
        height: rows.
        width: pixels a row.
        step: bytes from one row to the next; padding after the pixels is skipped.
        is_bigendian: byte order of 16-bit values.
        data: the message's bytes; read in place.

    Returns:
        (height, width, 3) uint8 BGR; for `bgr8` a read-only view into `data`.

    Raises:
        MalformedImage: unknown encoding, no pixels, a step or a size that cannot be.
    """
    name = encoding.strip().lower()
    if height <= 0 or width <= 0:
        raise MalformedImage(f"The image has no pixels: {width}x{height}.")
    try:
        if name in _TWO_PLANES:
            return _two_planes(name, height, width, step, data)
        packed = _PACKED.get(name)
        if packed is None:
            raise MalformedImage(
                f"Encoding {shown_name(encoding)} is not supported; known are "
                f"{', '.join(KNOWN_ENCODINGS)}."
            )
        return _packed(packed, name, height, width, step, bool(is_bigendian), data)
    except cv2.error as error:
        raise MalformedImage(
            f"OpenCV could not convert {shown_name(encoding)}: {_brief(error)}."
        ) from error


def decode_compressed(format: str, data: Buffer, reduce: int = 1) -> Image:
    """The pixels of a `CompressedImage`, as they are stored (an EXIF orientation is not applied).

    Args:
        format: as in the message, such as `jpeg` or `rgb8; jpeg compressed bgr8`; the bytes
            decide what is decoded, the format only what is refused.
        data: a whole JPEG, PNG or WebP file.
        reduce: 1, 2, 4 or 8: decode at this fraction of the size, which is faster for JPEG.

    Returns:
        (height, width, 3) uint8 BGR.

    Raises:
        MalformedImage: a video or depth format, no bytes, bytes of another kind of file or that do
            not decode, or more pixels than any camera has.
        ValueError: `reduce` is another number.
    """
    if reduce not in _REDUCED_FLAGS:
        raise ValueError(f"reduce is 1, 2, 4 or 8, got {reduce}")
    if (codec := video_codec(format)) is not None:
        raise MalformedImage(f"The message is a piece of {codec} video, not an image.")
    if "compresseddepth" in format.lower():
        raise MalformedImage(f"The message is a depth image ({shown_name(format)}), not a picture.")
    stored = _bytes_of(data)
    if stored.size == 0:
        raise MalformedImage("The compressed image has no bytes.")
    if _is_cut_jpeg(stored):
        # OpenCV would fill the missing part with grey and call it a picture.
        raise MalformedImage(f"The JPEG is cut off after {stored.size} bytes.")
    _refuse_size(stored, format)
    flags = _REDUCED_FLAGS[reduce] | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(stored, flags)
    except cv2.error as error:
        raise MalformedImage(f"OpenCV could not decode the image: {_brief(error)}.") from error
    if image is None or image.size == 0:
        raise _not_a_picture(stored, format)
    return np.asarray(image, np.uint8)


def video_codec(format: str) -> str | None:
    """The codec that a compressed format names if it is a video's, else None."""
    name = format.lower()
    return next((codec for codec in VIDEO_FORMATS if codec in name), None)


def _packed(
    packed: _Packed,
    name: str,
    height: int,
    width: int,
    step: int,
    is_bigendian: bool,
    data: Buffer,
) -> Image:
    if packed.even_width and width % 2:
        raise MalformedImage(f"A {name} image has an even width, got {width}x{height}.")
    size = packed.bits // 8
    pixel = packed.channels * size
    raw = _checked_plane(name, height, width * pixel, step, data)
    dtype = np.dtype(np.uint8 if size == 1 else (">u2" if is_bigendian else "<u2"))
    # Strides skip the padding without a copy.
    values: NDArray[Any] = np.ndarray(
        (height, width, packed.channels), dtype, raw, strides=(step, pixel, size)
    )
    pixels: Image = values if size == 1 else (values >> 8).astype(np.uint8)
    if packed.to_bgr is None:
        return pixels
    return np.asarray(cv2.cvtColor(_for_opencv(pixels), packed.to_bgr), np.uint8)


def _two_planes(name: str, height: int, width: int, step: int, data: Buffer) -> Image:
    """Luma, then chroma at half the size with U and V side by side, rows of one step."""
    if width % 2 or height % 2:
        raise MalformedImage(f"A {name} image has an even size, got {width}x{height}.")
    rows = height * 3 // 2
    raw = _checked_plane(name, rows, width, step, data)
    planes: Image = np.ndarray((rows, width), np.uint8, raw, strides=(step, 1))
    return np.asarray(cv2.cvtColor(_for_opencv(planes), _TWO_PLANES[name]), np.uint8)


def _checked_plane(name: str, rows: int, row_bytes: int, step: int, data: Buffer) -> Image:
    """The bytes, if `rows` of `row_bytes` lie in them at distance `step`."""
    raw = _bytes_of(data)
    if step < row_bytes:
        raise MalformedImage(
            f"The step of {step} bytes is shorter than a row of {row_bytes} bytes ({name})."
        )
    # The last row needs no padding behind it.
    needed = (rows - 1) * step + row_bytes
    if raw.size < needed:
        raise MalformedImage(
            f"The image has {raw.size} bytes, but {rows} rows at a step of {step} need {needed} "
            f"({name})."
        )
    return raw


def _bytes_of(data: Buffer) -> Image:
    """A flat uint8 view of the message's bytes."""
    if isinstance(data, np.ndarray):
        return data.reshape(-1).view(np.uint8)
    return np.frombuffer(data, np.uint8)


def _for_opencv(pixels: Image) -> Image:
    """(h, w, 1) as (h, w): OpenCV takes rows at any distance, but wants one channel flat."""
    return pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels


def _is_cut_jpeg(stored: Image) -> bool:
    """Whether a JPEG has no end-of-image marker after its last scan begins."""
    if stored.size < 2 or stored[0] != 0xFF or stored[1] != 0xD8:
        return False
    # Searched from the end, where the marker is; inside a scan neither marker can occur.
    data = stored.tobytes()
    return data.rfind(b"\xff\xd9") <= data.rfind(b"\xff\xda")


def _refuse_size(stored: Image, format: str) -> None:
    """Before OpenCV takes memory for pixels that the head alone claims."""
    size = picture_size(stored.data)
    if size is None:
        raise _not_a_picture(stored, format)
    width, height = size
    if width * height > MOST_PIXELS:
        raise MalformedImage(
            f"The compressed image claims {width}x{height} pixels, more than {MOST_PIXELS} are "
            "not decoded."
        )


def _not_a_picture(stored: Image, format: str) -> MalformedImage:
    return MalformedImage(
        f"{stored.size} bytes of format {shown_name(format)} do not decode to an image (JPEG, PNG "
        "or WebP)."
    )


def shown_name(name: str) -> str:
    """An encoding or a format in a sentence: a message may say anything, of any length."""
    return repr(name if len(name) <= _MOST_SHOWN else f"{name[:_MOST_SHOWN]}...")


def _brief(error: Exception) -> str:
    """An OpenCV error without its file names."""
    return str(error).strip().splitlines()[-1].rsplit(") ", 1)[-1].rstrip(".")
