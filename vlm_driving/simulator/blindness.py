"""Pictures that show no road, or too little of it.

A thing on the glass (mud, a sheet, snow, a hand, mist) is a field of numbers, one a pixel, that
is cut off where the wanted share of the road's pixels is covered: so `Blindness.share` is exact
for every shape. The road's pixels are `road_region`: a trapezium from the horizon down.
"""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.blind_faults import broken_picture
from vlm_driving.simulator.foreign_pictures import family_of, foreign_picture
from vlm_driving.simulator.scene import BlindKind, Blindness, Scene

Image = NDArray[np.uint8]

_ROWS, _COLUMNS = 90, 160
_ON_GLASS = (BlindKind.MUD, BlindKind.SHEET, BlindKind.SNOWED, BlindKind.HAND, BlindKind.FOGGED)


@lru_cache(maxsize=2)
def road_region(rows: int = _ROWS, columns: int = _COLUMNS) -> NDArray[np.bool_]:
    """The pixels where a road usually is, (rows, columns) of a 16:9 picture."""
    mask = np.zeros((rows, columns), np.uint8)
    corners = np.array([[0.42, 0.48], [0.58, 0.48], [0.98, 0.94], [0.02, 0.94]])
    cv2.fillPoly(mask, [(corners * [columns, rows]).astype(np.int32)], (1,))
    return mask.astype(bool)


def hides(kind: BlindKind) -> bool:
    """Whether this kind hides a part of the road (True) or replaces the whole picture."""
    return kind in _ON_GLASS


@lru_cache(maxsize=4)
def cover(blind: Blindness, width: int, height: int) -> Image:
    """How opaque the thing on the glass is, (height, width), 0 to 255."""
    rng = np.random.default_rng([blind.grain, 11])
    if blind.kind in (BlindKind.SHEET, BlindKind.HAND):
        field = _shape_field(rng, blind.kind)
        soft = 0.03
    else:
        field = _blotch_field(rng, blind.kind)
        soft = 0.35 if blind.kind is BlindKind.FOGGED else 0.12
    share = min(1.0, max(0.0, blind.share))
    inside = field[road_region()]
    edge = float(inside.max()) if share >= 1.0 else float(np.quantile(inside, share))
    spread = soft * float(inside.std()) + 1e-6
    opaque = np.clip(0.5 + (edge - field) / spread + (0.5 if share >= 1.0 else 0.0), 0.0, 1.0)
    small = (opaque * 255).astype(np.uint8)
    mask: Image = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return mask


