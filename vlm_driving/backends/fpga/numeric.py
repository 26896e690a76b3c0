"""The integer arithmetic that every device computes: rounding, scales, products.

Three kinds of number exist. *Fixed point* Q16 is an int32 that counts 2**-16. *Quantized* rows
are int8 from -127 to 127 with one scale a row. *Weights* are int8 with one multiplier an output.
All functions are exact: they say which integer comes out, not how a device gets there.

Products are summed in int32. Here float32 matrix products stand in for it, 1024 inputs at a
time: 1024 * 127 * 127 < 2**24, so every partial sum is a whole number that float32 holds, in
whatever order a library adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]

Q = 16
ONE = 1 << Q
LARGEST = (1 << 31) - 1
"""Fixed point saturates at plus and minus this, so that a sign can always be changed."""
CODE = 127
"""Largest quantized value; -128 is never used."""
EXACT_INPUTS = 1024
_RECIPROCAL_BITS = 32


def shift_round(x: Whole, shift: Whole | int) -> Whole:
    """Give x / 2**shift, rounded to nearest, halves away from zero.

    Args:
        x: any whole numbers below 2**62.
        shift: at least 1, or an array of such that broadcasts.
    """
    half = np.left_shift(np.int64(1), np.asarray(shift, np.int64) - 1)
    result: Whole = (x + half + (x >> 63)) >> shift
    return result


def saturate(x: Whole) -> Whole:
    """Limited to what int32 fixed point holds."""
    result: Whole = np.minimum(np.maximum(x, -LARGEST), LARGEST)
    return result


def bit_length(x: Whole) -> Whole:
    """Bits of whole numbers from 0 below 2**53; 0 has none."""
    result: Whole = np.frexp(x.astype(np.float64))[1].astype(np.int64)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Quantized rows: the value is `codes * mantissa * 2**exponent / 127` in Q16.

    Attributes:
        codes: (rows, k) float32 that hold whole numbers from -127 to 127.
        mantissa: (rows,) from 1 to 65535.
        exponent: (rows,) from 0 to 16.
    """

    codes: NDArray[np.float32]
    mantissa: Whole
    exponent: Whole


def row_scales(largest: Whole) -> tuple[Whole, Whole]:
    """Mantissa and exponent of a row whose largest magnitude is given.

    The scale is the least `mantissa * 2**exponent` with a mantissa of 16 bits that is not
    below the largest value; it is 1 for a row of zeros.
    """
    exponent = np.maximum(bit_length(largest) - 16, 0)
    mantissa = -((-largest) >> exponent)
    carry = mantissa >> 16  # rounding up may reach 65536
    return np.maximum(mantissa >> carry, 1), exponent + carry


def quantize(x: Whole) -> Rows:
    """Quantize (rows, k) in Q16, a scale a row.

    `code = round(x * r / 2**32)` with `r = floor(127 * 2**32 / scale)`: one division a row.
    """
    mantissa, exponent = row_scales(np.abs(x).max(axis=1))
    reciprocal = (np.int64(CODE) << _RECIPROCAL_BITS) // (mantissa << exponent)
    codes = shift_round(x * reciprocal[:, None], _RECIPROCAL_BITS)
    return Rows(codes.astype(np.float32), mantissa, exponent)


def quantize_together(x: Whole) -> Rows:
    """Quantize (rows, k) in Q16 with one scale for all: what a convolution needs."""
    one = quantize(x.reshape(1, -1))
    return Rows(one.codes.reshape(x.shape), one.mantissa, one.exponent)


def product(codes: NDArray[np.float32], weights: NDArray[np.float32]) -> Whole:
    """Sums of products of int8 codes, (rows, k) by (k, n), as an int32 adder has them."""
    inputs = weights.shape[0]
    total = (codes[:, :EXACT_INPUTS] @ weights[:EXACT_INPUTS]).astype(np.int64)
    for start in range(EXACT_INPUTS, inputs, EXACT_INPUTS):
        stop = start + EXACT_INPUTS
        total += (codes[:, start:stop] @ weights[start:stop]).astype(np.int64)
    return total


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A weight as the arithmetic wants it.

    Attributes:
        weights: (k, n) float32 that hold int8.
        multiplier: (n,) of 16 bits; the output is `sum * scale * multiplier / 2**shift`.
        shift: (n,) from 18 to 62.
        bias: (n,) Q16, or None.
    """

    weights: NDArray[np.float32]
    multiplier: Whole
    shift: Whole
    bias: Whole | None = None

    def apply(self, rows: Rows) -> Whole:
        """(rows, k) quantized -> (rows, n) Q16, saturated."""
        total = product(rows.codes, self.weights)
        total *= rows.mantissa[:, None] * self.multiplier
        scaled = shift_round(total, self.shift - rows.exponent[:, None])
        if self.bias is not None:
            scaled = scaled + self.bias
        return saturate(scaled)


def windows(codes: NDArray[np.float32], stride: int) -> NDArray[np.float32]:
    """The 3x3 neighbourhoods of (h, w, c), zeros outside: (h/stride * w/stride, 9 * c).

    An output's inputs stand in the order row, column, channel.
    """
    height, width, channels = codes.shape
    padded = np.zeros((height + 2, width + 2, channels), np.float32)
    padded[1:-1, 1:-1] = codes
    view = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    chosen = view[::stride, ::stride].transpose(0, 1, 3, 4, 2)
    result: NDArray[np.float32] = chosen.reshape(-1, 9 * channels)
    return result
