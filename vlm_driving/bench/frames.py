"""Frames to measure with: never the same picture twice.

A repeated picture flatters every cache on the way. Frames come from the simulator, a new
scene each, or from a bag, whose standing still is skipped.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import UserError
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.replay.recorded import RecordedFrame, with_speed
from vlm_driving.runtime.bundle import ModelBundle

BENCH_SEED = 7_200_000
"""Seed of the scenes that latency is measured on; training never uses it."""


@dataclass(frozen=True, slots=True, eq=False)
class BenchFrame:
    """One picture, (height, width, 3) uint8 BGR, and the ego speed that goes with it.

    `decode_ms` is what it cost to make the picture of a bag's message; None for a scene.
    """

    image: NDArray[np.uint8]
    ego_speed_kmh: float | None
    decode_ms: float | None = None


class FreshFrames(Iterator[BenchFrame]):
    """Yields each picture of `source` once; repeats are skipped and counted."""

    def __init__(self, source: Iterable[BenchFrame], name: str) -> None:
        self.name = name
        self.repeats = 0
        self._source = iter(source)
        self._seen: set[bytes] = set()

    def __next__(self) -> BenchFrame:
        """The next picture that has not been seen. Raises StopIteration at the end."""
        for frame in self._source:
            digest = picture_digest(frame.image)
            if digest not in self._seen:
                self._seen.add(digest)
                return frame
            self.repeats += 1
        raise StopIteration

    def some(self, count: int, purpose: str) -> Iterator[BenchFrame]:
        """Yield `count` fresh frames, each made when it is asked for.

        Raises UserError where the source has no more.
        """
        for given in range(count):
            frame = next(self, None)
            if frame is None:
                raise UserError(
                    f"{self.name} ends {count - given} pictures too early for {purpose}: all must "
                    "differ; name a longer bag, or lower --frames and --warmup."
                )
            yield frame


def picture_digest(image: NDArray[np.uint8]) -> bytes:
    """A digest of size and pixels."""
    digest = hashlib.blake2b(str(image.shape).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(image).data)
    return digest.digest()


def simulator_frames(seed: int = BENCH_SEED) -> FreshFrames:
    """An endless row of simulated road scenes of `seed`, rendered when asked for."""
    return FreshFrames(_simulated(seed), f"the simulator (seed {seed})")


@contextmanager
def bag_frames(bag: Path, bundle: ModelBundle) -> Iterator[FreshFrames]:
    """The pictures of a bag in recorded order, decoded as the bundle's preprocessing allows.

    Messages that make no picture are left out. Raises UserError for a bag that cannot be
    read, or has not exactly one camera.
    """
    from vlm_driving.replay.options import ReplayOptions
    from vlm_driving.replay.source import open_bag_source

    options = ReplayOptions(bag=bag, model=bundle.root, out=Path())
    with open_bag_source(options) as source:
        source.spec = bundle.preprocess
        yield FreshFrames(_recorded(with_speed(source.items())), str(bag))


def _recorded(items: Iterable[tuple[RecordedFrame, float | None]]) -> Iterator[BenchFrame]:
    from vlm_driving.runtime.images import MalformedImage

    for recorded, speed_kmh in items:
        start = time.monotonic_ns()
        try:
            image = recorded.load()
        except MalformedImage:
            continue
        yield BenchFrame(image, speed_kmh, (time.monotonic_ns() - start) / NS_PER_MS)


def _simulated(seed: int) -> Iterator[BenchFrame]:
    from vlm_driving.simulator import render, sample_scene

    index = 0
    while True:
        scene = sample_scene(seed, index)
        yield BenchFrame(render(scene).image, scene.ego_speed_kmh)
        index += 1
