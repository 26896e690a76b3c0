"""Puts a picture drawn once (a sign's face, a board) into the scene at any size, anti-aliased."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import Canvas, Points
from vlm_driving.simulator.scene import Colour

Sprite = NDArray[np.uint8]
"""(h, w, 4): BGR times alpha, and alpha."""
_MAX_PX = 900.0


def pyramid(sprite: Sprite) -> tuple[Sprite, ...]:
    """The sprite at full, half, quarter ... size, down to some 6 pixels."""
    levels = [sprite]
    while min(levels[-1].shape[:2]) >= 12:
        rows, columns = levels[-1].shape[:2]
        half = cv2.resize(levels[-1], (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)
        levels.append(half.astype(np.uint8))
    return tuple(levels)


def paste(
    canvas: Canvas,
    levels: tuple[Sprite, ...],
    corners: Points,
    x_m: float,
    gain: float,
    glow: float = 0.0,
    tint: Colour = (1.0, 1.0, 1.0),
) -> None:
    """Paint a sprite so that its top left, top right and bottom left lie at `corners`.

    Args:
        canvas: the picture.
        levels: see `pyramid`.
        corners: (3, 2) pixels.
        x_m: distance, for haze and headlamps.
        gain: the face's own brightness; more than 1 for reflecting foil in headlamps.
        glow: 0 to 1, how much the face shines by itself.
        tint: what the sprite's colours are multiplied by.
    """
    across, down = corners[1] - corners[0], corners[2] - corners[0]
    wide, high = float(np.hypot(*across)), float(np.hypot(*down))
    if min(wide, high) < 0.7 or max(wide, high) > _MAX_PX:
        return
    spots = np.stack([corners[0], corners[1], corners[2], corners[1] + down])
    rows, columns = canvas.image.shape[:2]
    u0, v0 = np.maximum(np.floor(spots.min(axis=0)).astype(int) - 1, 0).tolist()
    u1, v1 = np.minimum(np.ceil(spots.max(axis=0)).astype(int) + 1, (columns, rows)).tolist()
    if u0 >= u1 or v0 >= v1:
        return
    # drawn finer than needed and then averaged: a face of 8 pixels keeps its ring and its word
    fine = 4 if wide < 30 else 2 if wide < 90 else 1
    need = max(0.0, math.log2(max(levels[0].shape[1] / (wide * fine), 1e-3)))
    sprite = levels[min(len(levels) - 1, int(need + 0.35))]
    h, w = sprite.shape[:2]
    target = ((corners - [u0, v0]) * fine - 0.5).astype(np.float32)
    source = np.array([[-0.5, -0.5], [w - 0.5, -0.5], [-0.5, h - 0.5]], np.float32)
    turn = cv2.getAffineTransform(source, target)
    size = ((u1 - u0) * fine, (v1 - v0) * fine)
    patch = cv2.warpAffine(sprite, turn, size, flags=cv2.INTER_LINEAR)
    if fine > 1:
        patch = cv2.resize(patch, (u1 - u0, v1 - v0), interpolation=cv2.INTER_AREA)
    white, black = _tones(canvas, x_m, gain, glow, tint)
    lay(canvas.image[v0:v1, u0:u1], patch, white - black, black)


def lay(
    area: NDArray[np.uint8],
    patch: NDArray[np.uint8],
    white: NDArray[np.float32],
    black: NDArray[np.float32],
) -> None:
    """Lay a sprite (h, w, 4) over an area of its size.

    Its black becomes `black`, its white `black` + `white` (BGR, 0 to 255). Three channels to
    three is what OpenCV is fast at: four to three takes forty times as long.
    """
    face = cv2.transform(cv2.cvtColor(patch, cv2.COLOR_BGRA2BGR), np.diag(white / 255))
    cover = cv2.cvtColor(cv2.extractChannel(patch, 3), cv2.COLOR_GRAY2BGR)
    cv2.multiply(area, cv2.bitwise_not(cover), dst=area, scale=1 / 255)
    cv2.add(area, face, dst=area)
    if float(black.max()) >= 1.0:
        cv2.add(area, cv2.transform(cover, np.diag(black / 255)), dst=area)


def stamp(
    canvas: Canvas, levels: tuple[Sprite, ...], corners: Points, x_m: float, tint: Colour
) -> None:
    """Paint an upright sprite whose edges are the picture's: `paste` in a quarter of the time.

    Its place is rounded to pixels, which nobody sees in a crown of leaves.
    """
    (u0, v0), (u1, v1) = corners[0].tolist(), (float(corners[1, 0]), float(corners[2, 1]))
    left, top = round(u0), round(v0)
    wide, high = max(1, round(u1 - u0)), max(1, round(v1 - v0))
    rows, columns = canvas.image.shape[:2]
    a, b, c, d = max(0, left), min(columns, left + wide), max(0, top), min(rows, top + high)
    if a >= b or c >= d or max(wide, high) > _MAX_PX:
        return
    fit = [s for s in levels if s.shape[1] >= wide]
    sprite = fit[-1] if fit else levels[0]
    patch = cv2.resize(sprite, (wide, high), interpolation=cv2.INTER_LINEAR)
    patch = patch[c - top : d - top, a - left : b - left]
    white, black = _tones(canvas, x_m, 1.0, 0.0, tint)
    lay(canvas.image[c:d, a:b], patch, white - black, black)


def _tones(
    canvas: Canvas, x_m: float, gain: float, glow: float, tint: Colour
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What white and black become at this distance."""
    light = canvas.light
    base = (255.0 * tint[0], 255.0 * tint[1], 255.0 * tint[2])
    white = np.array(light.shade(base, x_m, gain), np.float32)
    black = np.array(light.shade((0.0, 0.0, 0.0), x_m), np.float32)
    if glow > 0.0:
        lit = np.array(light.shine(base, x_m), np.float32)
        white = np.maximum(white, lit * glow)
    return white, black


def foil_gain(canvas: Canvas, x_m: float) -> float:
    """How much brighter than matt paint a reflecting face is in the ego's headlamps."""
    beam = canvas.light.air.headlamps
    return 0.96 + 2.2 * beam * math.exp(-x_m / 60.0)
