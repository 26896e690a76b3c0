"""What a soak is told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.pipeline.breaker import BreakerSettings
from vlm_driving.pipeline.workers import RestartPolicy
from vlm_driving.soak.kinds import Fault

MOST_FRAMES = 200_000
BREAKER = BreakerSettings(back_off_cap_ms=1_500.0, forget_ms=5_000.0)
"""A soak holds the faults of years: back-offs that grow with them would leave out the rest."""
RESTARTS = RestartPolicy(first_ms=200.0, longest_ms=400.0, healthy_ms=2_000.0)


@dataclass(frozen=True, slots=True)
class SoakOptions:
    """One soak.

    Attributes:
        model: bundle directory.
        frames: to offer.
        rate: frames a second.
        budget_ms: camera stamp to report.
        faults: that strike.
        seed: of schedule and scenes.
        pictures: that are shown in turn.
    """

    model: Path
    frames: int = 1000
    rate: float = 10.0
    budget_ms: float = 200.0
    faults: tuple[Fault, ...] = ()
    seed: int = 0
    pictures: int = 24

    def __post_init__(self) -> None:
        if not 1 <= self.frames <= MOST_FRAMES:
            raise UserError(
                f"A soak offers 1 to {MOST_FRAMES} frames, got {self.frames}; 1000 is the default."
            )
        if not (math.isfinite(self.rate) and 1.0 <= self.rate <= 100.0):
            raise UserError(f"The rate is 1 to 100 frames a second, got {self.rate}; 10 is usual.")
        if not (math.isfinite(self.budget_ms) and 20.0 <= self.budget_ms <= 10_000.0):
            raise UserError(
                f"The budget of a soak is 20 to 10000 ms, got {self.budget_ms}; 200 is usual."
            )
        if not 2 <= self.pictures <= 200:
            raise UserError(
                f"A soak shows 2 to 200 pictures in turn, got {self.pictures}; 24 is usual."
            )

    @property
    def duration_s(self) -> float:
        """From the first frame to the last, if one comes at every tick."""
        return self.frames / self.rate
