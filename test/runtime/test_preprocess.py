"""Pixels as Pillow's resize gives them, whatever the camera's size."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from vlm_driving.runtime.images import MalformedImage, decode_compressed
from vlm_driving.runtime.jpeg import jpeg_reduction, jpeg_size, reduction
from vlm_driving.runtime.preprocess import (
    PreprocessSpec,
    normalize,
    place,
    prepare_uint8,
    preprocess,
)

SPEC = PreprocessSpec(
    width=64,
    height=32,
    fit="stretch",
    resample="bicubic",
    channel_order="RGB",
    mean=(0.48, 0.46, 0.41),
    std=(0.27, 0.26, 0.28),
    rescale=1 / 255,
    jpeg_reduce=True,
)
PILLOW = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def noise(width: int, height: int) -> np.ndarray:
    """Noise is the hardest image: every filter overshoots on it."""
    return np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)


def scenery(width: int, height: int) -> np.ndarray:
    """Edges, gradients and a lamp, as a road has them."""
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    image = np.stack([x, y, (x + y) / 2], axis=-1) * 200
    image[(x * 23 % 1 < 0.3) & (y > 0.2)] = (20, 40, 60)
    image[(x - 0.3) ** 2 + (y - 0.2) ** 2 < 0.002] = (10, 20, 250)
    return image.astype(np.uint8)


def pillow(image_bgr: np.ndarray, method: str, width: int, height: int) -> np.ndarray:
    rgb = Image.fromarray(np.ascontiguousarray(image_bgr[:, :, ::-1]))
    return np.asarray(rgb.resize((width, height), PILLOW[method]))


def difference(a: np.ndarray, b: np.ndarray) -> int:
    assert a.shape == b.shape
    return int(np.abs(a.astype(int) - b).max())


@pytest.mark.parametrize("method", PILLOW)
@pytest.mark.parametrize("size", [(320, 180), (333, 97), (640, 360), (64, 90), (40, 20), (64, 32)])
def test_noise_equals_pillow(method, size):
    image = noise(*size)
    got = prepare_uint8(image, replace(SPEC, resample=method))
    assert difference(got, pillow(image, method, 64, 32)) <= 2


@pytest.mark.parametrize("method", PILLOW)
@pytest.mark.parametrize("size", [(1280, 720), (480, 640), (1919, 1079)])
def test_scenery_equals_pillow(method, size):
    image = scenery(*size)
    spec = replace(SPEC, resample=method, width=224, height=128)
    assert difference(prepare_uint8(image, spec), pillow(image, method, 224, 128)) <= 2


def test_cover_is_a_resize_and_a_central_cut():
    image = noise(160, 120)
    got = prepare_uint8(image, replace(SPEC, fit="cover"))
    whole = pillow(image, "bicubic", 64, 48)
    assert difference(got, whole[8:40]) <= 2


def test_cover_of_a_wide_image_cuts_columns():
    image = noise(300, 40)
    got = prepare_uint8(image, replace(SPEC, fit="cover"))
    whole = pillow(image, "bicubic", 240, 32)
    assert difference(got, whole[:, 88:152]) <= 2


def test_contain_fills_with_the_mean():
    image = noise(120, 120)
    spec = replace(SPEC, fit="contain")
    got = prepare_uint8(image, spec)
    assert difference(got[:, 16:48], pillow(image, "bicubic", 32, 32)) <= 2
    assert np.abs(normalize(got, spec)[:, :, :, :16]).max() < 0.01


@pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
@pytest.mark.parametrize("resample", ["area", "bilinear"])
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (65, 33), (63, 31), (1920, 1200)])
def test_every_size_fits(fit, resample, size):
    spec = replace(SPEC, fit=fit, resample=resample)
    assert preprocess(noise(*size), spec).shape == (1, 3, 32, 64)


def test_area_is_opencvs():
    image = noise(256, 128)
    expected = cv2.resize(image, (64, 32), interpolation=cv2.INTER_AREA)[:, :, ::-1]
    assert difference(prepare_uint8(image, replace(SPEC, resample="area")), expected) == 0


def test_the_channel_order_is_the_bundles():
    image = noise(64, 32)
    bgr = prepare_uint8(image, replace(SPEC, channel_order="BGR"))
    assert (bgr == image).all()
    assert (prepare_uint8(image, SPEC) == image[:, :, ::-1]).all()


def test_normalization():
    pixels = prepare_uint8(noise(64, 32), SPEC)
    got = normalize(pixels, SPEC)
    expected = (pixels / 255.0 - np.array(SPEC.mean)) / np.array(SPEC.std)
    assert got.dtype == np.float32 and got.flags.c_contiguous
    np.testing.assert_allclose(got[0], expected.transpose(2, 0, 1), atol=1e-6)


def jpeg(image: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", image)[1].tobytes()


def decoded(data: bytes | bytearray | memoryview, spec: PreprocessSpec) -> np.ndarray:
    """A compressed image as a replay decodes it for a bundle."""
    return decode_compressed("jpeg", data, jpeg_reduction(data, spec))


def test_a_jpeg_is_decoded_no_smaller_than_the_input():
    data = jpeg(scenery(1280, 720))
    assert jpeg_size(data) == (1280, 720)
    assert reduction(1280, 720, SPEC) == 8
    assert decoded(data, SPEC).shape == (90, 160, 3)
    larger = replace(SPEC, width=320, height=160, fit="cover")
    assert decoded(data, larger).shape == (180, 320, 3)
    assert decoded(data, replace(larger, width=400)).shape == (360, 640, 3)
    assert decoded(data, replace(SPEC, jpeg_reduce=False)).shape == (720, 1280, 3)


def test_cover_is_measured_by_the_whole_resized_image():
    spec = replace(SPEC, fit="cover", width=64, height=64)
    assert place(256, 128, spec).width == 128
    assert reduction(256, 128, spec) == 2


def test_a_png_is_decoded_whole():
    image = scenery(640, 360)
    data = cv2.imencode(".png", image)[1].tobytes()
    assert (decoded(data, SPEC) == image).all()


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"no image at all", jpeg(noise(8, 8))[:80]])
def test_what_is_no_image_is_refused(data):
    with pytest.raises(MalformedImage, match="no bytes|cut off|do not decode to an image"):
        decoded(data, SPEC)


def test_any_buffer_will_do():
    data = jpeg(scenery(64, 32))
    views: list[bytes | bytearray | memoryview] = [data, bytearray(data), memoryview(data)]
    assert len({decoded(view, SPEC).tobytes() for view in views}) == 1


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


FRAME = segment(0xC2, b"\x08" + (480).to_bytes(2, "big") + (640).to_bytes(2, "big") + b"\x03")


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b"\xff\xd8" + FRAME, (640, 480)),
        (b"\xff\xd8" + segment(0xE1, b"thumb" * 9) + b"\xff\xff" + FRAME, (640, 480)),
        (b"\xff\xd8\xff\xd0" + FRAME, (640, 480)),
        (b"\xff\xd8" + FRAME[:8], None),
        (b"\xff\xd8" + segment(0xDA, b"scan") + FRAME, None),
        (b"\xff\xd8" + b"\x00" * 20, None),
        (b"\xff\xd8" + b"\x00" * 20 + FRAME, (640, 480)),
        (b"\xff\xd8" + segment(0xE0, b"") * 20_000 + FRAME, None),
        (b"\x89PNG" + FRAME, None),
        (b"\xff\xd8", None),
    ],
)
def test_the_size_of_a_jpeg_stands_in_its_frame_header(data, size):
    assert jpeg_size(data) == size
