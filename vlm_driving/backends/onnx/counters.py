"""What a decoder graph wants to know beside the embeddings: positions and lengths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.onnx.signature import Slot


def counter_shape(slot: Slot, count: int) -> tuple[int, ...]:
    """Shape of a bookkeeping input for a run of `count` tokens."""
    if slot.name == "position_ids":
        return (1, count)
    if slot.name == "cache_position":
        return (count,)
    return (1,) * slot.rank


def _positions(counter: NDArray[Any], past: int, total: int) -> None:
    counter[...] = np.arange(past, total)


def _last_key(counter: NDArray[Any], past: int, total: int) -> None:
    counter[...] = total - 1


def _total(counter: NDArray[Any], past: int, total: int) -> None:
    counter[...] = total


def _past(counter: NDArray[Any], past: int, total: int) -> None:
    counter[...] = past


def _one(counter: NDArray[Any], past: int, total: int) -> None:
    counter[...] = 1


COUNT: dict[str, Callable[[NDArray[Any], int, int], None]] = {
    "position_ids": _positions,
    "cache_position": _positions,
    "seqlens_k": _last_key,
    "total_sequence_length": _total,
    "past_sequence_length": _past,
    "num_logits_to_keep": _one,
    "logits_to_keep": _one,
}
"""How a bookkeeping input is filled in place, from the tokens before a run and after it."""
