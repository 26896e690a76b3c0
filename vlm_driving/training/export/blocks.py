"""Weight-only block quantization as MatMulNBits stores it: numpy alone, no graph.

A weight (outputs, inputs) is cut along its inputs into blocks; each block has one float
scale and, where it is asymmetric, one integer zero point. Values are
`(code - zero_point) * scale`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 32


@dataclass(frozen=True, slots=True, eq=False)
class BlockCodes:
    """A quantized weight.

    Attributes:
        codes: (outputs, blocks, block) uint8, one code an element, unpacked.
        scales: (outputs, blocks) float32.
        zero_points: (outputs, blocks) uint8, or None for the middle of the range.
        bits: 4 or 8.
        inputs: columns of the weight before padding to whole blocks.
    """

    codes: NDArray[np.uint8]
    scales: NDArray[np.float32]
    zero_points: NDArray[np.uint8] | None
    bits: int
    inputs: int

    def dequantize(self) -> NDArray[np.float32]:
        """The weight as the kernel sees it, (outputs, inputs) float32."""
        middle = np.float32(1 << (self.bits - 1))
        zero = middle if self.zero_points is None else self.zero_points[..., None]
        values = (self.codes.astype(np.float32) - zero) * self.scales[..., None]
        flat: NDArray[np.float32] = values.reshape(len(values), -1)[:, : self.inputs]
        return np.ascontiguousarray(flat, dtype=np.float32)


def quantize_blocks(
    weight: NDArray[np.float32], bits: int, *, block: int = BLOCK, symmetric: bool = True
) -> BlockCodes:
    """Quantize a weight (outputs, inputs) with the block scales of least squared error.

    Eight bits are rounded to the scale of the largest value: its error is far below what
    changes a token. Four bits are not: for every block a range of clippings is tried and
    the scale fitted to the codes by least squares, so that outliers do not widen the
    steps of all the others. Raises ValueError for bits other than 4 and 8.
    """
    if bits not in (4, 8):
        raise ValueError(f"weights are quantized to 4 or 8 bits, got {bits}")
    outputs, inputs = weight.shape
    blocks = -(-inputs // block)
    padded = np.zeros((outputs, blocks * block), np.float32)
    padded[:, :inputs] = weight
    values = padded.reshape(outputs, blocks, block)
    clippings = (1.0,) if bits == 8 else tuple(np.linspace(1.0, 0.55, 19))
    best = _fit(values, bits, symmetric, clippings)
    codes, scales, zero = best
    return BlockCodes(codes, scales, None if symmetric else zero, bits, inputs)


def _fit(
    values: NDArray[np.float32], bits: int, symmetric: bool, clippings: tuple[float, ...]
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.uint8]]:
    """Codes, scales and zero points of the clipping with the least error in each block."""
    top = (1 << bits) - 1
    middle = 1 << (bits - 1)
    low = np.minimum(values.min(axis=2), 0.0)
    high = np.maximum(values.max(axis=2), 0.0)
    largest = np.take_along_axis(values, np.abs(values).argmax(axis=2)[..., None], axis=2)[..., 0]
    least = np.full(low.shape, np.inf, np.float32)
    codes = np.zeros(values.shape, np.uint8)
    scales = np.ones(low.shape, np.float32)
    zeros = np.full(low.shape, middle, np.uint8)
    refine = len(clippings) > 1
    for clipping in clippings:
        if symmetric and bits == 8:
            scale = np.abs(largest) * clipping / (middle - 1)
            zero = np.full(low.shape, middle, np.float32)
        elif symmetric:  # the one code more on the negative side goes to the largest value
            scale = -largest * clipping / middle
            zero = np.full(low.shape, middle, np.float32)
        else:
            scale = (high - low) * clipping / top
            safe = np.where(scale == 0, 1.0, scale)
            zero = np.clip(np.rint(-low * clipping / safe), 0, top)
        scale = np.where(scale == 0, 1.0, scale).astype(np.float32)
        trial = np.clip(np.rint(values / scale[..., None]) + zero[..., None], 0, top)
        centred = trial - zero[..., None]
        if refine:
            power = (centred * centred).sum(axis=2)
            fitted = (values * centred).sum(axis=2) / np.where(power == 0, 1.0, power)
            scale = np.where((power == 0) | (fitted == 0), scale, fitted).astype(np.float32)
        error = ((centred * scale[..., None] - values) ** 2).sum(axis=2)
        better = error < least
        least = np.where(better, error, least)
        codes = np.where(better[..., None], trial, codes).astype(np.uint8)
        scales = np.where(better, scale, scales).astype(np.float32)
        zeros = np.where(better, zero, zeros).astype(np.uint8)
    return codes, scales, zeros


def relative_error(weight: NDArray[np.float32], codes: BlockCodes) -> float:
    """Root of the squared error over the squared weight."""
    difference = codes.dequantize() - weight
    return float(np.sqrt((difference**2).sum() / max(float((weight**2).sum()), 1e-30)))


def pack(codes: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Codes along the last axis into bytes, the even one of a pair in the low half."""
    if bits == 8:
        return codes
    if codes.shape[-1] % 2:
        codes = np.concatenate([codes, np.zeros_like(codes[..., :1])], axis=-1)
    return np.asarray(codes[..., 0::2] | (codes[..., 1::2] << 4), np.uint8)


def unpack(packed: NDArray[np.uint8], bits: int, count: int) -> NDArray[np.uint8]:
    """The first `count` codes of each row of bytes that `pack` made."""
    if bits == 8:
        return packed[..., :count]
    pairs = np.stack([packed & 0x0F, packed >> 4], axis=-1)
    return np.asarray(pairs.reshape(*packed.shape[:-1], -1)[..., :count], np.uint8)
