"""Pictures on which a model must not advise: covered, black, white, noise, and no road at all."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.blindness import hides
from vlm_driving.simulator.compositions import Part
from vlm_driving.simulator.foreign_pictures import HELD_OUT_FAMILIES, held_out_grain
from vlm_driving.simulator.render import render
from vlm_driving.simulator.sampling import sample
from vlm_driving.simulator.scene import BlindKind, Blindness

FIRST_INDEX = 1_000_000
"""Scenes under the blindness: those of the seed's set, from this one on."""
SHARES = (0.2, 0.4, 0.6, 0.8, 1.0)
KINDS = (
    *(kind.value for kind in BlindKind if hides(kind)),
    *(kind.value for kind in (BlindKind.BLACK, BlindKind.WHITE, BlindKind.NOISE)),
    *(f"foreign_{family}" for family in HELD_OUT_FAMILIES),
)
"""In turn over the set."""
_SAMPLES = (
    ("skimage", "data", ("coffee.png", "page.png", "text.png", "chelsea.png", "horse.png")),
    ("sklearn", "datasets/images", ("china.jpg", "flower.jpg")),
    ("matplotlib", "mpl-data/sample_data", ("grace_hopper.jpg", "Minduka_Present_Blue_Pack.png")),
)
"""Package, folder and pictures that some packages bring along."""


@dataclass(frozen=True, slots=True, eq=False)
class BlindPicture:
    """A picture, what is wrong with it, and the ego speed that goes with it."""

    kind: str
    share: float
    image: NDArray[np.uint8]
    ego_speed_kmh: float | None


def blind_picture(seed: int, index: int) -> BlindPicture:
    """Picture `index` of the blind set."""
    kind, turn = KINDS[index % len(KINDS)], index // len(KINDS)
    scene = sample(seed, FIRST_INDEX + index, Part.SEEDS).scene
    share = 1.0
    if kind.startswith("foreign_"):
        grain = held_out_grain(kind.removeprefix("foreign_"), seed % (1 << 24) + turn)
        blind = Blindness(BlindKind.FOREIGN, share, grain)
    else:
        rng = np.random.default_rng([seed, index, 5])
        if hides(BlindKind(kind)):
            share = SHARES[turn % len(SHARES)]
        blind = Blindness(BlindKind(kind), share, int(rng.integers(0, 1 << 30)))
    image = render(replace(scene, blind=blind)).image
    return BlindPicture(kind, share, image, scene.ego_speed_kmh)


def real_pictures() -> Iterator[BlindPicture]:
    """Real pictures of other things, as far as installed packages bring some along."""
    for package, folder, names in _SAMPLES:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            continue
        for name in names:
            file = Path(spec.origin).parent / folder / name
            image = cv2.imread(str(file)) if file.is_file() else None
            if image is not None:
                stem = f"real_{package}_{Path(name).stem.lower()}"
                yield BlindPicture(stem, 1.0, image.astype(np.uint8), None)
