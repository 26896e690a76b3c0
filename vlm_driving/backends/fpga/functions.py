"""Norms, softmax, gates and rotary embedding in fixed point, by tables beside the weights.

Tables are part of the device image and normative: no device computes an exponential.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.fpga.numeric import (
    ONE,
    Q,
    Whole,
    bit_length,
    saturate,
    shift_round,
)

EXP2_BITS = 8  # of a table's step, in Q16: 257 entries over [0, 1]
SIGMOID_BITS = 11  # 513 entries over [0, 16]
NORMAL_BITS = 10  # 513 entries over [0, 8]
ROTARY_Q = 14
SHARE_Q = 15
_GATE_STEPS = 512
_NORM_BITS = 24
_ROOT_BITS = 7
_ROOT_RECIPROCAL = 46
_MOST_HALVINGS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Values in Q16 at evenly spaced points.

    Attributes:
        exp2: (257,) 2**-x for x from 0 to 1.
        sigmoid: (513,) for x from 0 to 16.
        normal: (513,) the normal distribution function for x from 0 to 8.
    """

    exp2: Whole
    sigmoid: Whole
    normal: Whole


def make_tables() -> Tables:
    """The three tables; their values are far from halves, so that every libm agrees."""
    gates = range(_GATE_STEPS + 1)
    return Tables(
        exp2=_table(lambda i: 2.0 ** -(i / 256), range(257)),
        sigmoid=_table(lambda i: 1.0 / (1.0 + math.exp(-i / 32)), gates),
        normal=_table(lambda i: 0.5 * math.erfc(-i / 64 / math.sqrt(2.0)), gates),
    )


def _table(function: Callable[[int], float], points: range) -> Whole:
    return np.array([round(function(i) * ONE) for i in points], np.int64)


def interpolate(table: Whole, x: Whole, bits: int) -> Whole:
    """Between two entries, linearly; x from 0 to below the last entry's place."""
    place = x >> bits
    left: Whole = table[place]
    return left + shift_round((table[place + 1] - left) * (x & ((1 << bits) - 1)), bits)


def _rising(table: Whole, x: Whole, bits: int) -> Whole:
    """A function with f(-x) = 1 - f(x) that is 1 beyond its table; Q16 in and out."""
    away = np.minimum(np.abs(x), (_GATE_STEPS << bits) - 1)
    value = interpolate(table, away, bits)
    result: Whole = np.where(x < 0, ONE - value, value)
    return result


def silu(x: Whole, tables: Tables) -> Whole:
    """The gate x * sigmoid(x)."""
    return shift_round(x * _rising(tables.sigmoid, x, SIGMOID_BITS), Q)


def gelu(x: Whole, tables: Tables) -> Whole:
    """The exact GELU, x * Phi(x)."""
    return shift_round(x * _rising(tables.normal, x, NORMAL_BITS), Q)


def multiply(x: Whole, y: Whole) -> Whole:
    """The product of two Q16 values, saturated; both below 2**31, as fixed point is."""
    return saturate(shift_round(x * y, Q))


def rms_norm(x: Whole, weight: Whole, epsilon: int) -> Whole:
    """Give x / sqrt(mean(x**2) + epsilon) * weight.

    Args:
        x: (rows, n) Q16, n at most 4096.
        weight: (n,) Q16.
        epsilon: in units of 2**-32.
    """
    largest = np.abs(x).max(axis=1)
    shift = np.maximum(bit_length(largest) - _NORM_BITS, 0)[:, None]
    small = np.where(shift > 0, shift_round(x, np.maximum(shift, 1)), x)
    count = x.shape[1]
    mean = ((small * small).sum(axis=1) + count // 2) // count + (epsilon >> (2 * shift[:, 0]))
    roots = [max(1, math.isqrt(int(value) << (2 * _ROOT_BITS))) for value in mean]
    reciprocal = np.array([(1 << _ROOT_RECIPROCAL) // root for root in roots], np.int64)
    unit = shift_round(small * reciprocal[:, None], _ROOT_RECIPROCAL - _ROOT_BITS - Q)
    return saturate(shift_round(unit * weight, Q))


def layer_norm(x: Whole, weight: Whole, bias: Whole, epsilon: int) -> Whole:
    """The same about the mean, which is rounded to Q16; then the bias is added."""
    count = x.shape[1]
    total = x.sum(axis=1)
    mean = np.sign(total) * ((2 * np.abs(total) + count) // (2 * count))
    return saturate(rms_norm(x - mean[:, None], weight, epsilon) + bias)


def rotate(x: Whole, cos: Whole, sin: Whole) -> Whole:
    """Rotary embedding of (heads, rows, size): the first half of a head against the second.

    Args:
        x: Q16.
        cos: (rows, size / 2) in Q14.
        sin: likewise.
    """
    half = x.shape[2] // 2
    first, second = x[:, :, :half], x[:, :, half:]
    turned = np.concatenate((first * cos - second * sin, second * cos + first * sin), axis=2)
    return saturate(shift_round(turned, ROTARY_Q))


def softmax2(x: Whole, allowed: NDArray[np.bool_], tables: Tables) -> Whole:
    """Shares 2**x / sum of 2**x along the last axis, in Q15.

    Args:
        x: (..., n) Q16; the caller has multiplied by log2(e).
        allowed: (..., n); what is not allowed has no share. Each row allows something.
        tables: of the image.
    """
    lowest = np.iinfo(np.int64).min
    top = np.where(allowed, x, lowest).max(axis=-1, keepdims=True)
    below = np.where(allowed, top - x, 0)
    halvings = np.minimum(below >> Q, _MOST_HALVINGS)
    powers = interpolate(tables.exp2, below & (ONE - 1), EXP2_BITS)
    powers = (powers + ((np.int64(1) << halvings) >> 1)) >> halvings
    powers = np.where(allowed, powers, 0)
    reciprocal = (np.int64(1) << _MOST_HALVINGS) // powers.sum(axis=-1, keepdims=True)
    return shift_round(powers * reciprocal, _MOST_HALVINGS - SHARE_Q)
