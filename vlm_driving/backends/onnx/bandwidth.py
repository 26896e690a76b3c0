"""The memory bandwidth of a device, measured through onnxruntime alone.

One elementwise operator over an array that fits into no cache reads it once and writes it once. Its
graph is a handful of bytes that are written down here, so that no other package is needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from vlm_driving.backends.onnx.device import CPU, Placement
from vlm_driving.backends.onnx.sessions import import_onnxruntime

ELEMENTS = 64 << 20  # 256 MiB of float32: more than the L2 of any GPU
ROUNDS = 8
_FLOAT = 1  # TensorProto.DataType
_OPSET, _IR = 13, 8


def negation_graph(elements: int) -> bytes:
    """A serialized ONNX model: y = -x on float32 (elements,)."""
    node = _text(1, "x") + _text(2, "y") + _text(4, "Neg")
    graph = _part(1, node) + _text(2, "bandwidth")
    graph += _part(11, _value("x", elements)) + _part(12, _value("y", elements))
    return _number(1, _IR) + _part(7, graph) + _part(8, _number(2, _OPSET))


def measure_gbps(
    placement: Placement = CPU,
    elements: int = ELEMENTS,
    rounds: int = ROUNDS,
    clock: Callable[[], int] = time.perf_counter_ns,
) -> float:
    """Best bandwidth of reading and writing together, in GB/s (1 GB = 1e9 bytes).

    Args:
        placement: the device.
        elements: of the array.
        rounds: measured after one that is not.
        clock: nanoseconds.
    """
    ort = import_onnxruntime()
    session = ort.InferenceSession(
        negation_graph(elements), providers=placement.for_onnxruntime(), enable_fallback=0
    )
    make = ort.OrtValue.ortvalue_from_numpy
    where = placement.device, placement.number
    ends = [make(np.ones(elements, dtype=np.float32), *where) for _ in range(2)]
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", ends[0])
    binding.bind_ortvalue_output("y", ends[1])
    session.run_with_iobinding(binding)
    best = float("inf")
    for _ in range(rounds):
        start = clock()
        session.run_with_iobinding(binding)
        best = min(best, clock() - start)
    return 2 * 4 * elements / best


def _value(name: str, elements: int) -> bytes:
    shape = _part(2, _part(1, _number(1, elements)))
    return _text(1, name) + _part(2, _part(1, _number(1, _FLOAT) + shape))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _part(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _text(field: int, value: str) -> bytes:
    return _part(field, value.encode())
