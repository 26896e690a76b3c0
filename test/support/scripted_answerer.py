"""An answerer that says what a test tells it to, on a clock that the test turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import (
    Advice,
    Deadline,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    PathAdvice,
    SpeedAdvice,
    StageTimes,
    TokenCounts,
)
from vlm_driving.runtime.events import (
    AdviceDecoded,
    Done,
    Event,
    Finish,
    Sentence,
    Stage,
    StageBegun,
)

MS = 1_000_000
HAZARD = Hazard(HazardKind.PEDESTRIAN, HazardSide.LEFT, HazardRange.NEAR)
ADVICE = Advice(SpeedAdvice.DECELERATE, PathAdvice.KEEP, 0.875, (HAZARD,))


class FakeClock:
    """Monotonic nanoseconds that move only when told to."""

    def __init__(self, now_ns: int = 1_000_000_000) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        """The time now."""
        return self.now_ns

    def advance_ms(self, ms: float) -> None:
        """Let time pass."""
        self.now_ns += round(ms * MS)


@dataclass
class ScriptedAnswerer:
    """Answers each frame in the same way, taking a while over every step.

    Attributes:
        step_ms: how long each of the four stages before the advice takes, and each sentence.
        wait_ms: lets time pass; real sleep unless a fake clock is given.
        sentences: (section, text) in order.
        unsure: whether the answer is below the threshold.
        blind: whether the model says that it cannot see.
        fault: raised in place of the advice, if set.
        seen: ego speed and image mean of each frame, in order.
    """

    step_ms: float = 0.0
    wait_ms: Callable[[float], None] = lambda ms: time.sleep(ms / 1000)
    sentences: tuple[tuple[str, str], ...] = (
        ("advice_ja", "減速してください。"),
        ("description_ja", "左前方に歩行者がいます。"),
    )
    unsure: bool = False
    blind: bool = False
    fault: Exception | None = None
    seen: list[tuple[float | None, float]] = field(default_factory=list)

    def answer(
        self,
        image_bgr: NDArray[np.uint8],
        ego_speed_kmh: float | None,
        deadline: Deadline | None,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> Iterator[Event]:
        """As the engine does it: no step begins after the deadline."""
        self.seen.append((ego_speed_kmh, float(image_bgr.mean())))

        def late() -> bool:
            return deadline is not None and deadline.expired(clock())

        def done(finish: Finish) -> Done:
            times = StageTimes(preprocess=1.0, encode=2.0, prefill=3.0, decode=4.0)
            return Done(finish, times, TokenCounts(prompt=60, image=8, output=12))

        for stage in Stage:
            if late():
                yield done(Finish.NO_ADVICE)
                return
            yield StageBegun(stage)
            self.wait_ms(self.step_ms)
        if self.fault is not None:
            raise self.fault
        if late():
            yield done(Finish.NO_ADVICE)
            return
        yield AdviceDecoded(ADVICE, 0.75, self.unsure or self.blind, self.blind)
        for section, text in self.sentences:
            if late():
                yield done(Finish.TRUNCATED)
                return
            self.wait_ms(self.step_ms)
            yield Sentence(section, text)
        yield done(Finish.COMPLETE)
