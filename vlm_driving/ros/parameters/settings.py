"""What the node runs with: the checked parameters as frozen data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vlm_driving.core import CameraRole, StampSource
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.lineup import names_of
from vlm_driving.pipeline.questions import QuestionSettings
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.pipeline.vehicle import VehicleSettings
from vlm_driving.ros.diagnostic_status import DiagnosticThresholds
from vlm_driving.ros.preflight_causes import PreflightSettings

_THRESHOLDS = DiagnosticThresholds()
RAW, COMPRESSED, AUTO = "raw", "compressed", "auto"


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """One camera; see the table for each field.

    Attributes:
        name: in the topics of what comes out.
        topic: as written, before it is resolved and remapped.
        transport: raw, compressed or auto.
        role: as written: auto, or a `CameraRole`.
        stamp: header or arrival.
        max_rate_hz: 0 for no limit.
        share: its weight.
    """

    name: str
    topic: str
    transport: str = AUTO
    role: str = AUTO
    stamp: str = "header"
    max_rate_hz: float = 0.0
    share: float = 1.0

    @property
    def looks(self) -> CameraRole:
        """Where it looks; by the words of its name if nobody says."""
        if self.role != AUTO:
            return CameraRole(self.role)
        words = set(re.findall(r"[a-z]+", self.name.lower()))
        if words & {"rear", "back"}:
            return CameraRole.REAR
        sides = words & {"left", "right"}
        return CameraRole(sides.pop()) if len(sides) == 1 else CameraRole.FRONT

    @property
    def stamp_source(self) -> StampSource:
        """Which clock its stamps are of."""
        return StampSource(self.stamp)

    @property
    def candidates(self) -> tuple[tuple[str, str], ...]:
        """(topic, raw or compressed) that may carry its images, the preferred one first."""
        if self.transport != AUTO:
            return ((self.topic, self.transport),)
        below = f"{self.topic}/{COMPRESSED}"
        return ((self.topic, RAW), (self.topic, COMPRESSED), (below, COMPRESSED))

    @property
    def camera_share(self) -> CameraShare:
        """For the pipeline."""
        return CameraShare(self.name, self.share, self.max_rate_hz or None)


@dataclass(frozen=True, slots=True)
class SpeedSettings:
    """Where the ego speed comes from; an empty topic for nowhere."""

    topic: str = ""
    type: str = AUTO
    valid_ms: float = 500.0


@dataclass(frozen=True, slots=True)
class DiagnosticsSettings:
    """How often /diagnostics is sent, and from where on a figure is a warning or an error.

    Attributes:
        period_ms: between two messages.
        log_period_ms: between two log lines about one cause.

    The others are those of `DiagnosticThresholds`.
    """

    period_ms: float = 1000.0
    log_period_ms: float = 5000.0
    rate_warn_hz: float = _THRESHOLDS.rate_warn_hz
    rate_error_hz: float = _THRESHOLDS.rate_error_hz
    age_p99_warn_ms: float = _THRESHOLDS.age_p99_warn_ms
    age_p99_error_ms: float = _THRESHOLDS.age_p99_error_ms
    miss_warn: float = _THRESHOLDS.miss_warn
    miss_error: float = _THRESHOLDS.miss_error
    drop_warn: float = _THRESHOLDS.drop_warn
    drop_error: float = _THRESHOLDS.drop_error
    silent_ms: float = _THRESHOLDS.silent_ms
    hold_ms: float = _THRESHOLDS.hold_ms

    @property
    def thresholds(self) -> DiagnosticThresholds:
        """For the diagnostics."""
        return DiagnosticThresholds(
            rate_warn_hz=self.rate_warn_hz,
            rate_error_hz=self.rate_error_hz,
            age_p99_warn_ms=self.age_p99_warn_ms,
            age_p99_error_ms=self.age_p99_error_ms,
            miss_warn=self.miss_warn,
            miss_error=self.miss_error,
            drop_warn=self.drop_warn,
            drop_error=self.drop_error,
            silent_ms=self.silent_ms,
            hold_ms=self.hold_ms,
        )


@dataclass(frozen=True, slots=True)
class QosOverride:
    """What a topic's QoS has in place of the default; None where the default stays.

    Attributes:
        topic: as in the parameter: the resolved name.
        end: subscription or publisher.
        reliability: best_effort, reliable or system_default.
        durability: volatile, transient_local or system_default.
        history: keep_last, keep_all or system_default.
        depth: messages kept.
    """

    topic: str
    end: str
    reliability: str | None = None
    durability: str | None = None
    history: str | None = None
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """All that a node is told; see the table for each field."""

    cameras: tuple[CameraSettings, ...] = (CameraSettings("front", "~/front/image"),)
    speed: SpeedSettings = field(default_factory=SpeedSettings)
    budget_ms: float = 200.0
    guard_ms: float = 8.0
    question_budget_ms: float = 1000.0
    validity_ms: float = 500.0
    hold_ms: float = 1000.0
    frozen_after_frames: int = 3
    model: str = ""
    backends: str = AUTO
    threads: int = 0
    task_prompt: str = ""
    annotated: bool = True
    diagnostics: DiagnosticsSettings = field(default_factory=DiagnosticsSettings)
    preflight: PreflightSettings = field(default_factory=PreflightSettings)
    autostart: bool = False
    use_sim_time: bool = False
    qos_overrides: tuple[QosOverride, ...] = ()

    def camera(self, name: str) -> CameraSettings | None:
        """The camera of that name."""
        return next((one for one in self.cameras if one.name == name), None)

    def qos(self, topic: str, end: str = "subscription") -> QosOverride:
        """What is overridden for the resolved `topic`."""
        for one in self.qos_overrides:
            if (one.topic, one.end) == (topic, end):
                return one
        return QosOverride(topic, end)

    @property
    def bundle(self) -> Path | None:
        """Folder of the model bundle; None for the one that ships."""
        return Path(self.model).expanduser() if self.model else None

    @property
    def backend_names(self) -> tuple[str, ...]:
        """The backends, the preferred one first, or `auto` alone."""
        return names_of(self.backends)

    @property
    def camera_shares(self) -> tuple[CameraShare, ...]:
        """For the pipeline."""
        return tuple(one.camera_share for one in self.cameras)

    @property
    def roles(self) -> Mapping[str, CameraRole]:
        """Where each camera looks, by name."""
        return {one.name: one.looks for one in self.cameras}

    @property
    def vehicle(self) -> VehicleSettings:
        """For the pipeline."""
        return VehicleSettings(self.validity_ms, self.hold_ms)

    @property
    def questions(self) -> QuestionSettings:
        """For the pipeline."""
        return QuestionSettings(budget_ms=self.question_budget_ms, guard_ms=self.guard_ms)

    def pipeline(self, backend: str | None = None, model: str | None = None) -> PipelineSettings:
        """For the pipeline.

        Args:
            backend: its name, for the report.
            model: its name, for the report.
        """
        return PipelineSettings(
            self.budget_ms,
            self.guard_ms,
            backend,
            model,
            self.frozen_after_frames,
            self.task_prompt,
        )
