"""From a camera image to the encoder's input, the same in training and on the vehicle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vlm_driving.runtime.resample import Pass

FITS = ("cover", "stretch", "contain")
RESAMPLES = ("area", "bilinear", "bicubic", "lanczos")
CHANNEL_ORDERS = ("RGB", "BGR")


@dataclass(frozen=True, slots=True)
class PreprocessSpec:
    """How an image becomes the encoder's input.

    Attributes:
        width: pixels of the input.
        height: pixels of the input.
        fit: cover (scale until the input is full, cut off the rest evenly), stretch (ignore
            the aspect), contain (scale until the image fits, fill evenly with the mean).
        resample: area, or bilinear, bicubic, lanczos with antialiasing as Pillow has it.
        channel_order: RGB or BGR.
        mean: a channel, after rescaling.
        std: a channel, after rescaling.
        rescale: factor on the 8-bit values.
        jpeg_reduce: whether a JPEG may be decoded at a smaller scale that still covers the input.
        first_longest_edge: pixels to which the longer side is resized before everything else, the
            other side even, or None; Idefics3's and SmolVLM's processors resize twice.
    """

    width: int
    height: int
    fit: str
    resample: str
    channel_order: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    rescale: float
    jpeg_reduce: bool
    first_longest_edge: int | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the resized image goes.

    Attributes:
        width: of the whole resized image.
        height: of the whole resized image.
        left: columns of it that are cut off at the left; negative where columns are filled.
        top: rows of it that are cut off at the top; negative where rows are filled.
    """

    width: int
    height: int
    left: int
    top: int


def place(width: int, height: int, spec: PreprocessSpec) -> Placement:
    """Where an image of `width` x `height` pixels goes."""
    if spec.fit == "stretch":
        return Placement(spec.width, spec.height, 0, 0)
    across, down = spec.width / width, spec.height / height
    wide_first = (across >= down) == (spec.fit == "cover")
    if wide_first:  # the width decides; whole pixels as image processors count them
        new_width, new_height = spec.width, height * spec.width // width
    else:
        new_width, new_height = width * spec.height // height, spec.height
    if spec.fit == "cover":
        new_width, new_height = max(new_width, spec.width), max(new_height, spec.height)
    else:
        new_width, new_height = max(new_width, 1), max(new_height, 1)
    left, top = new_width - spec.width, new_height - spec.height
    return Placement(new_width, new_height, left // 2, top // 2)


def prepare_uint8(image_bgr: NDArray[np.uint8], spec: PreprocessSpec) -> NDArray[np.uint8]:
    """Resize, cut or fill, and order the channels; everything but the normalization.

    Args:
        image_bgr: (h, w, 3) uint8, BGR.
        spec: the bundle's preprocessing.

    Returns:
        (spec.height, spec.width, 3) uint8 in `spec.channel_order`.
    """
    if spec.first_longest_edge is not None:
        image_bgr = _resize_first(image_bgr, spec, spec.first_longest_edge)
    height, width = image_bgr.shape[:2]
    placement = place(width, height, spec)
    if spec.resample == "area":
        resized = _resize_area(image_bgr, placement, spec)
    else:
        resized = _resize_filtered(image_bgr, placement, spec)
    if spec.channel_order == "RGB":
        resized = resized[:, :, ::-1]
    if spec.fit != "contain":
        return np.ascontiguousarray(resized)
    filled = np.empty((spec.height, spec.width, 3), dtype=np.uint8)
    filled[:] = [min(255, max(0, round(value / spec.rescale))) for value in spec.mean]
    top, left = -placement.top, -placement.left
    filled[top : top + placement.height, left : left + placement.width] = resized
    return filled


def normalize(pixels: NDArray[np.uint8], spec: PreprocessSpec) -> NDArray[np.float32]:
    """(height, width, 3) uint8 -> (1, 3, height, width) float32, a table look-up a value."""
    tables = _tables(spec)
    out = np.empty((1, 3, *pixels.shape[:2]), dtype=np.float32)
    for channel in range(3):
        np.take(tables[channel], pixels[:, :, channel], out=out[0, channel], mode="clip")
    return out


def preprocess(image_bgr: NDArray[np.uint8], spec: PreprocessSpec) -> NDArray[np.float32]:
    """(h, w, 3) uint8 BGR -> (1, 3, spec.height, spec.width) float32."""
    return normalize(prepare_uint8(image_bgr, spec), spec)


def _resize_first(
    image: NDArray[np.uint8], spec: PreprocessSpec, longest: int
) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    if width >= height:
        width, height = longest, int(longest / (width / height))
        height = max(height + height % 2, 1)
    else:
        width, height = int(longest * (width / height)), longest
        width = max(width + width % 2, 1)
    step = replace(spec, width=width, height=height, fit="stretch", first_longest_edge=None)
    resize = _resize_area if spec.resample == "area" else _resize_filtered
    return resize(image, Placement(width, height, 0, 0), step)


def _resize_area(
    image: NDArray[np.uint8], placement: Placement, spec: PreprocessSpec
) -> NDArray[np.uint8]:
    import cv2

    size = (placement.width, placement.height)
    if size != (image.shape[1], image.shape[0]):
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    top, left = max(placement.top, 0), max(placement.left, 0)
    return image[top : top + spec.height, left : left + spec.width]


def _resize_filtered(
    image: NDArray[np.uint8], placement: Placement, spec: PreprocessSpec
) -> NDArray[np.uint8]:
    import cv2

    height, width = image.shape[:2]
    columns, rows = _passes(width, height, placement, spec)
    if columns is not None:
        turned = columns.apply(np.asarray(cv2.transpose(image), dtype=np.uint8))
        image = np.asarray(cv2.transpose(turned), dtype=np.uint8)
    if rows is not None:
        image = rows.apply(np.ascontiguousarray(image))
    top = max(placement.top, 0) if rows is None else 0
    left = max(placement.left, 0) if columns is None else 0
    return image[top : top + spec.height, left : left + spec.width]


@lru_cache(maxsize=8)
def _passes(
    width: int, height: int, placement: Placement, spec: PreprocessSpec
) -> tuple[Pass | None, Pass | None]:
    """The passes over columns and rows; None where a direction keeps its size, as in Pillow."""
    from vlm_driving.runtime.resample import make_pass

    def one(size_in: int, size_out: int, cut: int, kept: int) -> Pass | None:
        if size_in == size_out:
            return None
        begin = max(cut, 0)
        return make_pass(spec.resample, size_in, size_out, begin, min(begin + kept, size_out))

    return (
        one(width, placement.width, placement.left, spec.width),
        one(height, placement.height, placement.top, spec.height),
    )


@lru_cache(maxsize=8)
def _tables(spec: PreprocessSpec) -> NDArray[np.float32]:
    """(3, 256): what each 8-bit value becomes."""
    values = np.arange(256, dtype=np.float64) * spec.rescale
    mean, std = np.asarray(spec.mean)[:, None], np.asarray(spec.std)[:, None]
    tables: NDArray[np.float32] = ((values[None, :] - mean) / std).astype(np.float32)
    return tables
