"""One question to an engine in this process, without a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import UserError
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.desk import sentence
from vlm_driving.replay.asking.rows import NO_BACKEND, Said
from vlm_driving.runtime.events import Done, Event, Finish, Sentence


@runtime_checkable
class Asked(Protocol):
    """An engine that answers questions about a picture; see `runtime.engine.Engine.ask`."""

    def ask(
        self, question: str, image_bgr: NDArray[np.uint8] | None, ego_speed_kmh: float | None
    ) -> Iterator[Event]:
        """Events of one answer; the last one is Done."""
        ...


def ask_here(
    engine: Asked,
    text: str,
    image_bgr: NDArray[np.uint8],
    ego_speed_kmh: float | None = None,
    backend: str | None = None,
    clock: Callable[[], int] = time.monotonic_ns,
) -> Said:
    """Ask, and wait for the whole answer; never raises for what the model or its driver does.

    Args:
        engine: that answers; the same array object twice is not encoded again.
        text: the question.
        image_bgr: (height, width, 3) uint8.
        ego_speed_kmh: None where it is not known.
        backend: its name.
        clock: monotonic nanoseconds.
    """
    begun_ns = clock()
    said, finish = "", Finish.NO_ADVICE
    try:
        events = engine.ask(text, image_bgr, ego_speed_kmh)
    except UserError as refused:  # at once: a fault of the question's own
        return Said("refused", reason=str(refused))
    try:
        for event in events:
            if isinstance(event, Sentence):
                said += event.text
            elif isinstance(event, Done):
                finish = event.finish
    except Exception as fault:  # whatever a driver does, the run goes on
        return Said(NO_BACKEND, reason=sentence(fault), backend=backend)
    latency_ms = (clock() - begun_ns) / NS_PER_MS
    if not said.strip():
        why = "the model ended without a sentence"
        return Said(NO_BACKEND, latency_ms=latency_ms, reason=why, backend=backend)
    if finish is Finish.COMPLETE:
        return Said("ok", said, latency_ms, backend=backend)
    return Said("truncated", said, latency_ms, "cut back to whole sentences", backend)
