"""Whether messages can be made into pictures, told from their heads alone. Pure.

What only shows when bytes are decoded (a JPEG that is cut off) is told by the report `malformed`.
"""

from __future__ import annotations

import re

from vlm_driving.ros.camera_topic import CameraTopic, FrameHead
from vlm_driving.ros.preflight_causes import Cause, CauseKind, PreflightSettings
from vlm_driving.runtime.images import KNOWN_ENCODINGS, video_codec

_CHANNELS = {
    "bgr": 3,
    "rgb": 3,
    "bgra": 4,
    "rgba": 4,
    "mono": 1,
    "yuv422": 2,
    "yuv422_yuy2": 2,
    "uyvy": 2,
    "yuyv": 2,
    "nv12": 1,
    "nv21": 1,
}


def row_bytes(encoding: str, width: int) -> int | None:
    """Bytes of one row's pixels without padding; None for an encoding that is not known."""
    name = encoding.strip().lower()
    if name not in KNOWN_ENCODINGS:
        return None
    if name in _CHANNELS:
        return width * _CHANNELS[name]
    if name.startswith("bayer_"):
        return width * (2 if name.endswith("16") else 1)
    if (match := re.fullmatch(r"8uc(\d)", name)) is not None:
        return width * int(match[1])
    match = re.fullmatch(r"([a-z]+)(8|16)", name)
    if match is None or match[1] not in _CHANNELS:
        return None
    return width * _CHANNELS[match[1]] * int(match[2]) // 8


def content(view: CameraTopic, settings: PreflightSettings) -> tuple[Cause, ...]:
    """What is wrong with the newest message; none if its head is sound."""
    if not view.heads:
        return ()
    head = view.heads[-1]
    found = _compressed(head) if head.compressed else _raw(head)
    if found is None and head.size > settings.large_bytes:
        mb, most = head.size / 1e6, settings.large_bytes / 1e6
        found = (
            CauseKind.TOO_LARGE,
            f"an image of {head.width}x{head.height} has {mb:.0f} MB, more than {most:.0f} MB are "
            "hardly moved within a budget; publish a smaller or a compressed image.",
        )
    if found is None:
        return ()
    return (Cause(found[0], view.camera, f"Camera {view.camera}: {found[1]}"),)


def _compressed(head: FrameHead) -> tuple[CauseKind, str] | None:
    codec = video_codec(head.encoding)
    if codec is not None:
        return (
            CauseKind.ENCODING,
            f"format {head.encoding!r} is {codec} video, whose messages are no pictures on their "
            "own; publish JPEG, PNG or WebP.",
        )
    if "compresseddepth" in head.encoding.lower():
        return (
            CauseKind.ENCODING,
            f"format {head.encoding!r} is a depth image, not a picture; set this camera's topic "
            "to one in colour.",
        )
    if head.size == 0:
        return CauseKind.TRUNCATED, "the compressed image has no bytes; look at the driver's log."
    return None


def _raw(head: FrameHead) -> tuple[CauseKind, str] | None:
    least = row_bytes(head.encoding, head.width)
    if least is None:
        return (
            CauseKind.ENCODING,
            f"encoding {head.encoding!r} is not supported; let the driver publish one of "
            f"{', '.join(KNOWN_ENCODINGS)}.",
        )
    size = f"{head.width}x{head.height}"
    if head.width <= 0 or head.height <= 0:
        return CauseKind.NO_PIXELS, f"the image has no pixels ({size}); look at the driver's log."
    if head.step < least:
        return (
            CauseKind.STEP,
            f"the step of {head.step} bytes is wrong, as a row of {size} {head.encoding} has "
            f"{least}; let the driver set step to width times bytes a pixel, and padding if any.",
        )
    planes = head.encoding.strip().lower() in ("nv12", "nv21")
    rows = head.height * 3 // 2 if planes else head.height
    needed = (rows - 1) * head.step + least
    if head.size < needed:
        return (
            CauseKind.TRUNCATED,
            f"an image of {size} {head.encoding} has {head.size} bytes, but {rows} rows at a step "
            f"of {head.step} need {needed}; correct step, size or encoding in the driver.",
        )
    return None
