"""A small file must not claim memory for a huge picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vlm_driving.runtime.images import MalformedImage, decode_compressed, decode_image
from vlm_driving.runtime.picture_size import picture_size


def stored_as(suffix: str) -> bytes:
    return bytes(cv2.imencode(suffix, np.zeros((16, 16, 3), np.uint8))[1].tobytes())


def claims(suffix: str, width: int, height: int) -> bytes:
    """A small file whose head tells another size."""
    stored = bytearray(stored_as(suffix))
    if suffix == ".webp":  # lossy, whose head has two plain numbers
        lossy = [cv2.IMWRITE_WEBP_QUALITY, 80]
        stored = bytearray(cv2.imencode(suffix, np.zeros((8, 8, 3), np.uint8), lossy)[1].tobytes())
    if suffix == ".jpg":
        at = stored.index(b"\xff\xc0") + 5
        stored[at : at + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    elif suffix == ".png":
        stored[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    else:
        stored[26:30] = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return bytes(stored)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_a_small_file_that_claims_a_huge_picture_takes_no_memory(
    suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(MalformedImage, match="16000x16000 pixels"):
        decode_compressed("", claims(suffix, 16000, 16000), 8)


@pytest.mark.parametrize("suffix", [".bmp", ".tiff"])
def test_a_file_whose_size_is_not_told_beforehand_is_not_decoded(suffix: str) -> None:
    with pytest.raises(MalformedImage, match="JPEG, PNG or WebP"):
        decode_compressed("", stored_as(suffix))


def test_an_encoding_without_end_makes_a_short_sentence() -> None:
    with pytest.raises(MalformedImage) as refused:
        decode_image("x" * 100_000, 2, 2, 6, False, bytes(12))
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("quality", "alpha"), [(80, False), (101, False), (80, True)], ids=["lossy", "exact", "alpha"]
)
def test_the_size_of_every_kind_of_webp_is_told(quality: int, alpha: bool) -> None:
    pixels = np.zeros((30, 50, 4 if alpha else 3), np.uint8)
    stored = cv2.imencode(".webp", pixels, [cv2.IMWRITE_WEBP_QUALITY, quality])[1].tobytes()
    assert picture_size(stored) == (50, 30)
    assert decode_compressed("webp", stored).shape == (30, 50, 3)
