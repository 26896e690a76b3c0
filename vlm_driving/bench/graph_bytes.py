"""How many bytes of weights a decoder graph reads for every token.

A reader of the few protobuf fields of an ONNX file that this takes, so that the bench
needs no `onnx` package. It steps over the weights themselves and stays cheap on any size.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

from vlm_driving.backends.varints import packed, varint
from vlm_driving.core import UserError

# A row or a position of these inputs is picked, the rest is not read.
PICKING_OPS = frozenset(
    {"Gather", "GatherBlockQuantized", "RotaryEmbedding", "GroupQueryAttention"}
)

# Bits of an element by TensorProto.DataType, for tensors that are not raw bytes.
_BITS = {1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64}
_BITS |= {16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4}

_MODEL_GRAPH, _GRAPH_NODE, _GRAPH_INITIALIZER = 7, 1, 5
_NODE_INPUT, _NODE_OP = 1, 4
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME = 1, 2, 8


@dataclass(frozen=True, slots=True)
class KvShape:
    """What the cache of one token holds."""

    layers: int
    kv_heads: int
    head_dim: int
    element_bytes: int = 4

    @property
    def bytes_a_token(self) -> int:
        """Bytes of keys and values that one token adds to the cache."""
        return 2 * self.layers * self.kv_heads * self.head_dim * self.element_bytes


def weight_bytes_a_token(path: Path) -> int:
    """Bytes of initializers that one decode step reads whole; embedding rows excluded.

    Raises UserError when the file is no ONNX model.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            return _weight_bytes(data)
        except (IndexError, ValueError) as error:
            raise UserError(
                f"{path} is no readable ONNX model; export the bundle again."
            ) from error


def _weight_bytes(data: mmap.mmap) -> int:
    sizes: dict[str, int] = {}
    streamed: set[str] = set()
    for number, start, stop in _fields(data, 0, len(data)):
        if number != _MODEL_GRAPH:
            continue
        for part, begin, end in _fields(data, start, stop):
            if part == _GRAPH_INITIALIZER:
                name, size = _tensor(data, begin, end)
                sizes[name] = size
            elif part == _GRAPH_NODE:
                operator, inputs = _node(data, begin, end)
                if operator not in PICKING_OPS:
                    streamed.update(inputs)
    return sum(size for name, size in sizes.items() if name in streamed)


def _tensor(data: mmap.mmap, start: int, stop: int) -> tuple[str, int]:
    dims: list[int] = []
    kind, name = 1, ""
    for number, begin, end in _fields(data, start, stop):
        if number == _TENSOR_DIMS:
            if end < 0:
                dims.append(begin)
            else:
                dims.extend(packed(data, begin, end))
        elif number == _TENSOR_TYPE:
            kind = begin
        elif number == _TENSOR_NAME:
            name = data[begin:end].decode()
    return name, (prod(dims) * _BITS.get(kind, 32) + 7) // 8


def _node(data: mmap.mmap, start: int, stop: int) -> tuple[str, list[str]]:
    operator, inputs = "", []
    for number, begin, end in _fields(data, start, stop):
        if number == _NODE_INPUT:
            inputs.append(data[begin:end].decode())
        elif number == _NODE_OP:
            operator = data[begin:end].decode()
    return operator, inputs


def _fields(data: mmap.mmap, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """Yield (field, begin, end) of a message; a varint as (field, value, -1)."""
    at = start
    while at < stop:
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(data, at)
            yield number, value, -1
        elif wire == 2:
            size, at = varint(data, at)
            if at + size > stop:
                raise ValueError("a field runs past the end of its message")
            yield number, at, at + size
            at += size
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        else:
            raise ValueError(f"unknown wire type {wire}")
