"""The pass from MatMul to MatMulNBits and back: weight-only quantization of a decoder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from vlm_driving.core import UserError
from vlm_driving.training.export import graphs
from vlm_driving.training.export.blocks import (
    BLOCK,
    BlockCodes,
    pack,
    quantize_blocks,
    relative_error,
    unpack,
)

PRECISIONS = ("fp32", "int8", "int4")

_CODES, _SCALES, _ZEROS = "_codes", "_scales", "_zero_points"


def check_precision(precision: str, accuracy_level: int) -> None:
    """Raise UserError for a precision or accuracy level that we do not build."""
    if precision not in PRECISIONS:
        raise UserError(f"precision is one of {', '.join(PRECISIONS)}, got {precision!r}.")
    if accuracy_level not in (0, 1, 2, 3, 4):
        raise UserError(f"the accuracy level is 0 to 4, got {accuracy_level}.")


@dataclass(frozen=True, slots=True)
class QuantizationNote:
    """What a pass did: how many weights, and their largest relative error."""

    weights: int
    worst_relative_error: float
    worst_weight: str


def quantize(
    model: onnx.ModelProto,
    bits: int,
    accuracy_level: int,
    *,
    symmetric: bool | None = None,
    block: int = BLOCK,
) -> QuantizationNote:
    """Replace every MatMul by a constant matrix with MatMulNBits, in place.

    Args:
        model: a decoder with float32 weights.
        bits: 4 or 8.
        accuracy_level: what the kernel may do to activations: 1 keeps them float32 and is
            portable, 4 quantizes them to int8 and is fast.
        symmetric: None takes symmetric for 8 bits and zero points for 4.
        block: inputs that share a scale.
    """
    if symmetric is None:
        symmetric = bits == 8
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes: list[onnx.NodeProto] = []
    done: dict[str, BlockCodes] = {}
    worst = (0.0, "")
    for node in model.graph.node:
        tensor = tensors.get(node.input[1]) if node.op_type == "MatMul" else None
        if tensor is None or len(tensor.dims) != 2 or tensor.data_type != 1:
            nodes.append(node)
            continue
        if tensor.name not in done:
            weight = np.ascontiguousarray(numpy_helper.to_array(tensor).T)
            codes = quantize_blocks(weight, bits, block=block, symmetric=symmetric)
            done[tensor.name] = codes
            worst = max(worst, (relative_error(weight, codes), tensor.name))
            graphs.add_weights(model, _tensors(tensor.name, codes))
        nodes.append(_node(node, tensor.name, done[tensor.name], block, accuracy_level))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    graphs.drop_unused(model)
    if all(entry.domain != "com.microsoft" for entry in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return QuantizationNote(len(done), *worst)


def _tensors(stem: str, codes: BlockCodes) -> dict[str, NDArray[np.generic]]:
    arrays: dict[str, NDArray[np.generic]] = {
        stem + _CODES: pack(codes.codes, codes.bits),
        stem + _SCALES: codes.scales.reshape(-1),
    }
    if codes.zero_points is not None:
        arrays[stem + _ZEROS] = pack(codes.zero_points, codes.bits).reshape(-1)
    return arrays


def _node(
    node: onnx.NodeProto, stem: str, codes: BlockCodes, block: int, accuracy_level: int
) -> onnx.NodeProto:
    inputs = [node.input[0], stem + _CODES, stem + _SCALES]
    if codes.zero_points is not None:
        inputs.append(stem + _ZEROS)
    return helper.make_node(
        "MatMulNBits",
        inputs,
        list(node.output),
        name=node.name,
        domain="com.microsoft",
        K=codes.inputs,
        N=len(codes.scales),
        bits=codes.bits,
        block_size=block,
        accuracy_level=accuracy_level,
    )


def set_accuracy_level(model: onnx.ModelProto, accuracy_level: int) -> None:
    """Give every MatMulNBits another accuracy level; the weights stay as they are."""
    for node in model.graph.node:
        if node.op_type == "MatMulNBits":
            kept = [a for a in node.attribute if a.name != "accuracy_level"]
            del node.attribute[:]
            node.attribute.extend([*kept, helper.make_attribute("accuracy_level", accuracy_level)])


def dequantize(model: onnx.ModelProto) -> None:
    """Turn every MatMulNBits back into a float32 MatMul, in place.

    The new weight is what the kernel computes with, under the name that it had before.
    """
    arrays = graphs.weights(model)
    nodes: list[onnx.NodeProto] = []
    for node in model.graph.node:
        if node.op_type != "MatMulNBits":
            nodes.append(node)
            continue
        stem = _stem(node.input[1])
        if stem not in arrays:
            arrays[stem] = read_codes(node, arrays).dequantize().T
            graphs.add_weights(model, {stem: arrays[stem]})
        nodes.append(
            helper.make_node("MatMul", [node.input[0], stem], list(node.output), name=node.name)
        )
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    graphs.drop_unused(model)


def read_codes(node: onnx.NodeProto, arrays: dict[str, NDArray[np.generic]]) -> BlockCodes:
    """The quantized weight of one MatMulNBits node."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    inputs, outputs = int(attributes["K"]), int(attributes["N"])
    bits, block = int(attributes.get("bits", 4)), int(attributes["block_size"])
    blocks = -(-inputs // block)
    codes = unpack(_bytes(arrays[node.input[1]]).reshape(outputs, blocks, -1), bits, block)
    zeros = None
    if len(node.input) > 3 and node.input[3]:
        zeros = unpack(_bytes(arrays[node.input[3]]).reshape(outputs, -1), bits, blocks)
    scales = np.asarray(arrays[node.input[2]], np.float32).reshape(outputs, blocks)
    return BlockCodes(codes, scales, zeros, bits, inputs)


def _bytes(array: NDArray[np.generic]) -> NDArray[np.uint8]:
    return np.asarray(array, np.uint8)


def _stem(name: str) -> str:
    return name[: -len(_CODES)] if name.endswith(_CODES) else name + "_dequantized"
