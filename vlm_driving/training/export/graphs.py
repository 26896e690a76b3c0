"""Small tools on ONNX files: load, save for old runtimes, read and replace weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

OPSET_MAX = 21
IR_MAX = 10
INLINE_BYTES = 1_500_000_000
"""Weights up to here live inside the .onnx file; protobuf ends at 2 GB."""


def load(path: Path) -> onnx.ModelProto:
    """The model with all its weights in memory."""
    return onnx.load(str(path), load_external_data=True)


def save(model: onnx.ModelProto, path: Path) -> None:
    """Write a model that onnxruntime 1.23 loads, weights inline where protobuf allows it.

    Larger weights go to `<name>_data` beside the file, as the ONNX community names them.
    """
    lower_versions(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    for tensor in model.graph.initializer:
        tensor.ClearField("data_location")
        del tensor.external_data[:]
    if sum(tensor.ByteSize() for tensor in model.graph.initializer) <= INLINE_BYTES:
        onnx.save(model, str(path))
        return
    onnx.save(
        model,
        str(path),
        save_as_external_data=True,
        location=f"{path.name}_data",
        all_tensors_to_one_file=True,
        size_threshold=1024,
    )


def lower_versions(model: onnx.ModelProto) -> None:
    """Stamp opset 21 and IR 10 at most.

    Opset 22 changed nothing but the types (bfloat16) of the operators that we emit, so a
    graph from a builder that says 22 is a valid 21 graph. Raises ValueError beyond that.
    """
    for entry in model.opset_import:
        if entry.domain in ("", "ai.onnx") and entry.version > OPSET_MAX:
            if entry.version > OPSET_MAX + 1:
                raise ValueError(f"opset {entry.version} is newer than {OPSET_MAX + 1}")
            entry.version = OPSET_MAX
    model.ir_version = min(model.ir_version, IR_MAX)


def weights(model: onnx.ModelProto) -> dict[str, NDArray[np.generic]]:
    """Every initializer as an array, by name."""
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def drop_unused(model: onnx.ModelProto) -> None:
    """Remove initializers that no node reads."""
    used = {name for node in model.graph.node for name in node.input}
    used |= {output.name for output in model.graph.output}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)


def add_weights(model: onnx.ModelProto, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Append initializers."""
    for name, array in arrays.items():
        model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
