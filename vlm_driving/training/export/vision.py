"""The vision_encoder graph of our own tower, and its weights read back."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from vlm_driving.training.export import graphs

OPSET = 18
_HALF = "_half"


def export_vision(
    module: nn.Module, example_shape: tuple[int, ...], out_file: Path, precision: str = "fp32"
) -> None:
    """Write `module` as one ONNX file: pixel_values -> image_features, batch 1.

    Initializers keep the names of the module's parameters, so that `read_vision` gives its
    state dict back. `precision` "fp16" halves the file: weights rest in half precision and
    are widened at load, so all arithmetic stays float32.
    """
    model = to_onnx(module, [torch.zeros(example_shape)], ["pixel_values"], ["image_features"])
    names = {tensor.name for tensor in model.graph.initializer}
    lost = {name for name, _ in module.named_parameters()} - names
    if lost:
        raise RuntimeError(f"the exporter renamed parameters: {sorted(lost)[:3]}")
    if precision == "fp16":
        store_half(model)
    elif precision != "fp32":
        raise ValueError(f"a vision encoder is stored as fp32 or fp16, got {precision!r}")
    graphs.save(model, out_file)


def to_onnx(
    module: nn.Module,
    args: Sequence[Any],
    inputs: Sequence[str],
    outputs: Sequence[str],
    dynamic: Sequence[Any] | None = None,
    *,
    optimize: bool = False,
) -> onnx.ModelProto:
    """Trace a module called with `args`.

    Without `optimize` the weights keep their names; onnxruntime optimizes at load anyway.

    Args:
        module: in eval mode or not.
        args: example arguments; a list among them stands for several inputs.
        inputs: names, one a tensor of `args`.
        outputs: names.
        dynamic: for each of `args` the axes that vary, as torch.export has it.
        optimize: fold constants, for modules whose Python makes many of them.
    """
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                module.eval(),
                tuple(args),
                dynamo=True,
                opset_version=OPSET,
                optimize=optimize,
                external_data=False,
                verbose=False,
                input_names=list(inputs),
                output_names=list(outputs),
                dynamic_shapes=None if dynamic is None else tuple(dynamic),
            )
    finally:
        logger.setLevel(level)
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    model: onnx.ModelProto = program.model_proto
    for node in model.graph.node:  # stack traces with paths of the machine that exported
        del node.metadata_props[:]
        node.doc_string = ""
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    for tensor in model.graph.initializer:
        del tensor.metadata_props[:]
    del model.graph.metadata_props[:]
    return model


def store_half(model: onnx.ModelProto) -> None:
    """Keep float32 weights of two and more dimensions as float16 with a Cast behind them."""
    casts: list[onnx.NodeProto] = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or len(tensor.dims) < 2:
            continue
        name = tensor.name
        half = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(half, name + _HALF))
        casts.append(helper.make_node("Cast", [name + _HALF], [name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*casts, *nodes])


def read_vision(model: onnx.ModelProto) -> dict[str, NDArray[np.float32]]:
    """Float weights by parameter name, as `export_vision` stored them."""
    return {
        name.removesuffix(_HALF): np.asarray(array, np.float32)
        for name, array in graphs.weights(model).items()
        if array.dtype in (np.float32, np.float16)
    }
