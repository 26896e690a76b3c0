"""Tiny ONNX graphs with random weights, in the ONNX community's three-graph layout.

The two decoders hold the same weights and compute the same function: one concatenates its
keys and values and wants `position_ids`, one uses com.microsoft.GroupQueryAttention and can
share its past and present buffers. Opset 17 and IR 10, so that onnxruntime 1.23.2 loads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR = 10
HIDDEN = 64
HEADS = 4
KV_HEADS = 2
HEAD = 16
LAYERS = 2
POSITIONS = 512


@dataclass(frozen=True)
class Weights:
    """Everything that the three graphs hold."""

    embed: NDArray[np.float32]  # (vocab, hidden)
    layers: Sequence[dict[str, NDArray[np.float32]]]
    head: NDArray[np.float32]  # (hidden, vocab)
    bias: NDArray[np.float32]  # (vocab,)
    cos: NDArray[np.float32]  # (positions, head / 2)
    sin: NDArray[np.float32]
    patch: NDArray[np.float32]  # (hidden, 3, stride, stride)


def make_weights(vocab: int, bias: NDArray[np.float32], stride: int, seed: int) -> Weights:
    """Random weights of a decoder whose next token depends on everything before it."""
    rng = np.random.default_rng(seed)

    def normal(*shape: int, scale: float) -> NDArray[np.float32]:
        return (rng.standard_normal(shape) * scale).astype(np.float32)

    def layer() -> dict[str, NDArray[np.float32]]:
        return {
            "q": normal(HIDDEN, HEADS * HEAD, scale=0.3),
            "k": normal(HIDDEN, KV_HEADS * HEAD, scale=0.3),
            "v": normal(HIDDEN, KV_HEADS * HEAD, scale=0.3),
            "o": normal(HEADS * HEAD, HIDDEN, scale=0.3),
            "up": normal(HIDDEN, 2 * HIDDEN, scale=0.3),
            "down": normal(2 * HIDDEN, HIDDEN, scale=0.3),
        }

    angles = np.arange(POSITIONS)[:, None] / (100.0 ** (np.arange(HEAD // 2) / (HEAD // 2)))
    return Weights(
        embed=normal(vocab, HIDDEN, scale=1.0),
        layers=[layer() for _ in range(LAYERS)],
        head=normal(HIDDEN, vocab, scale=0.35),
        bias=bias.astype(np.float32),
        cos=np.cos(angles).astype(np.float32),
        sin=np.sin(angles).astype(np.float32),
        patch=normal(HIDDEN, 3, stride, stride, scale=1.5 / stride),
    )


class _Graph:
    """Collects nodes and constants of one graph."""

    def __init__(self, half: bool = False) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self.dtype = np.float16 if half else np.float32
        self.kind = TensorProto.FLOAT16 if half else TensorProto.FLOAT

    def constant(self, name: str, value: object, dtype: type | None = None) -> str:
        array: np.ndarray = np.asarray(value, dtype=dtype or self.dtype)
        self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def value(self, name: str, *shape: object) -> onnx.ValueInfoProto:
        return _value(name, shape, self.kind)

    def add(self, op: str, inputs: Sequence[str], name: str, outputs: int = 1, **attrs: object):
        names = [name] if outputs == 1 else [f"{name}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, name=name, **attrs))
        return names[0] if outputs == 1 else names

    def save(self, path: Path, inputs: list, outputs: list) -> None:
        used = {name for node in self.nodes for name in node.input}
        constants = [value for name, value in self.constants.items() if name in used]
        graph = helper.make_graph(self.nodes, path.stem, inputs, outputs, constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR)
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, str(path))


def _value(name: str, shape: Sequence[object], kind: int = TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, list(shape))


def save_vision_encoder(path: Path, weights: Weights, height: int, width: int) -> None:
    """pixel_values (1, 3, height, width) -> image_features (1, tokens, hidden)."""
    g = _Graph()
    stride = weights.patch.shape[-1]
    g.constant("patch", weights.patch)
    g.constant("flat", [1, HIDDEN, -1], np.int64)
    g.add("Conv", ["pixel_values", "patch"], "conv", strides=[stride, stride])
    g.add("Tanh", ["conv"], "tanh")
    g.add("Reshape", ["tanh", "flat"], "cells")
    g.add("Transpose", ["cells"], "image_features", perm=[0, 2, 1])
    tokens = (height // stride) * (width // stride)
    g.save(
        path,
        [_value("pixel_values", ["batch_size", 3, height, width])],
        [_value("image_features", ["batch_size", tokens, HIDDEN])],
    )


def save_embed_tokens(path: Path, weights: Weights) -> None:
    """input_ids (1, n) -> inputs_embeds (1, n, hidden)."""
    g = _Graph()
    g.constant("table", weights.embed)
    g.add("Gather", ["table", "input_ids"], "inputs_embeds")
    g.save(
        path,
        [_value("input_ids", ["batch_size", "sequence_length"], TensorProto.INT64)],
        [_value("inputs_embeds", ["batch_size", "sequence_length", HIDDEN])],
    )


def save_decoder(path: Path, weights: Weights, kind: str, extra_input: str | None = None) -> None:
    """A decoder of `kind` "concat" or "gqa"; `extra_input` adds an input nobody knows.

    A kind may carry a variant: "gqa-lengths" (seqlens_k and total_sequence_length as inputs,
    in place of attention_mask), "-last" (logits of the last position alone), "-keep"
    (num_logits_to_keep), "-fp16" (everything outside the head in half precision).
    """
    kind, _, variant = kind.partition("-")
    g = _Graph(half=variant == "fp16")
    g.constant("one", 1, np.int64)
    g.constant("zero", 0, np.int64)
    g.constant("epsilon", 1e-5)
    g.constant("axis1", [1], np.int64)
    g.constant("cos", weights.cos)
    g.constant("sin", weights.sin)
    inputs = [g.value("inputs_embeds", "batch_size", "sequence_length", HIDDEN)]
    if variant == "lengths":
        inputs.append(_value("seqlens_k", ["batch_size"], TensorProto.INT32))
        inputs.append(_value("total_sequence_length", [], TensorProto.INT32))
    else:
        mask = ["batch_size", "total_sequence_length"]
        inputs.append(_value("attention_mask", mask, TensorProto.INT64))
    if kind == "concat":
        positions = ["batch_size", "sequence_length"]
        inputs.append(_value("position_ids", positions, TensorProto.INT64))
        _causal_bias(g)
        _rope_factors(g)
    elif variant != "lengths":
        _sequence_lengths(g)
    outputs = [g.value("logits", "batch_size", "logits_length", len(weights.bias))]
    x = "inputs_embeds"
    for index, layer in enumerate(weights.layers):
        for part in ("key", "value"):
            past = (f"past_key_values.{index}.{part}", "batch_size", KV_HEADS, "past", HEAD)
            inputs.append(g.value(*past))
            outputs.append(g.value(f"present.{index}.{part}", *past[1:3], "total", HEAD))
        for name, value in layer.items():
            g.constant(f"l{index}_{name}", value)
        x = _layer(g, x, index, kind)
    norm = _norm(g, x, "final")
    if variant == "keep":
        inputs.append(_value("num_logits_to_keep", [], TensorProto.INT64))
        norm = _tail(g, norm, g.add("Neg", ["num_logits_to_keep"], "minus_kept"))
    elif variant == "last":
        norm = _tail(g, norm, g.constant("minus_one", -1, np.int64))
    if extra_input is not None:
        inputs.append(g.value(extra_input, "batch_size"))
        g.add("ReduceSum", [extra_input], "extra_sum", keepdims=0)
        norm = g.add("Add", [norm, "extra_sum"], "norm_with_extra")
    g.constant("head", weights.head)
    g.constant("head_bias", weights.bias)
    g.add("MatMul", [norm, "head"], "unbiased")
    g.add("Add", ["unbiased", "head_bias"], "logits")
    g.save(path, inputs, outputs)


def _tail(g: _Graph, x: str, start: str) -> str:
    """The rows of x (1, n, hidden) from `start` on, which is negative."""
    g.constant("far", [2**31], np.int64)
    g.add("Unsqueeze", [start, g.constant("axis0", [0], np.int64)], "start")
    return g.add("Slice", [x, "start", "far", "axis1"], "tail")


def _norm(g: _Graph, x: str, name: str) -> str:
    g.add("Mul", [x, x], f"{name}_square")
    g.add("ReduceMean", [f"{name}_square"], f"{name}_mean", axes=[-1])
    g.add("Add", [f"{name}_mean", "epsilon"], f"{name}_eps")
    g.add("Sqrt", [f"{name}_eps"], f"{name}_root")
    return g.add("Div", [x, f"{name}_root"], f"{name}_norm")


def _sequence_lengths(g: _Graph) -> None:
    """What onnxruntime-genai's builder derives from attention_mask."""
    g.add("ReduceSum", ["attention_mask", "axis1"], "mask_sum", keepdims=0)
    g.add("Sub", ["mask_sum", "one"], "mask_last")
    g.add("Cast", ["mask_last"], "seqlens_k", to=TensorProto.INT32)
    g.add("Shape", ["attention_mask"], "mask_shape")
    g.add("Gather", ["mask_shape", "one"], "mask_length")
    g.add("Cast", ["mask_length"], "total_sequence_length", to=TensorProto.INT32)


