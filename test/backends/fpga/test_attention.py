"""Attention and norms, against the formulas of docs/fpga.md in Python's unlimited integers."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from vlm_driving.backends.fpga.attention import LayerCache, attend
from vlm_driving.backends.fpga.functions import make_tables, rms_norm
from vlm_driving.backends.fpga.numeric import LARGEST
from vlm_driving.backends.fpga.vectors import noise

TABLES = make_tables()
EXP2 = [int(value) for value in TABLES.exp2]
SIZE, SCALE = 8, (37129, 29)  # some multiplier of the real one's size


def rounded(x: int, shift: int) -> int:
    value = Fraction(abs(x), 1 << shift)
    whole = math.floor(value + Fraction(1, 2))
    return whole if x >= 0 else -whole


def saturated(x: int) -> int:
    return max(-LARGEST, min(LARGEST, x))


def quantized(row: list[int]) -> tuple[list[int], int, int]:
    most = max(abs(x) for x in row)
    exponent = max(0, most.bit_length() - 16)
    mantissa = max(1, -(-most // (1 << exponent)))
    if mantissa == 65536:
        mantissa, exponent = 32768, exponent + 1
    reciprocal = (127 << 32) // (mantissa << exponent)
    return [rounded(x * reciprocal, 32) for x in row], mantissa, exponent


def power(below: int) -> int:
    place, rest = divmod(below & 0xFFFF, 256)
    value = EXP2[place] + rounded((EXP2[place + 1] - EXP2[place]) * rest, 8)
    halvings = min(below >> 16, 40)
    return rounded(value, halvings) if halvings else value


def read_by_hand(query: list[int], keys: list[list[int]], values: list[list[int]]) -> list[int]:
    asked, m_q, e_q = quantized(query)
    scores = []
    for key in keys:
        codes, m_k, e_k = quantized(key)
        meets = sum(a * b for a, b in zip(asked, codes, strict=True))
        both = rounded(m_q * m_k, 12)
        scores.append(rounded(both * meets * SCALE[0], SCALE[1] + 4 - e_q - e_k))
    powers = [power(max(scores) - score) for score in scores]
    reciprocal = (1 << 40) // sum(powers)
    shares = [rounded(p * reciprocal, 25) for p in powers]
    total = [0] * len(query)
    for share, value in zip(shares, values, strict=True):
        codes, m_v, e_v = quantized(value)
        weight = rounded(share * (m_v << e_v), 11)
        total = [t + weight * code for t, code in zip(total, codes, strict=True)]
    return [saturated(rounded(rounded(t, 4) * 132104, 24)) for t in total]


def drawn(*sizes: int, most: int, seed: int) -> np.ndarray:
    count = math.prod(sizes)
    return (noise(count, seed) % (2 * most + 1) - most).reshape(sizes)


@pytest.mark.parametrize("most", [3, 40_000, 400_000, LARGEST // 64, LARGEST])
def test_attention_is_what_the_contract_says(most):
    heads, kv_heads, start, rows = 4, 2, 3, 3
    length = start + rows
    queries = drawn(heads, rows, SIZE, most=most, seed=1)
    keys = drawn(kv_heads, length, SIZE, most=most, seed=2)
    values = drawn(kv_heads, length, SIZE, most=most, seed=3)
    cache = LayerCache(kv_heads, 16, SIZE)
    cache.write(0, *drawn(2, kv_heads, 16, SIZE, most=most, seed=4))  # must not be seen
    cache.write(0, keys[:, :start], values[:, :start])
    cache.write(start, keys[:, start:], values[:, start:])
    got = attend(queries, cache, start, SCALE, TABLES)
    for head in range(heads):
        own = head // (heads // kv_heads)
        for row in range(rows):
            until = start + row + 1
            expected = read_by_hand(
                queries[head, row].tolist(),
                keys[own, :until].tolist(),
                values[own, :until].tolist(),
            )
            assert got[head, row].tolist() == expected


@pytest.mark.parametrize("most", [2, 700, 90_000, 1 << 25, LARGEST])
@pytest.mark.parametrize("epsilon", [4295, 42950])
def test_the_norm_is_what_the_contract_says(most, epsilon):
    x = drawn(3, 48, most=most, seed=5)
    weight = drawn(48, most=4 << 16, seed=6)
    for row, got in zip(x.tolist(), rms_norm(x, weight, epsilon).tolist(), strict=True):
        h = max(0, max(map(abs, row)).bit_length() - 24)
        v = [rounded(a, h) if h else a for a in row]
        q = (sum(a * a for a in v) + 24) // 48 + (epsilon >> (2 * h))
        r = (1 << 46) // max(1, math.isqrt(q << 14))
        w = weight.tolist()
        assert got == [
            saturated(rounded(rounded(a * r, 23) * b, 16)) for a, b in zip(v, w, strict=True)
        ]
