"""A worker that does as it is told, and an ear for what it says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from vlm_driving.pipeline.workers import (
    Cancelled,
    Changed,
    Failed,
    FrameMemory,
    FrameSlot,
    Limits,
    News,
    Request,
    RestartPolicy,
    Said,
    WorkerHandle,
    WorkerSettings,
    WorkerState,
)
from vlm_driving.runtime.events import Done

PATIENCE_S = 60.0
"""For a busy test machine; nothing takes so long."""
SHAPE = (8, 12, 3)
LIMITS = Limits(start_s=50, silence_ms=3000, grace_ms=1000, longest_s=20)
POLICY = RestartPolicy(first_ms=1, longest_ms=1)
SUPPORT = str(Path(__file__).resolve().parents[1])
IDS = count(1)


def scripted(name: str = "scripted", **changes: Any) -> WorkerSettings:
    arguments = changes.pop("arguments", {})
    values: dict[str, Any] = {
        "factory": "support.scripted_backend:open_scripted",
        "arguments": {"name": name, **arguments},
        "warm_up_size": (8, 12),
        "import_path": (SUPPORT,),
        "threads": 1,
    }
    return WorkerSettings(name, **{**values, **changes})


class Ear:
    """Keeps all news, and waits for some."""

    def __init__(self) -> None:
        self.news: list[tuple[str, News]] = []
        self._condition = threading.Condition()

    def __call__(self, name: str, news: News) -> None:
        with self._condition:
            self.news.append((name, news))
            self._condition.notify_all()

    def wait(self, wanted: Callable[[News], bool], since: int = 0, of: str | None = None) -> News:
        found: list[News] = []

        def look() -> bool:
            heard = [news for name, news in self.news[since:] if of in (None, name)]
            found[:] = [news for news in heard if wanted(news)]
            return bool(found)

        with self._condition:
            assert self._condition.wait_for(look, PATIENCE_S), self.news[since:]
        return found[0]

    def about(self, request_id: int) -> list[News]:
        return [n for _, n in self.news if not isinstance(n, Changed) and n.id == request_id]

    @property
    def states(self) -> list[str]:
        return [news.state.value for _, news in self.news if isinstance(news, Changed)]


def is_last(news: News) -> bool:
    if isinstance(news, Said):
        return isinstance(news.event, Done)
    return isinstance(news, Cancelled | Failed)


class Bench:
    """One worker with its memory and its ear."""

    def __init__(self, memory: FrameMemory, **changes: Any) -> None:
        self.ear = Ear()
        self.memory = memory
        limits = changes.pop("limits", LIMITS)
        policy = changes.pop("policy", POLICY)
        self.worker = WorkerHandle(scripted(**changes), memory, self.ear, limits, policy)

    @property
    def state(self) -> WorkerState:
        return self.worker.status.state

    def until(self, state: WorkerState) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while self.worker.status.state is not state:
            assert time.monotonic() < end_s, (self.worker.status, self.ear.news[-5:])
            time.sleep(0.002)

    def frame(self, value: int = 0) -> FrameSlot:
        slot = self.memory.lease()
        assert slot is not None
        self.memory.array(slot, SHAPE)[:] = value
        return slot

    def submit(self, question: str | None, slot: FrameSlot, wait_ms: float = 5000.0) -> int:
        self.until(WorkerState.READY)
        deadline_ns = time.monotonic_ns() + round(wait_ms * 1e6)
        request = Request(next(IDS), slot, SHAPE, 30.0, deadline_ns, question)
        assert self.worker.submit(request)
        return request.id

    def ask(self, question: str | None, value: int = 0, wait_ms: float = 5000.0) -> list[News]:
        """Everything that is said about one request on a frame of its own."""
        slot = self.frame(value)
        try:
            number = self.submit(question, slot, wait_ms)
        finally:
            self.memory.release(slot)
        return self.hear(number)

    def hear(self, number: int) -> list[News]:
        self.ear.wait(lambda n: not isinstance(n, Changed) and n.id == number and is_last(n))
        return self.ear.about(number)
