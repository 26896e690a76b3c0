"""Runners around runners: they write down or replace what passes, for comparisons.

None of them changes what the runner inside computes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vlm_driving.runtime.runner import Runner


class Wrapped:
    """Passes everything on. The base of the others."""

    def __init__(self, inner: Runner) -> None:
        """Stand in front of `inner`."""
        self.inner = inner

    @property
    def name(self) -> str:
        """Name of the backend inside."""
        return self.inner.name

    def encode(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """(1, 3, height, width) -> (1, image_tokens, hidden)."""
        return self.inner.encode(pixels)

    def embed(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """(1, n) -> (1, n, hidden)."""
        return self.inner.embed(ids)

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        """Append (1, n, hidden) to the cache; the logits (vocab,) after its last position."""
        return self.inner.extend(embeds)

    @property
    def length(self) -> int:
        """Tokens in the cache."""
        return self.inner.length

    def rewind(self, length: int) -> None:
        """Forget every token after the first `length`."""
        self.inner.rewind(length)

    @property
    def capacity(self) -> int:
        """Tokens that the cache can hold."""
        return self.inner.capacity


class Recording(Wrapped):
    """Keeps the logits of every step since `begin`."""

    def __init__(self, inner: Runner) -> None:
        """Stand in front of `inner`."""
        super().__init__(inner)
        self.logits: list[NDArray[np.float32]] = []

    def begin(self) -> None:
        """Forget what was kept."""
        self.logits = []

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        """As the runner inside, and kept."""
        logits = self.inner.extend(embeds)
        self.logits.append(logits.copy())
        return logits


class Following(Wrapped):
    """Does all the work of the runner inside, but answers with recorded logits.

    So two models take the same decisions and write the same tokens, whatever their own
    weights would have said, and their times can be compared step by step.
    """

    def __init__(self, inner: Runner) -> None:
        """Stand in front of `inner`, following nothing yet."""
        super().__init__(inner)
        self._script: Iterator[NDArray[np.float32]] | None = None

    def follow(self, logits: list[NDArray[np.float32]]) -> None:
        """Answer the next steps with these logits, one each."""
        self._script = iter(logits)

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the step inside; the next recorded logits.

        Raises RuntimeError when there are more steps than were recorded.
        """
        own = self.inner.extend(embeds)
        if self._script is None:
            return own
        recorded = next(self._script, None)
        if recorded is None:
            raise RuntimeError("more steps were run than were recorded")
        return recorded


class Tracing(Wrapped):
    """Knows which tokens entered the cache, from the embeddings that passed by."""

    UNKNOWN = -1
    """Stands for a position that is no token: the image's."""

    def __init__(self, inner: Runner) -> None:
        """Stand in front of `inner`."""
        super().__init__(inner)
        self._token_of: dict[bytes, int] = {}
        self.tokens: list[int] = []

    def begin(self) -> None:
        """Forget the tokens so far."""
        self.tokens = []

    def embed(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """As the runner inside; each token's embedding is remembered."""
        embeds = self.inner.embed(ids)
        for token, row in zip(ids[0].tolist(), embeds[0], strict=True):
            self._token_of[row.tobytes()] = token
        return embeds

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        """As the runner inside; its tokens are noted."""
        self.tokens += [self._token_of.get(row.tobytes(), self.UNKNOWN) for row in embeds[0]]
        return self.inner.extend(embeds)
