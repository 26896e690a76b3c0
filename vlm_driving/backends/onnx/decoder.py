"""Running a decoder step after step without copying its keys and values.

Two kinds of graph are known. One writes new keys and values into the buffer that it read the
old ones from (GroupQueryAttention): past and present are bound to one buffer once, and only
the length changes. The other concatenates: every run gives a longer present, which is handed
over as the next past as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.onnx.signature import DecoderSignature, Slot

_SMALL_STEP = 16  # steps of up to so many tokens keep their buffers


@dataclass(slots=True, eq=False)
class Step:
    """Buffers and binding for runs of one number of tokens."""

    binding: Any
    embeds: NDArray[Any]  # (1, n, hidden)
    logits: NDArray[Any]  # (1, n or 1, vocab)
    counters: dict[str, NDArray[Any]]  # bookkeeping inputs whose shape stays
    last: NDArray[Any]  # (vocab,), a view of the logits


class Decoder:
    """What both kinds share: buffers for embeddings, bookkeeping and logits."""

    def __init__(
        self, session: Any, signature: DecoderSignature, capacity: int, last_only: bool
    ) -> None:
        """Bind nothing yet.

        Args:
            session: of the decoder.
            signature: what it wants.
            capacity: tokens of the longest sequence.
            last_only: whether the graph gives logits for the last position alone.
        """
        self.capacity = capacity
        self.length = 0
        self._session = session
        self._signature = signature
        self._last_only = last_only
        self._small: dict[int, Step] = {}
        self._large: Step | None = None
        mask = signature.lengths.get("attention_mask")
        self._ones = None if mask is None else np.ones((1, capacity), dtype=mask.dtype)
        self._masks: dict[int, Any] = {}  # by length, each a view of the ones

    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        """Append (1, n, hidden); the logits (vocab,) after the last position.

        Raises:
            ValueError: if the cache cannot hold them.
        """
        count = embeds.shape[1]
        total = self.length + count
        if count == 0 or total > self.capacity:
            raise ValueError(f"{self.length} + {count} tokens; the cache holds {self.capacity}")
        step = self._step(count)
        step.embeds[...] = embeds
        for name, counter in step.counters.items():
            _COUNT[name](counter, self.length, total)
        if self._ones is not None:
            step.binding.bind_ortvalue_input("attention_mask", self._mask(self._ones, total))
        self._run(step)
        self.length = total
        if step.last.dtype == np.float32:
            return step.last
        return step.last.astype(np.float32)

    def rewind(self, length: int) -> None:
        """Forget every token after the first `length`. Raises ValueError if there are fewer."""
        raise NotImplementedError

    def _run(self, step: Step) -> None:
        raise NotImplementedError

    def _mask(self, ones: NDArray[Any], total: int) -> Any:
        mask = self._masks.get(total)
        if mask is None:
            mask = self._masks[total] = wrap(ones[:, :total])
        return mask

    def _step(self, count: int) -> Step:
        found = self._small.get(count)
        if found is not None:
            return found
        if self._large is not None and self._large.embeds.shape[1] == count:
            return self._large
        step = self._make_step(count)
        if count <= _SMALL_STEP:
            self._small[count] = step
        else:
            self._large = step
        return step

    def _make_step(self, count: int) -> Step:
        signature = self._signature
        binding = self._session.io_binding()
        embeds = np.zeros((1, count, signature.hidden), dtype=signature.embeds.dtype)
        rows = 1 if self._last_only else count
        logits = np.empty((1, rows, signature.vocab), dtype=signature.logits.dtype)
        counters = {
            name: np.zeros(_counter_shape(slot, count), dtype=slot.dtype)
            for name, slot in signature.lengths.items()
            if name != "attention_mask"
        }
        for name, array in {signature.embeds.name: embeds, **counters}.items():
            binding.bind_input(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
        step = Step(binding, embeds, logits, counters, logits[0, -1])
        self._bind_logits(step)
        return step

    def _bind_logits(self, step: Step) -> None:
        logits = step.logits
        step.binding.bind_output(
            self._signature.logits.name, "cpu", 0, logits.dtype, logits.shape, logits.ctypes.data
        )


class SharedDecoder(Decoder):
    """Past and present are one buffer; rewinding is a smaller number."""

    def __init__(
        self, session: Any, signature: DecoderSignature, capacity: int, last_only: bool
    ) -> None:
        """Reserve the buffers; the system gives memory only to what is written."""
        super().__init__(session, signature, capacity, last_only)
        self._buffers = [np.zeros(c.shape(capacity), dtype=c.dtype) for c in signature.caches]

    def rewind(self, length: int) -> None:
        """Forget every token after the first `length`."""
        _check_rewind(length, self.length)
        self.length = length

    def _make_step(self, count: int) -> Step:
        step = super()._make_step(count)
        for cache, buffer in zip(self._signature.caches, self._buffers, strict=True):
            place = ("cpu", 0, buffer.dtype, buffer.shape, buffer.ctypes.data)
            step.binding.bind_input(cache.past, *place)
            step.binding.bind_output(cache.present, *place)
        return step

    def _run(self, step: Step) -> None:
        self._session.run_with_iobinding(step.binding)


class GrowingDecoder(Decoder):
    """Every present is the next past; rewinding goes back to a kept one or cuts a copy."""

    def __init__(
        self, session: Any, signature: DecoderSignature, capacity: int, last_only: bool
    ) -> None:
        """Start with nothing past."""
        super().__init__(session, signature, capacity, last_only)
        self._nothing = [np.zeros(c.shape(0), dtype=c.dtype) for c in signature.caches]
        self._past: list[Any] = [wrap(array) for array in self._nothing]
        self._kept: dict[int, list[Any]] = {0: self._past}

    def rewind(self, length: int) -> None:
        """Forget every token after the first `length`, and remember them for the next time."""
        _check_rewind(length, self.length)
        self._kept = {at: past for at, past in self._kept.items() if at <= length}
        if length == self.length:
            self._kept[length] = self._past
        elif length in self._kept:
            self._past = self._kept[length]
        else:
            self._past = [
                wrap(np.ascontiguousarray(value.numpy()[:, :, :length, :])) for value in self._past
            ]
            self._kept[length] = self._past
        self.length = length

    def _run(self, step: Step) -> None:
        binding = step.binding
        for cache, past in zip(self._signature.caches, self._past, strict=True):
            binding.bind_ortvalue_input(cache.past, past)
            binding.bind_output(cache.present, "cpu")
        self._session.run_with_iobinding(binding)
        outputs = binding.get_outputs()
        self._past = outputs[1:]
        # An output that stays bound would be written into by the next run.
        binding.clear_binding_outputs()
        self._bind_logits(step)


def wrap(array: NDArray[Any]) -> Any:
    """An OrtValue on the array's own memory."""
    import onnxruntime  # a session is open, so this is only a look-up

    return onnxruntime.OrtValue.ortvalue_from_numpy(array)


def _check_rewind(length: int, current: int) -> None:
    if not 0 <= length <= current:
        raise ValueError(f"cannot rewind to {length} of {current} tokens")


def _counter_shape(slot: Slot, count: int) -> tuple[int, ...]:
    if slot.name == "position_ids":
        return (1, count)
    if slot.name == "cache_position":
        return (count,)
    return (1,) * slot.rank


def _positions(counter: NDArray[Any], past: int, total: int) -> None:
    counter[...] = np.arange(past, total)


def _last_key(counter: NDArray[Any], past: int, total: int) -> None:
    counter[...] = total - 1


def _total(counter: NDArray[Any], past: int, total: int) -> None:
    counter[...] = total


def _past(counter: NDArray[Any], past: int, total: int) -> None:
    counter[...] = past


def _one(counter: NDArray[Any], past: int, total: int) -> None:
    counter[...] = 1


_COUNT = {
    "position_ids": _positions,
    "cache_position": _positions,
    "seqlens_k": _last_key,
    "total_sequence_length": _total,
    "past_sequence_length": _past,
    "num_logits_to_keep": _one,
    "logits_to_keep": _one,
}
