"""The backends on the ladder as the dispatcher keeps them: worker, breaker and latencies."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.breaker import (
    Breaker,
    BreakerSettings,
    Ended,
    Ending,
    Gate,
    Phase,
    TrialBegun,
    advance,
)
from vlm_driving.pipeline.ladder_view import BUSY, READY, BackendView, view
from vlm_driving.pipeline.latency import ADVICE, TOKEN, Latencies
from vlm_driving.pipeline.workers.messages import WARM_MS, Request
from vlm_driving.pipeline.workers.states import WorkerState, WorkerStatus
from vlm_driving.runtime.events import Done

_LOOK_AGAIN_S = 0.005
_REPLACED = (Ending.ERROR, Ending.GARBAGE, Ending.PROVIDERS)
"""Faults of a process that lives on: what it holds may be damaged, a new one is not."""


class Worker(Protocol):
    """The parent's end of a worker; see `workers.WorkerHandle`."""

    def submit(self, request: Request) -> bool:
        """Hand over a request; False if the worker cannot take it now."""
        ...

    def cancel(self, request_id: int) -> None:
        """Have a request end between two tokens."""
        ...

    def kill(self, reason: str) -> None:
        """End the process; it is started again."""
        ...

    @property
    def status(self) -> WorkerStatus:
        """The worker at this moment."""
        ...


@dataclass(slots=True)
class Rung:
    """One backend.

    Attributes:
        name: such as onnx-cpu.
        worker: holds it.
        cores: name of what it computes on; see `BackendView`.
        breaker: its health.
        latencies: measured.
        last_id: of the newest request that it was given; an older frame's comes too late.
        last_start_ns: when it was last given a frame.
        late: answers that came after their report was closed.
        last_failure: what was wrong with the last request that failed.
    """

    name: str
    worker: Worker
    cores: str = ""
    breaker: Breaker = field(default_factory=Breaker)
    latencies: Latencies = field(default_factory=Latencies)
    last_id: int = 0
    last_start_ns: int | None = None
    late: int = 0
    last_failure: str | None = None

    @property
    def model(self) -> str | None:
        """The bundle that its worker runs, once it has said so."""
        ready = self.worker.status.ready
        return None if ready is None else ready.model

    def view(self, now_ns: int, settings: BreakerSettings) -> BackendView:
        """As the ladder sees it."""
        status = self.worker.status
        return view(
            self.name,
            status.state.value,
            self.breaker,
            self.latencies,
            now_ns,
            breaker_settings=settings,
            busy_since_ns=status.busy_since_ns,
            last_start_ns=self.last_start_ns,
            warm_ms=_warm_ms(status),
            cores=self.cores,
        )

    def submit(self, request: Request) -> bool:
        """Hand over a request; False if the worker cannot take it, now or after a newer one."""
        if request.id <= self.last_id or not self.worker.submit(request):
            return False
        self.last_id = request.id
        return True

    def begin(self, now_ns: int, trial: bool, settings: BreakerSettings) -> None:
        """A frame was sent."""
        self.last_start_ns = now_ns
        if trial:
            self.breaker = advance(self.breaker, TrialBegun(), now_ns, settings)

    def judge(self, how: Ending, begun_ns: int, now_ns: int, settings: BreakerSettings) -> None:
        """A request that began at `begun_ns` has ended; a process that may be damaged goes."""
        before = self.breaker.phase
        self.breaker = advance(self.breaker, Ended(how, begun_ns), now_ns, settings)
        opened = self.breaker.phase is Phase.OPEN and before is not Phase.OPEN
        if opened and how in _REPLACED:
            self.worker.kill(f"its breaker opened ({how.value})")

    def measure(self, done: Done, now_ns: int) -> None:
        """Take in the stages of a whole answer."""
        for name, ms in done.stages_ms.to_json().items():
            if ms is not None and name != "wait":
                self.latencies.add(name, ms, now_ns)
        self.measure_token(done, now_ns)

    def measure_token(self, done: Done, now_ns: int) -> None:
        """Take in the mean time between two tokens of a whole answer."""
        if done.stages_ms.decode is not None and done.tokens.output > 0:
            self.latencies.add(TOKEN, done.stages_ms.decode / done.tokens.output, now_ns)


def _warm_ms(status: WorkerStatus) -> float | None:
    """What the warm-up of the worker's last start took to advice."""
    value = None if status.ready is None else status.ready.details.get(WARM_MS)
    return value if isinstance(value, float) and value > 0 else None


def can_begin(views: list[BackendView]) -> bool:
    """Whether a frame is to leave its slot now: a newer one can take its place only there.

    Someone healthy is free, or nobody healthy is there to be waited for.
    """
    able = [one for one in views if one.state in (READY, BUSY)]
    healthy = [one for one in able if one.gate is Gate.CLOSED]
    if healthy:
        return any(one.state == READY for one in healthy)
    trials = [one for one in able if one.gate is Gate.TRIAL_DUE]
    if not trials and any(one.gate is Gate.TRIAL_RUNNING for one in able):
        return False  # it will be over soon, and then there is somebody again
    return not trials or any(one.state == READY for one in trials)


def advice_ns(rungs: Sequence[Rung], now_ns: int) -> int:
    """Engine time until advice of the best-preferred backend that has been measured."""
    for rung in rungs:
        ms = rung.latencies.quantile(ADVICE, 0.99, now_ns)
        if ms is not None:
            return round(ms * NS_PER_MS)
    return 0


def all_end(rungs: Sequence[Rung], patience_s: float) -> bool:
    """Wait for answers that were cancelled; False if a worker does not come back."""
    until_s = time.monotonic() + patience_s
    while any(rung.worker.status.state is WorkerState.BUSY for rung in rungs):
        if time.monotonic() >= until_s:
            return False
        time.sleep(_LOOK_AGAIN_S)
    return True
