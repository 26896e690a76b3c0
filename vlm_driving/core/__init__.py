"""The words of the system as plain data: numpy and the standard library only, no I/O."""

from vlm_driving.core.advice import (
    Advice,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    PathAdvice,
    SpeedAdvice,
)
from vlm_driving.core.deadline import Deadline
from vlm_driving.core.errors import UserError
from vlm_driving.core.frame import CameraRole, Frame, StampSource
from vlm_driving.core.report import (
    REPORT_SCHEMA,
    Outcome,
    SceneReport,
    StageTimes,
    TokenCounts,
)

__all__ = [
    "REPORT_SCHEMA",
    "Advice",
    "CameraRole",
    "Deadline",
    "Frame",
    "Hazard",
    "HazardKind",
    "HazardRange",
    "HazardSide",
    "Outcome",
    "PathAdvice",
    "SceneReport",
    "SpeedAdvice",
    "StageTimes",
    "StampSource",
    "TokenCounts",
    "UserError",
]
