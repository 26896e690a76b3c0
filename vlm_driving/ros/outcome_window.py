"""What became of one camera's frames in the last seconds."""

from __future__ import annotations

import math
import threading
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from vlm_driving.core import Outcome, SceneReport

WINDOW_NS = 10_000_000_000
MOST_ENTRIES = 2000
"""Remembered of each: a camera that runs wild must not cost memory."""

ABOVE_RATE = "above max_rate_hz"
"""Begins the reason of a frame that was dropped because its user wants fewer: no shortage."""
_BY_DESIGN = Outcome.DROPPED
_TYPICAL = {
    Outcome.TIMEOUT: "no advice by the deadline",
    Outcome.STALE: "older than the budget on arrival",
    Outcome.DROPPED: "a newer frame took its place",
    Outcome.NO_BACKEND: "no backend was able to answer",
    Outcome.MALFORMED: "the message could not be made into an image",
}
"""The reason of an outcome whose reports give none."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Frames without an answer, of one kind.

    Attributes:
        what: an outcome, `skipped` or `lost_on_the_way`.
        count: of them.
        why: the reason that was given most often, in one English clause.
    """

    what: str
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class CameraFigures:
    """One camera in the window.

    Attributes:
        camera: its name.
        arrived: messages.
        rate_hz: of arrival; None before it is known.
        since_frame_ms: since the newest message, or since it listens.
        outcomes: reports by outcome.
        losses: frames without an answer, most first.
        age_p50_ms: from stamp to publish, of answered frames; None without one.
        age_p99_ms: the same, the 0.99 quantile.
        arrival_p50_ms: age on arrival.
        arrival_p99_ms: the same, the 0.99 quantile.
        late: reports after their deadline.
        backend: that answered last; None for none.
        model: that answered last; None for none.
        ever: whether any frame has ever come.
    """

    camera: str
    arrived: int = 0
    rate_hz: float | None = None
    since_frame_ms: float = 0.0
    outcomes: tuple[tuple[Outcome, int], ...] = ()
    losses: tuple[Loss, ...] = ()
    age_p50_ms: float | None = None
    age_p99_ms: float | None = None
    arrival_p50_ms: float | None = None
    arrival_p99_ms: float | None = None
    late: int = 0
    backend: str | None = None
    model: str | None = None
    ever: bool = False

    def count(self, *outcomes: Outcome) -> int:
        """Reports with one of these outcomes."""
        return sum(number for outcome, number in self.outcomes if outcome in outcomes)

    @property
    def reports(self) -> int:
        """All of them."""
        return sum(number for _, number in self.outcomes)

    @property
    def lost(self) -> int:
        """Frames without an answer, whatever the kind."""
        return sum(loss.count for loss in self.losses)

    @property
    def miss_ratio(self) -> float | None:
        """Share without an answer, of the reports that are not `dropped`; None without any."""
        due = self.reports - self.count(_BY_DESIGN)
        answered = sum(number for outcome, number in self.outcomes if outcome.answered)
        return None if due <= 0 else (due - answered) / due

    @property
    def drop_ratio(self) -> float | None:
        """Share of `dropped` reports; None without any report."""
        return self.count(_BY_DESIGN) / self.reports if self.reports else None


@dataclass(frozen=True, slots=True)
class _Ended:
    at_ns: int
    outcome: Outcome
    reason: str | None
    age_ms: float | None
    arrival_ms: float
    late: bool


