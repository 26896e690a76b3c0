"""A backend without a model, for measuring everything around one. Never on a ladder by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import (
    Advice,
    Deadline,
    PathAdvice,
    SpeedAdvice,
    StageTimes,
    TokenCounts,
    UserError,
)
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.runtime.events import (
    AdviceDecoded,
    Done,
    Event,
    Finish,
    Sentence,
    Stage,
    StageBegun,
)

NULL = "null"
"""Its name, for whoever measures with it."""
OPEN_NULL = "vlm_driving.bench.null_backend:open_null"
ADVICE = Advice(SpeedAdvice.KEEP, PathAdvice.KEEP, 1.0)
_WORDS_JA = "計測用の固定文です。"


class NullBackend:
    """Says the same about every picture, after a fixed time. Not for driving."""

    name = NULL

    def __init__(self, busy_ms: float, model: str, spin: bool) -> None:
        """Take `busy_ms` an answer: computing if `spin`, else asleep as while a device works."""
        if not 0 <= busy_ms <= 60_000:
            raise UserError(f"busy_ms is from 0 to 60000, got {busy_ms}.")
        self.model = model
        self.details: Mapping[str, float | bool] = {"busy_ms": busy_ms, "spin": spin}
        self._busy_ns = round(busy_ms * NS_PER_MS)
        self._spin = spin

    def answer(
        self,
        image_bgr: NDArray[np.uint8],
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Callable[[], int],
        task: str | None = None,
    ) -> Iterator[Event]:
        """One advice, one sentence of description, and the time that they took."""
        begun_ns = time.monotonic_ns()
        yield StageBegun(Stage.DECODE)
        self._work(begun_ns + self._busy_ns)
        yield AdviceDecoded(ADVICE, legal_mass=1.0, unsure=False)
        yield Sentence("description_ja", _WORDS_JA)
        yield self._done(begun_ns)

    def ask(
        self,
        question: str,
        image_bgr: NDArray[np.uint8] | None,
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Callable[[], int],
    ) -> Iterator[Event]:
        """The same sentence for every question."""
        begun_ns = time.monotonic_ns()
        self._work(begun_ns + self._busy_ns)
        yield Sentence("answer", _WORDS_JA)
        yield self._done(begun_ns)

    def _work(self, until_ns: int) -> None:
        while (left_ns := until_ns - time.monotonic_ns()) > 0:
            if not self._spin:
                time.sleep(left_ns / NS_PER_MS / 1000)

    def _done(self, begun_ns: int) -> Done:
        took_ms = (time.monotonic_ns() - begun_ns) / NS_PER_MS
        return Done(Finish.COMPLETE, StageTimes(decode=took_ms), TokenCounts())


def open_null(
    busy_ms: float = 0.0, model: str = NULL, spin: bool = False, threads: int = 0
) -> NullBackend:
    """Open it in a worker; `threads` is what every factory is given.

    Raises:
        UserError: for a time that cannot be.
    """
    return NullBackend(busy_ms, model, spin)
