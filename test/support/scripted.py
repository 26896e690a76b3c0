"""A Runner that says what a test wants, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class ScriptedRunner:
    """Prefers the tokens of a script, one an `extend` after the prompt.

    The first extend after a rewind to the prompt is the prompt itself; from then on, each call
    moves on in the script. Legal tokens are chosen by the grammar's mask, so the script
    may hold anything. Embeddings carry the token's number, so `cache` shows what was fed.
    """

    def __init__(self, vocab: int, tokens: int, capacity: int = 512) -> None:
        self.name = "scripted"
        self.capacity = capacity
        self.script: list[int] = []
        self.cache: list[int] = []  # token numbers; -1 for an image token
        self.extends: list[int] = []  # tokens of every call
        self._vocab = vocab
        self._tokens = tokens
        self._said = 0

    def play(self, script: Sequence[int]) -> None:
        """Say `script` in the next answer."""
        self.script = list(script)

    def encode(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.full((1, self._tokens, 1), -1.0, dtype=np.float32)

    def embed(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        return ids.astype(np.float32)[:, :, None]

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        ids = [int(value) for value in embeds[0, :, 0]]
        self.cache += ids
        self.extends.append(len(ids))
        if -1 in ids:
            self._said = 0
        logits = np.zeros(self._vocab, dtype=np.float32)
        if self._said < len(self.script):
            logits[self.script[self._said]] = 10.0
        self._said += 1
        return logits

    @property
    def length(self) -> int:
        return len(self.cache)

    def rewind(self, length: int) -> None:
        assert 0 <= length <= len(self.cache)
        del self.cache[length:]


class StepClock:
    """A monotonic clock that moves on by `step_ms` every time it is read."""

    def __init__(self, step_ms: float = 1.0) -> None:
        self.now_ns = 0
        self.step_ns = int(step_ms * 1e6)

    def __call__(self) -> int:
        self.now_ns += self.step_ns
        return self.now_ns
