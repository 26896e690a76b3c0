"""The weights of an ONNX file without the onnx package, which only training needs.

Reads initializers that lie in the file as raw bytes, and the names of the operators.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.varints import packed, varint
from vlm_driving.core import UserError

_MODEL_GRAPH, _GRAPH_NODE, _GRAPH_INITIALIZER, _NODE_OP = 7, 1, 5, 4
_DIMS, _TYPE, _NAME, _RAW = 1, 2, 8, 9
_TYPES = {1: "<f4", 2: "|u1", 3: "|i1", 6: "<i4", 7: "<i8", 10: "<f2"}
_WORDS = frozenset((1, 5))  # wire types of fixed width


@dataclass(frozen=True, slots=True, eq=False)
class GraphWeights:
    """What a graph file holds.

    Attributes:
        arrays: initializers by name.
        operators: the kinds of its nodes.
    """

    arrays: dict[str, NDArray[Any]]
    operators: frozenset[str]


def read_weights(path: Path) -> GraphWeights:
    """Read the initializers and operators of `path`.

    Raises:
        UserError: if it is no ONNX file, or keeps its weights in another way.
    """
    data = memoryview(path.read_bytes())
    arrays: dict[str, NDArray[Any]] = {}
    operators: set[str] = set()
    try:
        for number, graph in _fields(data):
            if number != _MODEL_GRAPH or isinstance(graph, int):
                continue
            for part, body in _fields(graph):
                if isinstance(body, int):
                    continue
                if part == _GRAPH_INITIALIZER:
                    name, array = _tensor(body)
                    arrays[name] = array
                elif part == _GRAPH_NODE:
                    operators.update(
                        bytes(text).decode()
                        for field, text in _fields(body)
                        if field == _NODE_OP and not isinstance(text, int)
                    )
    except (IndexError, KeyError, ValueError) as error:
        raise UserError(
            f"{path}: its weights cannot be read ({error}); make the bundle anew with "
            "`vlm-driving export`, which keeps them in the file."
        ) from None
    return GraphWeights(arrays, frozenset(operators))


def _tensor(body: memoryview) -> tuple[str, NDArray[Any]]:
    dims: list[int] = []
    kind, name, raw = 1, "", None
    for number, value in _fields(body):
        if number == _DIMS:
            dims.extend([value] if isinstance(value, int) else packed(value, 0, len(value)))
        elif number == _TYPE and isinstance(value, int):
            kind = value
        elif number == _NAME and not isinstance(value, int):
            name = bytes(value).decode()
        elif number == _RAW and not isinstance(value, int):
            raw = value
    if raw is None or kind not in _TYPES:
        raise ValueError(f"{name} is not stored as raw bytes of a known type")
    return name, np.frombuffer(raw, _TYPES[kind]).reshape(dims)


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """The fields of a protobuf message; numbers as they are, the rest as bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(data, at)
            yield number, value
        elif wire == 2:
            size, at = varint(data, at)
            if at + size > len(data):
                raise ValueError("a field runs past the end of its message")
            yield number, data[at : at + size]
            at += size
        elif wire in _WORDS:
            at += 8 if wire == 1 else 4
        else:
            raise ValueError(f"unknown wire type {wire}")
