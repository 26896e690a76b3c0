"""Finding out by running it which kind of decoder a graph is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.onnx.signature import DecoderSignature
from vlm_driving.core import UserError

_BUFFER = 8  # tokens of the probe's past


class CacheKind(str, Enum):
    """How a graph treats its past."""

    SHARED = "shared"
    """Writes behind the past, into a buffer of its own length."""
    GROWING = "growing"
    """Concatenates past and new."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a decoder showed: its kind, and whether it gives only the last position's logits."""

    kind: CacheKind
    last_only: bool


def probe_decoder(session: Any, signature: DecoderSignature, path: object) -> Probe:
    """Run a decoder on zeros, twice.

    The first run claims a past buffer of 8 tokens in which 2 are new and none are old. A
    graph that shares its buffer gives a present of 8; one that concatenates gives 10, or
    fails over the mask.

    Raises:
        UserError: if the graph does neither.
    """
    shapes = _present_shapes(session, signature, past=_BUFFER, total=2)
    if isinstance(shapes, list) and all(shape[2] == _BUFFER for shape in shapes[1:]):
        return Probe(CacheKind.SHARED, shapes[0][1] == 1)
    shapes = _present_shapes(session, signature, past=0, total=2)
    if isinstance(shapes, list) and all(shape[2] == 2 for shape in shapes[1:]):
        return Probe(CacheKind.GROWING, shapes[0][1] == 1)
    first = signature.caches[0]
    found = f"fails ({shapes})" if isinstance(shapes, str) else f"gives {shapes[1]}"
    raise UserError(
        f"{path}: the decoder neither shares nor concatenates its input {first.past}: a prompt "
        f"of 2 tokens {found}; export the model in the ONNX community's layout."
    )


def _present_shapes(
    session: Any, signature: DecoderSignature, *, past: int, total: int
) -> list[tuple[int, ...]] | str:
    """Shapes of logits and presents for `total` new tokens on a past of `past`, or the error."""
    import onnxruntime  # a session is open, so this is only a look-up

    feeds: dict[str, NDArray[Any]] = {
        signature.embeds.name: np.zeros((1, total, signature.hidden), signature.embeds.dtype)
    }
    for name, slot in signature.lengths.items():
        feeds[name] = _bookkeeping(name, slot.rank, total).astype(slot.dtype)
    for cache in signature.caches:
        feeds[cache.past] = np.zeros(cache.shape(past), dtype=cache.dtype)
    names = [signature.logits.name, *(cache.present for cache in signature.caches)]
    quiet = onnxruntime.RunOptions()
    quiet.log_severity_level = 4  # a failure is an answer here
    try:
        return [value.shape for value in session.run(names, feeds, quiet)]
    except Exception as error:  # onnxruntime's errors share no class below Exception
        return str(error).strip().splitlines()[0] if str(error).strip() else repr(error)


def _bookkeeping(name: str, rank: int, total: int) -> NDArray[np.int64]:
    if name == "attention_mask":
        return np.ones((1, total), dtype=np.int64)
    if name in ("position_ids", "cache_position"):
        positions = np.arange(total, dtype=np.int64)
        return positions[None] if rank == 2 else positions
    values = {"seqlens_k": total - 1, "total_sequence_length": total, "past_sequence_length": 0}
    return np.full((1,) * rank, values.get(name, 1), dtype=np.int64)
