"""What a careful driver would do next, and what makes it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class SpeedAdvice(str, Enum):
    """Speed. KEEP holds the present speed; at standstill STOP is stay, ACCELERATE is go."""

    KEEP = "KEEP"
    ACCELERATE = "ACCELERATE"
    DECELERATE = "DECELERATE"
    STOP = "STOP"


class PathAdvice(str, Enum):
    """Lateral position within what the road allows."""

    KEEP = "KEEP"
    SHIFT_LEFT = "SHIFT_LEFT"
    SHIFT_RIGHT = "SHIFT_RIGHT"


class HazardKind(str, Enum):
    """What the ego has to mind."""

    PEDESTRIAN = "pedestrian"
    CYCLIST = "cyclist"
    VEHICLE_AHEAD = "vehicle_ahead"
    ONCOMING = "oncoming"
    PARKED = "parked"
    SIGNAL = "signal"
    CROSSING = "crossing"
    ROADWORK = "roadwork"
    FLAGGER = "flagger"
    CROSSING_VEHICLE = "crossing_vehicle"
    RAILWAY = "railway"
    STOP_SIGN = "stop_sign"
    OBSTACLE = "obstacle"
    OTHER = "other"


class HazardSide(str, Enum):
    """Where the hazard is, seen from the ego lane."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class HazardRange(str, Enum):
    """How far the hazard is; the metres belong to the model card."""

    NEAR = "near"
    MID = "mid"
    FAR = "far"


@dataclass(frozen=True, slots=True)
class Hazard:
    """One thing to mind."""

    kind: HazardKind
    side: HazardSide
    range: HazardRange

    def to_json(self) -> dict[str, str]:
        """The JSON object of the report."""
        return {"kind": self.kind.value, "side": self.side.value, "range": self.range.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Hazard:
        """Read back what `to_json` wrote. Raises KeyError or ValueError."""
        return cls(HazardKind(data["kind"]), HazardSide(data["side"]), HazardRange(data["range"]))


@dataclass(frozen=True, slots=True)
class Advice:
    """Speed and path, with the probability that the model gave to the pair, and hazards."""

    speed: SpeedAdvice
    path: PathAdvice
    confidence: float
    hazards: tuple[Hazard, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0 + 1e-6:
            raise ValueError(f"confidence is a probability from 0 to 1, got {self.confidence}")

    def to_json(self) -> dict[str, Any]:
        """The report's `advice` object; hazards stand beside it in the report."""
        return {
            "speed": self.speed.value,
            "path": self.path.value,
            "confidence": round(self.confidence, 4),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], hazards: tuple[Hazard, ...] = ()) -> Advice:
        """Read back what `to_json` wrote. Raises KeyError or ValueError."""
        return cls(
            SpeedAdvice(data["speed"]),
            PathAdvice(data["path"]),
            float(data["confidence"]),
            hazards,
        )
