"""The labelled pictures of bags, and what is done to them: dark, rain, half of the road hidden."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import UserError
from vlm_driving.exam.real_labels import Label
from vlm_driving.simulator.blindness import make_blind
from vlm_driving.simulator.sampling import sample
from vlm_driving.simulator.scene import BlindKind, Blindness, Light, Scene, Weather, Windscreen
from vlm_driving.simulator.windscreen import look_through

Image = NDArray[np.uint8]
WIDTH = 640
"""What is added to a picture is drawn at this width."""


@dataclass(frozen=True, slots=True, eq=False)
class RealFrame:
    """A labelled picture and the ego speed that the bag tells."""

    label: Label
    image: Image
    ego_speed_kmh: float | None


def real_frames(labels: Sequence[Label], bags: Sequence[Path], model: Path) -> list[RealFrame]:
    """The labelled frames that are in `bags`.

    Raises UserError for a bag that no label names, or that lacks a labelled frame.
    """
    out: list[RealFrame] = []
    for bag in bags:
        own = [label for label in labels if label.bag in (bag.name, bag.stem)]
        if not own:
            names = ", ".join(sorted({label.bag for label in labels}))
            raise UserError(f"No label is of a bag named {bag.name}; the labels name {names}.")
        for topic in sorted({label.topic for label in own}):
            wanted = {label.stamp_ns: label for label in own if label.topic == topic}
            out += _read(bag, topic, wanted, model)
            if wanted:
                raise UserError(
                    f"{bag} lacks {len(wanted)} of the labelled frames, the first with stamp "
                    f"{min(wanted)}; give the whole recording."
                )
    return out


def _read(bag: Path, topic: str, wanted: dict[int, Label], model: Path) -> Iterator[RealFrame]:
    from vlm_driving.replay.options import ReplayOptions
    from vlm_driving.replay.recorded import with_speed
    from vlm_driving.replay.source import open_bag_source

    options = ReplayOptions(bag=bag, model=model, out=Path(), camera_topic=topic)
    with open_bag_source(options) as source:
        for frame, speed_kmh in with_speed(source.items()):
            label = wanted.pop(frame.stamp_ns, None)
            if label is not None:
                yield RealFrame(label, frame.load(), speed_kmh)


def darkened(image: Image, seed: int) -> Image:
    """As at nightfall: a fifth of the light, with the noise that goes with it."""
    rng = np.random.default_rng(seed)
    dim = (_small(image).astype(np.float32) / 255) ** 1.3 * 255 * 0.2
    noisy = dim + rng.normal(0.0, 3.0, dim.shape[:2])[:, :, None]
    dark: Image = np.clip(noisy, 0, 255).astype(np.uint8)
    return dark


def rained_on(image: Image, seed: int) -> Image:
    """Rain in the air and drops on the glass under a greyer, darker sky."""
    scene = _scene(seed)
    wet = replace(scene.atmosphere, weather=Weather.RAIN, wetness=1.0, sun_u=None)
    glass = Windscreen(drops=0.6, grain=seed)
    grey = cv2.cvtColor(cv2.cvtColor(_small(image), cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    dull = cv2.addWeighted(_small(image), 0.45, grey, 0.3, 8.0).astype(np.uint8)
    return look_through(dull, replace(scene, atmosphere=wet, windscreen=glass, tunnel=None))


def half_covered(image: Image, seed: int) -> Image:
    """Something on the glass that hides half of the road."""
    kind = (BlindKind.SHEET, BlindKind.MUD, BlindKind.HAND)[seed % 3]
    blind = Blindness(kind, 0.5, 1000 + seed)
    return make_blind(_small(image).copy(), replace(_scene(seed), blind=blind))


CHANGES: dict[str, Callable[[Image, int], Image]] = {
    "darkened": darkened,
    "rained_on": rained_on,
    "half_covered": half_covered,
}


def _small(image: Image) -> Image:
    height = round(image.shape[0] * WIDTH / image.shape[1])
    small: Image = cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return small


def _scene(seed: int) -> Scene:
    """A scene by day: its light and the grain of its rain are what is needed of it."""
    scenes = (sample(1, 1000 * seed + turn).scene for turn in itertools.count())
    return next(scene for scene in scenes if scene.atmosphere.light is Light.DAY)
