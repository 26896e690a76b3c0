"""Making graphs for this machine: half precision, onnxruntime's own optimizing, TensorRT engines.

It takes minutes, so it is a command of its own and never happens while frames are waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vlm_driving.backends.onnx.device import CPU, Placement, tensorrt
from vlm_driving.backends.onnx.encoder import VisionEncoder
from vlm_driving.backends.onnx.engines import (
    DECODER,
    TENSORRT,
    VISION,
    Built,
    Target,
    directory_of,
    find_built,
    new_build,
)
from vlm_driving.backends.onnx.half import write_half
from vlm_driving.backends.onnx.sessions import SessionSettings, open_session
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle

HALF = "fp16"

Say = Callable[[str, int, int], None]
"""Is told what is being done now, its number from 0 on, and the number of steps."""


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """One build.

    Attributes:
        target: what for.
        placement: where the optimized graphs will run.
        tensorrt_on: number of the device to build a TensorRT engine on; None builds none.
        threads: of the CPU.
        again: whether to build although whole graphs are there.
    """

    target: Target
    placement: Placement = CPU
    tensorrt_on: int | None = None
    threads: int = 0
    again: bool = False


def say_nothing(step: str, number: int, steps: int) -> None:
    """Nobody watches."""


def build(bundle: ModelBundle, root: Path, plan: BuildPlan, say: Say = say_nothing) -> Built:
    """Make the graphs of a bundle for a target, unless they are there and whole.

    Args:
        bundle: a verified bundle.
        root: of the cache.
        plan: what is built.
        say: is told of every step before it begins.

    Raises:
        UserError: if a graph cannot be converted, or the device does not take it.
    """
    found = find_built(root, bundle, plan.target)
    if found.built is not None and not plan.again and _has_engines(found.built, plan):
        return found.built
    steps = _steps(bundle, plan)
    try:
        with new_build(root, bundle, plan.target) as work:
            for number, (name, step) in enumerate(steps):
                say(name, number, len(steps))
                step(work)
            say("checksums", len(steps), len(steps))
    except OSError as error:
        raise UserError(
            f"{root} cannot hold the built graphs ({error.strerror or error}); make room, or set "
            "XDG_CACHE_HOME to another disk."
        ) from None
    return Built(directory_of(root, bundle, plan.target))


def _steps(bundle: ModelBundle, plan: BuildPlan) -> list[tuple[str, Callable[[Path], None]]]:
    graphs = bundle.manifest.graphs
    sources = {
        VISION: bundle.graph_path(graphs.vision_encoder),
        DECODER: bundle.graph_path(graphs.decoder),
    }
    steps: list[tuple[str, Callable[[Path], None]]] = []
    for name, source in sources.items():
        what = "vision encoder" if name == VISION else "decoder"
        if plan.target.precision == HALF:
            steps.append((f"{what} to fp16", _Halve(source, f"half-{name}")))
        steps.append((f"optimizing the {what}", _Optimize(source, name, plan)))
    if plan.tensorrt_on is not None:
        steps.append(("TensorRT engine (minutes)", _Engine(bundle, plan, plan.tensorrt_on)))
    return steps


@dataclass(frozen=True, slots=True)
class _Halve:
    """Convert one graph."""

    source: Path
    result: str

    def __call__(self, work: Path) -> None:
        write_half(self.source, work / self.result)


@dataclass(frozen=True, slots=True)
class _Optimize:
    """Let onnxruntime write the graph as it runs it on the device."""

    source: Path
    result: str
    plan: BuildPlan

    def __call__(self, work: Path) -> None:
        half = work / f"half-{self.result}"
        open_session(
            half if half.exists() else self.source,
            SessionSettings(self.plan.threads),
            steady_shapes=self.result == VISION,
            placement=self.plan.placement,
            optimized=work / self.result,
        )
        for used in work.glob(f"{half.name}*"):
            used.unlink()


@dataclass(frozen=True, slots=True)
class _Engine:
    """Build the vision encoder's engine by running it once."""

    bundle: ModelBundle
    plan: BuildPlan
    number: int

    def __call__(self, work: Path) -> None:
        cache = work / TENSORRT
        cache.mkdir()
        path = self.bundle.graph_path(self.bundle.manifest.graphs.vision_encoder)
        placement = tensorrt(cache, self.number, half=self.plan.target.precision == HALF)
        settings = SessionSettings(self.plan.threads)
        session = open_session(path, settings, steady_shapes=True, placement=placement)
        spec = self.bundle.preprocess
        tokens = self.bundle.image_tokens
        VisionEncoder(session, path, spec.height, spec.width, tokens, placement)


def _has_engines(built: Built, plan: BuildPlan) -> bool:
    return plan.tensorrt_on is None or built.engines is not None
