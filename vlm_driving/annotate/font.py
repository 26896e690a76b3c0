"""The outlines of the shipped font: a reader of the few TrueType tables that it has.

OpenCV draws no Japanese, its freetype module is in no wheel, and Pillow would be a dependency for
this alone. The font is made for this reader (docs/font.md): quadratic outlines, no hints, no
composite glyphs, characters of the basic plane only.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core.errors import UserError

FONT_PATH = Path(__file__).parent / "fonts" / "DrivingSansJP-Regular.ttf"
_ON_CURVE, _X_SHORT, _Y_SHORT, _REPEAT, _X_SAME, _Y_SAME = 1, 2, 4, 8, 16, 32
_CURVE_STEPS = np.linspace(0.0, 1.0, 7)[1:, None]  # a curve is drawn as six straight pieces


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """One glyph, in em units with y upwards: closed contours, each (points, 2), and its advance."""

    contours: tuple[NDArray[np.float64], ...]
    advance: float


class OutlineFont:
    """A font file in memory. Reading a glyph takes tens of microseconds; keep what was drawn."""

    def __init__(self, data: bytes) -> None:
        """Read the tables' places and the character map.

        Raises:
            ValueError: if it is no font of the kind that docs/font.md makes.
        """
        try:
            self._tables = _tables(data)
            head = self._tables["head"]
            self.units = int(struct.unpack_from(">H", head, 18)[0])
            long_offsets = struct.unpack_from(">h", head, 50)[0] == 1
            loca = np.frombuffer(self._tables["loca"], ">u4" if long_offsets else ">u2")
            self._offsets = loca.astype(np.int64) * (1 if long_offsets else 2)
            metrics = int(struct.unpack_from(">H", self._tables["hhea"], 34)[0])
            pairs = np.frombuffer(self._tables["hmtx"], ">u2", count=metrics * 2)
            self._advances = pairs[::2].astype(np.int64)
            self._glyphs = _character_map(self._tables["cmap"])
        except (KeyError, struct.error) as error:
            raise ValueError(f"not a TrueType font with quadratic outlines: {error}") from error

    def __contains__(self, character: str) -> bool:
        return ord(character) in self._glyphs

    def advance(self, character: str) -> float:
        """Width of a character in em. Raises KeyError if the font has it not."""
        glyph = self._glyphs[ord(character)]
        return float(self._advances[min(glyph, len(self._advances) - 1)]) / self.units

    def outline(self, character: str) -> Outline:
        """The shape of a character. Raises KeyError if the font has it not."""
        glyph = self._glyphs[ord(character)]
        data = self._tables["glyf"][self._offsets[glyph] : self._offsets[glyph + 1]]
        contours = tuple(contour / self.units for contour in _contours(data))
        return Outline(contours, self.advance(character))


@lru_cache(maxsize=1)
def shipped_font() -> OutlineFont:
    """The font of the package, read once.

    Raises:
        UserError: if its file is missing or damaged.
    """
    try:
        return OutlineFont(FONT_PATH.read_bytes())
    except (OSError, ValueError) as error:
        raise UserError(
            f"the font for annotated images cannot be read ({error}): reinstall vlm_driving."
        ) from error


def _tables(data: bytes) -> dict[str, bytes]:
    """Tag to table."""
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {}
    for number in range(count):
        tag, _, offset, length = struct.unpack_from(">4sLLL", data, 12 + 16 * number)
        tables[tag.decode("latin-1")] = data[offset : offset + length]
    return tables


def _character_map(cmap: bytes) -> dict[int, int]:
    """Code point to glyph, from the format 4 subtable."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    for number in range(count):
        (at,) = struct.unpack_from(">L", cmap, 8 + 8 * number)
        if struct.unpack_from(">H", cmap, at)[0] == 4:
            return _format_4(cmap[at:])
    raise ValueError("the font has no character map of format 4")


def _format_4(table: bytes) -> dict[int, int]:
    """Segments of code points: a glyph is the code plus a delta, or stands in a list."""
    segments = struct.unpack_from(">H", table, 6)[0] // 2
    words = np.frombuffer(table[: len(table) // 2 * 2], ">u2").astype(np.int64)
    ends, starts, deltas, ranges = (
        words[first : first + segments]
        for first in (7, 8 + segments, 8 + 2 * segments, 8 + 3 * segments)
    )
    glyphs: dict[int, int] = {}
    for segment in range(segments):
        start, end, delta = int(starts[segment]), int(ends[segment]), int(deltas[segment])
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if ranges[segment]:
                place = 8 + 3 * segments + segment + int(ranges[segment]) // 2 + code - start
                glyph = int(words[place])
                if glyph == 0:
                    continue
            if (glyph + delta) % 0x10000:
                glyphs[code] = (glyph + delta) % 0x10000
    return glyphs


def _contours(data: bytes) -> list[NDArray[np.float64]]:
    """Flattened contours of a simple glyph, in font units."""
    if not data:
        return []
    (count,) = struct.unpack_from(">h", data, 0)
    if count < 0:
        raise ValueError("the font has a composite glyph: make it again as docs/font.md says")
    ends = struct.unpack_from(f">{count}H", data, 10)
    points = ends[-1] + 1 if ends else 0
    at = 10 + 2 * count
    at += 2 + struct.unpack_from(">H", data, at)[0]  # instructions
    flags: list[int] = []
    while len(flags) < points:
        flag = data[at]
        at += 1
        flags.append(flag)
        if flag & _REPEAT:
            flags.extend([flag] * data[at])
            at += 1
    xs, at = _coordinates(data, at, flags, _X_SHORT, _X_SAME)
    ys, at = _coordinates(data, at, flags, _Y_SHORT, _Y_SAME)
    places = np.stack([xs, ys], axis=1)
    on_curve = [bool(flag & _ON_CURVE) for flag in flags]
    starts = (0, *(end + 1 for end in ends[:-1]))
    return [
        _flattened(places[start : end + 1], on_curve[start : end + 1])
        for start, end in zip(starts, ends, strict=True)
    ]


def _coordinates(
    data: bytes, at: int, flags: list[int], short: int, same: int
) -> tuple[NDArray[np.float64], int]:
    """One coordinate of every point, and where the next data begin."""
    steps = []
    for flag in flags:
        step = 0
        if flag & short:
            step = data[at] if flag & same else -data[at]
            at += 1
        elif not flag & same:
            (step,) = struct.unpack_from(">h", data, at)
            at += 2
        steps.append(step)
    return np.cumsum(np.array(steps, np.float64)), at


def _flattened(points: NDArray[np.float64], on_curve: list[bool]) -> NDArray[np.float64]:
    """One contour as a polygon. Between two control points lies a point of the curve."""
    whole: list[tuple[NDArray[np.float64], bool]] = []
    for index, point in enumerate(points):
        if not on_curve[index] and not on_curve[index - 1]:
            whole.append(((points[index - 1] + point) / 2, True))
        whole.append((point, on_curve[index]))
    first = next(index for index, (_, on) in enumerate(whole) if on)
    whole = whole[first:] + whole[: first + 1]
    pieces = [whole[0][0][None]]
    afters = [*whole[2:], whole[0]]
    for (before, _), (point, on), (after, _) in zip(whole[:-1], whole[1:], afters, strict=True):
        if on:
            pieces.append(point[None])
        else:
            t = _CURVE_STEPS[:-1]  # the end is a point of its own
            pieces.append((1 - t) ** 2 * before + 2 * t * (1 - t) * point + t**2 * after)
    return np.concatenate(pieces)
