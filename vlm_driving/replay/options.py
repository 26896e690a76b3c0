"""What a replay is asked to do, checked before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal

from vlm_driving.backends.onnx.sessions import SessionSettings
from vlm_driving.core import UserError
from vlm_driving.pipeline import PipelineSettings
from vlm_driving.pipeline.lineup import AUTO, names_of
from vlm_driving.pipeline.questions import MOST_CHARACTERS, QuestionSettings
from vlm_driving.replay.pacing import check_rate

MOST_BUDGET_MS = 86_400_000.0
"""A day; clocks and waits overflow somewhere beyond."""
MOST_SECONDS = 1e9


class Pace(str, Enum):
    """How recorded frames are offered."""

    REALTIME = "realtime"
    """At their recorded times: deadlines hold, the newest frame wins."""
    EVERY_FRAME = "every-frame"
    """One by one, each answered in full, without deadlines."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """One replay.

    Attributes:
        bag: file or directory of a recording.
        model: bundle directory.
        out: directory of the run, which must not exist yet.
        pace: how frames are offered.
        rate: recorded seconds a second, in realtime pace.
        start_s: seconds of the recording that are left out at its beginning.
        duration_s: seconds to replay; None for all.
        budget_ms: camera stamp to report, in realtime pace.
        threads: threads for the model; 0 for as many as the process may use, at most 8.
        camera_topic: the camera, where the recording has several.
        speed_topic: topic of the ego speed.
        frozen_after_frames: equal pictures that make the input frozen; 0 for never.
        backends: names with commas between, the preferred one first, or auto: in realtime pace
            those that this machine has; for every frame, which has no deadline to keep, onnx-cpu.
        bag_out: rosbag2 directory to write with images and outputs, which must not exist yet.
        storage: of that bag.
        annotated: whether that bag holds frames with their reports drawn onto them, too.
        questions: a set to ask about frames of the recording; see `load_questions`.
        question_budget_ms: question to answer, in realtime pace.
        other_scene: whether each question is asked on another scene's picture, too.
    """

    bag: Path
    model: Path
    out: Path
    pace: Pace = Pace.REALTIME
    rate: float = 1.0
    start_s: float = 0.0
    duration_s: float | None = None
    budget_ms: float = 200.0
    threads: int = 0
    camera_topic: str | None = None
    speed_topic: str | None = None
    frozen_after_frames: int = 3
    backends: str = AUTO
    bag_out: Path | None = None
    storage: Literal["mcap", "sqlite3"] = "mcap"
    annotated: bool = True
    questions: Path | None = None
    question_budget_ms: float = 1000.0
    other_scene: bool = True

    def __post_init__(self) -> None:
        check_rate(self.rate)
        if not 0 < self.budget_ms <= MOST_BUDGET_MS:
            raise UserError(
                "The budget is a positive number of milliseconds, at most a day, got "
                f"{self.budget_ms:g}; 200 is the default."
            )
        if not 0 <= self.start_s <= MOST_SECONDS:
            raise UserError(
                f"The start is zero or more seconds, at most {MOST_SECONDS:g}, got "
                f"{self.start_s:g}; 0 is the default."
            )
        if self.duration_s is not None and not 0 < self.duration_s <= MOST_SECONDS:
            raise UserError(
                f"The duration is more than zero seconds, at most {MOST_SECONDS:g}, got "
                f"{self.duration_s:g}; leave it out to replay to the end."
            )
        if self.bag_out is not None and self.bag_out.absolute() == self.out.absolute():
            raise UserError(
                f"--out and --bag-out both name {self.out}; give each a directory of its own."
            )
        if not 0 < self.question_budget_ms <= MOST_BUDGET_MS:
            raise UserError(
                "The budget of a question is a positive number of milliseconds, at most a day, got "
                f"{self.question_budget_ms:g}; 1000 is the default."
            )
        SessionSettings(threads=self.threads)
        PipelineSettings(frozen_after_frames=self.frozen_after_frames)
        names = names_of(self.backends)
        if self.pace is Pace.EVERY_FRAME and len(names) > 1:
            raise UserError(
                f"--pace every-frame runs one backend, {len(names)} are named ({self.backends}); "
                f"name {names[0]} alone."
            )

    @property
    def question_settings(self) -> QuestionSettings | None:
        """What a question may take, where it has a deadline; None where nothing is asked so."""
        if self.questions is None or self.pace is not Pace.REALTIME:
            return None
        return QuestionSettings(budget_ms=self.question_budget_ms, most_characters=MOST_CHARACTERS)

    @property
    def deadline_budget_ms(self) -> float | None:
        """The budget, or None where the pace has no deadlines."""
        return self.budget_ms if self.pace is Pace.REALTIME else None
