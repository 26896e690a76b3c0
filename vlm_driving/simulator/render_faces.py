"""The faces of Japanese road signs, drawn once each and kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.render_sprite import Sprite, pyramid
from vlm_driving.simulator.render_strokes import GLYPHS
from vlm_driving.simulator.scene import Colour, SignKind

FACE_PX = 96
_FINE = 4
"""Faces are drawn this many times larger and then averaged."""
_RED: Colour = (38, 26, 200)
_BLUE: Colour = (168, 78, 12)
_GREEN: Colour = (84, 112, 8)
_YELLOW: Colour = (20, 196, 250)
_WHITE: Colour = (240, 240, 240)
_BLACK: Colour = (28, 26, 26)
Spot = tuple[float, float]


class _Pen:
    """Draws on a face in shares of its width, y downwards."""

    def __init__(self, aspect: float = 1.0) -> None:
        size = FACE_PX * _FINE
        self.px = size
        self.colour = np.zeros((round(size * aspect), size, 3), np.uint8)
        self.alpha = np.zeros(self.colour.shape[:2], np.uint8)

    def _fixed(self, spots: Sequence[Spot]) -> NDArray[np.int32]:
        return np.round(np.array(spots) * self.px).astype(np.int32)

    def area(self, spots: Sequence[Spot], colour: Colour) -> None:
        cv2.fillPoly(self.colour, [self._fixed(spots)], colour)
        cv2.fillPoly(self.alpha, [self._fixed(spots)], (255,))

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        centre = (round(x * self.px), round(y * self.px))
        cv2.circle(self.colour, centre, round(radius * self.px), colour, -1)
        cv2.circle(self.alpha, centre, round(radius * self.px), (255,), -1)

    def line(self, spots: Sequence[Spot], colour: Colour, width: float) -> None:
        thick = max(1, round(width * self.px))
        cv2.polylines(self.colour, [self._fixed(spots)], False, colour, thick)

    def letters(self, text: str, box: tuple[float, float, float, float], colour: Colour,
                width: float) -> None:  # fmt: skip
        """A word into left, top, right, bottom; letters share the width."""
        left, top, right, bottom = box
        step = (right - left) / len(text)
        for i, glyph in enumerate(text):
            for stroke in GLYPHS[glyph]:
                self.line(
                    [
                        (left + (i + 0.07 + 0.86 * x) * step, bottom - y * (bottom - top))
                        for x, y in stroke
                    ],
                    colour,
                    width,
                )

    def sprite(self, wear: int, variant: int) -> Sprite:
        """The finished face; `wear` 0 to 2 fades it and lets rust run down."""
        colour = self.colour.astype(np.float32)
        if wear:
            grey = colour.mean(axis=2, keepdims=True)
            pale = 0.16 * wear
            colour = colour * (1 - pale) + (grey * 0.6 + 82) * pale
            rng = np.random.default_rng(7900 + variant)
            for _ in range(3 * wear):
                u, v = rng.integers(0, self.px), rng.integers(0, self.px)
                streak = colour[
                    v : v + int(rng.integers(30, 110)), u : u + int(rng.integers(6, 16))
                ]
                streak[:] = streak * 0.55 + np.array([60, 80, 110], np.float32) * 0.45
        alpha = self.alpha[:, :, None].astype(np.float32) / 255
        whole = np.concatenate([colour * alpha, alpha * 255], axis=2)
        rows = round(whole.shape[0] / _FINE)
        small: Sprite = cv2.resize(whole, (FACE_PX, rows), interpolation=cv2.INTER_AREA).astype(
            np.uint8
        )
        return small


def _ring(pen: _Pen, inner: Colour) -> None:
    pen.disc(0.5, 0.5, 0.5, _WHITE)
    pen.disc(0.5, 0.5, 0.485, _RED)
    pen.disc(0.5, 0.5, 0.375, inner)


def _stop(pen: _Pen, variant: int) -> None:
    rim, inner = (
        [(0.0, 0.03), (1.0, 0.03), (0.5, 0.89)],
        [(0.045, 0.055), (0.955, 0.055), (0.5, 0.84)],
    )
    pen.area(rim, _WHITE)
    pen.area(inner, _RED)
    if variant % 2:  # the newer face has the English word under the Japanese one
        pen.letters("止まれ", (0.2, 0.13, 0.8, 0.36), _WHITE, 0.032)
        pen.letters("STOP", (0.355, 0.42, 0.645, 0.545), _WHITE, 0.024)
    else:
        pen.letters("止まれ", (0.19, 0.15, 0.81, 0.41), _WHITE, 0.036)


def _speed(pen: _Pen, value: int) -> None:
    _ring(pen, _WHITE)
    text = str(value)
    half = 0.25 if len(text) < 3 else 0.31
    pen.letters(
        text, (0.5 - half, 0.29, 0.5 + half, 0.71), (150, 52, 18), 0.078 if len(text) < 3 else 0.06
    )


def _no_parking(pen: _Pen, variant: int) -> None:
    _ring(pen, _BLUE)
    pen.line([(0.24, 0.24), (0.76, 0.76)], _RED, 0.1)
    if variant % 2:  # no stopping either
        pen.line([(0.76, 0.24), (0.24, 0.76)], _RED, 0.1)


def _no_entry(pen: _Pen, variant: int) -> None:
    pen.disc(0.5, 0.5, 0.5, _WHITE)
    pen.disc(0.5, 0.5, 0.485, _RED)
    pen.area([(0.14, 0.42), (0.86, 0.42), (0.86, 0.58), (0.14, 0.58)], _WHITE)


_PICTURES: tuple[tuple[tuple[Spot, ...], ...], ...] = (
    (
        ((0.58, 0.72), (0.58, 0.55), (0.4, 0.45), (0.42, 0.28)),
        ((0.33, 0.36), (0.42, 0.25), (0.51, 0.38)),
    ),
    (((0.5, 0.25), (0.5, 0.75)), ((0.27, 0.5), (0.73, 0.5))),
    (((0.5, 0.25), (0.5, 0.75)), ((0.5, 0.47), (0.72, 0.47))),
    (
        ((0.4, 0.3), (0.4, 0.5), (0.33, 0.7)),
        ((0.4, 0.5), (0.47, 0.7)),
        ((0.62, 0.4), (0.62, 0.55), (0.56, 0.7)),
        ((0.62, 0.55), (0.68, 0.7)),
        ((0.4, 0.42), (0.62, 0.48)),
    ),
    (
        ((0.3, 0.42), (0.6, 0.42), (0.66, 0.3), (0.6, 0.25)),
        ((0.34, 0.42), (0.29, 0.7)),
        ((0.56, 0.42), (0.64, 0.66)),
        ((0.3, 0.42), (0.45, 0.68)),
    ),
    (((0.38, 0.28), (0.38, 0.72)), ((0.62, 0.28), (0.5, 0.5), (0.62, 0.72))),
    (
        ((0.3, 0.6), (0.45, 0.4), (0.55, 0.6), (0.7, 0.4)),
        ((0.3, 0.7), (0.45, 0.5), (0.55, 0.7), (0.7, 0.5)),
    ),
)
"""Bend, crossroads, side road, children, deer, narrowing, slippery."""


def _warning(pen: _Pen, variant: int) -> None:
    pen.area([(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)], _BLACK)
    pen.area([(0.5, 0.035), (0.965, 0.5), (0.5, 0.965), (0.035, 0.5)], _YELLOW)
    if variant % 8 == 7:  # a signal ahead: its three lamps
        for i, lamp in enumerate(((90, 140, 30), (30, 190, 240), (40, 30, 210))):
            pen.disc(0.34 + 0.16 * i, 0.5, 0.07, lamp)
        return
    for stroke in _PICTURES[variant % 8]:
        pen.line(stroke, _BLACK, 0.075)


def _crossing(pen: _Pen, variant: int) -> None:
    """The blue pentagon: a white triangle, somebody walking over stripes."""
    pen.area([(0.5, 0.0), (1.0, 0.36), (1.0, 1.0), (0.0, 1.0), (0.0, 0.36)], _WHITE)
    pen.area([(0.5, 0.03), (0.97, 0.375), (0.97, 0.97), (0.03, 0.97), (0.03, 0.375)], _BLUE)
    pen.area([(0.5, 0.16), (0.87, 0.86), (0.13, 0.86)], _WHITE)
    pen.disc(0.52, 0.34, 0.05, _BLACK)
    pen.line([(0.51, 0.4), (0.49, 0.6), (0.4, 0.76)], _BLACK, 0.055)
    pen.line([(0.49, 0.58), (0.6, 0.75)], _BLACK, 0.05)
    pen.line([(0.4, 0.54), (0.5, 0.44), (0.6, 0.55)], _BLACK, 0.035)
    for i in range(4):
        pen.line([(0.26 + 0.14 * i, 0.8), (0.3 + 0.14 * i, 0.8)], _BLACK, 0.04)


def _place_name(
    pen: _Pen, rng: np.random.Generator, x: float, y: float, high: float, n: int
) -> None:
    """Something like a name of `n` characters, with a thin line of letters under it."""
    for i in range(n):
        left = x + i * high * 1.1
        for _ in range(3):
            v = y + high * float(rng.uniform(0.05, 0.95))
            pen.line([(left, v), (left + high * 0.85, v)], _WHITE, high * 0.1)
        for _ in range(2):
            u = left + high * float(rng.uniform(0.1, 0.75))
            pen.line([(u, y), (u, y + high)], _WHITE, high * 0.1)
    pen.line([(x, y + high * 1.3), (x + n * high * 0.9, y + high * 1.3)], _WHITE, high * 0.16)


def _direction(pen: _Pen, variant: int) -> None:
    """A guide board, green (expressway) for odd variants: arrow and names, or a fork."""
    base = _GREEN if variant % 2 else _BLUE
    rng = np.random.default_rng(7950 + variant)
    pen.area([(0.0, 0.0), (1.0, 0.0), (1.0, 0.6), (0.0, 0.6)], _WHITE)
    pen.area([(0.012, 0.012), (0.988, 0.012), (0.988, 0.588), (0.012, 0.588)], base)
    if variant // 2 % 3 == 0:  # crossroads seen from above
        pen.line([(0.5, 0.56), (0.5, 0.2)], _WHITE, 0.05)
        pen.line([(0.24, 0.36), (0.76, 0.36)], _WHITE, 0.04)
        pen.area([(0.44, 0.22), (0.56, 0.22), (0.5, 0.13)], _WHITE)
        pen.area([(0.26, 0.3), (0.26, 0.42), (0.18, 0.36)], _WHITE)
        pen.area([(0.74, 0.3), (0.74, 0.42), (0.82, 0.36)], _WHITE)
        _place_name(pen, rng, 0.34, 0.03, 0.075, 4)
        _place_name(pen, rng, 0.03, 0.14, 0.085, 2)
        _place_name(pen, rng, 0.78, 0.14, 0.085, 2)
    elif variant // 2 % 3 == 1:  # two lines of places with distances
        for y in (0.08, 0.34):
            _place_name(pen, rng, 0.06, y, 0.14, int(rng.integers(2, 4)))
            pen.letters(str(int(rng.integers(2, 70))), (0.68, y, 0.9, y + 0.16), _WHITE, 0.03)
    else:  # an exit: arrow up to the left
        _place_name(pen, rng, 0.34, 0.1, 0.17, 3)
        pen.line([(0.24, 0.5), (0.12, 0.3)], _WHITE, 0.055)
        pen.area([(0.05, 0.34), (0.19, 0.26), (0.07, 0.18)], _WHITE)
        pen.letters(str(int(rng.integers(1, 60))), (0.45, 0.4, 0.65, 0.53), _WHITE, 0.025)


DIRECTION_ASPECT = 0.6
"""Height of a guide board over its width."""


@lru_cache(maxsize=256)
def face(kind: SignKind, value: int, look: int, wear: int) -> tuple[Sprite, ...]:
    """The sprites of a face from large to small, (96 * aspect, 96, 4) the first."""
    pen = _Pen(DIRECTION_ASPECT if kind is SignKind.DIRECTION else 1.0)
    if kind is SignKind.SPEED_LIMIT:
        _speed(pen, value)
    else:
        _DRAWN[kind](pen, look)
    return pyramid(pen.sprite(wear, look))


@lru_cache(maxsize=1)
def back_of_disc() -> tuple[Sprite, ...]:
    """The grey back of a round sign."""
    pen = _Pen()
    pen.disc(0.5, 0.5, 0.5, (168, 166, 162))
    pen.line([(0.2, 0.4), (0.8, 0.4)], (135, 134, 130), 0.05)
    return pyramid(pen.sprite(0, 0))


@lru_cache(maxsize=128)
def shop_words(look: int, count: int, upright: bool, dark: bool) -> tuple[Sprite, ...]:
    """Something like `count` characters of a shop's name on no ground, from large to small.

    Written downwards if `upright`; dark ink for pale boards.
    """
    rng = np.random.default_rng(8000 + look)
    ink = (90.0, 60.0, 40.0) if dark else _WHITE
    pen = _Pen(float(count) if upright else 1.0 / count)
    cell = 1.0 if upright else 1.0 / count
    for i in range(count):
        x0, y0 = (0.0, i * cell) if upright else (i * cell, 0.0)
        for k in range(7):
            at = 0.12 + 0.76 * float(rng.random())
            a, b = 0.08 + 0.3 * float(rng.random()), 0.6 + 0.32 * float(rng.random())
            ends = [(a, at), (b, at)] if k % 2 else [(at, a), (at, b)]
            spots = [(x0 + u * cell, y0 + v * cell) for u, v in ends]
            half = 0.045 * cell
            (u0, v0), (u1, v1) = spots
            pen.area(
                [(u0 - half, v0 - half), (u1 + half, v0 - half), (u1 + half, v1 + half),
                 (u0 - half, v1 + half)],
                ink,
            )  # fmt: skip
    return pyramid(pen.sprite(0, look))


_DRAWN = {
    SignKind.STOP: _stop,
    SignKind.NO_PARKING: _no_parking,
    SignKind.NO_ENTRY: _no_entry,
    SignKind.WARNING: _warning,
    SignKind.CROSSING: _crossing,
    SignKind.DIRECTION: _direction,
}
