"""Attention over a resident cache of int8 keys and values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.fpga.functions import SHARE_Q, Tables, softmax2
from vlm_driving.backends.fpga.numeric import Q, Whole, quantize, saturate, shift_round

_SCALE_DROP = 12  # bits that the product of two scales loses
_VALUE_Q = 20
_ONE_127TH = 132104  # round(2**24 / 127)
_BY_127_BITS = 24


class LayerCache:
    """Keys and values of one layer: (kv_heads, positions, size) codes and a scale a row.

    A row depends on its own token and those before it alone, so that forgetting the last rows
    is to overwrite them.
    """

    def __init__(self, kv_heads: int, positions: int, size: int) -> None:
        """Room for `positions` tokens; what is in it before a write is never read."""
        self.codes = np.zeros((2, kv_heads, positions, size), np.float32)
        self.mantissa = np.ones((2, kv_heads, positions), np.int64)
        self.exponent = np.zeros((2, kv_heads, positions), np.int64)

    def write(self, start: int, keys: Whole, values: Whole) -> None:
        """Quantize and store (kv_heads, rows, size) in Q16 from position `start`."""
        stop = start + keys.shape[1]
        for which, rows in enumerate((keys, values)):
            done = quantize(rows.reshape(-1, rows.shape[2]))
            self.codes[which, :, start:stop] = done.codes.reshape(rows.shape)
            self.mantissa[which, :, start:stop] = done.mantissa.reshape(rows.shape[:2])
            self.exponent[which, :, start:stop] = done.exponent.reshape(rows.shape[:2])


def attend(
    queries: Whole,
    cache: LayerCache,
    start: int,
    scale: tuple[int, int],
    tables: Tables,
) -> Whole:
    """What each query reads from the tokens up to its own.

    Args:
        queries: (heads, rows, size) Q16, rotated, of positions `start` on.
        cache: with the rows' own keys and values written.
        start: position of the first row.
        scale: multiplier and shift of `log2(e) / sqrt(size) / 127**2`.
        tables: of the image.

    Returns:
        (heads, rows, size) Q16.
    """
    heads, rows, size = queries.shape
    kv_heads = cache.codes.shape[1]
    length = start + rows
    key_codes, value_codes = cache.codes[:, :, :length]
    (key_m, value_m), (key_e, value_e) = (
        cache.mantissa[:, :, :length],
        cache.exponent[:, :, :length],
    )
    asked = quantize(queries.reshape(-1, size))
    codes = asked.codes.reshape(kv_heads, -1, size)  # the heads of one group are neighbours
    mantissa = asked.mantissa.reshape(kv_heads, -1, 1)
    exponent = asked.exponent.reshape(kv_heads, -1, 1)

    meets = (codes @ key_codes.transpose(0, 2, 1)).astype(np.int64)
    both = shift_round(mantissa * key_m[:, None], _SCALE_DROP)
    down = scale[1] + 2 * Q - _SCALE_DROP - Q - (exponent + key_e[:, None])
    scores = shift_round(meets * both * scale[0], down)
    shares = softmax2(scores, _seen(start, rows, heads // kv_heads, length), tables)

    up = shares * (value_m << value_e)[:, None]
    weights = shift_round(up, SHARE_Q + Q - _VALUE_Q)
    # Below 2**43, so float64 adds them exactly in any order.
    summed = (weights.astype(np.float64) @ value_codes.astype(np.float64)).astype(np.int64)
    result = shift_round(shift_round(summed, _VALUE_Q - Q) * _ONE_127TH, _BY_127_BITS)
    return saturate(result).reshape(heads, rows, size)


def _seen(start: int, rows: int, group: int, length: int) -> NDArray[np.bool_]:
    """(group * rows, length): whether a row's token may look at a position."""
    own = np.tile(np.arange(start, start + rows), group)
    result: NDArray[np.bool_] = np.arange(length)[None, :] <= own[:, None]
    return result
