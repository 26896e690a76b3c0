"""Where the words stand on a frame: two dark bands with text, drawn once and laid over frames."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.annotate import symbols, typesetting
from vlm_driving.annotate.kinsoku import shorten, wrap
from vlm_driving.annotate.words import Said

SMALLEST_TEXT = 14
"""Pixels an em below which a kanji cannot be read."""
_LEAST_COLUMNS_EM, _LEAST_ROWS_EM = 12, 6
_SHARE = 0.45  # of the frame's height, for the lower band
_SHINES_THROUGH = 90  # of 255: how much of the picture shines through a band
_HEADLINE = 1.5  # times the text's size
_MOST_CHARACTERS = 1000  # of a paragraph: more than a band holds, and no endless text to measure


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A strip over the frame's whole width, ready to be laid over.

    Attributes:
        top: first row.
        keeps: (rows, width, 3), how much of the picture stays, of 255.
        adds: (rows, width, 3), what is added to it.
    """

    top: int
    keeps: NDArray[np.uint8]
    adds: NDArray[np.uint8]

    def lay_over(self, image: NDArray[np.uint8]) -> None:
        """Put the band onto (height, width, 3) `image`, in place."""
        part = image[self.top : self.top + len(self.keeps)]
        cv2.multiply(part, self.keeps, dst=part, scale=1 / 255)
        cv2.add(part, self.adds, dst=part)


def text_size(width: int, height: int) -> int | None:
    """Pixels an em for a frame of this size; None if it has no room for text."""
    size = max(SMALLEST_TEXT, round(min(height / 30, width / 52)))
    if width < _LEAST_COLUMNS_EM * size or height < _LEAST_ROWS_EM * size:
        return None
    return size


def status_band(said: Said, width: int, size: int) -> Band:
    """One line at the top: camera, outcome, time; in the colour of alarm when late."""
    band = _empty(0, typesetting.line_rows(size), width)
    text = _fitted(said.status, width - size, size)
    colour = symbols.ALARM if said.late else symbols.WHITE
    _put(band, typesetting.line_mask(text, size), size // 2, 0, colour)
    return band


def advice_band(said: Said, width: int, height: int, size: int) -> Band:
    """Advice and text at the bottom, at most `_SHARE` of the height; cut text ends with …."""
    large = round(size * _HEADLINE)
    headline_rows = typesetting.line_rows(large)
    room = int(height * _SHARE) - headline_rows - size // 2
    lines = _lines(said, width - size, size, max(room // typesetting.line_rows(size), 0))
    rows = headline_rows + len(lines) * typesetting.line_rows(size) + size // 2
    rows = min(rows, height)
    band = _empty(height - rows, rows, width)
    _put_headline(band, said, width, size, large)
    for number, line in enumerate(lines):
        y = headline_rows + number * typesetting.line_rows(size)
        _put(band, typesetting.line_mask(line, size), size // 2, y, symbols.WHITE)
    return band


def _put_headline(band: Band, said: Said, width: int, size: int, large: int) -> None:
    """Sign and word of speed and path, then the confidence, as far as the width goes."""
    colour = symbols.GREY if said.speed is None else symbols.SPEED_COLOUR[said.speed]
    signs = [symbols.speed_symbol(said.speed, large)]
    if said.path is not None:
        signs.append(symbols.path_symbol(said.path, large))
    x, sign_y = size // 2, (typesetting.line_rows(large) - large) // 2
    for number, word in enumerate(said.headline):
        if number < len(signs):
            _put(band, signs[number], x, sign_y, colour)
            x += large + size // 4
        left = width - size // 2 - x
        word = typesetting.drawable(word)
        if number and typesetting.line_columns(word, large) > left:
            return
        mask = typesetting.line_mask(_fitted(word, left, large), large)
        _put(band, mask, x, 0, colour)
        x += mask.shape[1] + size // 2


def _lines(said: Said, columns: int, size: int, most: int) -> list[str]:
    """The details, wrapped to `columns` pixels, at most `most` lines."""
    lines: list[str] = []
    room = columns - typesetting.line_columns("", size)

    def width(character: str) -> float:
        return typesetting.glyph_advance(character, size)

    for text in said.details:
        lines.extend(wrap(typesetting.drawable(text[:_MOST_CHARACTERS]), room, width))
    if len(lines) > most:
        lines = lines[:most]
        if lines:
            lines[-1] = shorten(lines[-1], room, width)
    return lines


def _fitted(text: str, columns: int, size: int) -> str:
    """`text` as one drawable line of at most `columns` pixels."""
    text = typesetting.drawable(text[:_MOST_CHARACTERS]).replace("\n", " ")
    if typesetting.line_columns(text, size) <= columns:
        return text
    room = columns - typesetting.line_columns("", size)
    return shorten(text, room, lambda character: typesetting.glyph_advance(character, size))


def _empty(top: int, rows: int, width: int) -> Band:
    keeps = np.full((rows, width, 3), _SHINES_THROUGH, np.uint8)
    return Band(top, keeps, np.zeros((rows, width, 3), np.uint8))


def _put(band: Band, mask: NDArray[np.uint8], x: int, y: int, colour: symbols.Colour) -> None:
    """Paint `colour` where `mask` covers; what would lie outside is left out."""
    rows, columns = band.adds.shape[:2]
    mask = mask[: max(rows - y, 0), : max(columns - x, 0)]
    if not mask.size:
        return
    part = (slice(y, y + mask.shape[0]), slice(x, x + mask.shape[1]))
    cover = cv2.merge([mask, mask, mask])
    paint = np.empty_like(cover)
    paint[:] = colour
    band.adds[part] = cv2.multiply(cover, paint, scale=1 / 255)
    band.keeps[part] = cv2.multiply(255 - cover, band.keeps[part], scale=1 / 255)
