"""A bundle's float weights under the names of the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.fpga.onnx_weights import GraphWeights, read_weights
from vlm_driving.backends.fpga.shape import NetworkShape
from vlm_driving.core import UserError

if TYPE_CHECKING:
    from vlm_driving.runtime.bundle import ModelBundle

Floats = NDArray[np.float32]

# What the reference computes. A graph with any other operator computes something else.
_VISION_OPERATORS = frozenset(
    (
        *("Add", "Cast", "Concat", "Constant", "Conv", "Div", "Erf", "Gemm"),
        *("LayerNormalization", "MatMul", "Mul", "Relu", "Reshape", "Shape", "Transpose"),
    )
)
_DECODER_OPERATORS = frozenset(
    (
        *("Cast", "Constant", "Gather", "GroupQueryAttention", "MatMul", "MatMulNBits", "Mul"),
        *("ReduceSum", "Shape", "Sigmoid", "SimplifiedLayerNormalization"),
        *("SkipSimplifiedLayerNormalization", "Sub", "Unsqueeze"),
    )
)
_MIDDLE = 128  # of the 8-bit codes of MatMulNBits


def read_shape(bundle: ModelBundle) -> NetworkShape:
    """The network's sizes; UserError for an architecture that is not ours."""
    path = bundle.root / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(config, Mapping):
        config = {}
    return NetworkShape.from_config(config)


def read_rms_epsilon(bundle: ModelBundle) -> float:
    """Epsilon of the decoder's norms, as config.json has it."""
    config = json.loads((bundle.root / "config.json").read_text(encoding="utf-8"))
    return float(config["text_config"]["rms_norm_eps"])


def read_floats(bundle: ModelBundle, shape: NetworkShape) -> dict[str, Floats]:
    """All weights in float32, under the names that an image gives them.

    Matrices are (outputs, inputs), convolutions (outputs, 3, 3, inputs), biases end in `.bias`.

    Raises:
        UserError: if a graph holds other weights or operators than this architecture's.
    """
    graphs = bundle.manifest.graphs
    vision_path = bundle.graph_path(graphs.vision_encoder)
    embed_path = bundle.graph_path(graphs.embed_tokens)
    decoder_path = bundle.graph_path(graphs.decoder)
    floats = _vision(_checked(vision_path, _VISION_OPERATORS))
    embed = read_weights(embed_path).arrays
    decoder = _checked(decoder_path, _DECODER_OPERATORS)
    try:
        floats |= _decoder(decoder.arrays, shape)
        floats["embed"] = _embedding(embed)
    except (KeyError, ValueError) as error:
        raise UserError(
            f"{decoder_path.parent}: the FPGA contract does not know these weights ({error}); "
            "export the bundle with `vlm-driving train` or `export --precision int8`."
        ) from None
    return floats


def _checked(path: Path, known: frozenset[str]) -> GraphWeights:
    weights = read_weights(path)
    foreign = sorted(weights.operators - known)
    if foreign:
        raise UserError(
            f"{path}: the FPGA contract has no operator {foreign[0]}; run this model with "
            "onnx-cpu or onnx-gpu."
        )
    return weights


def _vision(weights: GraphWeights) -> dict[str, Floats]:
    """The tower's own names, with a convolution's inputs last; half precision widened."""
    floats: dict[str, Floats] = {}
    for name, array in weights.arrays.items():
        if array.dtype not in (np.float32, np.float16):
            continue
        value = array.astype(np.float32)
        if value.ndim == 4:
            value = value.transpose(0, 2, 3, 1)
        floats["vision." + name.removesuffix("_half").removesuffix(".weight")] = value
    return floats


def _decoder(arrays: Mapping[str, NDArray[Any]], shape: NetworkShape) -> dict[str, Floats]:
    floats: dict[str, Floats] = {"cos": arrays["cos_cache"], "sin": arrays["sin_cache"]}
    for layer in range(shape.layers):
        ours, theirs = f"layers.{layer}.", f"model.layers.{layer}."
        floats[ours + "norm_in"] = arrays[theirs + "input_layernorm.weight"]
        floats[ours + "norm_out"] = arrays[theirs + "post_attention_layernorm.weight"]
        for name, part in (
            ("qkv", "attn.qkv_proj"),
            ("o", "attn.o_proj"),
            ("gate", "mlp.gate_proj"),
            ("up", "mlp.up_proj"),
            ("down", "mlp.down_proj"),
        ):
            floats[ours + name] = _matrix(arrays, f"{theirs}{part}.MatMul.weight")
    floats["norm"] = arrays[f"model.layers.{shape.layers}.final_norm_layernorm.weight"]
    floats["head"] = _matrix(arrays, "lm_head.MatMul.weight")
    return floats


def _matrix(arrays: Mapping[str, NDArray[Any]], name: str) -> Floats:
    """A matrix (outputs, inputs): MatMulNBits' 8-bit blocks widened, or float as it is."""
    if name in arrays:
        return np.ascontiguousarray(arrays[name].T, np.float32)
    codes = arrays[name + "_codes"]
    if codes.ndim != 3 or codes.dtype != np.uint8 or name + "_zero_points" in arrays:
        raise ValueError(f"{name} is not in symmetric blocks of 8 bits")
    scales = arrays[name + "_scales"].reshape(codes.shape[:2])
    values: Floats = (codes.astype(np.float32) - np.float32(_MIDDLE)) * scales[..., None]
    return values.reshape(len(codes), -1)


def _embedding(arrays: Mapping[str, NDArray[Any]]) -> Floats:
    """The table (vocab, hidden)."""
    name = "model.embed_tokens.weight"
    if name in arrays:
        return np.asarray(arrays[name], np.float32)
    values: Floats = arrays[name + "_codes"].astype(np.float32) * arrays[name + "_scales"]
    return values.reshape(len(values), -1)
