"""Lines of text as masks: every glyph is drawn once a size, and laid side by side."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.annotate.font import OutlineFont, shipped_font

MISSING = "〓"
"""What stands for a character that the font has not, as Japanese printers put it."""
_FINENESS = 8  # subpixels a pixel, each way
_SHIFT = 4  # binary places of cv2's polygon corners
_ABOVE, _BELOW, _ASIDE = 1.0, 0.32, 0.12  # em around the origin that a glyph may take
LINE_EM = _ABOVE + _BELOW


def drawable(text: str, font: OutlineFont | None = None) -> str:
    """`text` in characters of the font: others by their compatibility form, or as `MISSING`.

    Control characters become spaces, except the line feed.
    """
    font = font or shipped_font()
    return "".join(_in_font(character, font) for character in text)


def width_em(character: str) -> float:
    """Width of a drawable character, in em."""
    return shipped_font().advance(character)


def line_mask(text: str, size: int) -> NDArray[np.uint8]:
    """Coverage of one line of drawable text.

    Args:
        text: without line feeds.
        size: pixels an em.

    Returns:
        (rows, columns) uint8, 0 to 255; rows depend on `size` alone.
    """
    aside = _aside(size)
    widths = [glyph_advance(character, size) for character in text]
    mask = np.zeros((line_rows(size), sum(widths) + 2 * aside), np.uint8)
    x = 0
    for character, width in zip(text, widths, strict=True):
        glyph = _glyph(character, size)
        part = mask[:, x : x + glyph.shape[1]]
        np.maximum(part, glyph[:, : part.shape[1]], out=part)
        x += width
    return mask


def line_rows(size: int) -> int:
    """Rows of a line of `size` pixels an em."""
    return int(np.ceil(LINE_EM * size))


def line_columns(text: str, size: int) -> int:
    """Columns that `line_mask` takes."""
    return sum(glyph_advance(character, size) for character in text) + 2 * _aside(size)


@lru_cache(maxsize=16384)
def glyph_advance(character: str, size: int) -> int:
    """Whole pixels from a character to the next."""
    return max(round(width_em(character) * size), 1)


@lru_cache(maxsize=1024)  # 9 MB at 4K
def _glyph(character: str, size: int) -> NDArray[np.uint8]:
    """Coverage of one glyph, with `_ASIDE` left and right of its advance."""
    outline = shipped_font().outline(character)
    rows, columns = line_rows(size), glyph_advance(character, size) + 2 * _aside(size)
    fine = np.zeros((rows * _FINENESS, columns * _FINENESS), np.uint8)
    origin = np.array([_aside(size), _ABOVE * size])
    polygons = []
    for contour in outline.contours:
        places = (contour * (size, -size) + origin) * _FINENESS - 0.5  # to centres of subpixels
        polygons.append(np.rint(places * (1 << _SHIFT)).astype(np.int32))
    if polygons:
        cv2.fillPoly(fine, polygons, 255, cv2.LINE_8, _SHIFT)
    coverage: NDArray[np.uint8] = cv2.resize(fine, (columns, rows), interpolation=cv2.INTER_AREA)
    coverage.setflags(write=False)
    return coverage


def _aside(size: int) -> int:
    return int(np.ceil(_ASIDE * size))


def _in_font(character: str, font: OutlineFont) -> str:
    if character == "\n" or character in font:
        return character
    if unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp"):
        return " "
    plain = unicodedata.normalize("NFKC", character)
    return plain if all(part in font for part in plain) else MISSING
