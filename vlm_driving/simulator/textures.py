"""Noise made once a process and cut anew for every picture: fresh noise would cost 10 ms."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Texture = NDArray[np.uint8]

GROUND_HORIZON = 40
"""Rows of a ground texture above its horizon."""


@lru_cache(maxsize=1)
def glow_sprite() -> Texture:
    """A round fall-off, (64, 64) uint8, 255 in the middle."""
    axis = (np.arange(64) - 31.5) / 32
    radius = np.hypot(axis[:, None], axis[None, :])
    fall = np.clip(1 - radius, 0, 1) ** 2.2
    sprite: Texture = (fall * 255).astype(np.uint8)
    return sprite


@lru_cache(maxsize=4)
def sensor_noise(variant: int) -> Texture:
    """Camera noise around 128, standard deviation 32, (1000, 1600, 3)."""
    rng = np.random.default_rng(7100 + variant)
    white = rng.normal(0, 1, (1000, 1600, 3)).astype(np.float32)
    if variant % 2:
        white = cv2.GaussianBlur(white, (3, 3), 0.7).astype(np.float32)
        white /= white.std()
    return np.clip(white * 32 + 128, 0, 255).astype(np.uint8)


def _value_noise(
    rng: np.random.Generator, rows: int, columns: int, cell: int
) -> NDArray[np.float32]:
    coarse = rng.normal(0, 1, (rows // cell + 2, columns // cell + 2)).astype(np.float32)
    fine: NDArray[np.float32] = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC)
    return fine


@lru_cache(maxsize=48)
def ground_texture(variant: int, width: int, height: int) -> Texture:
    """Road grain in perspective around 128, (height, width, 3), horizon at GROUND_HORIZON."""
    rng = np.random.default_rng(7200 + variant)
    size = 1024
    tile = 0.55 * _value_noise(rng, size, size, 2)
    tile += 0.28 * _value_noise(rng, size, size, 8) + 0.5 * _value_noise(rng, size, size, 128)
    tile = np.block([[tile, tile[:, ::-1]], [tile[::-1], tile[::-1, ::-1]]])  # no seams
    size *= 2
    focal, eye = width * 0.83, 1.4
    below = np.maximum(np.arange(height) - GROUND_HORIZON, 0.5)[:, None]
    x = eye * focal / below
    y = (np.arange(width)[None, :] - width / 2) * x / focal
    map_u = ((y * 40 + size / 4) % size).astype(np.float32)
    map_v = np.broadcast_to((x * 14) % size, map_u.shape).astype(np.float32)
    grain = cv2.remap(tile, map_u, map_v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    grain = grain * np.clip(below / 90, 0.12, 1.0)
    grey = np.clip(grain * 17 + 128, 0, 255).astype(np.uint8)
    texture: Texture = cv2.merge([grey, grey, grey])
    return texture


@lru_cache(maxsize=48)
def ground_patches(variant: int, width: int, height: int) -> Texture:
    """Blotches of some 0.3 to 3 m in perspective around 128, (height, width), one channel.

    The horizon lies at GROUND_HORIZON as in `ground_texture`; snow and puddles follow it.
    """
    rng = np.random.default_rng(7500 + variant)
    size = 512
    tile = 0.5 * _value_noise(rng, size, size, 6) + 0.8 * _value_noise(rng, size, size, 24)
    tile += 0.6 * _value_noise(rng, size, size, 64)
    tile = np.block([[tile, tile[:, ::-1]], [tile[::-1], tile[::-1, ::-1]]])
    focal, eye = width * 0.83, 1.4
    below = np.maximum(np.arange(height) - GROUND_HORIZON, 0.5)[:, None]
    x = eye * focal / below
    y = (np.arange(width)[None, :] - width / 2) * x / focal
    map_u = ((y * 16 + size / 2) % (2 * size)).astype(np.float32)
    map_v = np.broadcast_to((x * 8) % (2 * size), map_u.shape).astype(np.float32)
    blotch = cv2.remap(tile, map_u, map_v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    blotch = blotch * np.clip(below / 30, 0.2, 1.0)
    patches: Texture = np.clip(blotch * 52 + 128, 0, 255).astype(np.uint8)
    return patches


@lru_cache(maxsize=4)
def cloud_texture(variant: int) -> Texture:
    """Soft clouds around 128, (512, 1400, 3)."""
    rng = np.random.default_rng(7300 + variant)
    clouds = sum((cell / 96) * _value_noise(rng, 512, 1400, cell) for cell in (12, 24, 48, 96))
    grey = np.clip(np.asarray(clouds) * 26 + 128, 0, 255).astype(np.uint8)
    # clouds lie flat towards the horizon
    part = grey[:, :420] if variant % 2 else grey[:, :800]
    grey = cv2.resize(part, (1400, 512), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    texture: Texture = cv2.merge([grey, grey, grey])
    return texture


@lru_cache(maxsize=4)
def rain_texture(variant: int) -> Texture:
    """Bright streaks on black, (1000, 1600, 3)."""
    rng = np.random.default_rng(7400 + variant)
    sheet = np.zeros((1000, 1600), np.uint8)
    slant = rng.uniform(-0.25, 0.25)
    for _ in range(2600):
        u, v = rng.uniform(0, 1600), rng.uniform(0, 1000)
        length = rng.uniform(8, 34)
        start = (int(u), int(v))
        end = (int(u + slant * length), int(v + length))
        cv2.line(sheet, start, end, (float(rng.uniform(60, 190)),), 1, cv2.LINE_AA)
    sheet = cv2.GaussianBlur(sheet, (3, 3), 0.6).astype(np.uint8)
    texture: Texture = cv2.merge([sheet, sheet, sheet])
    return texture


@lru_cache(maxsize=4)
def flake_texture(variant: int) -> Texture:
    """Falling flakes on black, many small and few large and soft, (1000, 1600, 3)."""
    rng = np.random.default_rng(7600 + variant)
    sheet = np.zeros((1000, 1600), np.uint8)
    slant = rng.uniform(-0.8, 0.8)
    for layer, (count, radius) in enumerate(((2100, 0.55), (420, 0.9), (36, 2.4))):
        part = np.zeros_like(sheet)
        for _ in range(count):
            u, v = int(rng.uniform(0, 1600)), int(rng.uniform(0, 1000))
            size = radius * float(rng.uniform(0.7, 1.4))
            end = (int(u + slant * 2 * size), int(v + 2 * size))
            tone = float(rng.uniform(90, 235)) * (1.0, 0.9, 0.6)[layer]
            cv2.line(part, (u, v), end, (tone,), max(1, round(1.7 * size)), cv2.LINE_AA)
        blur = (0.6, 0.9, 2.6)[layer]
        sheet = cv2.max(sheet, cv2.GaussianBlur(part, (0, 0), blur)).astype(np.uint8)
    texture: Texture = cv2.merge([sheet, sheet, sheet])
    return texture


def cut(texture: Texture, width: int, height: int, grain: int) -> Texture:
    """A window of a texture chosen by `grain`; grown first when it is too small."""
    rows, columns = texture.shape[:2]
    if columns < width or rows < height:
        texture = cv2.resize(texture, (max(columns, width), max(rows, height))).astype(np.uint8)
        rows, columns = texture.shape[:2]
    left = grain % (columns - width + 1)
    top = (grain // 1613) % (rows - height + 1)
    return texture[top : top + height, left : left + width]
