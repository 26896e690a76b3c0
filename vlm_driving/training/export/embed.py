"""The embed_tokens graph: ids (1, n) to embeddings (1, n, hidden)."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from vlm_driving.training.export import graphs
from vlm_driving.training.export.blocks import BLOCK, quantize_blocks

TABLE = "model.embed_tokens.weight"
_CODES, _SCALES = TABLE + "_codes", TABLE + "_scales"


def build(table: NDArray[np.float32], precision: str, block: int = BLOCK) -> onnx.ModelProto:
    """A lookup in a table (vocabulary, hidden), stored as fp32, fp16 or int8.

    An int8 table has one scale for every `block` columns, the codes that MatMulNBits uses, so that
    a tied embedding and output head stay equal after quantization. The graph is made of
    plain operators: all versions of onnxruntime agree on it to the bit.
    Raises ValueError for another precision.
    """
    vocabulary, hidden = table.shape
    arrays: dict[str, NDArray[np.generic]]
    if precision == "fp32":
        arrays = {TABLE: table.astype(np.float32)}
        nodes = [helper.make_node("Gather", [TABLE, "input_ids"], ["inputs_embeds"])]
    elif precision == "fp16":
        arrays = {TABLE: table.astype(np.float16)}
        nodes = [
            helper.make_node("Gather", [TABLE, "input_ids"], ["rows"]),
            helper.make_node("Cast", ["rows"], ["inputs_embeds"], to=TensorProto.FLOAT),
        ]
    elif precision == "int8":
        codes = quantize_blocks(table, 8, block=block)
        blocks = codes.scales.shape[1]
        signed = (codes.codes.astype(np.int16) - 128).astype(np.int8)
        arrays = {
            _CODES: signed,
            _SCALES: codes.scales[..., None],
            "shape": np.array([0, 0, blocks * block], np.int64),
        }
        nodes = [
            helper.make_node("Gather", [_CODES, "input_ids"], ["codes"]),
            helper.make_node("Cast", ["codes"], ["values"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [_SCALES, "input_ids"], ["scales"]),
            helper.make_node("Mul", ["values", "scales"], ["scaled"]),
            helper.make_node(
                "Reshape",
                ["scaled", "shape"],
                ["inputs_embeds" if blocks * block == hidden else "wide"],
            ),
        ]
        if blocks * block != hidden:
            arrays |= {
                "start": np.array([0], np.int64),
                "end": np.array([hidden], np.int64),
                "axis": np.array([2], np.int64),
            }
            nodes.append(
                helper.make_node("Slice", ["wide", "start", "end", "axis"], ["inputs_embeds"])
            )
    else:
        raise ValueError(f"an embedding table is stored as fp32, fp16 or int8, got {precision!r}")
    graph = helper.make_graph(
        nodes,
        "embed_tokens",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "sequence"])],
        [
            helper.make_tensor_value_info(
                "inputs_embeds", TensorProto.FLOAT, ["batch", "sequence", hidden]
            )
        ],
        [numpy_helper.from_array(np.ascontiguousarray(a), name) for name, a in arrays.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def read_table(model: onnx.ModelProto) -> NDArray[np.float32]:
    """The table (vocabulary, hidden) float32 that `build` stored, as the graph computes it.

    Raises ValueError when the graph was made by something else.
    """
    arrays = graphs.weights(model)
    if TABLE in arrays:
        return np.asarray(arrays[TABLE], np.float32)
    if _CODES not in arrays:
        raise ValueError("embed_tokens was not made by this exporter")
    values = np.asarray(arrays[_CODES], np.float32) * np.asarray(arrays[_SCALES], np.float32)
    hidden = model.graph.output[0].type.tensor_type.shape.dim[2].dim_value
    return np.ascontiguousarray(values.reshape(len(values), -1)[:, :hidden])
