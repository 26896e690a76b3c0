"""Families of foreign pictures kept for evaluation: rooms, documents, animals.

They are drawn as things that a person names at once, and are built from other parts than the
families that training sees.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.foreign_base import COLUMNS, ROWS, Image, Rng, colour

Quad = list[tuple[float, float]]


def _fill(image: Image, points: Quad, tone: NDArray[np.float64]) -> None:
    fixed = np.array(points, float).round().astype(np.int32)
    cv2.fillPoly(image, [fixed], np.clip(tone, 0, 255).tolist(), cv2.LINE_AA)


def room(rng: Rng) -> Image:
    """A room: back wall, floor, window or door, pictures, a table or sofa, a lamp."""
    image = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    left, right = rng.uniform(0.12, 0.3) * COLUMNS, rng.uniform(0.7, 0.88) * COLUMNS
    top, low = rng.uniform(0.12, 0.25) * ROWS, rng.uniform(0.58, 0.72) * ROWS
    wall = np.array(colour(rng, 120, 235))
    floor = np.array([rng.uniform(60, 150), rng.uniform(90, 165), rng.uniform(120, 195)])
    w, h = float(COLUMNS), float(ROWS)
    _fill(image, [(0, 0), (w, 0), (right, top), (left, top)], wall * 1.1)
    _fill(image, [(0, h), (w, h), (right, low), (left, low)], floor)
    _fill(image, [(0, 0), (left, top), (left, low), (0, h)], wall * 0.82)
    _fill(image, [(w, 0), (right, top), (right, low), (w, h)], wall * 0.72)
    _fill(image, [(left, top), (right, top), (right, low), (left, low)], wall)
    for i in range(9):  # boards of the floor
        u = w * (i / 8)
        inner = left + (right - left) * i / 8
        cv2.line(image, (int(u), int(h)), (int(inner), int(low)), (floor * 0.82).tolist(), 1)
    wide = right - left
    a = left + wide * float(rng.uniform(0.08, 0.3))
    b = a + wide * float(rng.uniform(0.25, 0.4))
    if rng.random() < 0.6:  # a window with its cross
        c, d = top + 0.15 * (low - top), top + 0.65 * (low - top)
        _fill(image, [(a, c), (b, c), (b, d), (a, d)], np.array([245.0, 235.0, 215.0]))
        frame = (wall * 0.5).tolist()
        cv2.rectangle(image, (int(a), int(c)), (int(b), int(d)), frame, 2)
        cv2.line(image, (int((a + b) / 2), int(c)), (int((a + b) / 2), int(d)), frame, 2)
    else:  # a door
        c = top + 0.2 * (low - top)
        _fill(image, [(a, c), (b - 0.1 * wide, c), (b - 0.1 * wide, low), (a, low)], floor * 0.7)
    for _ in range(int(rng.integers(0, 3))):  # pictures
        u = right - wide * float(rng.uniform(0.15, 0.4))
        v = top + float(rng.uniform(6, 24))
        _fill(image, [(u, v), (u + 24, v), (u + 24, v + 18), (u, v + 18)], np.array(colour(rng)))
    cloth = np.array(colour(rng, 20, 220))
    u, v = float(rng.uniform(0.2, 0.6)) * w, float(rng.uniform(0.72, 0.95)) * h
    if rng.random() < 0.5:  # a sofa
        _fill(image, [(u, v - 50), (u + 110, v - 50), (u + 110, v), (u, v)], cloth)
        _fill(
            image,
            [(u - 6, v - 28), (u + 116, v - 28), (u + 116, v - 12), (u - 6, v - 12)],
            cloth * 1.25,
        )
        _fill(image, [(u - 12, v - 36), (u, v - 36), (u, v), (u - 12, v)], cloth * 0.75)
        _fill(
            image, [(u + 110, v - 36), (u + 122, v - 36), (u + 122, v), (u + 110, v)], cloth * 0.75
        )
    else:  # a table with legs
        _fill(image, [(u, v - 44), (u + 90, v - 44), (u + 120, v - 22), (u - 30, v - 22)], cloth)
        for leg in (u - 26, u + 112, u + 8, u + 80):
            _fill(
                image,
                [(leg, v - 22), (leg + 5, v - 22), (leg + 5, v + 20), (leg, v + 20)],
                cloth * 0.6,
            )
    lamp = (int(rng.uniform(0.4, 0.6) * w), int(top * 0.9))
    cv2.line(image, (lamp[0], 0), lamp, (60.0, 60.0, 60.0), 2)
    cv2.circle(image, lamp, 9, (190.0, 235.0, 250.0), -1, cv2.LINE_AA)
    return image


_GLYPHS = "THEQUICKBROWNFXJMPSVLAZYDGabcdefghijklmnopqrstuvwxyz0123456789"


def document(rng: Rng) -> Image:
    """A sheet with a heading, paragraphs and perhaps a table, on a desk."""
    image = np.empty((ROWS, COLUMNS, 3), np.uint8)
    image[:] = np.array(colour(rng, 30, 170), np.uint8)
    page = np.full((300, 420, 3), int(rng.integers(215, 250)), np.uint8)
    ink = (35.0, 30.0, 30.0)
    font = cv2.FONT_HERSHEY_SIMPLEX

    def words(length: int) -> str:
        picks = rng.integers(0, len(_GLYPHS), length)
        gaps = rng.random(length) < 0.17
        return "".join(" " if g else _GLYPHS[p] for p, g in zip(picks, gaps, strict=True))

    cv2.putText(page, words(16), (30, 38), font, 1.0, ink, 2, cv2.LINE_AA)
    table = rng.random() < 0.35
    for i, v in enumerate(range(64, 285, 16)):
        if table and 120 < v < 220:
            continue
        short = i % 5 == 4
        cv2.putText(page, words(18 if short else 46), (26, v), font, 0.42, ink, 1, cv2.LINE_AA)
    if table:
        for v in range(124, 222, 16):
            cv2.line(page, (30, v), (390, v), ink, 1)
        for u in (30, 120, 210, 300, 390):
            cv2.line(page, (u, 124), (u, 220), ink, 1)
    if rng.random() < 0.3:
        cv2.circle(page, (360, 260), 22, (50.0, 50.0, 200.0), 2, cv2.LINE_AA)
    spread = 26.0
    corners = np.array([[20, 8], [300, 8], [304, 174], [16, 174]], float)
    corners += rng.uniform(-spread, spread, (4, 2)) * [1, 0.6]
    source = np.array([[0, 0], [420, 0], [420, 300], [0, 300]], np.float32)
    turn = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    cv2.warpPerspective(
        page,
        turn,
        (COLUMNS, ROWS),
        dst=image,
        flags=cv2.INTER_AREA,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    return image


def animal(rng: Rng) -> Image:
    """A cat, dog, cow or bird from the side or its head from the front, filling the picture."""
    image = np.empty((ROWS, COLUMNS, 3), np.uint8)
    image[:] = np.array(colour(rng, 60, 220), np.uint8)
    ground = np.array(colour(rng, 40, 180))
    image[int(ROWS * 0.72) :] = ground.astype(np.uint8)
    coats = ((40, 60, 90), (60, 120, 190), (200, 205, 210), (45, 42, 42), (110, 150, 185))
    coat = np.array(coats[int(rng.random() * len(coats))], float) * rng.uniform(0.8, 1.15)
    sort = int(rng.integers(3))
    if sort == 0:
        _head(image, rng, coat)
    elif sort == 1:
        _body(image, rng, coat)
    else:
        _bird(image, rng, coat)
    return image


def _oval(
    image: Image,
    at: tuple[float, float],
    size: tuple[float, float],
    turn: float,
    tone: NDArray[np.float64],
) -> None:
    centre = (int(at[0]), int(at[1]))
    axes = (max(1, int(size[0])), max(1, int(size[1])))
    cv2.ellipse(image, centre, axes, turn, 0, 360, np.clip(tone, 0, 255).tolist(), -1, cv2.LINE_AA)


def _head(image: Image, rng: Rng, coat: NDArray[np.float64]) -> None:
    """A cat's or a dog's face."""
    u, v, s = COLUMNS * float(rng.uniform(0.4, 0.6)), ROWS * 0.55, float(rng.uniform(50, 75))
    pointed = rng.random() < 0.5
    for side in (-1, 1):
        if pointed:
            ear = [(u + side * 0.85 * s, v - 0.3 * s), (u + side * 0.75 * s, v - 1.25 * s)]
            _fill(image, [*ear, (u + side * 0.2 * s, v - 0.7 * s)], coat * 0.9)
        else:
            _oval(image, (u + side * 0.9 * s, v), (0.25 * s, 0.65 * s), side * -12, coat * 0.7)
    _oval(image, (u, v), (s, 0.88 * s), 0, coat)
    _oval(image, (u, v + 0.4 * s), (0.45 * s, 0.36 * s), 0, coat * 1.25 + 15)
    for side in (-1, 1):
        eye = (u + side * 0.38 * s, v - 0.15 * s)
        _oval(image, eye, (0.16 * s, 0.15 * s), 0, np.array([90.0, 210.0, 190.0]))
        _oval(image, eye, (0.06 * s, 0.13 * s), 0, np.array([15.0, 15.0, 15.0]))
    _oval(image, (u, v + 0.25 * s), (0.13 * s, 0.09 * s), 0, np.array([70.0, 60.0, 90.0]))
    for i in range(-2, 3):
        if i:
            way = math.copysign(1.0, i)
            a = (int(u + way * 0.3 * s), int(v + 0.35 * s))
            b = (int(u + way * 1.1 * s), int(v + (0.2 + 0.12 * abs(i)) * s))
            cv2.line(image, a, b, (225.0, 225.0, 225.0), 1, cv2.LINE_AA)


def _body(image: Image, rng: Rng, coat: NDArray[np.float64]) -> None:
    """Something on four legs from the side; spots make it a cow."""
    u, v, s = COLUMNS * 0.5, ROWS * 0.48, float(rng.uniform(60, 80))
    way = 1 if rng.random() < 0.5 else -1
    for leg in (-0.7, -0.5, 0.5, 0.7):
        x = u + leg * s
        tone = coat * (0.75 if abs(leg) < 0.6 else 1.0)
        _fill(image, [(x - 6, v), (x + 6, v), (x + 5, v + s), (x - 5, v + s)], tone)
    _oval(image, (u, v), (s, 0.42 * s), 0, coat)
    _oval(image, (u + way * 1.05 * s, v - 0.4 * s), (0.34 * s, 0.22 * s), way * 25, coat)
    _oval(image, (u + way * 0.85 * s, v - 0.2 * s), (0.2 * s, 0.36 * s), way * 35, coat)
    _oval(image, (u + way * 0.92 * s, v - 0.68 * s), (0.07 * s, 0.17 * s), way * -15, coat * 0.7)
    _oval(image, (u + way * 1.1 * s, v - 0.46 * s), (3, 3), 0, np.array([10.0, 10.0, 10.0]))
    tail = (int(u - way * 1.25 * s), int(v - 0.25 * s))
    cv2.line(image, (int(u - way * 0.9 * s), int(v - 4)), tail, coat.tolist(), 6, cv2.LINE_AA)
    if rng.random() < 0.5:
        for _ in range(5):
            at = (u + float(rng.uniform(-0.7, 0.7)) * s, v + float(rng.uniform(-0.2, 0.2)) * s)
            _oval(image, at, (0.16 * s, 0.11 * s), float(rng.uniform(0, 180)), 235 - coat * 0.8)


def _bird(image: Image, rng: Rng, coat: NDArray[np.float64]) -> None:
    """A bird on its legs."""
    u, v, s = COLUMNS * 0.48, ROWS * 0.5, float(rng.uniform(40, 58))
    for leg in (-0.15, 0.2):
        a, b = (int(u + leg * s), int(v + 0.4 * s)), (int(u + leg * s), int(v + 1.2 * s))
        cv2.line(image, a, b, (40.0, 120.0, 190.0), 3, cv2.LINE_AA)
    tail = [(u - 0.7 * s, v - 0.1 * s), (u - 1.8 * s, v + 0.1 * s), (u - 1.6 * s, v + 0.45 * s)]
    _fill(image, tail, coat * 0.7)
    _oval(image, (u, v), (s, 0.6 * s), -18, coat)
    _oval(image, (u - 0.15 * s, v + 0.05 * s), (0.65 * s, 0.32 * s), -8, coat * 0.75)
    _oval(image, (u + 0.9 * s, v - 0.6 * s), (0.36 * s, 0.33 * s), 0, coat * 1.1)
    beak = [(u + 1.2 * s, v - 0.72 * s), (u + 1.75 * s, v - 0.55 * s), (u + 1.2 * s, v - 0.45 * s)]
    _fill(image, beak, np.array([30.0, 150.0, 230.0]))
    _oval(image, (u + 0.98 * s, v - 0.68 * s), (4, 4), 0, np.array([10.0, 10.0, 10.0]))


THINGS: dict[str, Callable[[Rng], Image]] = {
    "room": room,
    "document": document,
    "animal": animal,
}
"""Name to painter; each gives (ROWS, COLUMNS, 3)."""
