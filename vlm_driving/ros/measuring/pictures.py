"""The pictures that are sent: simulated scenes of which the model is sure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import UserError
from vlm_driving.ros.loading import loader
from vlm_driving.ros.measuring.plan import HEIGHT, WIDTH
from vlm_driving.ros.messages import CompressedImageMessage, Header, ImageMessage, Kind

Picture = ImageMessage | CompressedImageMessage
IsSure = Callable[[Picture], bool]

SEED = 7
JPEG_QUALITY = 95
_MOST_TRIED = 20  # scenes for each picture that is wanted


def made(image: NDArray[np.uint8], kind: Kind) -> Picture:
    """A (height, width, 3) uint8 BGR image as the message of a camera, without a stamp."""
    if kind is Kind.IMAGE:
        height, width = image.shape[:2]
        data = image.tobytes()
        return ImageMessage(Header(), height, width, "bgr8", False, 3 * width, data)
    quality = [int(cv2.IMWRITE_JPEG_QUALITY), JPEG_QUALITY]
    data = cv2.imencode(".jpg", image, quality)[1].tobytes()
    return CompressedImageMessage(Header(), "bgr8; jpeg compressed bgr8", data)


def stamped(picture: Picture, header: Header) -> Picture:
    """The same under another header, sharing its bytes."""
    return replace(picture, header=header)


def sure_pictures(kind: Kind, is_sure: IsSure, count: int) -> tuple[Picture, ...]:
    """Render scenes until `count` of them are ones that the model is sure of.

    A frame that the model does not know is not the node's fault, and is left out.

    Args:
        kind: of message.
        is_sure: whether the model answers to it, whole and sure.
        count: of pictures, each another scene.

    Raises:
        UserError: it is sure of too few.
    """
    from vlm_driving.simulator import render, sample_scene

    found: list[Picture] = []
    for index in range(_MOST_TRIED * count):
        picture = made(render(sample_scene(SEED, index), WIDTH, HEIGHT).image, kind)
        if is_sure(picture):
            found.append(picture)
        if len(found) == count:
            return tuple(found)
    raise UserError(
        f"The bundle is sure of {len(found)} of {_MOST_TRIED * count} simulated scenes, and "
        f"{count} are wanted; name another bundle with --model."
    )


def sure_by(bundle: Path) -> IsSure:
    """By the bundle itself, in this process and without a deadline. Raises UserError."""
    from vlm_driving.backends.onnx.open_engine import open_engine
    from vlm_driving.runtime.bundle import ModelBundle
    from vlm_driving.soak.pictures import read_answer

    engine = open_engine(str(bundle), threads=1)
    spec = ModelBundle.load(bundle).preprocess

    def is_sure(picture: Picture) -> bool:
        image = loader(picture, spec)()
        return read_answer(engine.answer(image, None, None)) is not None

    return is_sure