def _causal_bias(g: _Graph) -> None:
    """(n, total): 0 where key position <= query position, else a large negative number."""
    g.add("Shape", ["attention_mask"], "mask_shape")
    g.add("Gather", ["mask_shape", "one"], "total")
    g.add("Range", ["zero", "total", "one"], "keys")
    g.constant("axis2", [2], np.int64)
    g.add("Unsqueeze", ["position_ids", "axis2"], "queries")  # (1, n, 1)
    g.add("Greater", ["keys", "queries"], "future")  # (1, n, total)
    g.constant("blocked", -6e4)  # half precision holds it too
    g.constant("allowed", 0.0)
    g.add("Where", ["future", "blocked", "allowed"], "bias3")
    g.add("Unsqueeze", ["bias3", "axis1"], "bias")  # (1, 1, n, total)


def _rope_factors(g: _Graph) -> None:
    for name in ("cos", "sin"):
        g.add("Gather", [name, "position_ids"], f"{name}_half")  # (1, n, head / 2)
        g.add("Concat", [f"{name}_half", f"{name}_half"], f"{name}_full", axis=2)
        g.add("Unsqueeze", [f"{name}_full", "axis1"], f"{name}_rope")  # (1, 1, n, head)


def _rope(g: _Graph, x: str, name: str) -> str:
    halves = g.add("Split", [x], f"{name}_split", outputs=2, axis=3)
    g.add("Neg", [halves[1]], f"{name}_neg")
    g.add("Concat", [f"{name}_neg", halves[0]], f"{name}_turned", axis=3)
    g.add("Mul", [x, "cos_rope"], f"{name}_c")
    g.add("Mul", [f"{name}_turned", "sin_rope"], f"{name}_s")
    return g.add("Add", [f"{name}_c", f"{name}_s"], f"{name}_rope")


