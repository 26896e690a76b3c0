"""Running a decoder step after step without copying its keys and values.

Two kinds of graph are known. One writes new keys and values into the buffer that it read the
old ones from (GroupQueryAttention): past and present are bound to one buffer once, and only
the length changes. The other concatenates: every run gives a longer present, which is handed
over as the next past as it is.

Keys and values stay on the decoder's device. Embeddings, bookkeeping and logits are ordinary
memory: onnxruntime copies inputs to where an operator wants them at the moment they are bound.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.onnx.counters import COUNT, counter_shape
from vlm_driving.backends.onnx.device import CPU, Placement
from vlm_driving.backends.onnx.signature import DecoderSignature

_MASK = "attention_mask"
_LEAST_ROWS = 16
_MOST_STEPS = 64


@dataclass(slots=True, eq=False)
class Step:
    """Views of the buffers for runs of one number of tokens.

    Attributes:
        embeds: (1, n, hidden).
        logits: (1, n or 1, vocab).
        counters: bookkeeping inputs whose shape stays.
        last: (vocab,), a view of the logits.
        inputs: embeds and counters as onnxruntime sees them, by name.
        output: the logits, likewise.
        binding: where all of them are bound.
    """

    embeds: NDArray[Any]
    logits: NDArray[Any]
    counters: dict[str, NDArray[Any]]
    last: NDArray[Any]
    inputs: dict[str, Any]
    output: Any
    binding: Any = None


class Decoder(ABC):
    """What both kinds share: buffers for embeddings, bookkeeping and logits."""

    def __init__(
        self,
        session: Any,
        signature: DecoderSignature,
        capacity: int,
        last_only: bool,
        placement: Placement = CPU,
    ) -> None:
        """Bind nothing yet.

        Args:
            session: of the decoder.
            signature: what it wants.
            capacity: tokens of the longest sequence.
            last_only: whether the graph gives logits for the last position alone.
            placement: where keys and values are.
        """
        self._placement = placement
        self.capacity = capacity
        self.length = 0
        self._session = session
        self._signature = signature
        self._last_only = last_only
        self._steps: dict[int, Step] = {}  # by number of tokens; all on the same two buffers
        self._embeds = np.empty((1, 0, signature.hidden), dtype=signature.embeds.dtype)
        self._logits = np.empty((1, 0, signature.vocab), dtype=signature.logits.dtype)
        mask = signature.lengths.get(_MASK)
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
            COUNT[name](counter, self.length, total)
        if self._ones is not None:
            step.binding.bind_ortvalue_input(_MASK, self._mask(self._ones, total))
        self._run(step)
        self.length = total
        if step.last.dtype == np.float32:
            return step.last
        return step.last.astype(np.float32)

    @abstractmethod
    def rewind(self, length: int) -> None:
        """Forget every token after the first `length`. Raises ValueError if there are fewer."""

    @abstractmethod
    def _bind(self, step: Step) -> Any:
        """The binding of a new step."""

    @abstractmethod
    def _run(self, step: Step) -> None:
        """Run the graph on the step's embeddings, with the past as it stands."""

    def _mask(self, ones: NDArray[Any], total: int) -> Any:
        mask = self._masks.get(total)
        if mask is None:
            mask = self._masks[total] = wrap(ones[:, :total])
        return mask

    def _step(self, count: int) -> Step:
        step = self._steps.get(count)
        if step is None:
            if count > self._embeds.shape[1]:
                self._reserve(max(count, _LEAST_ROWS))
            if len(self._steps) >= _MOST_STEPS:
                self._steps.clear()
            step = self._steps[count] = self._make_step(count)
        return step

    def _reserve(self, rows: int) -> None:
        """Make room for runs of up to `rows` tokens."""
        signature = self._signature
        self._steps.clear()
        self._embeds = np.zeros((1, rows, signature.hidden), dtype=signature.embeds.dtype)
        rows = 1 if self._last_only else rows
        self._logits = np.zeros((1, rows, signature.vocab), dtype=signature.logits.dtype)

    def _make_step(self, count: int) -> Step:
        signature = self._signature
        embeds = self._embeds[:, :count]
        logits = self._logits[:, : 1 if self._last_only else count]
        counters = {
            name: np.zeros(counter_shape(slot, count), dtype=slot.dtype)
            for name, slot in signature.lengths.items()
            if name != _MASK
        }
        inputs = {name: wrap(array) for name, array in counters.items()}
        inputs[signature.embeds.name] = wrap(embeds)
        step = Step(embeds, logits, counters, logits[0, -1], inputs, wrap(logits))
        step.binding = self._bind(step)
        return step


