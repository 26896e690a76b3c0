"""Patterns: foreign pictures that are texture all over."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.foreign_base import (
    COLUMNS,
    ROWS,
    Image,
    Rng,
    as_image,
    colour,
    noise,
    ramp,
)


def _axes(rng: Rng) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Turned and moved pixel axes."""
    v, u = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    turn = float(rng.uniform(0, math.pi))
    a = u * math.cos(turn) + v * math.sin(turn)
    return a, v * math.cos(turn) - u * math.sin(turn)


def _mixed(share: NDArray[np.float32], rng: Rng) -> Image:
    """Two colours mixed by a share of 0 to 1 a pixel."""
    a, b = np.array(colour(rng)), np.array(colour(rng))
    mixed = a + (b - a) * np.clip(share, 0, 1)[:, :, None]
    return as_image(mixed)


def checker(rng: Rng) -> Image:
    """A chessboard, turned."""
    a, b = _axes(rng)
    cell = float(rng.uniform(6, 50))
    board = ((a // cell).astype(int) + (b // (cell * rng.uniform(0.5, 2))).astype(int)) % 2
    return _mixed(board.astype(np.float32), rng)


def kaleidoscope(rng: Rng) -> Image:
    """Noise mirrored several times."""
    field = np.clip(noise(rng, int(rng.integers(5, 40)), 3) * 70 + 128, 0, 255).astype(np.uint8)
    part = field[: ROWS // 2, : COLUMNS // 2]
    half = np.hstack([part, part[:, ::-1]])
    return np.ascontiguousarray(np.vstack([half, half[::-1]]))


def plasma(rng: Rng) -> Image:
    """Coloured clouds of several sizes."""
    field = sum(c / 40 * noise(rng, c, 3) for c in (4, 10, 24, 60))
    spread = float(rng.uniform(15, 90))
    return as_image(np.clip(np.asarray(field) * spread + rng.uniform(40, 210, 3), 0, 255))


def bricks(rng: Rng) -> Image:
    """A wall of bricks, tiles or books."""
    image = np.empty((ROWS, COLUMNS, 3), np.uint8)
    image[:] = np.array(colour(rng, 60), np.uint8)
    tall, wide = int(rng.integers(8, 50)), int(rng.integers(8, 70))
    base, spread = np.array(colour(rng, 40, 220)), float(rng.uniform(5, 90))
    shifted = rng.random() < 0.6
    for row, v in enumerate(range(0, ROWS, tall)):
        start = -(wide // 2) if shifted and row % 2 else 0
        for u in range(start, COLUMNS, wide):
            tone = np.clip(base + rng.normal(0, spread, 3) * rng.random(), 0, 255).tolist()
            cv2.rectangle(image, (u + 1, v + 1), (u + wide - 2, v + tall - 2), tone, -1)
    return image


def waves(rng: Rng) -> Image:
    """Rings, ripples or wood grain."""
    a, b = _axes(rng)
    bent = a + 14 * noise(rng, int(rng.integers(12, 60)))
    if rng.random() < 0.4:
        bent = np.hypot(a - float(rng.uniform(0, COLUMNS)), b - float(rng.uniform(-90, 180)))
    return _mixed(
        (0.5 + 0.5 * np.sin(bent * float(rng.uniform(0.08, 0.9)))).astype(np.float32), rng
    )


def plaid(rng: Rng) -> Image:
    """Woven cloth."""
    across = rng.uniform(0, 255, (1, int(rng.integers(5, 30)), 3)).astype(np.float32)
    down = rng.uniform(0, 255, (int(rng.integers(5, 20)), 1, 3)).astype(np.float32)
    a = cv2.resize(across, (COLUMNS, ROWS), interpolation=cv2.INTER_NEAREST)
    b = cv2.resize(down, (COLUMNS, ROWS), interpolation=cv2.INTER_NEAREST)
    thread = rng.normal(0, 9, (ROWS, COLUMNS, 1))
    return as_image(np.clip((a + b) / 2 + thread, 0, 255))


def cells(rng: Rng) -> Image:
    """Areas around scattered points: maps, stones, cracked earth."""
    n = int(rng.integers(8, 70))
    points = rng.uniform(0, 1, (n, 2)) * [COLUMNS // 2, ROWS // 2]
    v, u = np.mgrid[0 : ROWS // 2, 0 : COLUMNS // 2]
    far = (u[None] - points[:, 0, None, None]) ** 2 + (v[None] - points[:, 1, None, None]) ** 2
    base, spread = rng.uniform(60, 200, 3), float(rng.uniform(10, 90))
    tones = np.clip(base + rng.normal(0, spread, (n, 3)), 0, 255).astype(np.uint8)
    image = tones[far.argmin(axis=0)]
    return as_image(cv2.resize(image, (COLUMNS, ROWS), interpolation=cv2.INTER_NEAREST))


def cloudy(rng: Rng) -> Image:
    """Nothing but sky: the camera looks up."""
    field = np.asarray(sum(c / 50 * noise(rng, c) for c in (6, 14, 34, 80)))
    share = np.clip(field * float(rng.uniform(0.3, 1.2)) + 0.4, 0, 1)[:, :, None]
    blue = np.array([rng.uniform(150, 240), rng.uniform(90, 180), rng.uniform(40, 140)])
    white = np.array([1.0, 1.0, 1.0]) * rng.uniform(180, 250)
    return as_image(blue + (white - blue) * share)


def stripes(rng: Rng) -> Image:
    """Rows of dashes of uneven length, in blocks."""
    paper, ink = colour(rng, 90), colour(rng, 0, 200)
    image = np.empty((ROWS, COLUMNS, 3), np.uint8)
    image[:] = np.array(paper, np.uint8)
    pitch = int(rng.integers(6, 26))
    thick = max(1, int(pitch * rng.uniform(0.2, 0.6)))
    upright = rng.random() < 0.4
    for at in range(int(rng.integers(0, pitch)), COLUMNS, pitch):
        spot = float(rng.uniform(-20, 30))
        while spot < COLUMNS:
            length = float(rng.uniform(3, 50))
            a, b = (int(spot), at), (int(spot + length), at)
            if upright:
                a, b = (a[1], a[0]), (b[1], b[0])
            cv2.line(image, a, b, ink, thick)
            spot += length + float(rng.uniform(2, 14))
    return image


def fur(rng: Rng) -> Image:
    """Short strokes all one way: hair, carpet, straw."""
    image = np.empty((ROWS, COLUMNS, 3), np.uint8)
    base = rng.uniform(30, 210, 3)
    image[:] = base.astype(np.uint8)
    lean = 0.8 * noise(rng, 50) + float(rng.uniform(0, math.pi))
    spots = rng.random((700, 3))
    for a, b, tone in spots.tolist():
        u, v = int(a * COLUMNS), int(b * ROWS)
        turn = float(lean[min(v, ROWS - 1), min(u, COLUMNS - 1)])
        end = (int(u + 16 * math.cos(turn)), int(v + 16 * math.sin(turn)))
        lit = np.clip(base * (0.5 + tone), 0, 255).tolist()
        cv2.line(image, (u, v), end, lit, 2, cv2.LINE_AA)
    return image


def blobs(rng: Rng) -> Image:
    """Soft coloured blobs, out of focus."""
    image = ramp(rng)
    for _ in range(int(rng.integers(5, 30))):
        at = (int(rng.integers(COLUMNS)), int(rng.integers(ROWS)))
        cv2.circle(image, at, int(rng.integers(6, 60)), colour(rng), -1)
    return as_image(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(4, 16))))