def _layer(g: _Graph, x: str, index: int, kind: str) -> str:
    p = f"l{index}"
    norm = _norm(g, x, f"{p}_n1")
    q, k, v = (g.add("MatMul", [norm, f"{p}_{n}"], f"{p}_{n}_proj") for n in "qkv")
    attend = _concat_attention if kind == "concat" else _gqa_attention
    mixed = attend(g, q, k, v, index)
    g.add("MatMul", [mixed, f"{p}_o"], f"{p}_attended")
    g.add("Add", [x, f"{p}_attended"], f"{p}_mid")
    norm = _norm(g, f"{p}_mid", f"{p}_n2")
    g.add("MatMul", [norm, f"{p}_up"], f"{p}_wide")
    g.add("Tanh", [f"{p}_wide"], f"{p}_act")
    g.add("MatMul", [f"{p}_act", f"{p}_down"], f"{p}_fed")
    return g.add("Add", [f"{p}_mid", f"{p}_fed"], f"{p}_out")


def _gqa_attention(g: _Graph, q: str, k: str, v: str, index: int) -> str:
    past = [f"past_key_values.{index}.{part}" for part in ("key", "value")]
    present = [f"present.{index}.{part}" for part in ("key", "value")]
    name = f"l{index}_gqa"
    g.nodes.append(
        helper.make_node(
            "GroupQueryAttention",
            [q, k, v, *past, "seqlens_k", "total_sequence_length", "cos", "sin"],
            [name, *present],
            name=name,
            domain="com.microsoft",
            num_heads=HEADS,
            kv_num_heads=KV_HEADS,
            do_rotary=1,
            rotary_interleaved=0,
        )
    )
    return name


def _concat_attention(g: _Graph, q: str, k: str, v: str, index: int) -> str:
    p = f"l{index}"
    g.constant("q_heads", [1, -1, HEADS, HEAD], np.int64)
    g.constant("kv_heads", [1, -1, KV_HEADS, HEAD], np.int64)
    g.constant("merged", [1, -1, HEADS * HEAD], np.int64)

    def heads(x: str, shape: str, name: str) -> str:
        g.add("Reshape", [x, shape], f"{name}_4d")
        return g.add("Transpose", [f"{name}_4d"], f"{name}_heads", perm=[0, 2, 1, 3])

    query = _rope(g, heads(q, "q_heads", f"{p}_hq"), f"{p}_rq")
    key = _rope(g, heads(k, "kv_heads", f"{p}_hk"), f"{p}_rk")
    value = heads(v, "kv_heads", f"{p}_hv")
    for part, new in (("key", key), ("value", value)):
        g.add("Concat", [f"past_key_values.{index}.{part}", new], f"present.{index}.{part}", axis=2)
    g.constant("repeat", [1, 1, HEADS // KV_HEADS, 1, 1], np.int64)
    g.constant("unfold", [1, HEADS, -1, HEAD], np.int64)
    for part in ("key", "value"):
        g.add("Unsqueeze", [f"present.{index}.{part}", "axis2"], f"{p}_{part}5")
        g.add("Tile", [f"{p}_{part}5", "repeat"], f"{p}_{part}_tiled")
        g.add("Reshape", [f"{p}_{part}_tiled", "unfold"], f"{p}_{part}_all")
    g.add("Transpose", [f"{p}_key_all"], f"{p}_key_t", perm=[0, 1, 3, 2])
    g.add("MatMul", [query, f"{p}_key_t"], f"{p}_scores")
    g.constant("scale", 1.0 / np.sqrt(HEAD))
    g.add("Mul", [f"{p}_scores", "scale"], f"{p}_scaled")
    g.add("Add", [f"{p}_scaled", "bias"], f"{p}_biased")
    g.add("Softmax", [f"{p}_biased"], f"{p}_shares", axis=-1)
    g.add("MatMul", [f"{p}_shares", f"{p}_value_all"], f"{p}_mixed")
    g.add("Transpose", [f"{p}_mixed"], f"{p}_back", perm=[0, 2, 1, 3])
    return g.add("Reshape", [f"{p}_back", "merged"], f"{p}_flat")
