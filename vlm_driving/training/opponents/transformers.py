"""The bundle's weights run by PyTorch and transformers, behind our own Runner protocol.

One answer procedure drives both sides, so pixels, prompt, grammar, masking and the reuse of
the fixed text's cache are the same by construction, and what is compared is the running of the
graphs. Driven like this, transformers is spared all that its `generate` does around a step.
Its settings are the best that its documentation names for a CPU: inference mode, scaled
dot product attention, logits of the last position only, the faster of its two caches and
of the two memory layouts for convolutions, float32. `compile_decoder` adds torch.compile.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import DynamicCache, LlamaForCausalLM, StaticCache

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.training.export.reference import load_reference

TRIAL_STEPS = 24
TRIAL_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """How the opponent runs, as chosen or measured."""

    cache: str
    layout: str
    compiled: bool
    attention: str
    threads: int
    torch: str
    transformers: str
    trials_ms: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Name to value."""
        return asdict(self)


class _Cache(Protocol):
    kv: DynamicCache | StaticCache

    @property
    def length(self) -> int: ...
    def rewind(self, length: int) -> None: ...


class _Growing:
    """transformers' default cache: every step concatenates."""

    def __init__(self, language: LlamaForCausalLM, capacity: int) -> None:
        self.kv = DynamicCache(config=language.config)

    @property
    def length(self) -> int:
        return int(self.kv.get_seq_length())

    def rewind(self, length: int) -> None:
        surplus = self.length - length
        if surplus > 0:
            self.kv.crop(-surplus)


class _Static:
    """A cache of fixed size: every step attends to all of it, under a mask."""

    def __init__(self, language: LlamaForCausalLM, capacity: int) -> None:
        self.kv = StaticCache(config=language.config, max_cache_len=capacity)

    @property
    def length(self) -> int:
        return int(self.kv.get_seq_length())

    def rewind(self, length: int) -> None:
        if length < self.length:
            for layer in self.kv.layers:
                layer.cumulative_length.fill_(length)


class TransformersRunner:
    """One sequence on PyTorch modules; arrays in, arrays out, nothing copied on the way."""

    def __init__(
        self,
        tower: nn.Module,
        language: LlamaForCausalLM,
        capacity: int,
        *,
        cache: str = "dynamic",
        layout: str = "contiguous",
        compiled: bool = False,
    ) -> None:
        """Take modules in eval mode.

        Args:
            tower: (1, 3, H, W) -> (1, tokens, hidden).
            language: the decoder.
            capacity: most tokens of one sequence.
            cache: dynamic or static.
            layout: contiguous or channels_last.
            compiled: run decode steps of one token through torch.compile.
        """
        kinds: dict[str, Callable[[LlamaForCausalLM, int], _Cache]] = {
            "dynamic": _Growing,
            "static": _Static,
        }
        self._language, self._capacity = language, capacity
        self._cache = kinds[cache](language, capacity)
        self._channels_last = layout == "channels_last"
        memory = torch.channels_last if self._channels_last else torch.contiguous_format
        self._tower = tower.to(memory_format=memory)
        self._embed = language.get_input_embeddings()
        self._step = torch.compile(language.forward) if compiled else language.forward

    @property
    def name(self) -> str:
        """Name of the backend."""
        return "transformers"

    @property
    def length(self) -> int:
        """Tokens in the cache."""
        return self._cache.length

    @property
    def capacity(self) -> int:
        """Tokens that the cache can hold."""
        return self._capacity

    def rewind(self, length: int) -> None:
        """Forget every token after the first `length`."""
        self._cache.rewind(length)

    @torch.inference_mode()
    def encode(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """(1, 3, height, width) -> (1, tokens, hidden)."""
        given = torch.from_numpy(pixels)
        if self._channels_last:
            given = given.contiguous(memory_format=torch.channels_last)
        return _array(self._tower(given))

    @torch.inference_mode()
    def embed(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """(1, n) -> (1, n, hidden)."""
        return _array(self._embed(torch.from_numpy(ids)))

    @torch.inference_mode()
    def extend(self, embeds: NDArray[np.float32]) -> NDArray[np.float32]:
        """Append (1, n, hidden) to the cache; the logits (vocab,) after its last position."""
        forward = self._step if embeds.shape[1] == 1 else self._language.forward
        out = forward(
            inputs_embeds=torch.from_numpy(embeds),
            past_key_values=self._cache.kv,
            use_cache=True,
            logits_to_keep=1,
        )
        return _array(out.logits[0, -1])


def open_opponent(
    bundle_dir: Path, capacity: int, threads: int, compile_decoder: bool = False
) -> tuple[TransformersRunner, Settings]:
    """The bundle's weights on PyTorch, with the settings that a short trial found fastest.

    Args:
        bundle_dir: a bundle that our training made.
        capacity: most tokens of one sequence.
        threads: of PyTorch; 0 leaves its own choice.
        compile_decoder: use torch.compile, which wants a C++ compiler and a minute.

    Raises UserError for a bundle whose weights cannot be read back.
    """
    if threads:
        torch.set_num_threads(threads)
    tower, language, _ = load_reference(bundle_dir)
    trials: dict[str, float] = {}
    for layout in ("contiguous", "channels_last"):
        runner = TransformersRunner(tower, language, capacity, layout=layout)
        trials[layout] = _best_ms(lambda: _encode_once(runner, tower))  # noqa: B023
    for cache in ("dynamic", "static"):
        runner = TransformersRunner(tower, language, capacity, cache=cache)
        trials[cache] = _best_ms(lambda: _decode_some(runner))  # noqa: B023
    layout = min(("contiguous", "channels_last"), key=trials.__getitem__)
    # Compiled steps need the cache whose shapes do not change.
    cache = "static" if compile_decoder else min(("dynamic", "static"), key=trials.__getitem__)
    chosen = TransformersRunner(
        tower, language, capacity, cache=cache, layout=layout, compiled=compile_decoder
    )
    if compile_decoder:
        _decode_some(chosen)
        chosen.rewind(0)
    settings = Settings(
        cache=cache,
        layout=layout,
        compiled=compile_decoder,
        attention=str(language.config._attn_implementation),
        threads=torch.get_num_threads(),
        torch=torch.__version__,
        transformers=transformers.__version__,
        trials_ms={name: round(ms, 3) for name, ms in trials.items()},
    )
    return chosen, settings


def open_reference(bundle_dir: Path, capacity: int, threads: int) -> TransformersRunner:
    """The bundle's weights on PyTorch with transformers' defaults: the truth of tokens."""
    if threads:
        torch.set_num_threads(threads)
    tower, language, _ = load_reference(bundle_dir)
    return TransformersRunner(tower, language, capacity)


def _encode_once(runner: TransformersRunner, tower: nn.Module) -> None:
    config: Any = tower.config
    runner.encode(np.zeros((1, 3, config.height, config.width), np.float32))


def _decode_some(runner: TransformersRunner) -> None:
    runner.rewind(0)
    runner.extend(runner.embed(np.zeros((1, runner.capacity // 2), np.int64)))
    for step in range(min(TRIAL_STEPS, runner.capacity // 2 - 1)):
        runner.extend(runner.embed(np.full((1, 1), step, np.int64)))


def _best_ms(work: Callable[[], None]) -> float:
    work()
    best = float("inf")
    for _ in range(TRIAL_ROUNDS):
        start = time.monotonic_ns()
        work()
        best = min(best, (time.monotonic_ns() - start) / NS_PER_MS)
    return best


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return np.asarray(tensor.numpy(), np.float32)
