"""Whether messages can be made into pictures: from their heads, then from reports. Pure.

What only shows when bytes are decoded (a JPEG that is cut off) is told by the reports `malformed`.
"""

from __future__ import annotations

import re

from vlm_driving.ros.camera_topic import CameraTopic, FrameHead
from vlm_driving.ros.preflight_causes import Cause, CauseKind, PreflightSettings
from vlm_driving.runtime.images import KNOWN_ENCODINGS, shown_name, video_codec

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
    """What is wrong with the newest message, else with those of the last seconds."""
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
    if found is None and view.undecodable:
        found = (
            CauseKind.UNDECODABLE,
            f"{view.undecodable} of the newest frames on {view.topic!r} could not be decoded: "
            f"{view.undecodable_why.rstrip('.')}; look at the driver's log and at the load of the "
            "network.",
        )
    if found is None:
        return ()
    return (Cause(found[0], view.camera, f"Camera {view.camera}: {found[1]}"),)


def _compressed(head: FrameHead) -> tuple[CauseKind, str] | None:
    codec = video_codec(head.encoding)
    if codec is not None:
        return (
            CauseKind.ENCODING,
            f"format {shown_name(head.encoding)} is {codec} video, whose messages are no "
            "pictures on their own; publish JPEG, PNG or WebP.",
        )
    if "compresseddepth" in head.encoding.lower():
        return (
            CauseKind.ENCODING,
            f"format {shown_name(head.encoding)} is a depth image, not a picture; set this "
            "camera's topic to one in colour.",
        )
    if head.size == 0:
        return CauseKind.TRUNCATED, "the compressed image has no bytes; look at the driver's log."
    return None


def _raw(head: FrameHead) -> tuple[CauseKind, str] | None:
    least = row_bytes(head.encoding, head.width)
    if least is None:
        return (
            CauseKind.ENCODING,
            f"encoding {shown_name(head.encoding)} is not supported; let the driver publish one of "
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
