"""What was sent and what was heard, as it is written down. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from vlm_driving.ros.messages import DiagnosticsMessage

Key = tuple[str, int]
"""A frame: its camera and stamp, ns."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One frame that was sent.

    Attributes:
        camera: its name.
        stamp_ns: of its header, taken from the system's clock right before it was sent.
        accepted: whether the middleware took it.
        took_ms: publishing.
        late_ms: behind the camera's schedule.
    """

    camera: str
    stamp_ns: int
    accepted: bool
    took_ms: float
    late_ms: float

    @property
    def key(self) -> Key:
        """Which frame."""
        return self.camera, self.stamp_ns

    def line(self) -> str:
        """For the sender's stdout."""
        return (
            f"{self.camera} {self.stamp_ns} {int(self.accepted)} {self.took_ms:.3f} "
            f"{self.late_ms:.3f}"
        )


def read_sent(line: str) -> Sent | None:
    """A frame from the sender's stdout; None for any other line."""
    words = line.split()
    try:
        camera, stamp, accepted, took, late = words
        return Sent(camera, int(stamp), accepted == "1", float(took), float(late))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Heard:
    """One report that came.

    Attributes:
        camera: its name.
        stamp_ns: of its frame.
        received_ns: when it came, system's clock.
        outcome: its outcome.
        latency_ms: stamp to publish, by its own account; None where it was not measured.
        budget_ms: that it had; None for none.
    """

    camera: str
    stamp_ns: int
    received_ns: int
    outcome: str
    latency_ms: float | None = None
    budget_ms: float | None = None

    @property
    def key(self) -> Key:
        """Which frame."""
        return self.camera, self.stamp_ns

    @property
    def published_ns(self) -> int:
        """When it was published by its own account, system's clock; its arrival without one."""
        if self.latency_ms is None:
            return self.received_ns
        return min(self.received_ns, self.stamp_ns + round(self.latency_ms * 1e6))

    @property
    def total_ms(self) -> float:
        """From stamp to arrival here."""
        return (self.received_ns - self.stamp_ns) / 1e6


def read_report(text: str, received_ns: int) -> Heard:
    """A report's JSON. Raises ValueError or KeyError for what is none."""
    found = json.loads(text)
    return Heard(
        found["camera"],
        found["stamp_ns"],
        received_ns,
        found["outcome"],
        found["latency_ms"],
        found["budget_ms"],
    )


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """What one /diagnostics message says.

    Attributes:
        stamp_ns: when it was measured.
        cameras: values by camera.
        pipeline: values of the pipeline; empty for a node that is not active.
    """

    stamp_ns: int
    cameras: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pipeline: Mapping[str, str] = field(default_factory=dict)

    def lost(self, camera: str, kinds: tuple[str, ...]) -> int:
        """Frames of these kinds that it says were lost in its window."""
        values = self.cameras.get(camera, {})
        return sum(_leading(values.get(f"lost/{kind}", "")) for kind in kinds)

    def causes(self, camera: str) -> frozenset[str]:
        """What it says is wrong with the camera's topic, by the words of `CauseKind`."""
        named = self.cameras.get(camera, {}).get("causes", "")
        return frozenset(filter(None, named.split(", ")))


def read_diagnostics(message: DiagnosticsMessage, node: str) -> Diagnosed | None:
    """What the node `node` says; None for a message of another one."""
    own = {
        status.name.partition(": ")[2]: dict(status.values)
        for status in message.statuses
        if status.name.startswith(f"{node}: ")
    }
    if not own:
        return None
    cameras = {
        name.removeprefix("camera "): values
        for name, values in own.items()
        if name.startswith("camera ")
    }
    return Diagnosed(message.stamp_ns, cameras, own.get("pipeline", {}))


def _leading(text: str) -> int:
    """Of `3: why`."""
    number = text.partition(":")[0].strip()
    return int(number) if number.isdigit() else 0
