"""Embeddings of what stands behind the image, remembered: a road knows few whole speeds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vlm_driving.runtime.cursor import Embedder
from vlm_driving.runtime.prompt_tail import PromptTail

_MOST = 512


@dataclass(slots=True)
class Tails:
    """[text after the image][first lead] of each speed, in the bundle's words or in a user's.

    Attributes:
        text: makes the tokens.
        lead: tokens forced before the first decision, which ride with the prompt.
        embed: of the engine.
        room: tokens that the text may take.
    """

    text: PromptTail
    lead: tuple[int, ...]
    embed: Embedder
    room: int
    _known: dict[tuple[int | None, str | None], NDArray[np.float32]] = field(default_factory=dict)
    _task: str | None = None

    def __call__(self, speed_kmh: int | None, task: str | None = None) -> NDArray[np.float32]:
        """Embeddings (1, n, hidden). Raises UserError for a task that cannot be asked."""
        found = self._known.get((speed_kmh, task))
        if found is None:
            if task is not None:
                self.text.check(task, self.room)
            if len(self._known) >= _MOST or task != self._task:
                self._known.clear()  # nobody asks one thing and another by turns
            ids = (*self.text.ids(speed_kmh, task), *self.lead)
            found = self.embed(ids) if task is None else self._once(ids)
            self._known[speed_kmh, task], self._task = found, task
        return found

    def _once(self, ids: tuple[int, ...]) -> NDArray[np.float32]:
        """What the embedder need not remember as well."""
        return self.embed.runner.embed(np.array([ids], dtype=np.int64)).copy()