class OutcomeWindow:
    """Counts one camera's frames. Any thread may call; all instants are monotonic ns."""

    def __init__(self, camera: str, now_ns: int, window_ns: int = WINDOW_NS) -> None:
        """Begin to count at `now_ns`."""
        self._lock = threading.Lock()
        self._camera, self._window_ns = camera, window_ns
        self._since_ns = self._frame_ns = now_ns
        self._arrived: deque[int] = deque(maxlen=MOST_ENTRIES)
        self._ended: deque[_Ended] = deque(maxlen=MOST_ENTRIES)
        self._lost: deque[tuple[int, str, int, str]] = deque(maxlen=MOST_ENTRIES)
        self._backend: str | None = None
        self._model: str | None = None
        self._ever = False

    def arrived(self, now_ns: int) -> None:
        """A message came."""
        with self._lock:
            self._arrived.append(now_ns)
            self._frame_ns, self._ever = now_ns, True

    def ended(self, report: SceneReport, now_ns: int) -> None:
        """A report is out; one that was dropped above its camera's rate is counted apart."""
        if report.outcome is _BY_DESIGN and (report.reason or "").startswith(ABOVE_RATE):
            with self._lock:
                self._lost.append((now_ns, "skipped", 1, report.reason or ABOVE_RATE))
            return
        age_ms = report.latency_ms if report.outcome.answered else None
        ended = _Ended(
            now_ns,
            report.outcome,
            report.reason,
            age_ms,
            report.age_on_arrival_ms,
            report.late(),
        )
        with self._lock:
            self._ended.append(ended)
            if report.backend is not None:
                self._backend, self._model = report.backend, report.model

    def lost(self, count: int, why: str, now_ns: int) -> None:
        """Messages were sent and did not come; `why` is one English clause."""
        if count > 0:
            with self._lock:
                self._lost.append((now_ns, "lost_on_the_way", count, why))

    def malformed(self, now_ns: int) -> Loss:
        """Messages in the window that could not be made into an image."""
        what = Outcome.MALFORMED.value
        losses = {loss.what: loss for loss in self.figures(now_ns).losses}
        return losses.get(what, Loss(what, 0, ""))

    def figures(self, now_ns: int) -> CameraFigures:
        """Everything in the window that ends at `now_ns`."""
        with self._lock:
            return self._figures(now_ns)

    def _figures(self, now_ns: int) -> CameraFigures:
        from_ns = now_ns - self._window_ns
        while self._arrived and self._arrived[0] <= from_ns:
            self._arrived.popleft()
        while self._ended and self._ended[0].at_ns <= from_ns:
            self._ended.popleft()
        while self._lost and self._lost[0][0] <= from_ns:
            self._lost.popleft()
        ages = [one.age_ms for one in self._ended if one.age_ms is not None]
        arrivals = [one.arrival_ms for one in self._ended]
        counts = Counter(one.outcome for one in self._ended)
        return CameraFigures(
            camera=self._camera,
            arrived=len(self._arrived),
            rate_hz=self._rate_hz(now_ns),
            since_frame_ms=(now_ns - self._frame_ns) / 1e6,
            outcomes=tuple((one, counts[one]) for one in Outcome if counts[one]),
            losses=self._losses(),
            age_p50_ms=quantile(ages, 0.5),
            age_p99_ms=quantile(ages, 0.99),
            arrival_p50_ms=quantile(arrivals, 0.5),
            arrival_p99_ms=quantile(arrivals, 0.99),
            late=sum(one.late for one in self._ended),
            backend=self._backend,
            model=self._model,
            ever=self._ever,
        )

    def _rate_hz(self, now_ns: int) -> float | None:
        """Messages a second; None in the first second, which tells nothing."""
        span_ns = min(self._window_ns, now_ns - self._since_ns)
        if len(self._arrived) == self._arrived.maxlen:
            span_ns = now_ns - self._arrived[0]
        return None if span_ns < 1_000_000_000 else len(self._arrived) * 1e9 / span_ns

    def _losses(self) -> tuple[Loss, ...]:
        counts: Counter[str] = Counter()
        whys: dict[str, Counter[str]] = {}
        entries = [
            (one.outcome.value, 1, one.reason or _TYPICAL[one.outcome])
            for one in self._ended
            if not one.outcome.answered
        ]
        for what, count, why in [*entries, *(entry[1:] for entry in self._lost)]:
            counts[what] += count
            whys.setdefault(what, Counter())[why] += count
        return tuple(
            Loss(what, count, whys[what].most_common(1)[0][0])
            for what, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        )


def quantile(values: Sequence[float], q: float) -> float | None:
    """The nearest-rank quantile: a value that was measured; None without values."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(q * len(values)) - 1)]
