"""The network in integers: what every device must answer, to the bit.

One call encodes one picture; one call appends tokens to the cache and gives the logits after
the last. A token's numbers depend on itself and the tokens before it alone, so one launch of
n tokens and n launches of one give the same bits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.fpga.attention import LayerCache, attend
from vlm_driving.backends.fpga.functions import (
    Tables,
    gelu,
    layer_norm,
    multiply,
    rms_norm,
    rotate,
    silu,
)
from vlm_driving.backends.fpga.image import DeviceImage
from vlm_driving.backends.fpga.numeric import (
    Linear,
    Rows,
    Whole,
    quantize,
    quantize_together,
    saturate,
    windows,
)
from vlm_driving.backends.fpga.shape import PATCH

PIXEL_Q = 12
"""Pixels come as int16 that count 2**-12, after the bundle's normalization."""
_TO_Q16 = 16 - PIXEL_Q

Progress = Callable[[], None]


def _nothing() -> None:
    pass


class Network:
    """An image that computes; `progress` is called between its steps."""

    def __init__(self, image: DeviceImage, progress: Progress = _nothing) -> None:
        """Unpack the weights once; UserError is left to the image's reader."""
        self.image = image
        self.shape = image.shape
        self.progress = progress
        self.tables = Tables(
            *(self._wide("table." + name) for name in ("exp2", "sigmoid", "normal"))
        )
        names = [name[:-2] for name in image.tensors if name.endswith(".w")]
        self._linear = {name: self._read_linear(name) for name in names}
        self._cos, self._sin = self._wide("cos"), self._wide("sin")
        self._norms = {
            name: self._wide(name)
            for name in image.tensors
            if "norm" in name and not name.startswith("table.")
        }
        self._position = self._wide("vision.position")
        shape = self.shape
        self.caches = [
            LayerCache(shape.kv_heads, shape.positions, shape.head_size)
            for _ in range(shape.layers)
        ]

    def encode(self, pixels: NDArray[np.int16]) -> NDArray[np.int32]:
        """(3, height, width) in Q12 -> image tokens (image_tokens, hidden) in Q16."""
        cells = unshuffle(pixels.astype(np.int64) << _TO_Q16, PATCH)
        for stride, stage in zip((4, 8, 16), self.shape.stages, strict=True):
            place = f"vision.stride{stride}."
            cells = self._convolve(place + "enter.conv", cells, 1 if stride == 4 else 2)
            cells = np.maximum(cells, 0)
            for block in range(stage.blocks):
                inner = self._convolve(f"{place}blocks.{block}.first.conv", cells)
                beside = self._convolve(f"{place}blocks.{block}.second.conv", np.maximum(inner, 0))
                cells = np.maximum(saturate(cells + beside), 0)
        places = unshuffle(cells.transpose(2, 0, 1), 2).reshape(-1, self.shape.token_features)
        tokens = layer_norm(
            places,
            self._norms["vision.norm"],
            self._norms["vision.norm.bias"],
            self.image.epsilons["layer"],
        )
        read = quantize(tokens)
        inner = gelu(self._linear["vision.project_in"].apply(read), self.tables)
        grid = self._apply("vision.project_out", inner)
        narrow = np.maximum(self._linear["vision.summary_narrow"].apply(read), 0)
        mixed = np.maximum(self._apply("vision.summary_mix", narrow.reshape(1, -1)), 0)
        summary = self._apply("vision.summary_out", mixed).reshape(-1, self.shape.hidden)
        whole = saturate(np.concatenate((grid, summary)) + self._position)
        self.progress()
        return whole.astype(np.int32)

    def extend(self, rows: NDArray[np.int32], start: int) -> NDArray[np.int32]:
        """Write the tokens `rows` (n, hidden) in Q16 at position `start`; logits (vocab,) in Q16.

        Everything from `start` on is forgotten first. ValueError if they do not fit.
        """
        count = len(rows)
        if count < 1 or start < 0 or start + count > self.shape.positions:
            raise ValueError(f"{start} + {count} tokens; the cache holds {self.shape.positions}")
        state = rows.astype(np.int64)
        for layer in range(self.shape.layers):
            state = self._layer(layer, state, start)
            self.progress()
        last = rms_norm(state[-1:], self._norms["norm"], self.image.epsilons["rms"])
        logits: NDArray[np.int32] = self._apply("head", last)[0].astype(np.int32)
        return logits

    def _layer(self, layer: int, state: Whole, start: int) -> Whole:
        shape, place, epsilon = self.shape, f"layers.{layer}.", self.image.epsilons["rms"]
        count, size = len(state), shape.head_size
        read = rms_norm(state, self._norms[place + "norm_in"], epsilon)
        heads = self._apply(place + "qkv", read).reshape(count, -1, size).transpose(1, 0, 2)
        turning = shape.heads + shape.kv_heads
        cos, sin = self._cos[start : start + count], self._sin[start : start + count]
        turned = rotate(heads[:turning], cos, sin)
        cache = self.caches[layer]
        cache.write(start, turned[shape.heads :], heads[turning:])
        seen = attend(turned[: shape.heads], cache, start, self.image.scale, self.tables)
        flat = seen.transpose(1, 0, 2).reshape(count, -1)
        state = saturate(state + self._apply(place + "o", flat))
        rows = quantize(rms_norm(state, self._norms[place + "norm_out"], epsilon))
        gate = silu(self._linear[place + "gate"].apply(rows), self.tables)
        inner = multiply(gate, self._linear[place + "up"].apply(rows))
        return saturate(state + self._apply(place + "down", inner))

    def _apply(self, name: str, x: Whole) -> Whole:
        return self._linear[name].apply(quantize(x))

    def _convolve(self, name: str, cells: Whole, stride: int = 1) -> Whole:
        """A 3x3 convolution of (h, w, c) in Q16, one scale for the whole map."""
        height, width, _ = cells.shape
        whole = quantize_together(cells)
        rows = Rows(windows(whole.codes, stride), whole.mantissa, whole.exponent)
        done = self._linear[name].apply(rows)
        self.progress()
        return done.reshape(height // stride, width // stride, -1)

    def _wide(self, name: str) -> Whole:
        return self.image.tensors[name].astype(np.int64)

    def _read_linear(self, name: str) -> Linear:
        bias = self._wide(name + ".b") if name + ".b" in self.image.tensors else None
        weights = np.ascontiguousarray(self.image.tensors[name + ".w"].T, np.float32)
        return Linear(weights, self._wide(name + ".m"), self._wide(name + ".s"), bias)


def unshuffle(planes: Whole, size: int) -> Whole:
    """(c, h, w) -> (h / size, w / size, c * size**2): each block's pixels side by side.

    Within a place the order is channel, row, column.
    """
    channels, height, width = planes.shape
    blocks = planes.reshape(channels, height // size, size, width // size, size)
    return blocks.transpose(1, 3, 0, 2, 4).reshape(height // size, width // size, -1)
