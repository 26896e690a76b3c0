"""Packing: the integers are near the bundle's floats, and a foreign model is refused."""

from __future__ import annotations

import math

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.backends.fpga.bundle_weights import read_floats, read_shape
from vlm_driving.backends.fpga.functions import make_tables
from vlm_driving.backends.fpga.onnx_weights import read_weights
from vlm_driving.backends.fpga.pack import (
    matrices,
    pack,
    pack_floats,
    quantize_weight,
    vectors,
)
from vlm_driving.backends.fpga.shape import NetworkShape
from vlm_driving.backends.fpga.vectors import SMALL, noise, small_floats
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle


@pytest.fixture(scope="module")
def shipped(repository) -> ModelBundle:
    return ModelBundle.load(repository / "models" / "driving-ja")


@pytest.fixture
def floats():
    return small_floats(list(matrices(SMALL)), list(vectors(SMALL)))


def pack_small(floats):
    return pack_floats("small", {}, SMALL, floats, 1e-6)


def test_a_quantized_weight_is_within_half_a_step_and_a_multipliers_error():
    weight = ((noise(7 * 90, 3) % 2001 - 1000) / 500.0).astype(np.float32).reshape(7, 90)
    weight[2] = 0
    weight[3] *= 1e-5
    codes, multiplier, shift = quantize_weight("w", weight)
    scale = multiplier * 2.0 ** -shift.astype(np.float64)  # of a step, over 127
    step = np.abs(weight.astype(np.float64)).max(axis=1) / 127
    assert np.abs(codes.astype(np.float64) * step[:, None] - weight).max() <= step.max() / 2
    assert np.allclose(scale * 127, step, rtol=2**-16, atol=0)
    assert np.abs(codes).max() == 127
    assert not codes[2].any() and multiplier[2] == 0


def test_a_weight_that_the_multipliers_cannot_hold_is_refused():
    with pytest.raises(UserError, match="head is too large"):
        quantize_weight("head", np.full((1, 2), 1e5, np.float32))


def test_tables_and_scale_travel_with_the_weights(floats):
    image = pack_small(floats)
    tables = make_tables()
    assert np.array_equal(image.tensors["table.exp2"], tables.exp2)
    assert np.array_equal(image.tensors["table.normal"], tables.normal)
    exact = 1 / math.sqrt(SMALL.head_size) / math.log(2) / 127**2
    assert image.scale[0] / 2 ** image.scale[1] == pytest.approx(exact, rel=2**-16)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda f: f.pop("layers.1.up"), "layers.1.up is missing"),
        (lambda f: f.update(norm=f["norm"][:-1]), r"norm has the sizes \(31,\), not \(32,\)"),
        (lambda f: f["head"].__setitem__((3, 4), np.nan), "head is not finite"),
    ],
)
def test_weights_that_do_not_fit_are_named(floats, change, why):
    change(floats)
    with pytest.raises(UserError, match=why):
        pack_small(floats)


def test_columns_that_only_fill_a_block_are_cut_off(floats):
    wide = {**floats, "head": np.pad(floats["head"], ((0, 0), (0, 32)))}
    assert pack_small(wide).to_bytes() == pack_small(floats).to_bytes()


def test_the_shipped_bundle_packs_to_the_same_bytes_twice_and_keeps_its_values(shipped):
    image = pack(shipped)
    assert pack(shipped).to_bytes() == image.to_bytes()
    assert set(image.answers) == {"encode", "prefill", "decode"}
    assert len(set(image.answers.values())) == 3
    floats = read_floats(shipped, image.shape)
    assert set(floats) == {name for name, _, _ in matrices(image.shape)} | {
        *(name + ".bias" for name, _, bias in matrices(image.shape) if bias),
        *(name for name, _ in vectors(image.shape)),
        *("cos", "sin"),
    }
    for name, sizes, _ in matrices(image.shape):
        weight = floats[name].reshape(sizes[0], -1)
        scale = image.tensors[name + ".m"] * 2.0 ** -image.tensors[name + ".s"].astype(float) * 127
        error = np.linalg.norm(image.tensors[name + ".w"] * scale[:, None] - weight)
        assert error < 0.03 * np.linalg.norm(weight), name
    assert np.abs(image.tensors["embed"] / 65536 - floats["embed"]).max() <= 2**-17


def test_initializers_are_read_as_the_onnx_package_reads_them(shipped):
    graphs = shipped.manifest.graphs
    for graph in (graphs.vision_encoder, graphs.embed_tokens, graphs.decoder):
        path = shipped.graph_path(graph)
        model = onnx.load(str(path))
        read = read_weights(path)
        assert read.operators == {node.op_type for node in model.graph.node}
        assert set(read.arrays) == {tensor.name for tensor in model.graph.initializer}
        for tensor in model.graph.initializer:
            assert np.array_equal(read.arrays[tensor.name], numpy_helper.to_array(tensor))


def test_weights_that_do_not_lie_in_the_file_are_refused(tmp_path):
    tensor = helper.make_tensor("w", TensorProto.FLOAT, [2], [1.0, 2.0])  # not raw
    graph = helper.make_graph([], "g", [], [], [tensor])
    onnx.save(helper.make_model(graph), str(tmp_path / "g.onnx"))
    with pytest.raises(UserError, match="w is not stored as raw bytes"):
        read_weights(tmp_path / "g.onnx")
    (tmp_path / "cut.onnx").write_bytes((tmp_path / "g.onnx").read_bytes()[:-3])
    with pytest.raises(UserError, match="cannot be read"):
        read_weights(tmp_path / "cut.onnx")


def test_another_architecture_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(UserError, match="run this model with onnx-cpu or onnx-gpu"):
        pack(ModelBundle.load(make_tiny_bundle(tmp_path / "tiny")))


def test_the_shape_is_read_from_the_config_and_refused_where_it_cannot_be_grouped(shipped):
    shape = read_shape(shipped)
    assert NetworkShape.from_json(shape.to_json()) == shape
    assert shape.image_tokens == shipped.image_tokens
    with pytest.raises(UserError, match="grouped evenly"):
        NetworkShape.from_json({**shape.to_json(), "kv_heads": 3})
    with pytest.raises(UserError, match="multiples of 32"):
        NetworkShape.from_json({**shape.to_json(), "width": 330})
