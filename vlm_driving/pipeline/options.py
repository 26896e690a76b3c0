"""How a ladder decides, for whom, and what of it may change while frames run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.breaker import BreakerSettings
from vlm_driving.pipeline.ladder_view import LadderSettings
from vlm_driving.pipeline.question_desk import Reply
from vlm_driving.pipeline.questions import QuestionSettings
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.pipeline.vehicle import VehicleSettings

KEPT_A_CAMERA = 2
"""Pictures that can be asked about, beside those that a question holds."""


@dataclass(frozen=True, slots=True)
class LadderOptions:
    """How a ladder decides.

    Attributes:
        cameras: all of them, with their shares.
        ladder: how the ladder reckons.
        breaker: when a backend counts as broken.
        vehicle: how long advice stands.
        questions: what questions may take.
        reply: takes their answers and must return at once; None for a pipeline without questions.
    """

    cameras: Sequence[CameraShare]
    ladder: LadderSettings = field(default_factory=LadderSettings)
    breaker: BreakerSettings = field(default_factory=BreakerSettings)
    vehicle: VehicleSettings = field(default_factory=VehicleSettings)
    questions: QuestionSettings = field(default_factory=QuestionSettings)
    reply: Reply | None = None

    @property
    def kept_frames(self) -> int:
        """Places that the workers' memory needs for questions; see `PoolOptions`."""
        if self.reply is None:
            return 0
        return KEPT_A_CAMERA * len(self.cameras) + self.questions.most_waiting

    def check_room(self, kept_frames: int) -> None:
        """Raises ValueError for a pool without room for the pictures that can be asked about."""
        if kept_frames < self.kept_frames:
            raise ValueError(f"questions need {self.kept_frames} kept frames in the pool")


@dataclass(frozen=True, slots=True)
class Tuning:
    """What may change while frames run; None leaves it as it is.

    Attributes:
        budget_ms: of the frames that are offered from now on.
        guard_ms: likewise.
        task_prompt: what the model is asked about them; empty for the bundle's own words.
        cameras: their shares and rates; all cameras of the pipeline, and no other.
        vehicle: how long advice stands.
        questions: what the questions that are asked from now on may take.
    """

    budget_ms: float | None = None
    guard_ms: float | None = None
    task_prompt: str | None = None
    cameras: Sequence[CameraShare] | None = None
    vehicle: VehicleSettings | None = None
    questions: QuestionSettings | None = None

    def of(self, old: PipelineSettings) -> PipelineSettings:
        """The settings with the changes.

        Raises:
            UserError: for a value that is none.
            ValueError: for a budget where there was none: who waits for ever does not watch.
        """
        if self.budget_ms is not None and old.budget_ms is None:
            raise ValueError("a pipeline without a budget cannot be given one while it runs")
        names = ("budget_ms", "guard_ms", "task_prompt")
        given = {name: getattr(self, name) for name in names}
        return replace(old, **{name: one for name, one in given.items() if one is not None})
