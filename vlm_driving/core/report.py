"""The one answer to one frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any

from vlm_driving.core.advice import Advice, Hazard
from vlm_driving.core.frame import StampSource

REPORT_SCHEMA = "vlm_driving/report/1"


class Outcome(str, Enum):
    """How a frame ended."""

    OK = "ok"
    """Advice and all its prose."""
    TRUNCATED = "truncated"
    """Advice whole, prose cut at a sentence end."""
    UNSURE = "unsure"
    """No advice, and the text says why: the model answered below its calibrated threshold, says
    that it cannot see (reason `blind`), or was not asked, as the picture is frozen
    (reason `frozen_input`)."""
    TIMEOUT = "timeout"
    """No advice by the deadline."""
    STALE = "stale"
    """Older than the budget on arrival."""
    DROPPED = "dropped"
    """A newer frame took its place before work began."""
    NO_BACKEND = "no_backend"
    """No backend was able to answer."""
    MALFORMED = "malformed"
    """The message could not be made into an image."""

    @property
    def answered(self) -> bool:
        """Whether the model's answer was published: latency figures count these alone."""
        return self in (Outcome.OK, Outcome.TRUNCATED, Outcome.UNSURE)

    @property
    def worked_on(self) -> bool:
        """Whether the frame was taken into work, so that it has a deadline to meet."""
        return self not in (Outcome.STALE, Outcome.DROPPED)

    @property
    def names_backend(self) -> bool:
        """Whether the report says which backend was asked: it answered, or ran out of time."""
        return self.answered or self is Outcome.TIMEOUT


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Milliseconds spent in each stage; None for a stage that was not reached."""

    wait: float | None = None
    preprocess: float | None = None
    encode: float | None = None
    prefill: float | None = None
    decode: float | None = None

    def to_json(self) -> dict[str, float | None]:
        """Stage name to milliseconds."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {k: None if v is None else round(v, 3) for k, v in values.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, float | None]) -> StageTimes:
        """Read back what `to_json` wrote. Raises TypeError for an unknown stage."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Tokens of one answer: the whole prompt, the image's share of it, and the output."""

    prompt: int = 0
    image: int = 0
    output: int = 0

    def to_json(self) -> dict[str, int]:
        """Name to count."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, int]) -> TokenCounts:
        """Read back what `to_json` wrote. Raises TypeError for an unknown name."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class SceneReport:
    """One report, as DESIGN fixes it: the JSON object of `frames.jsonl` and of the topic.

    `latency_ms` is the age on arrival plus the monotonic time from arrival to publish.
    `budget_ms` is None where there is no budget (every-frame pace).
    """

    camera: str
    frame_id: str
    stamp_ns: int
    sequence: int
    outcome: Outcome
    stamp_source: StampSource = StampSource.HEADER
    advice: Advice | None = None
    advice_ja: str = ""
    description_ja: str = ""
    ego_speed_kmh: float | None = None
    backend: str | None = None
    fallback_from: tuple[str, ...] = ()
    reason: str | None = None
    model: str | None = None
    budget_ms: float | None = None
    age_on_arrival_ms: float = 0.0
    latency_ms: float | None = None
    stages_ms: StageTimes = field(default_factory=StageTimes)
    tokens: TokenCounts = field(default_factory=TokenCounts)
    legal_mass: float | None = None

    def __post_init__(self) -> None:
        if self.advice is not None and self.outcome not in (Outcome.OK, Outcome.TRUNCATED):
            raise ValueError(f"a report with outcome {self.outcome.value} carries no advice")

    def late(self) -> bool:
        """Whether a frame that was taken into work was published after its deadline."""
        return (
            self.outcome.worked_on
            and self.budget_ms is not None
            and self.latency_ms is not None
            and self.latency_ms > self.budget_ms
        )

    def to_json(self) -> dict[str, Any]:
        """The JSON object, keys in DESIGN's order."""
        hazards = self.advice.hazards if self.advice is not None else ()
        return {
            "schema": REPORT_SCHEMA,
            "camera": self.camera,
            "frame_id": self.frame_id,
            "stamp_ns": self.stamp_ns,
            "stamp_source": self.stamp_source.value,
            "sequence": self.sequence,
            "outcome": self.outcome.value,
            "advice": None if self.advice is None else self.advice.to_json(),
            "hazards": [hazard.to_json() for hazard in hazards],
            "advice_ja": self.advice_ja,
            "description_ja": self.description_ja,
            "ego_speed_kmh": None if self.ego_speed_kmh is None else round(self.ego_speed_kmh, 2),
            "backend": self.backend,
            "fallback_from": list(self.fallback_from),
            "reason": self.reason,
            "model": self.model,
            "budget_ms": self.budget_ms,
            "age_on_arrival_ms": round(self.age_on_arrival_ms, 3),
            "latency_ms": None if self.latency_ms is None else round(self.latency_ms, 3),
            "stages_ms": self.stages_ms.to_json(),
            "tokens": self.tokens.to_json(),
            "legal_mass": None if self.legal_mass is None else round(self.legal_mass, 4),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SceneReport:
        """Read back what `to_json` wrote. Raises ValueError for another schema."""
        if data.get("schema") != REPORT_SCHEMA:
            raise ValueError(f"expected schema {REPORT_SCHEMA}, got {data.get('schema')!r}")
        hazards = tuple(Hazard.from_json(hazard) for hazard in data["hazards"])
        advice = data["advice"]
        return cls(
            camera=data["camera"],
            frame_id=data["frame_id"],
            stamp_ns=data["stamp_ns"],
            stamp_source=StampSource(data["stamp_source"]),
            sequence=data["sequence"],
            outcome=Outcome(data["outcome"]),
            advice=None if advice is None else Advice.from_json(advice, hazards),
            advice_ja=data["advice_ja"],
            description_ja=data["description_ja"],
            ego_speed_kmh=data["ego_speed_kmh"],
            backend=data["backend"],
            fallback_from=tuple(data["fallback_from"]),
            reason=data["reason"],
            model=data["model"],
            budget_ms=data["budget_ms"],
            age_on_arrival_ms=data["age_on_arrival_ms"],
            latency_ms=data["latency_ms"],
            stages_ms=StageTimes.from_json(data["stages_ms"]),
            tokens=TokenCounts.from_json(data["tokens"]),
            legal_mass=data["legal_mass"],
        )
