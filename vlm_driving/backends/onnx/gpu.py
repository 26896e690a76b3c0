"""The bundle on an NVIDIA GPU: the backend `onnx-gpu`.

The decoder's fused operators (com.microsoft) run on the CUDA provider with keys and values that
never leave the device. The vision encoder runs on TensorRT where its engine was built on this
machine beforehand, else on CUDA as well. Nothing is built here: see `engines`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vlm_driving.backends.onnx.build import BuildPlan, Say, build, say_nothing
from vlm_driving.backends.onnx.device import CUDA_PROVIDER, TENSORRT_PROVIDER, cuda, tensorrt
from vlm_driving.backends.onnx.engines import Built, Target, cache_root, find_built
from vlm_driving.backends.onnx.faults import Fault, ProviderFault, classify
from vlm_driving.backends.onnx.gpu_environment import (
    GpuEnvironment,
    library_error,
    preload_libraries,
    require_gpu,
)
from vlm_driving.backends.onnx.proof import Proven, prove, reference_calls, usability_of
from vlm_driving.backends.onnx.runner import GraphPlan, OnnxRunner, open_planned
from vlm_driving.backends.onnx.sessions import SessionSettings, import_onnxruntime
from vlm_driving.backends.usability import Usability
from vlm_driving.runtime.bundle import ModelBundle

NAME = "onnx-gpu"
HALF, FULL = "fp16", "fp32"


@dataclass(frozen=True, slots=True)
class GpuOptions:
    """How the GPU is used.

    Attributes:
        number: which one.
        threads: of the graphs that stay on the CPU; 0 chooses.
        capacity: tokens of the cache; None takes what the model allows, at most 4096.
        cuda_graphs: whether the vision encoder, whose shapes never change, is launched as one
            captured CUDA graph. The decoder's mask grows by a token a run, so it cannot be.
        cache: directory of built graphs; None takes the user's.
        precision: of built graphs, fp16 or fp32; None takes fp16 where it is built, else fp32.
    """

    number: int = 0
    threads: int = 0
    capacity: int | None = None
    cuda_graphs: bool = False
    cache: Path | None = None
    precision: str | None = None


def target_of(environment: GpuEnvironment, number: int, precision: str) -> Target:
    """What graphs are built for on this machine."""
    return Target(
        device=environment.devices[number],
        versions={
            "onnxruntime": environment.onnxruntime,
            "cuda": environment.cuda,
            **environment.packages,
        },
        precision=precision,
    )


@dataclass(frozen=True, slots=True)
class Planned:
    """Which graphs are opened.

    Attributes:
        graphs: files and placements.
        origin: in a few words where they are from.
        precision: of what runs on the device; None for the bundle's own.
    """

    graphs: GraphPlan
    origin: str
    precision: str | None = None


def plan_graphs(bundle: ModelBundle, environment: GpuEnvironment, options: GpuOptions) -> Planned:
    """Which files run where: built ones where they are there and whole, else the bundle's own."""
    graphs = bundle.manifest.graphs
    own_vision, own_decoder = map(bundle.graph_path, (graphs.vision_encoder, graphs.decoder))
    on_cuda = cuda(options.number)
    vision_on = cuda(options.number, graphs=options.cuda_graphs)
    whys = []
    for precision in (HALF, FULL) if options.precision is None else (options.precision,):
        target = target_of(environment, options.number, precision)
        found = find_built(options.cache or cache_root(), bundle, target)
        if found.built is None:
            whys.append(f"{precision}: {found.why}")
            continue
        built = found.built
        if built.engines is not None and environment.tensorrt and not options.cuda_graphs:
            # TensorRT reads the bundle's own encoder: its engine holds the converted one.
            vision_on = tensorrt(built.engines, options.number, half=precision == HALF)
            plan = GraphPlan(NAME, own_vision, built.decoder, vision_on, on_cuda)
            return Planned(plan, "built, with TensorRT", precision)
        plan = GraphPlan(NAME, built.vision, built.decoder, vision_on, on_cuda)
        return Planned(plan, "built", precision)
    own = GraphPlan(NAME, own_vision, own_decoder, vision_on, on_cuda)
    return Planned(own, f"the bundle's own ({'; '.join(whys)})")


