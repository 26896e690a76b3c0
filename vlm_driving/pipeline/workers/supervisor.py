"""All workers of one parent, by name."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType, TracebackType

from vlm_driving.pipeline.workers.handle import WorkerHandle
from vlm_driving.pipeline.workers.memory import FrameMemory
from vlm_driving.pipeline.workers.restart import RestartPolicy
from vlm_driving.pipeline.workers.settings import WorkerSettings
from vlm_driving.pipeline.workers.states import Changed, News, OnEvent, WorkerState, WorkerStatus
from vlm_driving.pipeline.workers.vitals import Limits

_REAPING_S = 1.0


class Supervisor:
    """Starts and ends workers together. To be used as a context, so that none is left behind."""

    def __init__(
        self,
        workers: Sequence[WorkerSettings],
        memory: FrameMemory,
        on_event: OnEvent,
        limits: Limits | None = None,
        policy: RestartPolicy | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Start nothing yet.

        Args:
            workers: in the order of the ladder.
            memory: where the frames lie; it stays the caller's.
            on_event: hears everything, in the thread of the worker that it is about.
            limits: how long a worker may take.
            policy: when one is started again.
            clock: monotonic nanoseconds.

        Raises:
            ValueError: if two workers have one name.
        """
        self._on_event = on_event
        self._changed = threading.Condition()
        handles = {
            one.name: WorkerHandle(one, memory, self._hear, limits, policy, clock)
            for one in workers
        }
        if len(handles) != len(workers):
            raise ValueError(f"workers share a name: {[one.name for one in workers]}")
        self.handles: Mapping[str, WorkerHandle] = MappingProxyType(handles)

    def start(self) -> None:
        """Start all workers."""
        for handle in self.handles.values():
            handle.start()

    def statuses(self) -> tuple[WorkerStatus, ...]:
        """All workers at this moment, in the order of the ladder."""
        return tuple(handle.status for handle in self.handles.values())

    def wait_until_settled(
        self, timeout_s: float, names: Iterable[str] | None = None
    ) -> tuple[str, ...]:
        """Wait, before the first frame, until each worker is ready or has failed once.

        Args:
            timeout_s: the longest wait.
            names: of the workers that matter; all by default.

        Returns:
            The names of those that are ready.
        """
        wanted = tuple(self.handles) if names is None else tuple(names)
        with self._changed:
            self._changed.wait_for(
                lambda: not any(_coming_up(self.handles[name].status) for name in wanted),
                timeout_s,
            )
        ready = (WorkerState.READY, WorkerState.BUSY)
        return tuple(name for name in wanted if self.handles[name].status.state in ready)

    def raise_fault(self) -> None:
        """Raise what `on_event` raised in a reader thread, if it did."""
        for handle in self.handles.values():
            if handle.fault is not None:
                raise handle.fault

    def close(self, patience_s: float = 1.0) -> tuple[str, ...]:
        """End all workers: what is in work within `patience_s`, the processes soon after.

        Returns:
            The names of workers whose processes the system could not end in time; they have no
            way back, and go as soon as their drivers let them.
        """
        until_s = time.monotonic() + patience_s + _REAPING_S
        for handle in self.handles.values():
            handle.stop(patience_s)
        return tuple(
            name
            for name, handle in self.handles.items()
            if not handle.join(max(0.0, until_s - time.monotonic()))
        )

    def __enter__(self) -> Supervisor:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _hear(self, name: str, news: News) -> None:
        if isinstance(news, Changed):
            with self._changed:
                self._changed.notify_all()
        self._on_event(name, news)


def _coming_up(status: WorkerStatus) -> bool:
    return status.state.coming_up and not status.failures
