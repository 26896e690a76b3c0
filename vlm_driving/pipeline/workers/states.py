"""The states of a worker, and what its parent hears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from vlm_driving.pipeline.workers.messages import Cancelled, Failed, Ready, Request, Said


class WorkerState(str, Enum):
    """Where a worker is in its life."""

    STARTING = "starting"
    """Its process loads the backend."""
    WARMING = "warming"
    """It answers its grey frames."""
    READY = "ready"
    """It takes a request."""
    BUSY = "busy"
    """It has a request, which may be past its deadline or cancelled already."""
    DRAINING = "draining"
    """It ends its request, then itself."""
    BROKEN = "broken"
    """It failed. Its process is killed, but a driver may keep it from ending."""
    WAITING = "waiting"
    """Its process is gone; another is started after a while."""
    STOPPED = "stopped"
    """For good: it was stopped, or failed too often."""

    @property
    def coming_up(self) -> bool:
        """Whether the process runs, and was never ready."""
        return self in (WorkerState.STARTING, WorkerState.WARMING)


@dataclass(frozen=True, slots=True)
class Changed:
    """The worker came into another state.

    BUSY, DRAINING and the way back to READY are the parent's own doing and are not told.

    Attributes:
        state: the new one.
        reason: for BROKEN, WAITING and STOPPED, in one English clause; None for a stop that
            was wanted.
    """

    state: WorkerState
    reason: str | None = None


News = Changed | Said | Cancelled | Failed
"""`Failed` has a request's id here: what is wrong with the worker is told by `Changed`."""

OnEvent = Callable[[str, News], None]
"""Takes the worker's name and the news, in the worker's reader thread; must return soon.

It may submit to any worker. Each request that was taken ends with exactly one of: Said with
Done, Cancelled, Failed.
"""


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A worker at one moment. Instants are monotonic nanoseconds.

    Attributes:
        name: of the worker.
        state: of it.
        since_ns: when it came into this state.
        reason: why it last failed, or None.
        pid: of its process, or None while there is none.
        starts: of processes so far.
        failures: in a row.
        ready: what the worker says of itself; kept when it ends.
        request: in work, or None.
        busy_since_ns: when that was sent.
        restart_at_ns: when a waiting worker is started again.
    """

    name: str
    state: WorkerState
    since_ns: int
    reason: str | None = None
    pid: int | None = None
    starts: int = 0
    failures: int = 0
    ready: Ready | None = None
    request: Request | None = None
    busy_since_ns: int | None = None
    restart_at_ns: int | None = None
