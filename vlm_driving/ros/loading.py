"""From an image message to what decodes it: later, once, and at the scale that is needed."""

from __future__ import annotations

from vlm_driving.pipeline import LoadImage
from vlm_driving.ros.camera_topic import FrameHead
from vlm_driving.ros.messages import CompressedImageMessage, ImageMessage
from vlm_driving.runtime.images import Image, decode_compressed, decode_image
from vlm_driving.runtime.jpeg import jpeg_reduction
from vlm_driving.runtime.preprocess import PreprocessSpec


def loader(
    message: ImageMessage | CompressedImageMessage, spec: PreprocessSpec | None
) -> LoadImage:
    """What makes the message a (height, width, 3) uint8 BGR image.

    Args:
        message: as it came; its bytes are kept until the loader is forgotten.
        spec: what the model needs: a JPEG is decoded no larger; None for full size.
    """

    def load() -> Image:
        if isinstance(message, ImageMessage):
            return decode_image(
                message.encoding,
                message.height,
                message.width,
                message.step,
                message.is_bigendian,
                memoryview(message.data),
            )
        reduce = 1 if spec is None else jpeg_reduction(message.data, spec)
        return decode_compressed(message.format, memoryview(message.data), reduce)

    return load


def head_of(message: ImageMessage | CompressedImageMessage, now_ros_ns: int) -> FrameHead:
    """What preflight looks at."""
    if isinstance(message, CompressedImageMessage):
        return FrameHead(
            message.header.stamp_ns,
            now_ros_ns,
            message.format,
            size=len(message.data),
            compressed=True,
        )
    return FrameHead(
        message.header.stamp_ns,
        now_ros_ns,
        message.encoding,
        message.width,
        message.height,
        message.step,
        len(message.data),
    )
