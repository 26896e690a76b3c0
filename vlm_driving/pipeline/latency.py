"""How long one backend takes, as measured: quantiles that forget.

What is kept of each stage:

| sample                              | kept                                   |
|-------------------------------------|----------------------------------------|
| among the newest 32                 | always, however old                    |
| among the newest 256, at most 120 s | yes                                    |
| any other                           | no                                     |

So figures follow a backend that warms, throttles or shares its cores within two minutes, and a
backend that rests keeps its last figures rather than none. They cannot mend themselves while it
rests: the ladder therefore runs a backend that looks too slow now and then beside another.

A quantile is the least sample that at least the share `q` of all samples does not exceed: never
less than what was seen, so that the 0.99 of fewer than a hundred samples is the longest of
them. Plans made with it err on the careful side.

Answers of a warm-up are never added; nothing here can tell them apart.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from vlm_driving.core.deadline import NS_PER_MS

ADVICE = "advice"
"""From the sending of a request to its advice: the stage that the ladder plans with."""
DONE = "done"
"""From the sending of a request to the end of its answer."""
NEW_PICTURE, SAME_PICTURE, TOKEN = "question_new", "question_same", "token"
"""Of questions: from the sending to the first sentence, about a picture that has to be encoded or
is in the engine's cache; and between two tokens of any answer, in the mean."""
STAGES = (
    *(ADVICE, DONE, NEW_PICTURE, SAME_PICTURE, TOKEN),
    *("preprocess", "encode", "prefill", "decode"),
)

MOST_SAMPLES = 256
ALWAYS_KEPT = 32
KEPT_MS = 120_000.0
LEAST_SAMPLES = 8
"""Fewer say nothing about a quantile."""


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The samples of a stage that count, shortest first, while `after_ns` < now <= `until_ns`."""

    version: int
    after_ns: float
    until_ns: float
    kept: tuple[float, ...]

    def holds(self, version: int, now_ns: int) -> bool:
        """Whether sorting again would give the same."""
        return self.version == version and self.after_ns < now_ns <= self.until_ns


class Latencies:
    """Measured durations of one backend by stage.

    One thread adds; any may ask. Instants are monotonic; after a jump of the clock to the
    front the newest samples are left, after one to the back all are kept.
    """

    def __init__(self) -> None:
        self._samples: dict[str, deque[tuple[int, float]]] = {
            stage: deque(maxlen=MOST_SAMPLES) for stage in STAGES
        }
        # Asked a dozen times a frame, added to once.
        self._versions = dict.fromkeys(STAGES, 0)
        self._sorted: dict[str, _Sorted] = {}

    def add(self, stage: str, ms: float, now_ns: int) -> None:
        """Take in one duration.

        Args:
            stage: one of `STAGES`.
            ms: milliseconds, zero or more.
            now_ns: monotonic instant at which it was measured.

        Raises:
            ValueError: for an unknown stage, or a duration that is none.
        """
        if not (math.isfinite(ms) and ms >= 0):
            raise ValueError(f"a duration is zero or more milliseconds, got {ms}")
        self._of(stage).append((now_ns, ms))
        self._versions[stage] += 1

    def quantile(self, stage: str, q: float, now_ns: int) -> float | None:
        """Milliseconds that the share `q` of the samples does not exceed.

        None while there are fewer than `LEAST_SAMPLES`.

        Raises:
            ValueError: for an unknown stage, or a `q` outside 0..1.
        """
        if not 0.0 <= q <= 1.0:
            raise ValueError(f"a quantile lies between 0 and 1, got {q}")
        kept = self._kept(stage, now_ns)
        if len(kept) < LEAST_SAMPLES:
            return None
        # 1e-9: 0.99 x 100 must stay the 99th of a hundred, whatever the floating point says.
        return kept[max(0, math.ceil(q * len(kept) - 1e-9) - 1)]

    def count(self, stage: str, now_ns: int) -> int:
        """How many samples the quantiles are made of.

        Raises:
            ValueError: for an unknown stage.
        """
        return len(self._kept(stage, now_ns))

    def _kept(self, stage: str, now_ns: int) -> tuple[float, ...]:
        samples_of_stage = self._of(stage)
        version = self._versions[stage]  # first: what is added from here on makes another
        known = self._sorted.get(stage)
        if known is None or not known.holds(version, now_ns):
            samples = tuple(samples_of_stage)  # at one stroke: another thread may add
            known = _sort(version, samples, now_ns)
            self._sorted[stage] = known
        return known.kept

    def _of(self, stage: str) -> deque[tuple[int, float]]:
        if stage not in self._samples:
            raise ValueError(f"unknown stage {stage!r}, known are {', '.join(STAGES)}")
        return self._samples[stage]


def _sort(version: int, samples: tuple[tuple[int, float], ...], now_ns: int) -> _Sorted:
    kept_ns = round(KEPT_MS * NS_PER_MS)
    split = max(0, len(samples) - ALWAYS_KEPT)
    ends = [at_ns + kept_ns for at_ns, _ in samples[:split]]
    first_ns = min(ends, default=math.inf)
    if first_ns >= now_ns:  # nothing is forgotten: so it nearly always is
        return _Sorted(version, -math.inf, first_ns, tuple(sorted([ms for _, ms in samples])))
    young = [ms for end_ns, (_, ms) in zip(ends, samples, strict=False) if end_ns >= now_ns]
    return _Sorted(
        version,
        max(end_ns for end_ns in ends if end_ns < now_ns),
        min((end_ns for end_ns in ends if end_ns >= now_ns), default=math.inf),
        tuple(sorted([*young, *(ms for _, ms in samples[split:])])),
    )