def build_gpu(
    bundle: ModelBundle,
    options: GpuOptions | None = None,
    *,
    use_tensorrt: bool = True,
    again: bool = False,
    say: Say = say_nothing,
) -> Built:
    """Make the graphs for this GPU: minutes, with progress.

    Args:
        bundle: a verified bundle.
        options: which GPU, cache and precision (by default fp16).
        use_tensorrt: whether to build an engine where TensorRT is installed.
        again: whether to build although it was done.
        say: is told of every step.

    Raises:
        ProviderFault: saying in one sentence what is missing.
        UserError: if a graph cannot be converted, or there is no room.
    """
    options = options or GpuOptions()
    environment = require_gpu(options.number)
    ort = import_onnxruntime()
    preload_libraries(ort)
    # Every GPU package lists TensorRT; most machines do not have its libraries.
    can = environment.tensorrt and library_error(ort, TENSORRT_PROVIDER) is None
    plan = BuildPlan(
        target_of(environment, options.number, options.precision or HALF),
        cuda(options.number),
        options.number if can and use_tensorrt else None,
        options.threads,
        again,
    )
    return build(bundle, options.cache or cache_root(), plan, say)


def open_placed(
    bundle: ModelBundle, plan: GraphPlan, settings: SessionSettings, capacity: int | None
) -> OnnxRunner:
    """Open a plan on the GPU. A silent fall back is told by the loader's own words.

    Raises:
        ProviderFault: naming what the device or its libraries lack.
    """
    ort = import_onnxruntime()
    preload_libraries(ort)
    try:
        return open_planned(bundle, plan, settings, capacity)
    except ProviderFault as fault:
        if fault.fault is not Fault.FELL_BACK:
            raise
        wanted = {*plan.vision_on.wanted, *plan.decoder_on.wanted}
        for provider in sorted(wanted, key=lambda name: name != CUDA_PROVIDER):
            if (said := library_error(ort, provider)) is not None:
                raise ProviderFault(classify(said), said, plan.decoder) from None
        raise


def prove_gpu_runner(bundle: ModelBundle, options: GpuOptions | None = None) -> Proven:
    """Open the bundle on the GPU and check a warm-up frame against the CPU's answer.

    Args:
        bundle: a verified bundle.
        options: how the GPU is used.

    Raises:
        ProviderFault: saying in one sentence why the GPU is not usable.
        UserError: if the bundle cannot be opened on the CPU either.
    """
    options = options or GpuOptions()
    environment = require_gpu(options.number)
    plan = plan_graphs(bundle, environment, options).graphs
    settings = SessionSettings(options.threads)
    return prove(
        lambda: open_placed(bundle, plan, settings, options.capacity),
        reference_calls(bundle, options.threads),
    )


def open_gpu_runner(bundle: ModelBundle, options: GpuOptions | None = None) -> OnnxRunner:
    """The runner `onnx-gpu`, proven. Raises as `prove_gpu_runner`."""
    return prove_gpu_runner(bundle, options).runner


def probe_gpu(bundle: ModelBundle, options: GpuOptions | None = None) -> Usability:
    """Whether `onnx-gpu` can be used here; never raises for what can be mended."""
    options = options or GpuOptions()
    try:
        environment = require_gpu(options.number)
    except ProviderFault as fault:
        return Usability(False, str(fault), False, {"fault": fault.fault.name.lower()})
    planned = plan_graphs(bundle, environment, options)
    plan = planned.graphs
    details = {
        "device": environment.devices[options.number],
        "onnxruntime": environment.onnxruntime,
        "cuda": environment.cuda,
        "graphs": planned.origin,
        "precision": planned.precision,
        "decoder": str(plan.decoder),
        "providers": {
            "vision_encoder": list(plan.vision_on.wanted),
            "decoder": list(plan.decoder_on.wanted),
        },
    }
    return usability_of(lambda: prove_gpu_runner(bundle, options), details)
