"""From a bundle to a device image: the explicit step in which floats become integers.

Packing is a step of its own because the image is what a device is checked against: it has one
SHA-256, it carries its own known answers, and neither a driver nor a device ever quantizes.
It uses sums, products, quotients and roundings of float64 alone, which every machine agrees on;
the tables' exponentials are rounded so coarsely that every libm does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.fpga.bundle_weights import (
    Floats,
    read_floats,
    read_rms_epsilon,
    read_shape,
)
from vlm_driving.backends.fpga.functions import ROTARY_Q, make_tables
from vlm_driving.backends.fpga.image import DeviceImage
from vlm_driving.backends.fpga.numeric import CODE, LARGEST, ONE
from vlm_driving.backends.fpga.reference import Network
from vlm_driving.backends.fpga.shape import PATCH, NetworkShape
from vlm_driving.backends.fpga.vectors import known_answers
from vlm_driving.core import UserError

if TYPE_CHECKING:
    from vlm_driving.runtime.bundle import ModelBundle

_LAYER_EPSILON = 1e-5  # of PyTorch's LayerNorm
_LEAST_SHIFT, _MOST_SHIFT = 18, 62
_MOST_INPUTS = (1 << 31) // (CODE * CODE)
_MATRIX_PARTS = ("qkv", "o", "gate", "up", "down")


def pack(bundle: ModelBundle) -> DeviceImage:
    """Quantize a bundle for the device, and answer the standard input with the result.

    Weights are int8 with one multiplier an output, nearest to the bundle's own values.

    Raises:
        UserError: for an architecture or weights that the contract does not cover.
    """
    shape = read_shape(bundle)
    if (shape.height, shape.width) != (bundle.preprocess.height, bundle.preprocess.width):
        raise UserError(
            f"{bundle.root}: bundle.json and config.json name different picture sizes; "
            "export the bundle again."
        )
    graphs = bundle.manifest.graphs
    files = (graphs.vision_encoder.file, graphs.embed_tokens.file, graphs.decoder.file)
    source = {file: bundle.manifest.sha256[file] for file in files}
    floats = read_floats(bundle, shape)
    image = pack_floats(bundle.name, source, shape, floats, read_rms_epsilon(bundle))
    return with_answers(image)


def with_answers(image: DeviceImage) -> DeviceImage:
    """The image with the reference's answers to the standard input."""
    return replace(image, answers=known_answers(Network(image)))


