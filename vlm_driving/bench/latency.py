"""What one answer costs, stage by stage, on frames that the model has never met."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from vlm_driving.bench.frames import BenchFrame
from vlm_driving.bench.stats import Spread
from vlm_driving.core import StageTimes, TokenCounts
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish

STAGES = tuple(f.name for f in fields(StageTimes) if f.name != "wait")


@dataclass(frozen=True, slots=True)
class Timing:
    """One answer: milliseconds to its end and to its advice, its stages and tokens.

    `image_decode_ms` came before it, where the picture came from a bag.
    """

    total_ms: float
    advice_ms: float | None
    stages_ms: StageTimes
    tokens: TokenCounts
    image_decode_ms: float | None = None

    @property
    def tokens_per_s(self) -> float | None:
        """Output tokens over decode time; None for an answer without tokens."""
        decode = self.stages_ms.decode
        return 1000 * self.tokens.output / decode if decode and self.tokens.output else None


def time_answer(
    engine: Engine, frame: BenchFrame, clock: Callable[[], int] = time.monotonic_ns
) -> Timing:
    """Answer one frame without a deadline and time it, from pixels in memory on.

    Raises RuntimeError when the engine ends without advice.
    """
    start = clock()
    advised: int | None = None
    done: Done | None = None
    for event in engine.answer(frame.image, frame.ego_speed_kmh, None, clock):
        if isinstance(event, AdviceDecoded):
            advised = clock()
        elif isinstance(event, Done):
            done = event
    end = clock()
    if done is None or done.finish is Finish.NO_ADVICE:
        raise RuntimeError(f"an answer without a deadline ended as {done and done.finish}")
    return Timing(
        total_ms=(end - start) / NS_PER_MS,
        advice_ms=None if advised is None else (advised - start) / NS_PER_MS,
        stages_ms=done.stages_ms,
        tokens=done.tokens,
        image_decode_ms=frame.decode_ms,
    )


def time_answers(
    engine: Engine, frames: Iterable[BenchFrame], each: Callable[[], None] = lambda: None
) -> list[Timing]:
    """One timing a frame; `each` is called after every one."""
    timings = []
    for frame in frames:
        timings.append(time_answer(engine, frame))
        each()
    return timings


def summarize(timings: Sequence[Timing]) -> dict[str, Any]:
    """The `warm` object of the bench: spreads of times, tokens and speed.

    Needs at least one timing. A stage that no answer reached is left out.
    """
    stages: dict[str, Any] = {}
    for name in STAGES:
        series = [getattr(t.stages_ms, name) for t in timings]
        known = [value for value in series if value is not None]
        if known:
            stages[name] = Spread.of(known).to_json()
    advice = [t.advice_ms for t in timings if t.advice_ms is not None]
    decoding = [t.image_decode_ms for t in timings if t.image_decode_ms is not None]
    speeds = [t.tokens_per_s for t in timings if t.tokens_per_s is not None]
    return {
        "frames": len(timings),
        "total_ms": Spread.of([t.total_ms for t in timings]).to_json(),
        "advice_ms": Spread.of(advice).to_json() if advice else None,
        "stages_ms": stages,
        "image_decode_ms": Spread.of(decoding).to_json() if decoding else None,
        "tokens": {
            name: round(_mean([getattr(t.tokens, name) for t in timings]), 1)
            for name in ("prompt", "image", "output")
        },
        "tokens_per_s": Spread.of(speeds).to_json() if speeds else None,
    }


def mean_context(timings: Sequence[Timing]) -> float:
    """Tokens in the cache at the middle of decoding, on average over the answers."""
    return _mean([t.tokens.prompt + t.tokens.output / 2 for t in timings])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
