"""Weights quantized in blocks: packed as the kernel reads them, and back."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from vlm_driving.training.export import graphs, matmul_nbits
from vlm_driving.training.export.blocks import pack, quantize_blocks, relative_error, unpack
from vlm_driving.training.export.embed import build, read_table

pytestmark = pytest.mark.train


def weight(outputs: int = 24, inputs: int = 80, seed: int = 0) -> np.ndarray:
    """Long-tailed random weights; 80 inputs are no whole number of blocks."""
    return np.random.default_rng(seed).standard_t(4, (outputs, inputs)).astype(np.float32)


def one_matmul(matrix: np.ndarray):
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", matrix.shape[1]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", matrix.shape[0]])],
        [numpy_helper.from_array(np.ascontiguousarray(matrix.T), "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("count", [2, 3])
def test_packing_is_lossless(bits, count):
    codes = np.random.default_rng(0).integers(0, 1 << bits, (5, count)).astype(np.uint8)
    assert np.array_equal(unpack(pack(codes, bits), bits, count), codes)


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("bits", [4, 8])
def test_dequantized_weight_is_what_the_kernel_computes_with(bits, symmetric):
    matrix = weight()
    model = one_matmul(matrix)
    matmul_nbits.quantize(model, bits, 1, symmetric=symmetric)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (seen,) = session.run(None, {"x": np.eye(matrix.shape[1], dtype=np.float32)})
    matmul_nbits.dequantize(model)
    stored = np.asarray(graphs.weights(model)["w"], np.float32)
    assert [node.op_type for node in model.graph.node] == ["MatMul"]
    np.testing.assert_allclose(seen, stored, atol=1e-6)


def test_four_bits_are_fitted_not_only_rounded():
    matrix = weight(64, 256)
    blocks = matrix.reshape(64, -1, 32)
    low, high = blocks.min(2, keepdims=True), blocks.max(2, keepdims=True)
    step = (high - low) / 15
    zero = np.rint(-low / step)
    rounded = (np.clip(np.rint(blocks / step) + zero, 0, 15) - zero) * step
    rounding = np.sqrt(((rounded - blocks) ** 2).sum() / (blocks**2).sum())
    fitted = relative_error(matrix, quantize_blocks(matrix, 4, symmetric=False))
    assert fitted < 0.97 * rounding


def test_a_block_of_zeros_stays_zero():
    assert not quantize_blocks(np.zeros((2, 32), np.float32), 8).dequantize().any()
    assert not quantize_blocks(np.zeros((2, 32), np.float32), 4, symmetric=False).dequantize().any()


@pytest.mark.parametrize("hidden", [64, 72])
@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 0), ("fp16", 2e-3), ("int8", 6e-3)])
def test_embedding_table_is_read_back_as_its_graph_computes_it(hidden, precision, tolerance):
    table = np.random.default_rng(1).standard_normal((50, hidden)).astype(np.float32)
    model = build(table, precision)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    ids = np.array([[3, 49, 0]])
    (rows,) = session.run(None, {"input_ids": ids})
    assert np.array_equal(rows, read_table(model)[ids])
    assert np.abs(rows - table[ids]).max() <= tolerance * np.abs(table).max()


def test_tied_table_and_head_stay_equal_in_int8():
    table = weight(40, 64)
    head = quantize_blocks(table, 8).dequantize()
    assert np.array_equal(read_table(build(table, "int8")), head)


def test_bits_other_than_four_and_eight_are_refused():
    with pytest.raises(ValueError, match="4 or 8 bits"):
        quantize_blocks(weight(), 3)
