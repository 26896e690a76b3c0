"""Known answers: a standard input for any image, and a small network made of arithmetic.

A device proves itself with the image's own answers (`known_answers`), through the same
launches that frames use. The small network is for whoever builds a device or changes the
reference: its answers are committed, and no weights of a model are needed for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.fpga.shape import NetworkShape, StageShape

STANDARD_TOKENS = 3
"""Tokens that the standard input has after the picture: one launch of two, one of one."""

SMALL = NetworkShape(
    height=32,
    width=64,
    stages=(StageShape(8, 1), StageShape(12, 1), StageShape(120, 1)),
    projector=24,
    narrow=5,
    mix=16,
    summary_tokens=2,
    hidden=32,
    inner=48,
    vocab=64,
    layers=2,
    heads=4,
    kv_heads=2,
    head_size=8,
    positions=32,
)


class Computes(Protocol):
    """What answers: the reference, or a device behind its driver."""

    @property
    def shape(self) -> NetworkShape:
        """Of the network."""
        ...

    def encode(self, pixels: NDArray[np.int16]) -> NDArray[np.int32]:
        """(3, height, width) in Q12 -> (image_tokens, hidden) in Q16."""
        ...

    def extend(self, rows: NDArray[np.int32], start: int) -> NDArray[np.int32]:
        """(n, hidden) in Q16 at `start` -> logits (vocab,) in Q16."""
        ...


def noise(count: int, seed: int) -> NDArray[np.int64]:
    """Whole numbers below 2**32, the same everywhere: a multiplicative hash of 0, 1, 2..."""
    x = (np.arange(count, dtype=np.uint64) + np.uint64(seed * 0x10001)) * np.uint64(0x9E3779B1)
    x &= np.uint64(0xFFFFFFFF)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x ^= x >> np.uint64(shift)
        x = (x * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    result: NDArray[np.int64] = (x ^ (x >> np.uint64(16))).astype(np.int64)
    return result


def standard_pixels(shape: NetworkShape) -> NDArray[np.int16]:
    """(3, height, width) in Q12, from -1 to 1."""
    values = noise(3 * shape.height * shape.width, 1) % 8193 - 4096
    return values.astype(np.int16).reshape(3, shape.height, shape.width)


def standard_rows(shape: NetworkShape) -> NDArray[np.int32]:
    """(STANDARD_TOKENS, hidden) in Q16, of the size of embeddings."""
    values = noise(STANDARD_TOKENS * shape.hidden, 2) % 8193 - 4096
    return values.astype(np.int32).reshape(STANDARD_TOKENS, shape.hidden)


def known_answers(network: Computes) -> dict[str, str]:
    """SHA-256 of the answers to the standard input, as little-endian int32.

    `encode`: the picture's tokens; `prefill`: logits after them and two rows more, in one
    launch; `decode`: logits after one row more. Overwrites the cache.
    """
    rows = standard_rows(network.shape)
    features = network.encode(standard_pixels(network.shape))
    first = np.concatenate((features, rows[:-1]))
    answers = {"encode": _digest(features)}
    answers["prefill"] = _digest(network.extend(first, 0))
    answers["decode"] = _digest(network.extend(rows[-1:], len(first)))
    return answers


def _digest(values: NDArray[np.int32]) -> str:
    return hashlib.sha256(np.ascontiguousarray(values, "<i4").tobytes()).hexdigest()


def small_floats(
    matrices: Sequence[tuple[str, tuple[int, ...], bool]],
    vectors: Sequence[tuple[str, tuple[int, ...]]],
    shape: NetworkShape = SMALL,
) -> dict[str, NDArray[Any]]:
    """Weights of the small network, by the names and sizes that packing asks for."""
    floats: dict[str, NDArray[Any]] = {}
    seed = 100

    def draw(sizes: tuple[int, ...], spread: float, middle: float = 0.0) -> NDArray[np.float32]:
        nonlocal seed
        seed += 1
        whole = noise(int(np.prod(sizes)), seed) % 2001 - 1000
        return (whole / 1000.0 * spread + middle).astype(np.float32).reshape(sizes)

    for name, sizes, bias in matrices:
        # About 1.7 / sqrt(inputs) keeps the size of what goes through; a power of two near it.
        inputs = int(np.prod(sizes[1:]))
        floats[name] = draw(sizes, 2.0 / float(1 << ((inputs.bit_length() + 1) // 2 - 1)))
        if bias:
            floats[name + ".bias"] = draw(sizes[:1], 0.25)
    for name, sizes in vectors:
        norm = name.startswith("layers") or name in ("norm", "vision.norm")
        floats[name] = draw(sizes, 0.5, 1.0) if norm else draw(sizes, 0.0625)
    turns = draw((shape.positions, shape.head_size // 2), 1.0)
    floats["cos"] = turns
    # Not a sine, and it need not be one: the arithmetic takes any table.
    floats["sin"] = (1.0 - np.abs(turns)).astype(np.float32)
    return floats
