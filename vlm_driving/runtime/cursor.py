"""The sequence that is being written: tokens go in late, logits come out on demand.

A chosen token is only noted. It enters the cache together with everything forced after
it, in one call, when the next logits are wanted; the last token of all never does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Deadline
from vlm_driving.runtime.runner import Runner

_MOST_REMEMBERED = 4096


class OutOfTime(Exception):
    """The deadline passed; the caller ends the answer with what it has."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A deadline and the monotonic clock that it is held against, in nanoseconds."""

    deadline: Deadline | None = None
    clock: Callable[[], int] = time.monotonic_ns

    def check(self) -> None:
        """Raise OutOfTime once the deadline has been reached."""
        if self.deadline is not None and self.deadline.expired(self.clock()):
            raise OutOfTime


@dataclass(slots=True)
class Embedder:
    """Token embeddings, remembered: a vehicle's model says few words, and often the same."""

    runner: Runner
    _known: dict[tuple[int, ...], NDArray[np.float32]] = field(default_factory=dict)

    def __call__(self, ids: tuple[int, ...]) -> NDArray[np.float32]:
        """The embeddings (1, n, hidden) of n tokens."""
        found = self._known.get(ids)
        if found is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            array = np.array([ids], dtype=np.int64).reshape(1, len(ids))
            found = self._known[ids] = self.runner.embed(array).copy()
        return found


class Cursor:
    """Writes one answer behind a prompt that is already in the cache."""

    def __init__(
        self, runner: Runner, embed: Embedder, logits: NDArray[np.float32], timer: Timer
    ) -> None:
        """Start behind the prompt whose last logits (vocab,) are given."""
        self._runner = runner
        self._embed = embed
        self._logits = logits
        self._timer = timer
        self._pending: list[int] = []
        self.chosen = 0
        """How often logits were asked for: one a chosen token."""

    @property
    def position(self) -> int:
        """Tokens so far, those that are not in the cache yet included."""
        return self._runner.length + len(self._pending)

    def force(self, tokens: Sequence[int]) -> None:
        """Note tokens; nothing is run."""
        self._pending.extend(tokens)

    def logits(self) -> NDArray[np.float32]:
        """The logits (vocab,) after everything noted; good until the next call.

        Raises:
            OutOfTime: if the deadline has passed; what was noted stays noted.
        """
        self._timer.check()
        if self._pending:
            embeds = self._embed(tuple(self._pending))
            self._pending.clear()
            self._logits = self._runner.extend(embeds)
        self.chosen += 1
        return self._logits

    def cut_back(self, position: int) -> None:
        """Forget every token after the first `position`; more tokens must follow."""
        cached = self._runner.length
        if position < cached:
            self._runner.rewind(position)
            self._pending.clear()
        else:
            del self._pending[position - cached :]
