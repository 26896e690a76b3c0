"""What a measurement of the node is asked for, and what follows from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.parameters import NodeSettings, read
from vlm_driving.ros.port import Qos

NODE = "vlm_driving"
WIDTH, HEIGHT = 1280, 720
WARM_UP_S = 5.0
"""The node answers for so long before anything counts."""
TAIL_S = 4.0
"""It goes on for so long afterwards, so that diagnostics can tell of the last frames."""
_NAMES = ("front", "left", "right", "rear")
_MOST_SECONDS, _MOST_CAMERAS, _MOST_HZ, _MOST_CYCLES = 86_400.0, 8, 60.0, 1000


@dataclass(frozen=True, slots=True)
class NodePlan:
    """One measurement.

    Attributes:
        seconds: that count.
        cameras: how many.
        transport: `raw` for bgr8 images, `compressed` for JPEG.
        rate_hz: frames a second of each camera.
        middleware: that the node runs on: `dds` or `ros`.
        cycles: of configure, activate, deactivate, cleanup; 0 for none.
        reliable: whether the cameras' publishers are.
        model: bundle; None for the one that ships.
        threads: for inference; 0 for all cores.
        pictures: that the cameras send in turn.
    """

    seconds: float
    cameras: int = 1
    transport: str = "raw"
    rate_hz: float = 10.0
    middleware: str = "dds"
    cycles: int = 5
    reliable: bool = False
    model: Path | None = None
    threads: int = 0
    pictures: int = 24

    def __post_init__(self) -> None:
        _within("--node", self.seconds, 1.0, _MOST_SECONDS)
        _within("--node-cameras", self.cameras, 1, _MOST_CAMERAS)
        _within("--node-rate", self.rate_hz, 1.0, _MOST_HZ)
        _within("--node-cycles", self.cycles, 0, _MOST_CYCLES)
        _within("--threads", self.threads, 0, 256)

    @property
    def camera_names(self) -> tuple[str, ...]:
        """`front`, then the other directions, then more of them."""
        rounds = math.ceil(self.cameras / len(_NAMES))
        names = [f"{one}_{n + 1}" if n else one for n in range(rounds) for one in _NAMES]
        return tuple(names[: self.cameras])

    @property
    def kind(self) -> Kind:
        """Of the cameras' messages."""
        return Kind.IMAGE if self.transport == "raw" else Kind.COMPRESSED_IMAGE

    @property
    def qos(self) -> Qos:
        """Of the cameras' publishers, as camera drivers have it."""
        return Qos(reliable=True, depth=5) if self.reliable else Qos(depth=5)

    @property
    def parameters(self) -> Mapping[str, object]:
        """Of the node."""
        found: dict[str, object] = {"cameras": list(self.camera_names)}
        for name in self.camera_names:
            found[f"camera.{name}.topic"] = topic(name)
            found[f"camera.{name}.transport"] = self.transport
        if self.model is not None:
            found["model"] = str(self.model.resolve())
        if self.threads:
            found["threads"] = self.threads
        return found

    @property
    def settings(self) -> NodeSettings:
        """The node's parameters, read. Raises UserError."""
        return read(dict(self.parameters))


def topic(camera: str) -> str:
    """Where a camera's pictures go."""
    return f"/vlm_driving_bench/{camera}/image"


def ros_value(value: object) -> str:
    """As it is written behind `name:=`, in YAML."""
    if isinstance(value, list):
        return "[" + ", ".join(map(str, value)) + "]"
    return str(value)


def _within(option: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise UserError(f"{option} is from {least:g} to {most:g}, got {value:g}.")
