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
from vlm_driving.simulator import (
    Facts,
    Scene,
    advise,
    dense_labels,
    describe,
    fact_targets,
    render,
    sample_scene,
    visible_facts,
)
from vlm_driving.training.answer_format import PREFIX, answer_text, ego_text, prompt_after_image
from vlm_driving.training.heads import CellTruth
from vlm_driving.training.tokenizer import BOS

JPEG_SHARE = 0.5
"""Share of pictures that pass through a JPEG, as most cameras' do."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Training data on the way to the model.

    Attributes:
        pixels: (batch, 3, H, W) uint8, RGB.
        truth: ground truth of the dense heads.
        before: (prefix,) int64, tokens before the image.
        after: (batch, n) int64, tokens after the image, right-padded with 0.
        answered: (batch, n) bool, which of `after` are part of the answer.
    """

    pixels: torch.Tensor
    truth: CellTruth
    before: torch.Tensor
    after: torch.Tensor
    answered: torch.Tensor


def texts_of(scene: Scene, facts: Facts, rng: np.random.Generator) -> tuple[str, str]:
    """Prompt after the image, and the answer, for one scene."""
    advice = advise(facts, scene.ego_speed_kmh)
    words = describe(facts, advice, rng, scene.ego_speed_kmh)
    return (
        prompt_after_image(scene.ego_speed_kmh),
        answer_text(advice, words.advice_ja, words.description_ja),
    )


def scene_rng(seed: int, index: int) -> np.random.Generator:
    """The generator of a scene's wording and picture noise, apart from its sampling."""
    return np.random.default_rng([seed, index, 1])


def photograph(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The picture as a camera driver would hand it on: half of them through a JPEG."""
    if rng.random() >= JPEG_SHARE:
        return image
    quality = int(rng.integers(60, 95))
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.asarray(decoded, np.uint8)


class SceneBatches(Dataset[Batch]):
    """Batch number -> Batch, over an endless set of scenes."""

    def __init__(
        self, seed: int, size: int, spec: PreprocessSpec, tokenizer: Tokenizer | None
    ) -> None:
        """`tokenizer=None` leaves the text out: the encoder's stage needs none."""
        self.seed, self.size, self.spec, self.tokenizer = seed, size, spec, tokenizer

    def __getitem__(self, number: int) -> Batch:
        """The batch with this number."""
        cv2.setNumThreads(1)
        images, classes, ranges, boxes, scenes, texts = [], [], [], [], [], []
        for index in range(number * self.size, (number + 1) * self.size):
            scene, rng = sample_scene(self.seed, index), scene_rng(self.seed, index)
            rendering = render(scene)
            facts = visible_facts(scene, rendering)
            labels = dense_labels(scene, rendering, facts)
            images.append(prepare_uint8(photograph(rendering.image, rng), self.spec))
            classes.append(labels.cls)
            ranges.append(labels.range_m)
            boxes.append(labels.box)
            scenes.append(fact_targets(facts))
            if self.tokenizer is not None:
                texts.append(texts_of(scene, facts, rng))
        pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
        truth = CellTruth(
            torch.from_numpy(np.stack(classes).astype(np.int64)),
            torch.from_numpy(np.stack(ranges)),
            torch.from_numpy(np.stack(boxes)),
            torch.from_numpy(np.stack(scenes)),
        )
        if self.tokenizer is None:
            none = torch.zeros(0, dtype=torch.int64)
            return Batch(pixels, truth, none, none, none.bool())
        return Batch(pixels, truth, *tokenize(self.tokenizer, texts))


def tokenize(
    tokenizer: Tokenizer, texts: list[tuple[str, str]]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(prompt, answer) pairs -> `before`, `after`, `answered` of a Batch."""
    before = tokenizer.encode(PREFIX, add_special_tokens=False).ids
    rows = [
        [tokenizer.encode(part, add_special_tokens=False).ids for part in pair] for pair in texts
    ]
    length = max(len(prompt) + len(answer) for prompt, answer in rows)
    after = torch.zeros(len(rows), length, dtype=torch.int64)
    answered = torch.zeros(len(rows), length, dtype=torch.bool)
    for i, (prompt, answer) in enumerate(rows):
        end = len(prompt) + len(answer)
        after[i, :end] = torch.tensor(prompt + answer)
        answered[i, len(prompt) : end] = True
    return torch.tensor(before), after, answered


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
        batch.before.to(device),
        batch.after.to(device),
        batch.answered.to(device),
    )


def corpus(seed: int, scenes: int) -> Iterator[str]:
    """Plain text of the first scenes of a set, without label tokens, for the tokenizer."""
    for index in range(scenes):
        scene = sample_scene(seed, index)
        facts = visible_facts(scene, render(scene))
        speed = scene.ego_speed_kmh
        words = describe(facts, advise(facts, speed), scene_rng(seed, index), speed)
        yield PREFIX.removeprefix(BOS) + ego_text(speed)
        yield words.advice_ja
        yield words.description_ja