def pack_floats(
    name: str,
    source: Mapping[str, str],
    shape: NetworkShape,
    floats: Mapping[str, Floats],
    rms_epsilon: float,
) -> DeviceImage:
    """Quantize weights that are at hand; no answers yet.

    Raises:
        UserError: naming the first weight that is missing, not finite or of another size.
    """
    tensors: dict[str, NDArray[Any]] = {}
    for tensor, sizes, bias in matrices(shape):
        weight = _sized(floats, tensor, sizes)
        codes, multiplier, shift = quantize_weight(tensor, weight.reshape(len(weight), -1))
        tensors[tensor + ".w"] = codes
        tensors[tensor + ".m"] = multiplier
        tensors[tensor + ".s"] = shift
        if bias:
            tensors[tensor + ".b"] = _fixed(_sized(floats, tensor + ".bias", sizes[:1]))
    for tensor, sizes in vectors(shape):
        tensors[tensor] = _fixed(_sized(floats, tensor, sizes))
    for tensor in ("cos", "sin"):
        table = _sized(floats, tensor, (shape.positions, shape.head_size // 2))
        tensors[tensor] = np.rint(table.astype(np.float64) * (1 << ROTARY_Q)).astype(np.int16)
    tables = make_tables()
    for tensor in ("exp2", "sigmoid", "normal"):
        tensors["table." + tensor] = getattr(tables, tensor).astype(np.int32)
    score = 1.0 / math.sqrt(shape.head_size) / math.log(2.0) / (CODE * CODE)
    score_m, score_s = _multipliers(np.array([score]))
    return DeviceImage(
        name=name,
        source=source,
        shape=shape,
        tensors=tensors,
        epsilons={
            "layer": round(_LAYER_EPSILON * ONE * ONE),
            "rms": round(rms_epsilon * ONE * ONE),
        },
        scale=(int(score_m[0]), int(score_s[0])),
    )


def matrices(shape: NetworkShape) -> Iterator[tuple[str, tuple[int, ...], bool]]:
    """Every weight that is multiplied: name, sizes in floats, whether it has a bias."""
    inputs = 3 * PATCH * PATCH
    for stride, stage in zip((4, 8, 16), shape.stages, strict=True):
        place = f"vision.stride{stride}."
        yield place + "enter.conv", (stage.channels, 3, 3, inputs), True
        for block in range(stage.blocks):
            for which in ("first", "second"):
                name = f"{place}blocks.{block}.{which}.conv"
                yield name, (stage.channels, 3, 3, stage.channels), True
        inputs = stage.channels
    wide = shape.token_features
    yield "vision.project_in", (shape.projector, wide), True
    yield "vision.project_out", (shape.hidden, shape.projector), True
    yield "vision.summary_narrow", (shape.narrow, wide), True
    yield "vision.summary_mix", (shape.mix, shape.narrow * shape.grid_tokens), True
    yield "vision.summary_out", (shape.summary_tokens * shape.hidden, shape.mix), True
    asked = (shape.heads + 2 * shape.kv_heads) * shape.head_size
    for layer in range(shape.layers):
        for part, sizes in zip(
            _MATRIX_PARTS,
            (
                (asked, shape.hidden),
                (shape.hidden, shape.heads * shape.head_size),
                (shape.inner, shape.hidden),
                (shape.inner, shape.hidden),
                (shape.hidden, shape.inner),
            ),
            strict=True,
        ):
            yield f"layers.{layer}.{part}", sizes, False
    yield "head", (shape.vocab, shape.hidden), False


def vectors(shape: NetworkShape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every weight that is kept in Q16: name and sizes."""
    yield "vision.norm", (shape.token_features,)
    yield "vision.norm.bias", (shape.token_features,)
    yield "vision.position", (shape.image_tokens, shape.hidden)
    for layer in range(shape.layers):
        yield f"layers.{layer}.norm_in", (shape.hidden,)
        yield f"layers.{layer}.norm_out", (shape.hidden,)
    yield "norm", (shape.hidden,)
    yield "embed", (shape.vocab, shape.hidden)


def quantize_weight(
    name: str, weight: Floats
) -> tuple[NDArray[np.int8], NDArray[np.uint16], NDArray[np.uint8]]:
    """Codes, multipliers and shifts of a matrix (outputs, inputs).

    Raises:
        UserError: if its values or its length are beyond what the arithmetic holds.
    """
    wide = weight.astype(np.float64)
    step = np.abs(wide).max(axis=1) / CODE
    codes = np.rint(wide / np.where(step == 0, 1.0, step)[:, None]).astype(np.int8)
    multiplier, shift = _multipliers(step / CODE)
    if weight.shape[1] > _MOST_INPUTS or shift.min() < _LEAST_SHIFT:
        raise UserError(
            f"{name} is too large for int8 weights with 16-bit multipliers; run this model with "
            "onnx-cpu or onnx-gpu."
        )
    return codes, multiplier.astype(np.uint16), shift.astype(np.uint8)


def _multipliers(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The nearest `multiplier / 2**shift` with 16 bits, fewer where the shift is at its end."""
    fraction, exponent = np.frexp(values)
    multiplier = np.rint(fraction * ONE).astype(np.int64)
    carry = multiplier >> 16
    shift = np.where(values == 0, _LEAST_SHIFT, 16 - exponent.astype(np.int64) - carry)
    beyond = np.maximum(shift - _MOST_SHIFT, 0)
    return (multiplier >> carry) >> beyond, shift - beyond


def _fixed(values: Floats) -> NDArray[np.int32]:
    whole = np.rint(values.astype(np.float64) * ONE)
    return np.clip(whole, -LARGEST, LARGEST).astype(np.int32)


def _sized(floats: Mapping[str, Floats], name: str, sizes: tuple[int, ...]) -> Floats:
    """One weight; columns that only fill up a block of its quantization are cut off."""
    value = floats.get(name)
    problem = "is missing"
    if value is not None:
        if len(sizes) == 2 and value.ndim == 2 and value.shape[1] > sizes[1]:
            value = value[:, : sizes[1]]
        elif name == "vision.position":
            value = value.reshape(value.shape[-2:])
        if value.shape == sizes:
            if np.isfinite(value).all():
                return value
            problem = "is not finite"
        else:
            problem = f"has the sizes {value.shape}, not {sizes}"
    raise UserError(
        f"the weight {name} {problem}; the graphs do not belong to config.json: export the "
        "bundle again."
    )
