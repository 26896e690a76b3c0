"""One life of a worker, seen by its parent: from its start until its process is reaped.

Plain state without threads or locks: the handle guards it, and its reader feeds it.
"""

from __future__ import annotations

from dataclasses import replace

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.workers.exchange import Exchange, Pulse
from vlm_driving.pipeline.workers.fields import ProtocolFault
from vlm_driving.pipeline.workers.messages import (
    Cancelled,
    Failed,
    FromWorker,
    Heartbeat,
    Ready,
    Request,
    Said,
    WarmUp,
)
from vlm_driving.pipeline.workers.states import Changed, News, WorkerState
from vlm_driving.pipeline.workers.vitals import Limits, Vitals, complaint


class LastWords(Exception):
    """The worker itself says why it ends."""

    def __init__(self, reason: str, lasting: bool = False) -> None:
        """`lasting` where another start will not help by itself."""
        super().__init__(reason)
        self.lasting = lasting


class Life:
    """What is known of one process.

    Attributes:
        state: STARTING, WARMING, READY, BUSY, DRAINING or BROKEN.
        since_ns: when it came into this state.
        ready: what it said of itself, once it was ready.
        ready_ns: when it was.
        busy_since_ns: when the request in work was sent.
        verdict: why the parent ended it, or None.
    """

    def __init__(self, name: str, limits: Limits, now_ns: int) -> None:
        """A process that was started at monotonic `now_ns`."""
        self.state = WorkerState.STARTING
        self.since_ns = now_ns
        self.ready: Ready | None = None
        self.ready_ns: int | None = None
        self.busy_since_ns: int | None = None
        self.verdict: str | None = None
        self._name = name
        self._limits = limits
        self._vitals = Vitals(now_ns, now_ns)
        self._judged_ns = now_ns
        self._pulse = Pulse()
        self._step = -1
        self._exchange: Exchange | None = None

    @property
    def request(self) -> Request | None:
        """The one in work."""
        return None if self._exchange is None else self._exchange.request

    def enter(self, state: WorkerState, now_ns: int) -> None:
        """Come into `state`."""
        if state is not self.state:
            self.state, self.since_ns = state, now_ns

    def begin(self, request: Request, now_ns: int) -> None:
        """Note a request that was sent."""
        self.enter(WorkerState.BUSY, now_ns)
        self.busy_since_ns = now_ns
        self._exchange = Exchange(request)
        end_by_ns = request.deadline_ns
        if end_by_ns is None:
            end_by_ns = now_ns + round(self._limits.longest_s * 1000 * NS_PER_MS)
        # A deadline that has passed already leaves the worker its grace all the same.
        self._vitals = replace(self._vitals, end_by_ns=max(end_by_ns, now_ns))

    def cancel(self, now_ns: int) -> None:
        """Note that the request in work should end now."""
        end_by_ns = self._vitals.end_by_ns
        if end_by_ns is not None:
            self._vitals = replace(self._vitals, end_by_ns=min(end_by_ns, now_ns))

    def end_request(self) -> Request | None:
        """Forget the request in work, and return it."""
        request = self.request
        self._exchange = None
        self.busy_since_ns = None
        self._vitals = replace(self._vitals, end_by_ns=None)
        return request

    def judge(self, now_ns: int, longest_pause_ns: int) -> str | None:
        """What is wrong at `now_ns`, in one clause, or None.

        Called at least every `longest_pause_ns`. Where that fails, it was the parent that stood
        still, perhaps with the whole machine, and the worker is not blamed for that time.
        """
        missed_ns = now_ns - self._judged_ns - longest_pause_ns
        self._judged_ns = now_ns
        if missed_ns > 0:
            self._vitals = self._vitals.later_by(missed_ns)
        return complaint(self._vitals, self._limits, now_ns)

    def take(self, message: FromWorker, now_ns: int) -> tuple[News | None, Request | None]:
        """Take in a message that came at `now_ns`: what to tell, and the request that it ended.

        Raises:
            ProtocolFault: if the message has no place here.
            LastWords: if it says that the worker ends.
        """
        self._vitals = replace(self._vitals, heard_ns=max(now_ns, self._vitals.heard_ns))
        if isinstance(message, Heartbeat):
            self._pulse.take(message)
            return None, None
        if isinstance(message, WarmUp):
            return self._warm(message, now_ns), None
        if isinstance(message, Ready):
            return self._be_ready(message, now_ns), None
        if isinstance(message, Failed) and message.id is None:
            raise LastWords(message.reason, message.refused)
        return self._go_on(message, now_ns)

    def _warm(self, message: WarmUp, now_ns: int) -> News | None:
        if self._vitals.ready or not self._step < message.step <= message.steps:
            raise ProtocolFault("it warms up where there is nothing to warm")
        self._step = message.step
        if self.state is not WorkerState.STARTING:
            return None
        self.enter(WorkerState.WARMING, now_ns)
        return Changed(WorkerState.WARMING)

    def _be_ready(self, message: Ready, now_ns: int) -> News | None:
        if self._vitals.ready:
            raise ProtocolFault("it got ready twice")
        if message.name != self._name:
            raise LastWords(f"its backend is {message.name!r:.60}, not {self._name}")
        self._vitals = replace(self._vitals, ready=True)
        self.ready, self.ready_ns = message, now_ns
        if not self.state.coming_up:  # it is being stopped
            return None
        self.enter(WorkerState.READY, now_ns)
        return Changed(WorkerState.READY)

    def _go_on(
        self, message: Said | Cancelled | Failed, now_ns: int
    ) -> tuple[News, Request | None]:
        if self._exchange is None:
            raise ProtocolFault("it answers although nothing was asked")
        if not self._exchange.take(message):
            return message, None
        request = self.end_request()
        if self.state is WorkerState.BUSY:
            self.enter(WorkerState.READY, now_ns)
        return message, request
