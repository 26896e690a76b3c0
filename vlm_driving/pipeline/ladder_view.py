"""What the ladder is told: one view a backend, and its settings. Plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from vlm_driving.core import UserError
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline.breaker import Breaker, BreakerSettings, Gate, gate
from vlm_driving.pipeline.latency import ADVICE, DONE, Latencies

READY = "ready"
BUSY = "busy"
"""The two states of a worker in which it can be given a frame, the second one in a while."""

_HANDING_OVER_MS = 3.0
"""Between parent and worker; a warm-up, which is the worker's own, does not see it."""


@dataclass(frozen=True, slots=True)
class LadderSettings:
    """How the ladder reckons.

    Attributes:
        margin: what a p99 is multiplied with before it is believed.
        prior_ms: time to advice of a backend that has not been measured yet, by name.
        warm_margin: what the longest time to advice of a worker's warm-up is multiplied with for
            its prior, where none is named.
        default_prior_ms: the same for a backend that had no warm-up.
        remeasure_ms: a backend whose figures do not fit is run beside another when its last
            frame is longer ago than this: it is not measured otherwise, and would never return.
    """

    margin: float = 1.1
    prior_ms: Mapping[str, float] = field(default_factory=dict)
    warm_margin: float = 1.25
    default_prior_ms: float = 120.0
    remeasure_ms: float = 1_000.0

    def __post_init__(self) -> None:
        times = (self.default_prior_ms, self.remeasure_ms, *self.prior_ms.values())
        if not all(math.isfinite(ms) and ms > 0 for ms in times):
            raise UserError("The ladder's times are positive numbers of milliseconds.")
        for name in ("margin", "warm_margin"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 1.0):
                raise UserError(f"The ladder's {name} is 1 or more, got {value}; 1.1 is usual.")


@dataclass(frozen=True, slots=True)
class BackendView:
    """One backend at one instant, as the ladder sees it.

    Attributes:
        name: such as onnx-cpu.
        state: its worker's state in one word; `ready` and `busy` can work, any other cannot.
        gate: what its breaker says.
        advice_p50_ms: measured time from request to advice, median; None when not measured.
        advice_p99_ms: the same, the 0.99 quantile.
        busy_since_ns: since when it works on an older frame; None when it is free.
        busy_p99_ms: how long a whole answer takes, the 0.99 quantile; None when not measured.
        last_start_ns: when it was last given a frame; None for never.
        warm_ms: time to advice of its warm-up frames, the longest; None when it had none.
        cores: name of what it computes on, such as cpu: two backends of one name slow each
            other down. Empty for a device of its own.
    """

    name: str
    state: str = READY
    gate: Gate = Gate.CLOSED
    advice_p50_ms: float | None = None
    advice_p99_ms: float | None = None
    busy_since_ns: int | None = None
    busy_p99_ms: float | None = None
    last_start_ns: int | None = None
    warm_ms: float | None = None
    cores: str = ""

    def prior_ms(self, settings: LadderSettings) -> float:
        """Time to advice where no frame of a camera has been measured."""
        prior_ms = settings.prior_ms.get(self.name)
        if prior_ms is None and self.warm_ms is not None:
            prior_ms = settings.warm_margin * (self.warm_ms + _HANDING_OVER_MS)
        return settings.default_prior_ms if prior_ms is None else prior_ms

    def need_ns(self, settings: LadderSettings) -> int:
        """Time that has to be left when it starts, for its advice to be in time."""
        ms = self.prior_ms(settings) if self.advice_p99_ms is None else self.advice_p99_ms
        return round(ms * settings.margin * NS_PER_MS)

    def typical_ns(self, settings: LadderSettings) -> int:
        """Time to advice of every other frame; never more than `need_ns`."""
        if self.advice_p50_ms is None:
            return self.need_ns(settings)
        whole = round(self.advice_p50_ms * settings.margin * NS_PER_MS)
        return min(whole, self.need_ns(settings))

    def free_ns(self, now_ns: int, settings: LadderSettings) -> int | None:
        """When it can take a frame; None for one that is overdue with an older frame.

        One that works longer than its answers usually take hangs, or is slow beyond what was
        ever measured: nobody knows when it will be free, if ever.
        """
        if self.busy_since_ns is None:
            return now_ns
        ms = self.busy_p99_ms
        if ms is None:
            ms = max(self.prior_ms(settings), self.advice_p99_ms or 0.0)
        free_ns = self.busy_since_ns + round(ms * settings.margin * NS_PER_MS)
        # Begun in the future: the clock jumped, so it began at a time that nobody knows.
        return free_ns if self.busy_since_ns <= now_ns < free_ns else None


def view(
    name: str,
    state: str,
    breaker: Breaker,
    latencies: Latencies,
    now_ns: int,
    *,
    breaker_settings: BreakerSettings,
    busy_since_ns: int | None = None,
    last_start_ns: int | None = None,
    warm_ms: float | None = None,
    cores: str = "",
) -> BackendView:
    """The view of a backend from its breaker and its measured latencies."""
    return BackendView(
        name=name,
        state=state,
        gate=gate(breaker, now_ns, breaker_settings),
        advice_p50_ms=latencies.quantile(ADVICE, 0.5, now_ns),
        advice_p99_ms=latencies.quantile(ADVICE, 0.99, now_ns),
        busy_since_ns=busy_since_ns,
        busy_p99_ms=latencies.quantile(DONE, 0.99, now_ns),
        last_start_ns=last_start_ns,
        warm_ms=warm_ms,
        cores=cores,
    )
