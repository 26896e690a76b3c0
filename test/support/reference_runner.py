"""Transformers behind the runtime's Runner, without any cache: every step computes all anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vlm_driving.runtime.events import AdviceDecoded, Done, Sentence


class ReferenceRunner:
    """Slow and simple on purpose: no keys and values are kept, so none can be wrong."""

    name = "transformers"
    capacity = 4096

    def __init__(
        self, encode: Callable[[torch.Tensor], torch.Tensor], embed: Any, language: Any
    ) -> None:
        """Take an image encoder, an embedding layer and a model of `inputs_embeds`."""
        self._encode, self._embed, self._language = encode, embed, language
        self._embeds: NDArray[np.float32] | None = None

    def encode(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return np.asarray(self._encode(torch.from_numpy(pixels)).numpy())

    def embed(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return np.asarray(self._embed(torch.from_numpy(ids)).numpy())

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = [embeds] if self._embeds is None else [self._embeds, embeds]
        self._embeds = np.concatenate(parts, axis=1)
        with torch.inference_mode():
            logits = self._language(inputs_embeds=torch.from_numpy(self._embeds)).logits
        return np.asarray(logits[0, -1].numpy())

    @property
    def length(self) -> int:
        return 0 if self._embeds is None else self._embeds.shape[1]

    def rewind(self, length: int) -> None:
        assert 0 <= length <= self.length
        self._embeds = None if length == 0 or self._embeds is None else self._embeds[:, :length]


def greedy(
    runner: Any, prompt: NDArray[np.float32], count: int, never: int | None = None
) -> list[int]:
    """Token ids that a runner writes after a prompt (1, n, hidden); all but `never` are free."""

    def choose(logits: NDArray[np.float32]) -> int:
        if never is not None:
            logits = logits.copy()
            logits[never] = -np.inf
        return int(np.argmax(logits))

    runner.rewind(0)
    ids = [choose(runner.extend(prompt))]
    while len(ids) < count:
        ids.append(choose(runner.extend(runner.embed(np.array([ids[-1:]])).copy())))
    return ids


class Recorder:
    """A runner that also notes what its decoder would say after every call."""

    def __init__(self, runner: Any) -> None:
        self._runner = runner
        self.said: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runner, name)

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        logits = self._runner.extend(embeds)
        self.said.append(int(np.argmax(logits)))
        return np.asarray(logits)


def whole_answer(engine: Any, image: NDArray[np.uint8], ego_speed_kmh: float | None) -> list[Any]:
    """Everything that an answer says, and the unmasked choice at every step of it.

    The engine's runner is a Recorder. Random prose is often cut back to nothing, so the
    sentences alone would prove little.
    """
    engine.runner.said.clear()
    told: list[Any] = []
    for event in engine.answer(image, ego_speed_kmh):
        if isinstance(event, AdviceDecoded):
            told += [event.advice.speed, event.advice.path, event.advice.hazards]
        elif isinstance(event, Sentence):
            told.append((event.section, event.text))
        elif isinstance(event, Done):
            told.append((event.finish, event.tokens))
    return [*told, tuple(engine.runner.said)]
