"""A backend for a worker process of a ladder: does what its file of orders says, frame by frame."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from support.scripted_backend import CUT, DONE, ScriptedBackend, misbehave
from vlm_driving.core import Advice, Deadline, PathAdvice, SpeedAdvice
from vlm_driving.runtime.events import AdviceDecoded, Event, Sentence, Stage, StageBegun

USUAL_MS = 10.0
"""From the request to the advice, where nothing else is ordered."""


def open_ordered(orders: str, name: str, threads: int = 0) -> OrderedBackend:
    """Open the backend, or do what the order `start` says."""
    backend = OrderedBackend(Path(orders), name, threads)
    misbehave(backend.order("start"))
    return backend


class OrderedBackend(ScriptedBackend):
    """Answers a report with the mean of the picture as confidence, so that none is mixed up.

    Orders, by key: `start`, `answer` (before the advice), `prose` (behind it) with a word of
    `scripted_backend.misbehave`, or none; `slow` with milliseconds to the advice.
    """

    def __init__(self, orders: Path, name: str, threads: int) -> None:
        super().__init__(name, "", threads)
        self._orders = orders

    def order(self, key: str) -> str:
        """What is ordered now."""
        return str(json.loads(self._orders.read_text()).get(key, ""))

    def answer(
        self,
        image_bgr: NDArray[np.uint8],
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Callable[[], int],
        task: str | None = None,
    ) -> Iterator[Event]:
        """A report; a warm-up has no deadline and always goes well."""
        real = deadline is not None
        yield StageBegun(Stage.ENCODE)
        end_ns = time.monotonic_ns() + round(float(self.order("slow") or USUAL_MS) * 1e6)
        while real and time.monotonic_ns() < end_ns:
            if deadline is not None and deadline.expired(clock()):
                yield CUT
                return
            time.sleep(0.001)
        if real:
            misbehave(self.order("answer"))
        mean = float(image_bgr.mean()) / 255
        yield AdviceDecoded(Advice(SpeedAdvice.KEEP, PathAdvice.KEEP, mean), 1.0, False)
        if real:
            misbehave(self.order("prose"))
        yield Sentence("advice_ja", "速度を保ちます。")
        yield DONE