def _noise(rng: np.random.Generator, cell: int) -> NDArray[np.float32]:
    coarse = rng.normal(0, 1, (_ROWS // cell + 2, _COLUMNS // cell + 2)).astype(np.float32)
    fine: NDArray[np.float32] = cv2.resize(coarse, (_COLUMNS, _ROWS), interpolation=cv2.INTER_CUBIC)
    return fine


def _blotch_field(rng: np.random.Generator, kind: BlindKind) -> NDArray[np.float32]:
    """Blotches that begin somewhere; the lowest values are covered first."""
    v, u = np.mgrid[0:_ROWS, 0:_COLUMNS].astype(np.float32)
    at = (rng.uniform(0.2, 0.8) * _COLUMNS, rng.uniform(0.3, 1.0) * _ROWS)
    far = np.hypot((u - at[0]) / _COLUMNS, (v - at[1]) / _ROWS).astype(np.float32)
    if kind is BlindKind.SNOWED:  # it slides down and lies at the bottom
        far = 0.5 * far + 1.1 * (1.0 - v / _ROWS)
        field = far + 0.14 * _noise(rng, 12) + 0.07 * _noise(rng, 4)
    elif kind is BlindKind.FOGGED:
        field = far + 0.12 * _noise(rng, 30)
    else:
        field = 0.9 * far + 0.3 * _noise(rng, 22) + 0.16 * _noise(rng, 8) + 0.07 * _noise(rng, 3)
    order: NDArray[np.float32] = field.astype(np.float32)
    return order


def _shape_field(rng: np.random.Generator, kind: BlindKind) -> NDArray[np.float32]:
    """The factor by which a shape has to grow to reach each pixel."""
    v, u = np.mgrid[0:_ROWS, 0:_COLUMNS].astype(np.float32)
    cu = rng.uniform(0.3, 0.7) * _COLUMNS
    cv = rng.uniform(0.5, 0.95) * _ROWS
    du, dv = u - cu, v - cv
    turn = np.arctan2(dv, du) + rng.uniform(0, 2 * math.pi)
    if kind is BlindKind.HAND:
        # fingers: five narrow lobes over half of the turn, a broad wrist on the other side
        turn = (np.arctan2(dv, du) + rng.uniform(-0.5, 0.5) + math.pi / 2) % (2 * math.pi)
        wrapped = np.where(turn > math.pi, turn - 2 * math.pi, turn)
        lobes = np.cos(wrapped * 6.4) ** 2
        finger = 0.62 + 0.6 * lobes * (np.abs(wrapped) < 1.35)
        wrist = np.where(np.abs(wrapped) > 2.5, 1.5, 0.75)
        reach = np.where(np.abs(wrapped) < 1.45, finger, wrist)
    else:
        sort = int(rng.integers(3))
        if sort == 0:  # a leaf: pointed at both ends
            reach = 0.42 + 0.9 * np.abs(np.cos(turn)) ** 3 + 0.05 * np.cos(9 * turn)
        elif sort == 1:  # paper: a rectangle
            wide, tall = rng.uniform(0.6, 1.2), rng.uniform(0.4, 0.9)
            reach = np.minimum(
                wide / (np.abs(np.cos(turn)) + 1e-3), tall / (np.abs(np.sin(turn)) + 1e-3)
            )
        else:  # a plastic bag: crumpled
            reach = (
                0.8 + 0.16 * np.cos(3 * turn) + 0.1 * np.cos(7 * turn + 1) + 0.06 * _noise(rng, 9)
            )
    field = np.hypot(du, dv) / np.maximum(reach, 0.1)
    order: NDArray[np.float32] = field.astype(np.float32)
    return order


def make_blind(image: Image, scene: Scene) -> Image:
    """The picture (h, w, 3) as `scene.blind` leaves it; may write into `image`."""
    blind = scene.blind
    if blind is None:
        return image
    height, width = image.shape[:2]
    if blind.kind is BlindKind.FOREIGN:
        family, seed = family_of(blind.grain)
        return foreign_picture(seed, family, width, height)
    if not hides(blind.kind):
        return broken_picture(image, blind)
    mask = cover(blind, width, height)
    level = min(1.0, 0.16 + sum(scene.atmosphere.ambient) / 3)
    thing = _thing(image, blind, level)
    share = cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR)
    covered = cv2.multiply(thing, share, scale=1 / 255)
    cv2.multiply(image, cv2.bitwise_not(share), dst=image, scale=1 / 255)
    cv2.add(image, covered, dst=image)
    return image


def _thing(image: Image, blind: Blindness, level: float) -> Image:
    """What covers the glass, as a whole picture; a mist also blurs `image` itself."""
    height, width = image.shape[:2]
    rng = np.random.default_rng([blind.grain, 12])
    if blind.kind is BlindKind.FOGGED:
        strength = 10 + 22 * blind.share
        small = cv2.resize(image, (max(4, int(width / strength)), max(3, int(height / strength))))
        soft = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        white = (60 + 110 * float(rng.random())) * (0.3 + 0.7 * level)
        mist = cv2.addWeighted(soft, 0.45, soft, 0.0, white)
        # outside the thickest mist, too, nothing stays sharp
        half = cv2.resize(image, (width // 12, height // 12), interpolation=cv2.INTER_AREA)
        cv2.resize(half, (width, height), dst=image, interpolation=cv2.INTER_LINEAR)
        misty: Image = mist
        return misty
    colours: dict[BlindKind, tuple[tuple[float, float, float], ...]] = {
        BlindKind.MUD: ((44, 66, 92), (30, 40, 52), (70, 95, 120)),
        BlindKind.SHEET: (
            (60, 120, 80),
            (40, 110, 150),
            (225, 228, 228),
            (190, 170, 140),
            (40, 60, 190),
        ),
        BlindKind.SNOWED: ((235, 230, 226), (205, 200, 196)),
        BlindKind.HAND: ((120, 150, 205), (90, 115, 165), (70, 60, 55), (200, 190, 180)),
    }
    options = colours[blind.kind]
    base = np.array(options[int(rng.random() * len(options))]) * rng.uniform(0.75, 1.1)
    grain = _noise(rng, 14) * rng.uniform(3, 16) + _noise(rng, 5) * rng.uniform(2, 9)
    if blind.kind is BlindKind.SHEET and rng.random() < 0.5:  # veins, folds or print
        v, u = np.mgrid[0:_ROWS, 0:_COLUMNS].astype(np.float32)
        turn = rng.uniform(0, math.pi)
        wave = np.sin((u * math.cos(turn) + v * math.sin(turn)) * rng.uniform(0.3, 1.2))
        grain = grain + 14 * np.sign(wave) * (np.abs(wave) > 0.6)
    # snow lets light through, everything else is dark from behind
    through = rng.uniform(0.8, 1.1) if blind.kind is BlindKind.SNOWED else rng.uniform(0.5, 1.0)
    lit = (base[None, None] + grain[:, :, None]) * level * through
    small = np.clip(lit, 0, 255).astype(np.uint8)
    thing: Image = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return thing
