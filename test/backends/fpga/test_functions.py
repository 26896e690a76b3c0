"""Fixed-point functions against float64, and at the ends of their ranges."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vlm_driving.backends.fpga.functions import (
    gelu,
    layer_norm,
    make_tables,
    multiply,
    rms_norm,
    rotate,
    silu,
    softmax2,
)
from vlm_driving.backends.fpga.numeric import LARGEST, ONE
from vlm_driving.backends.fpga.vectors import noise

TABLES = make_tables()


def random_q16(rows: int, columns: int, limit: float, seed: int = 1) -> np.ndarray:
    size = int(limit * ONE)
    return (noise(rows * columns, seed) % (2 * size + 1) - size).reshape(rows, columns)


def test_no_table_entry_is_so_near_a_half_that_libraries_could_differ():
    exact = [
        *(2.0 ** -(i / 256) for i in range(257)),
        *(1 / (1 + math.exp(-i / 32)) for i in range(513)),
        *(0.5 * math.erfc(-i / 64 / math.sqrt(2)) for i in range(513)),
    ]
    assert min(abs((value * ONE) % 1 - 0.5) for value in exact) > 1e-7


@pytest.mark.parametrize("limit", [0.01, 1.0, 7.0, 40.0, 30000.0])
def test_gates_are_near_the_real_ones(limit):
    x = random_q16(10, 100, limit)
    real = x / ONE
    sigmoid = 1 / (1 + np.exp(-np.clip(real, -700, 700)))
    phi = 0.5 * (1 + np.vectorize(math.erf)(real / math.sqrt(2)))
    for got, wanted in ((silu(x, TABLES), real * sigmoid), (gelu(x, TABLES), real * phi)):
        assert (np.abs(got / ONE - wanted) <= 4e-5 * np.maximum(1, np.abs(real))).all()


def test_a_product_saturates():
    assert multiply(np.array([LARGEST]), np.array([-LARGEST]))[0] == -LARGEST


@pytest.mark.parametrize("limit", [0.003, 0.05, 3.0, 2000.0, 32767.0])
@pytest.mark.parametrize("width", [32, 256, 768])
def test_norms_are_near_the_real_ones(limit, width):
    x = random_q16(5, width, limit)
    weight = random_q16(1, width, 3.0, seed=2)[0]
    bias = random_q16(1, width, 1.0, seed=3)[0]
    real = x / ONE
    rms = real / np.sqrt((real**2).mean(axis=1, keepdims=True) + 1e-6) * (weight / ONE)
    assert np.abs(rms_norm(x, weight, 4295) / ONE - rms).max() < 2e-3
    centred = real - real.mean(axis=1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    layer = centred / deviation * (weight / ONE) + bias / ONE
    assert np.abs(layer_norm(x, weight, bias, 42950) / ONE - layer).max() < 1e-2


def test_the_norm_of_nothing_is_nothing():
    assert not rms_norm(np.zeros((1, 8), np.int64), np.full(8, ONE), 0).any()


def test_turning_keeps_the_length():
    x = random_q16(2, 3 * 8, 5.0).reshape(2, 3, 8)
    angles = np.arange(12).reshape(3, 4) / 3.0
    cos, sin = (np.rint(f(angles) * (1 << 14)).astype(np.int64) for f in (np.cos, np.sin))
    turned = rotate(x, cos, sin)
    half = x[..., :4] / ONE * np.cos(angles) - x[..., 4:] / ONE * np.sin(angles)
    assert np.abs(turned[..., :4] / ONE - half).max() < 1e-3
    before, after = (np.linalg.norm(y / ONE, axis=2) for y in (x, turned))
    assert np.allclose(before, after, atol=2e-3)


def test_shares_are_near_the_real_ones_and_nothing_forbidden_has_any():
    x = random_q16(6, 40, 12.0)
    allowed = np.arange(40)[None] <= np.array([0, 3, 10, 20, 38, 39])[:, None]
    shares = softmax2(x, allowed, TABLES)
    real = np.where(allowed, 2.0 ** (x / ONE), 0)
    real /= real.sum(axis=1, keepdims=True)
    assert not shares[~allowed].any()
    assert shares[0, 0] == 1 << 15
    assert np.abs(shares / (1 << 15) - real).max() < 5e-5


def test_shares_stand_scores_of_any_size():
    x = np.array([[1 << 52, -(1 << 52), 0]])
    assert softmax2(x, np.ones((1, 3), np.bool_), TABLES).tolist() == [[1 << 15, 0, 0]]