class SharedDecoder(Decoder):
    """Past and present are one buffer; rewinding is a smaller number.

    Each number of tokens has a binding of its own, in which nothing but the mask changes.
    """

    def __init__(
        self,
        session: Any,
        signature: DecoderSignature,
        capacity: int,
        last_only: bool,
        placement: Placement = CPU,
    ) -> None:
        """Reserve the buffers; the system gives memory only to what is written."""
        super().__init__(session, signature, capacity, last_only, placement)
        self._values = [
            place(np.zeros(c.shape(capacity), dtype=c.dtype), placement) for c in signature.caches
        ]

    def rewind(self, length: int) -> None:
        """Forget every token after the first `length`."""
        _check_rewind(length, self.length)
        self.length = length

    def _bind(self, step: Step) -> Any:
        binding = self._session.io_binding()
        for name, value in step.inputs.items():
            binding.bind_ortvalue_input(name, value)
        binding.bind_ortvalue_output(self._signature.logits.name, step.output)
        for cache, value in zip(self._signature.caches, self._values, strict=True):
            binding.bind_ortvalue_input(cache.past, value)
            binding.bind_ortvalue_output(cache.present, value)
        return binding

    def _run(self, step: Step) -> None:
        if not self._placement.on_host:
            for name, value in step.inputs.items():
                step.binding.bind_ortvalue_input(name, value)
        self._session.run_with_iobinding(step.binding)


class GrowingDecoder(Decoder):
    """Every present is the next past; rewinding goes back to a kept past or cuts a copy.

    One binding serves all runs, so that no more than one past and one present are alive.
    """

    def __init__(
        self,
        session: Any,
        signature: DecoderSignature,
        capacity: int,
        last_only: bool,
        placement: Placement = CPU,
    ) -> None:
        """Start with nothing past."""
        super().__init__(session, signature, capacity, last_only, placement)
        self._binding = session.io_binding()
        self._past = [wrap(np.zeros(c.shape(0), dtype=c.dtype)) for c in signature.caches]
        self._kept: dict[int, list[Any]] = {0: self._past}

    def rewind(self, length: int) -> None:
        """Forget every token after the first `length`, and remember them for the next time."""
        _check_rewind(length, self.length)
        self._kept = {at: past for at, past in self._kept.items() if at <= length}
        if length == self.length:
            return
        if length not in self._kept:
            self._kept[length] = [
                wrap(np.ascontiguousarray(value.numpy()[:, :, :length, :])) for value in self._past
            ]
        self._past = self._kept[length]
        self.length = length

    def _bind(self, step: Step) -> Any:
        return self._binding

    def _run(self, step: Step) -> None:
        binding = self._binding
        for name, value in step.inputs.items():
            binding.bind_ortvalue_input(name, value)
        for cache, value in zip(self._signature.caches, self._past, strict=True):
            binding.bind_ortvalue_input(cache.past, value)
        # What get_outputs gave are views into the binding's outputs. As inputs they are safe now;
        # the outputs have to go, for the next run would write into them.
        self._past = []
        binding.clear_binding_outputs()
        binding.bind_ortvalue_output(self._signature.logits.name, step.output)
        for cache in self._signature.caches:
            binding.bind_output(cache.present, self._placement.device, self._placement.number)
        try:
            self._session.run_with_iobinding(binding)
        except BaseException:
            # The past went into the run; the longest one that was kept is what is left of it.
            self.length = max(self._kept)
            self._past = self._kept[self.length]
            raise
        self._past = binding.get_outputs()[1:]


def wrap(array: NDArray[Any]) -> Any:
    """An OrtValue on the array's own memory."""
    import onnxruntime  # a session is open, so this is only a look-up

    return onnxruntime.OrtValue.ortvalue_from_numpy(array)


def place(array: NDArray[Any], placement: Placement) -> Any:
    """An OrtValue with the array's values on a device; on the host, on its own memory."""
    import onnxruntime

    if placement.on_host:
        return wrap(array)
    return onnxruntime.OrtValue.ortvalue_from_numpy(array, placement.device, placement.number)


def _check_rewind(length: int, current: int) -> None:
    if not 0 <= length <= current:
        raise ValueError(f"cannot rewind to {length} of {current} tokens")
