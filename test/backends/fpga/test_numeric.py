"""The arithmetic is exact: it is compared with Python's unlimited integers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from vlm_driving.backends.fpga.numeric import (
    CODE,
    LARGEST,
    Linear,
    Rows,
    bit_length,
    product,
    quantize,
    quantize_together,
    row_scales,
    shift_round,
    windows,
)
from vlm_driving.backends.fpga.vectors import noise


def half_away(value: Fraction) -> int:
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def codes(rows: int, columns: int, seed: int) -> np.ndarray:
    return (noise(rows * columns, seed) % 255 - 127).reshape(rows, columns)


@pytest.mark.parametrize("shift", [1, 2, 16, 33])
def test_halves_are_rounded_away_from_zero(shift):
    half = 1 << (shift - 1)
    values = np.array([k * half + d for k in range(-5, 6) for d in (-1, 0, 1)], np.int64)
    expected = [half_away(Fraction(int(value), 1 << shift)) for value in values]
    assert shift_round(values, shift).tolist() == expected


def test_every_shift_may_differ():
    values = np.array([5, -5, 6, -6], np.int64)
    assert shift_round(values, np.array([1, 1, 2, 2])).tolist() == [3, -3, 2, -2]


@pytest.mark.parametrize("inputs", [1, 1023, 1024, 1025, 2000, 3072])
def test_float_products_are_the_integer_ones_at_any_depth(inputs):
    left, right = codes(3, inputs, 1), codes(inputs, 5, 2)
    got = product(left.astype(np.float32), right.astype(np.float32))
    assert np.array_equal(got, left.astype(np.int64) @ right.astype(np.int64))


def test_the_largest_sum_of_products_is_exact():
    ones = np.full((1, 3072), float(CODE), np.float32)
    assert product(ones, -ones.T)[0, 0] == -3072 * CODE * CODE


def test_bit_lengths_are_pythons():
    values = [0, 1, 2, 3, 4, 65535, 65536, LARGEST, (1 << 52) - 1, 1 << 52]
    assert bit_length(np.array(values)).tolist() == [value.bit_length() for value in values]


def test_a_scale_is_the_least_with_sixteen_bits_that_holds_the_row():
    largest = np.array([0, 1, 65535, 65536, 65537, 131071, 99999999, LARGEST])
    mantissa, exponent = row_scales(largest)
    scale = mantissa << exponent
    assert (scale >= largest).all()
    assert (mantissa < 65536).all() and (mantissa >= 1).all()
    assert exponent.max() <= 16
    assert mantissa[:3].tolist() == [1, 1, 65535]
    assert ((scale - largest)[1:] <= (largest >> 15)[1:]).all()


@pytest.mark.parametrize("size", [3, 1000, 1 << 20, LARGEST])
def test_quantized_values_are_within_half_a_step(size):
    x = (noise(400, 5) % (2 * size + 1) - size).reshape(4, 100)
    rows = quantize(x)
    assert np.abs(rows.codes).max() <= CODE
    step = (rows.mantissa << rows.exponent)[:, None] / CODE
    reciprocal_error = np.abs(x) / (127.0 * 2**32 / (step * CODE)) * step
    assert (np.abs(rows.codes * step - x) <= 0.5 * step + reciprocal_error).all()


def test_a_row_of_zeros_stays_one():
    assert not quantize(np.zeros((2, 4), np.int64)).codes.any()


def test_a_map_has_one_scale():
    x = np.array([[[10], [1000]], [[-4], [0]]])
    together = quantize_together(x)
    assert together.mantissa.tolist() == [1000]
    assert together.codes.shape == x.shape
    assert together.codes.max() == CODE


def test_a_linear_layer_is_what_its_formula_says():
    rows = Rows(codes(2, 1500, 3).astype(np.float32), np.array([40000, 5]), np.array([3, 0]))
    weights = codes(1500, 3, 4)
    bias = np.array([7, -7, 1])
    linear = Linear(
        weights.astype(np.float32),
        np.array([65535, 33000, 0]),
        np.array([24, 31, 18]),
        bias,
    )
    sums = rows.codes.astype(np.int64) @ weights
    for i, row in enumerate(linear.apply(rows)):
        for j, value in enumerate(row):
            factor = int(rows.mantissa[i]) << int(rows.exponent[i])
            exact = Fraction(int(sums[i, j]) * factor * int(linear.multiplier[j]))
            expected = half_away(exact / (1 << int(linear.shift[j]))) + int(bias[j])
            assert value == max(-LARGEST, min(LARGEST, expected))


def test_windows_are_the_neighbourhoods_with_zeros_outside():
    cells = np.arange(1, 25, dtype=np.float32).reshape(4, 3, 2)
    whole = windows(cells, 1).reshape(4, 3, 3, 3, 2)
    assert np.array_equal(whole[:, :, 1, 1], cells)
    assert np.array_equal(whole[1, 1], cells[:3, :3])
    assert not whole[0, :, 0].any() and not whole[:, 2, :, 2].any()
    assert np.array_equal(windows(cells[:, :2], 2).reshape(2, 1, 3, 3, 2)[1, 0, 1, 1], cells[2, 0])
