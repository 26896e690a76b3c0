"""Pictures of anything but a road, all drawn by numbers: what a model must learn to refuse.

`Blindness.grain` picks family and seed. A grain below `HELD_OUT_GRAIN` stands for a family of
`TRAINING_FAMILIES`, one from there on for a family of `HELD_OUT_FAMILIES`, which no training
may see: `family = families[grain % len(families)]`, `seed = grain // len(families)`.
"""

from __future__ import annotations

import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import UserError
from vlm_driving.simulator.foreign_abstract import ABSTRACT
from vlm_driving.simulator.foreign_things import THINGS

TRAINING_FAMILIES: tuple[str, ...] = tuple(ABSTRACT)
HELD_OUT_FAMILIES: tuple[str, ...] = tuple(THINGS)
HELD_OUT_GRAIN = 1 << 30
"""From this grain on a foreign picture is of a held-out family."""
_PAINTERS = ABSTRACT | THINGS


def family_of(grain: int) -> tuple[str, int]:
    """(family, seed) that a `Blindness.grain` stands for."""
    if grain >= HELD_OUT_GRAIN:
        families, number = HELD_OUT_FAMILIES, grain - HELD_OUT_GRAIN
    else:
        families, number = TRAINING_FAMILIES, grain
    return families[number % len(families)], number // len(families)


def held_out_grain(family: str, seed: int) -> int:
    """The `Blindness.grain` of a picture of a held-out family.

    Raises:
        UserError: there is no such family.
    """
    if family not in HELD_OUT_FAMILIES:
        raise UserError(
            f"'{family}' is no held-out family; choose one of {', '.join(HELD_OUT_FAMILIES)}."
        )
    return HELD_OUT_GRAIN + seed * len(HELD_OUT_FAMILIES) + HELD_OUT_FAMILIES.index(family)


def foreign_picture(grain: int, family: str, width: int, height: int) -> NDArray[np.uint8]:
    """A picture (height, width, 3), BGR, of a family; `grain` picks which.

    Raises:
        UserError: there is no such family.
    """
    if family not in _PAINTERS:
        raise UserError(
            f"'{family}' is no family of pictures; choose one of {', '.join(_PAINTERS)}."
        )
    rng = np.random.default_rng([grain, zlib.crc32(family.encode())])
    small = _PAINTERS[family](rng)
    # light falls in from somewhere, as it does in photographs
    corners = rng.uniform(0.55, 1.1, (2, 2)) if rng.random() < 0.6 else np.ones((2, 2))
    light = cv2.resize((corners * 200).astype(np.uint8), (small.shape[1], small.shape[0]))
    lit = cv2.multiply(small, cv2.cvtColor(light, cv2.COLOR_GRAY2BGR), scale=1 / 200)
    # from garish to nearly grey, soft or sharp: colours alone must give nothing away
    grey = cv2.cvtColor(cv2.cvtColor(lit, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    vivid = float(rng.uniform(0.1, 1.0))
    contrast = float(rng.uniform(0.5, 1.0))
    base = float(rng.uniform(0.0, 1.0 - contrast)) * 255
    lit = cv2.addWeighted(lit, contrast * vivid, grey, contrast * (1 - vivid), base)
    if rng.random() < 0.35:
        lit = cv2.GaussianBlur(lit, (0, 0), float(rng.uniform(0.5, 2.5)))
    image: NDArray[np.uint8] = cv2.resize(lit, (width, height), interpolation=cv2.INTER_CUBIC)
    return image
