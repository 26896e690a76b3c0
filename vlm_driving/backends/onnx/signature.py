"""What a decoder graph wants and gives, read from its session; anything unknown is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from vlm_driving.core import UserError

DTYPES: dict[str, DTypeLike] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}
FLOATS = ("tensor(float)", "tensor(float16)")
WHOLES = ("tensor(int64)", "tensor(int32)")
_PAST = re.compile(r"^past_key_values\.(\d+)\.(key|value)$")
_PRESENT = ("present.{}.{}", "present_key_values.{}.{}")

# Bookkeeping that a graph may want: name -> ranks.
_LENGTHS: dict[str, tuple[int, ...]] = {
    "attention_mask": (2,),  # ones (1, total)
    "position_ids": (2,),  # (1, n), counted from 0
    "cache_position": (1,),  # (n,), the same
    "seqlens_k": (1, 2),  # total - 1
    "total_sequence_length": (0, 1),  # total
    "past_sequence_length": (0, 1),  # total - n
    "num_logits_to_keep": (0, 1),  # 1
    "logits_to_keep": (0, 1),  # 1
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One input or output.

    Attributes:
        name: in the graph.
        dtype: of its elements.
        rank: number of dimensions.
    """

    name: str
    dtype: DTypeLike
    rank: int


@dataclass(frozen=True, slots=True)
class Cache:
    """One layer's keys or values: the past that goes in, the present that comes out."""

    past: str
    present: str
    dtype: DTypeLike
    heads: int
    size: int

    def shape(self, length: int) -> tuple[int, int, int, int]:
        """(1, heads, length, size)."""
        return (1, self.heads, length, self.size)


@dataclass(frozen=True, slots=True)
class DecoderSignature:
    """Everything that has to be bound.

    Attributes:
        embeds: (1, n, hidden).
        hidden: width of an embedding.
        lengths: bookkeeping inputs, by name.
        caches: keys and values of all layers.
        logits: (1, n or 1, vocab).
        vocab: number of logits.
    """

    embeds: Slot
    hidden: int
    lengths: dict[str, Slot]
    caches: tuple[Cache, ...]
    logits: Slot
    vocab: int


def read_signature(session: Any, path: object) -> DecoderSignature:
    """Read a decoder's inputs and outputs.

    Args:
        session: of the decoder.
        path: of its graph, for the message.

    Raises:
        UserError: naming the first input or output that is missing or not supported.
    """
    inputs = {item.name: item for item in session.get_inputs()}
    outputs = {item.name: item for item in session.get_outputs()}
    embeds = inputs.pop("inputs_embeds", None)
    if embeds is None:
        raise _refusal(path, "has no input inputs_embeds", "inputs_embeds")
    _require(embeds, FLOATS, (3,), path)
    lengths: dict[str, Slot] = {}
    caches: list[Cache] = []
    for name, item in inputs.items():
        if name in _LENGTHS:
            _require(item, WHOLES, _LENGTHS[name], path)
            lengths[name] = _slot(item)
        elif _PAST.match(name):
            caches.append(_cache(item, outputs, path))
        else:
            raise _refusal(path, f"wants an input {_describe(item)} that is not known here", name)
    if not caches:
        raise _refusal(path, "has no inputs past_key_values.N.key", "past_key_values.0.key")
    logits = outputs.get("logits")
    if logits is None:
        raise _refusal(path, "has no output logits", "logits")
    _require(logits, FLOATS, (3,), path)
    return DecoderSignature(
        embeds=_slot(embeds),
        hidden=_fixed(embeds, 2, path),
        lengths=lengths,
        caches=tuple(caches),
        logits=_slot(logits),
        vocab=_fixed(logits, 2, path),
    )


def _cache(item: Any, outputs: dict[str, Any], path: object) -> Cache:
    match = _PAST.match(item.name)
    assert match is not None
    names = [pattern.format(*match.groups()) for pattern in _PRESENT]
    present = next((name for name in names if name in outputs), None)
    if present is None:
        raise _refusal(path, f"has no output {names[0]} for input {item.name}", item.name)
    _require(item, FLOATS, (4,), path)
    if outputs[present].type != item.type:
        raise _refusal(path, f"changes the type between {item.name} and {present}", item.name)
    if isinstance(item.shape[2], int):
        raise _refusal(path, f"fixes the length of {_describe(item)}", item.name)
    dtype = DTYPES[item.type]
    return Cache(item.name, present, dtype, _fixed(item, 1, path), _fixed(item, 3, path))


def _slot(item: Any) -> Slot:
    return Slot(item.name, DTYPES[item.type], len(item.shape))


def _require(item: Any, types: Sequence[str], ranks: Sequence[int], path: object) -> None:
    if item.type not in types or len(item.shape) not in ranks:
        raise _refusal(path, f"has {_describe(item)} in a form that is not known here", item.name)


def _fixed(item: Any, axis: int, path: object) -> int:
    size = item.shape[axis]
    if not isinstance(size, int):
        raise _refusal(path, f"leaves dimension {axis} of {_describe(item)} open", item.name)
    return size


def _describe(item: Any) -> str:
    return f"{item.name} {item.type} {list(item.shape)}"


def _refusal(path: object, problem: str, name: str) -> UserError:
    return UserError(
        f"{path}: the decoder {problem}; export the model in the ONNX community's layout "
        f"(inputs_embeds, attention_mask, past_key_values.N.key and .value), with {name} as there."
    )
