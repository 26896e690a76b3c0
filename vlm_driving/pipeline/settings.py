"""How long a frame may take, what is asked about it, and who gives its name to the report."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vlm_driving.core import Deadline, UserError
from vlm_driving.pipeline.offered import OfferedFrame
from vlm_driving.runtime.task_prompt import plain_task, task_prompt_fault

MOST_BUDGET_MS = 1e12
"""Some thirty years: the instants of the monotonic clock stay far within 63 bits."""
HEARD_BY = 0.25
"""Part of the guard that a worker's last word is given to arrive in."""


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """How long a frame may take, and what is asked about it.

    Attributes:
        budget_ms: camera stamp to publish; None for no limit.
        guard_ms: kept back from the budget for closing and publishing a report; more, by itself,
            while threads of this process are seen to wake later than that.
        backend: name of the backend, for the report.
        model: name of the model, for the report.
        frozen_after_frames: equal pictures under new stamps that make a camera frozen; 0 for
            never, as for pictures that are made without noise and may stand still.
        task_prompt: what the model is asked about each frame; empty for the bundle's own words.
    """

    budget_ms: float | None = 200.0
    guard_ms: float = 8.0
    backend: str | None = None
    model: str | None = None
    frozen_after_frames: int = 3
    task_prompt: str = ""

    def __post_init__(self) -> None:
        if self.budget_ms is not None and not 0 < self.budget_ms <= MOST_BUDGET_MS:
            raise UserError(
                f"The budget is a positive number of milliseconds, at most {MOST_BUDGET_MS:.0f}, "
                f"got {self.budget_ms}; 200 is the default."
            )
        if not (math.isfinite(self.guard_ms) and self.guard_ms >= 0):
            raise UserError(f"The guard is zero or more milliseconds, got {self.guard_ms}.")
        if self.frozen_after_frames != 0 and self.frozen_after_frames < 2:
            raise UserError(
                "The input is frozen after two or more equal frames, or never with 0, got "
                f"{self.frozen_after_frames}; 3 is the default."
            )
        fault = task_prompt_fault(self.task_prompt)
        if fault is not None:
            raise UserError(fault)

    @property
    def task(self) -> str | None:
        """What the model is asked in place of the bundle's own words; None for those."""
        return plain_task(self.task_prompt) or None

    def deadline(self, frame: OfferedFrame) -> Deadline | None:
        """When the report of `frame` has to be out: its age is already spent on arrival."""
        if self.budget_ms is None:
            return None
        return Deadline.after_ms(self.budget_ms - frame.age_ms, frame.arrived_ns)

    def guard_for(self, budget_ms: float, wakes_late_ms: float = 0.0) -> float:
        """What is kept back: the guard, or more where threads wake late; a quarter at most."""
        return min(max(self.guard_ms, wakes_late_ms), budget_ms / 4)

    def watch_at(self, deadline: Deadline | None, wakes_late_ms: float = 0.0) -> Deadline | None:
        """When the watch closes the report over the head of a model that is not done.

        Args:
            deadline: of the report; None for no limit.
            wakes_late_ms: how late threads have woken lately.
        """
        if deadline is None or self.budget_ms is None:
            return None
        return deadline.earlier_by_ms(self.guard_for(self.budget_ms, wakes_late_ms))

    def work_until(self, deadline: Deadline | None, wakes_late_ms: float = 0.0) -> Deadline | None:
        """When the model has to be done: early enough for its last word to come before the watch.

        That word says how much of the prose there was; the report would be in time without it.
        """
        if deadline is None or self.budget_ms is None:
            return None
        guard_ms = self.guard_for(self.budget_ms, wakes_late_ms)
        heard_ms = HEARD_BY * self.guard_for(self.budget_ms)
        return deadline.earlier_by_ms(guard_ms + heard_ms)

    def is_stale(self, frame: OfferedFrame) -> bool:
        """Whether a frame was older than the budget on arrival."""
        return self.budget_ms is not None and frame.age_ms >= self.budget_ms
