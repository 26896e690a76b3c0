"""Sheets of dirt, smears and reflections, made once a process and cut for every picture."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Texture = NDArray[np.uint8]

DROP_SIZES = (6, 9, 13, 19, 28)
"""Diameters of drops for a picture 640 wide, pixels."""


@lru_cache(maxsize=4)
def dirt_sheet(variant: int) -> Texture:
    """Gains around specks, dust and wiped arcs, 255 is clean, (1000, 1600)."""
    rng = np.random.default_rng(7700 + variant)
    sheet = np.zeros((1000, 1600), np.uint8)
    for _ in range(900):
        at = (int(rng.uniform(0, 1600)), int(rng.uniform(0, 1000)))
        cv2.circle(sheet, at, int(rng.integers(1, 4)), (float(rng.uniform(40, 190)),), -1)
    for _ in range(26):
        at = (int(rng.uniform(0, 1600)), int(rng.uniform(0, 1000)))
        axes = (int(rng.integers(5, 22)), int(rng.integers(4, 14)))
        tone = (float(rng.uniform(50, 150)),)
        cv2.ellipse(sheet, at, axes, float(rng.uniform(0, 180)), 0, 360, tone, -1)
    sheet = cv2.GaussianBlur(sheet, (0, 0), 1.6).astype(np.uint8)
    arcs = np.zeros_like(sheet)
    for _ in range(34):
        centre = (int(rng.uniform(-300, 1900)), int(rng.uniform(1100, 1700)))
        radius = int(rng.uniform(500, 1500))
        turn = float(rng.uniform(180, 300))
        cv2.ellipse(
            arcs,
            centre,
            (radius, radius),
            0,
            turn,
            turn + float(rng.uniform(15, 60)),
            (float(rng.uniform(15, 55)),),
            int(rng.integers(2, 26)),
            cv2.LINE_AA,
        )
    arcs = cv2.GaussianBlur(arcs, (0, 0), 5).astype(np.uint8)
    texture: Texture = cv2.bitwise_not(cv2.add(sheet, arcs))
    return texture


@lru_cache(maxsize=4)
def reflection_sheet(variant: int) -> Texture:
    """What a dashboard throws onto the glass: soft bright shapes on black, (450, 800, 3)."""
    rng = np.random.default_rng(7800 + variant)
    sheet = np.zeros((360, 640, 3), np.uint8)
    edge = np.array([[0, 360], [0, rng.uniform(150, 240)], [320, rng.uniform(130, 210)]])
    edge = np.concatenate([edge, [[640, rng.uniform(150, 240)], [640, 360]]]).astype(np.int32)
    tone = rng.uniform(22, 40, 3)
    cv2.fillPoly(sheet, [edge], tone.tolist())
    for _ in range(int(rng.integers(2, 6))):  # papers, vents, a phone
        centre = (float(rng.uniform(40, 600)), float(rng.uniform(120, 330)))
        size = (float(rng.uniform(30, 190)), float(rng.uniform(8, 60)))
        corners = cv2.boxPoints((centre, size, float(rng.uniform(-20, 20)))).astype(np.int32)
        cv2.fillPoly(sheet, [corners], rng.uniform(30, 95, 3).tolist())
    for i in range(int(rng.integers(0, 9))):  # louvres
        v = 200 + 9 * i
        cv2.line(sheet, (120, v), (520, v + 4), (60.0, 62.0, 64.0), 2, cv2.LINE_AA)
    sheet = cv2.GaussianBlur(sheet, (0, 0), 5)
    texture: Texture = cv2.resize(sheet, (800, 450)).astype(np.uint8)
    return texture


@lru_cache(maxsize=64)
def vignette(width: int, height: int, step: int) -> Texture:
    """Gains that fall towards the corners, (height, width); `step` 0 to 10 is the strength."""
    u = (np.arange(width) + 0.5) / width * 2 - 1
    v = ((np.arange(height) + 0.5) / height * 2 - 1) * height / width
    radius = u[None, :] ** 2 + v[:, None] ** 2
    gain = 1.0 - 0.05 * step * radius**1.4 / 1.3
    return np.clip(255 * gain, 0, 255).astype(np.uint8)


@lru_cache(maxsize=32)
def drop_sprite(size: int) -> tuple[Texture, Texture]:
    """A drop's cover (0 to 255) and its own light around 128, each (size, size, 3)."""
    axis = (np.arange(size) + 0.5) / size * 2 - 1
    radius = np.hypot(axis[:, None], axis[None, :])
    cover = np.clip((1.0 - radius) * size / 3.0, 0.0, 1.0)
    rim = np.clip((radius - 0.55) / 0.45, 0.0, 1.0) ** 2
    spark = np.exp(-((axis[:, None] + 0.35) ** 2 + (axis[None, :] + 0.3) ** 2) / 0.03)
    light = 128 - 62 * rim * (0.4 - axis[:, None]) + 70 * spark
    sprite = [
        cv2.merge([plane] * 3)
        for plane in (
            (255 * cover).astype(np.uint8),
            np.clip(light, 0, 255).astype(np.uint8),
        )
    ]
    return sprite[0], sprite[1]


@lru_cache(maxsize=32)
def barrel_maps(width: int, height: int, step: int) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Fixed-point maps of a slight barrel (or pincushion) distortion for `cv2.remap`.

    At step 2 the corners move by 3.4 pixels of 640, all else by less: within 2 pixels of the
    model's input, so that the id-map still holds.
    """
    u = (np.arange(width) + 0.5 - width / 2) / (width / 2)
    v = (np.arange(height) + 0.5 - height / 2) / (width / 2)
    radius = u[None, :] ** 2 + v[:, None] ** 2
    # nothing moves at 0 and at about 0.9 of the half width: what is between bulges
    push = 1.0 + 0.0068 * step * radius * (radius - 0.8)
    map_u = (u[None, :] * push * width / 2 + width / 2 - 0.5).astype(np.float32)
    map_v = (v[:, None] * push * width / 2 + height / 2 - 0.5).astype(np.float32)
    fixed, share = cv2.convertMaps(map_u, map_v, cv2.CV_16SC2)
    return fixed, share
