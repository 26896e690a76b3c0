"""How a bundle's graphs are run, seen from the engine."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Runner(Protocol):
    """Three graphs and one key/value cache that holds one sequence.

    Arrays that a method returns may be views of the runner's own buffers: they are good
    until the next call of the same method.
    """

    @property
    def name(self) -> str:
        """Name of the backend, such as onnx-cpu."""
        ...

    def encode(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """(1, 3, height, width) -> (1, image_tokens, hidden)."""
        ...

    def embed(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """(1, n) -> (1, n, hidden)."""
        ...

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        """Append (1, n, hidden) to the cache; the logits (vocab,) after its last position."""
        ...

    @property
    def length(self) -> int:
        """Tokens in the cache."""
        ...

    def rewind(self, length: int) -> None:
        """Forget every token after the first `length`, exactly."""
        ...

    @property
    def capacity(self) -> int:
        """Tokens that the cache can hold."""
        ...
