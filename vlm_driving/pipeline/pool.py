"""The workers of a ladder and the memory that their frames lie in, up before the first frame."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from vlm_driving.core import UserError
from vlm_driving.pipeline.workers.handle import WorkerHandle
from vlm_driving.pipeline.workers.memory import FrameMemory
from vlm_driving.pipeline.workers.restart import RestartPolicy
from vlm_driving.pipeline.workers.settings import WorkerSettings
from vlm_driving.pipeline.workers.states import News, OnEvent, WorkerStatus
from vlm_driving.pipeline.workers.supervisor import Supervisor
from vlm_driving.pipeline.workers.vitals import Limits

MOST_PIXELS = 1920 * 1200
"""Of a frame that a place in the workers' memory takes by default."""


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """Which workers there are, and how they are kept.

    Attributes:
        workers: the backends, the preferred one first.
        cores: name of what a backend computes on; see `BackendView`. Left out: of its own.
        most_pixels: of the largest frame that is not thinned out.
        kept_frames: places for pictures that can be asked about, beside those in work.
        limits: how long a worker may take.
        restarts: when one is started again.
    """

    workers: Sequence[WorkerSettings]
    cores: Mapping[str, str] = field(default_factory=dict)
    most_pixels: int = MOST_PIXELS
    kept_frames: int = 0
    limits: Limits = field(default_factory=Limits)
    restarts: RestartPolicy = field(default_factory=RestartPolicy)


class WorkerPool:
    """All workers of one ladder. To be used as a context, so that none is left behind."""

    def __init__(self, options: PoolOptions, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self.options = options
        # In work or hanging: one a worker and one to come; and the one that is being written.
        slots = 2 * len(options.workers) + 2 + options.kept_frames
        self.memory = FrameMemory(slots, options.most_pixels * 3)
        self._listener: OnEvent | None = None
        self._numbers = itertools.count(1)
        self._supervisor = Supervisor(
            options.workers, self.memory, self._hear, options.limits, options.restarts, clock
        )

    @property
    def handles(self) -> Mapping[str, WorkerHandle]:
        """The workers by name, in ladder order."""
        return self._supervisor.handles

    def start(self, patience_s: float = 60.0) -> tuple[str, ...]:
        """Start all workers, and wait until each is ready or has failed once.

        Returns:
            The names of those that are ready; the others go on trying.

        Raises:
            UserError: if none is, with what each of them said.
        """
        self._supervisor.start()
        ready = self._supervisor.wait_until_settled(patience_s)
        if not ready:
            said = "; ".join(
                f"{one.name}: {one.reason or one.state.value}" for one in self.statuses()
            )
            raise UserError(f"No backend can be used ({said}).")
        return ready

    def next_number(self) -> int:
        """A number for a request, greater than all before: workers outlive a pipeline."""
        return next(self._numbers)

    def listen(self, listener: OnEvent | None) -> None:
        """Send the workers' news to `listener` from now on."""
        self._listener = listener

    def statuses(self) -> tuple[WorkerStatus, ...]:
        """All workers at this moment, in the order of the ladder."""
        return self._supervisor.statuses()

    def raise_fault(self) -> None:
        """Raise what a listener raised in a reader thread, if it did."""
        self._supervisor.raise_fault()

    def close(self, patience_s: float = 1.0) -> tuple[str, ...]:
        """End all workers, then their memory; the names of those that did not end in time."""
        left = self._supervisor.close(patience_s)
        self.memory.close()
        return left

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _hear(self, name: str, news: News) -> None:
        listener = self._listener
        if listener is not None:
            listener(name, news)
