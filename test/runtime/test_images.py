"""Every common encoding becomes BGR; what cannot become an image says why."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vlm_driving.runtime.images import (
    KNOWN_ENCODINGS,
    MalformedImage,
    decode_compressed,
    decode_image,
    video_codec,
)

HEIGHT, WIDTH = 6, 8
# Blue, green, red: different in every channel, and unlike its neighbour's complement.
COLOUR = (200, 90, 30)


def ramp() -> NDArray[np.uint8]:
    """(HEIGHT, WIDTH, 3) BGR in which every value is different."""
    return np.arange(HEIGHT * WIDTH * 3, dtype=np.uint8).reshape(HEIGHT, WIDTH, 3)


def flat() -> NDArray[np.uint8]:
    """One colour: what half-resolution chroma and Bayer patterns can hold exactly."""
    return np.full((HEIGHT, WIDTH, 3), COLOUR, np.uint8)


def decode(encoding: str, pixels: NDArray[np.generic], big: bool = False) -> NDArray[np.uint8]:
    data = np.ascontiguousarray(pixels)
    step = data.nbytes // HEIGHT
    return decode_image(encoding, HEIGHT, WIDTH, step, big, data.tobytes())


def alpha(bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.dstack([bgr, np.full(bgr.shape[:2], 17, np.uint8)])


@pytest.mark.parametrize(
    ("encoding", "stored"),
    [
        ("bgr8", ramp()),
        ("8UC3", ramp()),
        ("rgb8", ramp()[:, :, ::-1]),
        ("bgra8", alpha(ramp())),
        ("8UC4", alpha(ramp())),
        ("rgba8", alpha(ramp()[:, :, ::-1])),
        ("BGR8", ramp()),
    ],
)
def test_colour(encoding: str, stored: NDArray[np.uint8]) -> None:
    np.testing.assert_array_equal(decode(encoding, stored), ramp())


@pytest.mark.parametrize("encoding", ["mono8", "8UC1"])
def test_grey(encoding: str) -> None:
    grey = ramp()[:, :, 0]
    np.testing.assert_array_equal(decode(encoding, grey), np.dstack([grey] * 3))


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(
    ("encoding", "stored"),
    [
        ("bgr16", ramp()),
        ("rgb16", ramp()[:, :, ::-1]),
        ("bgra16", alpha(ramp())),
        ("rgba16", alpha(ramp()[:, :, ::-1])),
    ],
)
def test_16_bits_keep_the_upper_byte(encoding: str, stored: NDArray[np.uint8], big: bool) -> None:
    wide = (stored.astype(np.uint16) << 8 | 0x5A).astype(">u2" if big else "<u2")
    np.testing.assert_array_equal(decode(encoding, wide, big), ramp())


@pytest.mark.parametrize("big", [False, True])
def test_mono16(big: bool) -> None:
    grey = ramp()[:, :, 1]
    wide = (grey.astype(np.uint16) << 8).astype(">u2" if big else "<u2")
    np.testing.assert_array_equal(decode("mono16", wide, big), np.dstack([grey] * 3))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("pattern", ["rggb", "bggr", "gbrg", "grbg"])
def test_bayer(pattern: str, bits: int) -> None:
    mosaic = np.zeros((HEIGHT, WIDTH), np.uint16)
    for place, letter in enumerate(pattern):
        mosaic[place // 2 :: 2, place % 2 :: 2] = COLOUR["bgr".index(letter)]
    stored = mosaic.astype(np.uint8) if bits == 8 else (mosaic << 8).astype("<u2")
    np.testing.assert_array_equal(decode(f"bayer_{pattern}{bits}", stored), flat())


def yuv_of_flat() -> tuple[int, int, int]:
    y, u, v = cv2.cvtColor(flat()[:2, :2], cv2.COLOR_BGR2YUV_I420).reshape(-1)[[0, 4, 5]]
    return int(y), int(u), int(v)


@pytest.mark.parametrize(
    ("encoding", "order"),
    [("yuv422", "uyvy"), ("uyvy", "uyvy"), ("yuv422_yuy2", "yuyv"), ("yuyv", "yuyv")],
)
def test_yuv422(encoding: str, order: str) -> None:
    y, u, v = yuv_of_flat()
    two_pixels = [{"y": y, "u": u, "v": v}[letter] for letter in order]
    row = np.tile(np.array(two_pixels, np.uint8), WIDTH // 2)
    image = decode(encoding, np.tile(row, (HEIGHT, 1)))
    assert np.abs(image.astype(int) - flat()).max() <= 2


@pytest.mark.parametrize(("encoding", "order"), [("nv12", "uv"), ("nv21", "vu")])
def test_two_planes(encoding: str, order: str) -> None:
    y, u, v = yuv_of_flat()
    chroma = np.tile(np.array([{"u": u, "v": v}[letter] for letter in order], np.uint8), WIDTH // 2)
    planes = np.vstack([np.full((HEIGHT, WIDTH), y, np.uint8), np.tile(chroma, (HEIGHT // 2, 1))])
    image = decode_image(encoding, HEIGHT, WIDTH, WIDTH, False, planes.tobytes())
    assert np.abs(image.astype(int) - flat()).max() <= 2


@pytest.mark.parametrize("encoding", ["bgr8", "rgb8", "mono8", "mono16", "yuv422", "bayer_rggb8"])
@pytest.mark.parametrize("padding", [1, 5, 64])
def test_padding_after_each_row_is_skipped(encoding: str, padding: int) -> None:
    pixel = {"bgr8": 3, "rgb8": 3, "mono8": 1, "mono16": 2, "yuv422": 2, "bayer_rggb8": 1}[encoding]
    rows = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH * pixel), np.uint8)
    plain = decode_image(encoding, HEIGHT, WIDTH, WIDTH * pixel, False, rows.tobytes())
    padded = np.pad(rows, ((0, 0), (0, padding)), constant_values=0xEE)
    step = WIDTH * pixel + padding
    np.testing.assert_array_equal(
        decode_image(encoding, HEIGHT, WIDTH, step, False, padded.tobytes()), plain
    )
    # Some drivers leave the padding after the last row out.
    np.testing.assert_array_equal(
        decode_image(encoding, HEIGHT, WIDTH, step, False, padded.tobytes()[:-padding]), plain
    )


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, np.array])
def test_any_buffer_is_taken_without_a_copy(kind: type) -> None:
    data = ramp().reshape(-1) if kind is np.array else kind(ramp().tobytes())
    image = decode_image("bgr8", HEIGHT, WIDTH, WIDTH * 3, False, data)
    np.testing.assert_array_equal(image, ramp())
    assert np.shares_memory(image, np.frombuffer(data, np.uint8))
    # OpenCV takes the read-only view.
    assert cv2.resize(image, (4, 3)).shape == (3, 4, 3)


@pytest.mark.parametrize(
    ("encoding", "height", "width", "step", "size", "sentence"),
    [
        ("bgr9", 4, 4, 12, 48, "Encoding 'bgr9' is not supported"),
        ("", 4, 4, 12, 48, "Encoding '' is not supported"),
        ("32FC1", 4, 4, 16, 64, "not supported"),
        ("bgr8", 0, 4, 12, 48, "no pixels: 4x0"),
        ("bgr8", 4, 0, 0, 0, "no pixels: 0x4"),
        ("bgr8", 4, 4, 11, 48, "step of 11 bytes is shorter than a row of 12"),
        ("bgr8", 4, 4, 0, 48, "step of 0 bytes"),
        ("bgr8", 4, 4, 13, 48, "48 bytes, but 4 rows at a step of 13 need 51"),
        ("bgr8", 4, 4, 12, 47, "47 bytes"),
        ("bgr8", 4, 4, 12, 0, "0 bytes"),
        ("bgr8", 2**31, 2**31, 2**32 - 1, 48, "shorter than a row"),
        ("mono8", 2**32 - 1, 4, 2**32 - 1, 48, "need"),
        ("yuv422", 4, 5, 10, 40, "even width"),
        ("nv12", 5, 4, 4, 40, "even size"),
        ("nv12", 4, 4, 4, 23, "6 rows"),
    ],
)
def test_malformed(
    encoding: str, height: int, width: int, step: int, size: int, sentence: str
) -> None:
    with pytest.raises(MalformedImage, match=sentence) as caught:
        decode_image(encoding, height, width, step, False, bytes(size))
    assert str(caught.value).endswith(".")
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("encoding", KNOWN_ENCODINGS)
def test_the_smallest_images_decode_or_say_why(encoding: str) -> None:
    for height, width in ((1, 1), (1, 2), (2, 1), (2, 2), (3, 3)):
        try:
            image = decode_image(encoding, height, width, width * 8, False, bytes(400))
        except MalformedImage:
            continue
        assert image.shape == (height, width, 3)


def stored_as(suffix: str, image: NDArray[np.generic] | None = None) -> bytes:
    pixels = np.tile(flat(), (8, 8, 1)) if image is None else image
    return bytes(cv2.imencode(suffix, pixels)[1].tobytes())


@pytest.mark.parametrize(
    ("suffix", "format"),
    [
        (".jpg", "jpeg"),
        (".jpg", "rgb8; jpeg compressed bgr8"),
        (".jpg", ""),
        (".png", "png"),
        (".png", "bgr8; png compressed bgr8"),
        (".webp", "webp"),
    ],
)
def test_compressed(suffix: str, format: str) -> None:
    image = decode_compressed(format, stored_as(suffix))
    assert image.shape == (HEIGHT * 8, WIDTH * 8, 3)
    assert np.abs(image[20, 20].astype(int) - COLOUR).max() <= 4


@pytest.mark.parametrize("reduce", [1, 2, 4, 8])
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_compressed_at_a_part_of_its_size(suffix: str, reduce: int) -> None:
    image = decode_compressed("jpeg", stored_as(suffix), reduce)
    assert image.shape == (HEIGHT * 8 // reduce, WIDTH * 8 // reduce, 3)
    with pytest.raises(ValueError, match="1, 2, 4 or 8"):
        decode_compressed("jpeg", stored_as(suffix), 3)


def test_grey_and_16_bit_files() -> None:
    grey = decode_compressed("mono8; jpeg compressed ", stored_as(".jpg", ramp()[:, :, 0]))
    assert grey.shape == (HEIGHT, WIDTH, 3)
    deep = (ramp().astype(np.uint16) << 8) + 0x80
    np.testing.assert_array_equal(decode_compressed("png", stored_as(".png", deep)), ramp())


@pytest.mark.parametrize(
    ("format", "data", "sentence"),
    [
        ("jpeg", b"", "no bytes"),
        ("jpeg", b"no image at all", "do not decode"),
        ("jpeg", stored_as(".jpg")[:300], "cut off after 300 bytes"),
        ("jpeg", stored_as(".jpg")[:-2], "cut off"),
        ("jpeg", b"\xff\xd8", "cut off"),
        ("png", stored_as(".png")[:40], "do not decode"),
        ("h264", stored_as(".jpg"), "h264 video"),
        ("16UC1; compressedDepth png", stored_as(".png"), "depth image"),
    ],
)
def test_malformed_compressed(format: str, data: bytes, sentence: str) -> None:
    with pytest.raises(MalformedImage, match=sentence):
        decode_compressed(format, data)


def test_a_thumbnail_s_end_is_not_the_picture_s(monkeypatch: pytest.MonkeyPatch) -> None:
    small, whole = stored_as(".jpg", ramp()), stored_as(".jpg")
    # An EXIF thumbnail is a whole JPEG inside an APP1 segment.
    segment = b"\xff\xe1" + (len(small) + 8).to_bytes(2, "big") + b"Exif\0\0" + small
    picture = whole[:2] + segment + whole[2:]
    assert decode_compressed("jpeg", picture).shape[:2] == (HEIGHT * 8, WIDTH * 8)
    with pytest.raises(MalformedImage, match="cut off"):
        decode_compressed("jpeg", picture[:-40])


def test_bytes_after_the_end_of_a_jpeg_do_no_harm() -> None:
    assert decode_compressed("jpeg", stored_as(".jpg") + bytes(100)).shape[2] == 3


@pytest.mark.parametrize(
    ("format", "codec"),
    [("h264", "h264"), ("H265", "h265"), ("video/hevc", "hevc"), ("jpeg", None), ("", None)],
)
def test_video_codec(format: str, codec: str | None) -> None:
    assert video_codec(format) == codec
