"""What a bench is asked to measure, checked before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vlm_driving.backends.onnx.sessions import SessionSettings
from vlm_driving.core import UserError

MOST_CAMERAS = 16
MOST_RATE_HZ = 100
USUAL_RATE_HZ = 5.0
MOST_MACHINERY_FRAMES = 100_000


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """One bench.

    Attributes:
        model: bundle directory.
        frames: measured frames.
        warmup: frames answered before them.
        cold: fresh processes to start.
        threads: of every contestant; 0 for all cores that the process may use.
        bag: where frames come from; None for the simulator.
        seed: of simulated frames, and of the quality scenes; None for the bench's own seeds.
        against: names of opponents.
        against_frames: frames, or rounds, of each comparison.
        compile_opponent: whether transformers may use torch.compile.
        identity: frames whose tokens are compared; None for no comparison.
        quality_scenes: scenes to score; None for no scoring.
        rendering_scenes: scenes that each worker of the simulator makes; None for no such measure.
        machinery_frames: frames through everything but a model; None for no such measure.
        cameras: that share an engine without a model; None for no such measure.
        camera_rate_hz: frames a second of each of them; None for `USUAL_RATE_HZ`.
    """

    model: Path
    frames: int = 100
    warmup: int = 10
    cold: int = 3
    threads: int = 0
    bag: Path | None = None
    seed: int | None = None
    against: tuple[str, ...] = ()
    against_frames: int = 40
    compile_opponent: bool = False
    identity: int | None = None
    quality_scenes: int | None = None
    rendering_scenes: int | None = None
    machinery_frames: int | None = None
    cameras: int | None = None
    camera_rate_hz: float | None = None

    def __post_init__(self) -> None:
        _at_least("--frames", self.frames, 1)
        _at_least("--warmup", self.warmup, 0)
        _at_least("--cold", self.cold, 0)
        SessionSettings(threads=self.threads)
        _at_least("--seed", self.seed, 0)
        _at_least("--against-frames", self.against_frames, 1)
        _at_least("--identity", self.identity, 1)
        _at_least("--scenes", self.quality_scenes, 1)
        _at_least("--rendering", self.rendering_scenes, 1)
        frames = self.machinery_frames
        if frames is not None and not 1 <= frames <= MOST_MACHINERY_FRAMES:
            raise UserError(
                f"--machinery is from 1 to {MOST_MACHINERY_FRAMES} frames, got {frames}; "
                "1000 is usual."
            )
        if self.cameras is not None and not 2 <= self.cameras <= MOST_CAMERAS:
            raise UserError(
                f"--cameras is from 2 to {MOST_CAMERAS}, got {self.cameras}; 6 is usual."
            )
        if self.camera_rate_hz is None:
            return
        if self.cameras is None:
            raise UserError("--rate belongs to --cameras; add it, or leave --rate out.")
        if not 1 <= self.camera_rate_hz <= MOST_RATE_HZ:
            raise UserError(
                f"--rate is from 1 to {MOST_RATE_HZ} frames a second, got {self.camera_rate_hz:g}; "
                "5 is usual."
            )


def check_writable(path: Path) -> None:
    """Raise UserError unless a file can be written at `path`, before hours are spent."""
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror}); name another file with --json."
        ) from error


def _at_least(option: str, value: int | None, least: int) -> None:
    if value is not None and value < least:
        raise UserError(f"{option} is a whole number from {least} on, got {value}.")
