"""Workers that are threads of this process: a whole ladder at once, where no process matters."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, cast

from vlm_driving.pipeline import LadderOptions, LadderPipeline, PipelineSettings, Publish
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.pool import PoolOptions, WorkerPool
from vlm_driving.pipeline.workers.memory import FrameMemory, FrameView
from vlm_driving.pipeline.workers.messages import FromWorker, Ready, Request
from vlm_driving.pipeline.workers.protocol import read_message
from vlm_driving.pipeline.workers.serving import answer
from vlm_driving.pipeline.workers.states import OnEvent, WorkerState, WorkerStatus

_MOST_BYTES = 128 * 128 * 3


class ThreadWorker:
    """Answers as a worker process does, by an answerer that the test can look into."""

    def __init__(self, name: str, answerer: Any, memory: FrameMemory) -> None:
        self.name = name
        self._answerer = answerer
        self._memory = memory
        self._word = memory.claim_word()
        self._view = FrameView(memory.fd, memory.slots, memory.slot_bytes, self._word)
        self._lock = threading.Lock()
        self._busy: tuple[Request, int] | None = None
        self.killed: list[str] = []
        self.listener: OnEvent | None = None

    def submit(self, request: Request) -> bool:
        """Answer in a thread; False while at another request."""
        with self._lock:
            if self._busy is not None:
                return False
            self._busy = request, time.monotonic_ns()
        self._memory.hold(request.slot)
        threading.Thread(target=self._serve, args=(request,), daemon=True).start()
        return True

    def cancel(self, request_id: int) -> None:
        """Have it end between two tokens."""
        self._memory.cancel(self._word, request_id)

    def kill(self, reason: str) -> None:
        """A thread cannot be killed: note that it was to be."""
        self.killed.append(reason)

    @property
    def status(self) -> WorkerStatus:
        """Ready or busy."""
        with self._lock:
            request, since_ns = self._busy or (None, None)
        return WorkerStatus(
            self.name,
            WorkerState.READY if request is None else WorkerState.BUSY,
            since_ns=0,
            ready=Ready(self.name, "tiny"),
            request=request,
            busy_since_ns=since_ns,
        )

    def _serve(self, request: Request) -> None:
        last = answer(request, self._view, self._answerer, time.monotonic_ns, self._say)
        with self._lock:
            self._busy = None
        self._memory.release(request.slot)
        self._tell(last)

    def _say(self, packet: bytes) -> None:
        self._tell(read_message(packet))

    def _tell(self, news: FromWorker) -> None:
        listener = self.listener
        if listener is not None:
            listener(self.name, cast("Any", news))


class ThreadPool:
    """What a `LadderPipeline` sees of a `WorkerPool`."""

    def __init__(self, answerers: Mapping[str, Any]) -> None:
        self.options = PoolOptions(())
        self.memory = FrameMemory(2 * len(answerers) + 2, _MOST_BYTES)
        weakref.finalize(self, self.memory.close)
        self.next_number = count(1).__next__
        self.handles = {
            name: ThreadWorker(name, answerer, self.memory) for name, answerer in answerers.items()
        }

    def listen(self, listener: OnEvent | None) -> None:
        """Send all news to `listener`."""
        for worker in self.handles.values():
            worker.listener = listener

    def statuses(self) -> tuple[WorkerStatus, ...]:
        """All workers."""
        return tuple(worker.status for worker in self.handles.values())

    def raise_fault(self) -> None:
        """Nothing is raised in these threads but by the test."""


def as_pool(pool: Any) -> WorkerPool:
    """A stand-in of a pool, as the pipeline wants to see it."""
    return cast("WorkerPool", pool)


def open_ladder(
    answerers: Mapping[str, Any],
    publish: Publish,
    settings: PipelineSettings,
    camera: str = "front",
    clock: Callable[[], int] = time.monotonic_ns,
) -> LadderPipeline:
    """A pipeline on threads, not started; the first of `answerers` is preferred."""
    options = LadderOptions([CameraShare(camera)])
    return LadderPipeline(as_pool(ThreadPool(answerers)), options, publish, settings, clock)
