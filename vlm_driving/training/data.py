"""Simulated scenes as training batches, seen through the runtime's own preprocessing.

Batch `b` of a set holds the scenes `b * size` to `(b + 1) * size - 1` of its seed,
whoever asks and however often: an interrupted training goes on with the same data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.utils.data import DataLoader, Dataset

from vlm_driving.runtime.preprocess import PreprocessSpec, prepare_uint8
from vlm_driving.simulator import dense_labels, render, sample_scene, visible_facts
from vlm_driving.training.heads import CellTruth
from vlm_driving.training.packing import Packed, pack
from vlm_driving.training.scene_targets import scene_targets
from vlm_driving.training.texts import corpus_texts, prefix_ids, segments

RENDER_SIZES = ((640, 360), (480, 270), (480, 270), (480, 270))
"""By scene number, over and over: most pictures are made just large enough, which is faster."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Training data on the way to the model.

    Attributes:
        pixels: (batch, 3, H, W) uint8, RGB; (batch, 3, 0, 0) where only words are learned.
        truth: ground truth of the dense heads.
        texts: what is said; the report is the first segment of each row.
    """

    pixels: torch.Tensor
    truth: CellTruth
    texts: Packed


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a stage needs of its scenes.

    Attributes:
        pictures: the pixels.
        asked: questions a scene beside the report (see `texts.segments`); None: no texts.
    """

    pictures: bool = True
    asked: int | None = None


def scene_rng(seed: int, index: int) -> np.random.Generator:
    """The generator of a scene's wording, apart from its sampling."""
    return np.random.default_rng([seed, index, 1])


class SceneBatches(Dataset[Batch]):
    """Batch number -> Batch, over an endless set of scenes."""

    def __init__(
        self,
        seed: int,
        size: int,
        spec: PreprocessSpec,
        tokenizer: Tokenizer | None = None,
        wanted: Wanted = Wanted(),  # noqa: B008 (frozen)
    ) -> None:
        """`tokenizer` is needed where texts are wanted."""
        if wanted.asked is not None and tokenizer is None:
            raise ValueError("texts need a tokenizer")
        self.seed, self.size, self.spec = seed, size, spec
        self.tokenizer, self.wanted = tokenizer, wanted

    def __getitem__(self, number: int) -> Batch:
        """The batch with this number."""
        cv2.setNumThreads(1)
        images, classes, ranges, boxes, scenes, rows = [], [], [], [], [], []
        for index in range(number * self.size, (number + 1) * self.size):
            scene, rng = sample_scene(self.seed, index), scene_rng(self.seed, index)
            rendering = render(scene, *RENDER_SIZES[index % len(RENDER_SIZES)])
            facts = visible_facts(scene, rendering)
            labels = dense_labels(scene, rendering, facts)
            if self.wanted.pictures:
                images.append(prepare_uint8(rendering.image, self.spec))
            classes.append(labels.cls)
            ranges.append(labels.range_m)
            boxes.append(labels.box)
            scenes.append(scene_targets(facts))
            if self.tokenizer is not None and self.wanted.asked is not None:
                speed, asked = scene.ego_speed_kmh, self.wanted.asked
                rows.append(segments(self.tokenizer, facts, speed, rng, asked))
        truth = CellTruth(
            torch.from_numpy(np.stack(classes).astype(np.int64)),
            torch.from_numpy(np.stack(ranges)),
            torch.from_numpy(np.stack(boxes)),
            torch.from_numpy(np.stack(scenes)),
        )
        before = prefix_ids(self.tokenizer) if self.tokenizer is not None else []
        return Batch(self._pixels(images), truth, pack(before, rows))

    def _pixels(self, images: list[NDArray[np.uint8]]) -> torch.Tensor:
        if not images:
            return torch.zeros(self.size, 3, 0, 0, dtype=torch.uint8)
        return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)


def loader(
    batches: SceneBatches, first: int, last: int, workers: int, patience_s: float = 600.0
) -> Iterator[Batch]:
    """The batches `first` to `last - 1` in order, made in `workers` processes.

    Raises:
        RuntimeError: if a worker hangs for `patience_s`, so that no training stands still unseen.
    """
    return iter(
        DataLoader(
            batches,
            sampler=range(first, last),
            batch_size=None,
            num_workers=workers,
            prefetch_factor=4 if workers else None,
            timeout=patience_s if workers else 0,
            # A forked child hangs in the thread pool that OpenCV started in its parent.
            multiprocessing_context="spawn" if workers else None,
        )
    )


def to_device(batch: Batch, device: str) -> Batch:
    """The same batch on `device`."""
    if device == "cpu":
        return batch
    truth = batch.truth
    return Batch(
        batch.pixels.to(device),
        CellTruth(
            truth.classes.to(device),
            truth.range_m.to(device),
            truth.box.to(device),
            truth.scene.to(device),
        ),
        batch.texts.to(device),
    )


def corpus(seed: int, scenes: int) -> Iterator[str]:
    """Plain text of the first scenes of a set, without label tokens, for the tokenizer."""
    for index in range(scenes):
        scene = sample_scene(seed, index)
        facts = visible_facts(scene, render(scene, *RENDER_SIZES[1]))
        yield from corpus_texts(facts, scene.ego_speed_kmh, scene_rng(seed, index))
