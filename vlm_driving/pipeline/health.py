"""How a pipeline is: its workers, its lateness and its machine, for diagnostics and summaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vlm_driving.pipeline.breaker import BreakerSettings, Phase, next_trial_ms
from vlm_driving.pipeline.latency import ADVICE
from vlm_driving.pipeline.punctuality import LateReport
from vlm_driving.pipeline.rungs import Rung
from vlm_driving.pipeline.stalls import Stall

LATE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class BackendHealth:
    """One backend at one moment.

    Attributes:
        name: of its worker.
        state: of its worker; see `WorkerState`.
        reason: why its worker last failed, or None.
        pid: of its process, or None.
        starts: of processes so far.
        breaker: closed, open or half-open.
        cause: the failure that opened the breaker last, or None.
        openings: of the breaker, since it last forgot them.
        next_trial_ms: until an open breaker lets a frame try it; None where it is not open.
        advice_p50_ms: from request to advice; None while too little was measured.
        advice_p99_ms: the same, the 0.99 quantile.
        last_failure: what was wrong with the last request that failed, in its own words.
        late_answers: that came after their report was closed.
    """

    name: str
    state: str
    reason: str | None
    pid: int | None
    starts: int
    breaker: str
    cause: str | None
    openings: int
    next_trial_ms: float | None
    advice_p50_ms: float | None
    advice_p99_ms: float | None
    last_failure: str | None
    late_answers: int

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "name": self.name,
            "state": self.state,
            "reason": self.reason,
            "pid": self.pid,
            "starts": self.starts,
            "breaker": self.breaker,
            "cause": self.cause,
            "openings": self.openings,
            "next_trial_ms": _rounded(self.next_trial_ms),
            "advice_ms": {"p50": _rounded(self.advice_p50_ms), "p99": _rounded(self.advice_p99_ms)},
            "last_failure": self.last_failure,
            "late_answers": self.late_answers,
        }


@dataclass(frozen=True, slots=True)
class PipelineHealth:
    """A pipeline at one moment.

    Attributes:
        backends: in ladder order.
        late_reports: closed after their deadlines, all of them.
        late_explained: those that the machine's standing still explains.
        late: the first late reports.
        stalls: that the canary remembers.
        handed_over_ms: the longest time from closing a report until its taker had taken it.
        undelivered: reports that a taker that did not come back never took.
    """

    backends: tuple[BackendHealth, ...]
    late_reports: int
    late_explained: int
    late: tuple[LateReport, ...]
    stalls: tuple[Stall, ...]
    handed_over_ms: float
    undelivered: int

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "workers": [one.to_json() for one in self.backends],
            "late_explained": self.late_explained,
            "late": [one.to_json() for one in self.late[:LATE_SHOWN]],
            "stalls": stalls_json(self.stalls),
            "handed_over_ms": _rounded(self.handed_over_ms),
            "undelivered": self.undelivered,
        }


def backends_health(
    rungs: Sequence[Rung], now_ns: int, settings: BreakerSettings
) -> tuple[BackendHealth, ...]:
    """Each backend at monotonic `now_ns`."""
    return tuple(_backend(rung, now_ns, settings) for rung in rungs)


def stalls_json(stalls: Iterable[Stall]) -> dict[str, Any]:
    """How often and how long the machine stood still, by kind."""
    stalls = tuple(stalls)
    total: Counter[str] = Counter()
    for one in stalls:
        total[one.kind.value] += 1
    return {
        "count": len(stalls),
        "kinds": dict(sorted(total.items())),
        "longest_ms": _rounded(max((one.ms for one in stalls), default=0.0)),
        "total_ms": _rounded(sum(one.ms for one in stalls)),
    }


def _backend(rung: Rung, now_ns: int, settings: BreakerSettings) -> BackendHealth:
    status, breaker = rung.worker.status, rung.breaker
    return BackendHealth(
        name=rung.name,
        state=status.state.value,
        reason=status.reason,
        pid=status.pid,
        starts=status.starts,
        breaker=breaker.phase.value,
        cause=None if breaker.phase is Phase.CLOSED or not breaker.cause else breaker.cause.value,
        openings=breaker.openings,
        next_trial_ms=next_trial_ms(breaker, now_ns, settings),
        advice_p50_ms=rung.latencies.quantile(ADVICE, 0.5, now_ns),
        advice_p99_ms=rung.latencies.quantile(ADVICE, 0.99, now_ns),
        last_failure=rung.last_failure,
        late_answers=rung.late,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
