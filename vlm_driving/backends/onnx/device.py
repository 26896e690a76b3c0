"""Where a session runs: which providers are asked for, and whether they are what it got.

onnxruntime treats a provider as a wish. Where CUDA cannot be had it goes on with the CPU and says
so in a log that nobody reads, so what a session really has is compared with what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CPU_PROVIDER = "CPUExecutionProvider"
CUDA_PROVIDER = "CUDAExecutionProvider"
TENSORRT_PROVIDER = "TensorrtExecutionProvider"

HEAVY_OPERATORS = frozenset(
    {
        "Attention",
        "Conv",
        "ConvTranspose",
        "FusedConv",
        "FusedMatMul",
        "GatherBlockQuantized",
        "Gemm",
        "GroupQueryAttention",
        "MatMul",
        "MatMulNBits",
        "MultiHeadAttention",
        "SkipSimplifiedLayerNormalization",
    }
)
"""Operators that belong on the device; a few sums on shapes may well stay on the CPU."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One execution provider with its options, as onnxruntime names them."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the graphs of a session run, and where its buffers are.

    Attributes:
        device: kind of memory as an OrtValue calls it: cpu or cuda.
        number: which device of that kind.
        providers: asked for, the preferred first; the CPU's is always the last resort.
    """

    device: str = "cpu"
    number: int = 0
    providers: tuple[Provider, ...] = ()

    @property
    def on_host(self) -> bool:
        """Whether buffers are ordinary memory, so that nothing needs to be copied."""
        return self.device == "cpu"

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names of the providers that a session must have."""
        return tuple(provider.name for provider in self.providers)

    def for_onnxruntime(self) -> list[str | tuple[str, dict[str, str]]]:
        """The argument `providers` of an InferenceSession."""
        asked: list[str | tuple[str, dict[str, str]]] = [
            (provider.name, dict(provider.options)) for provider in self.providers
        ]
        return [*asked, CPU_PROVIDER]


CPU = Placement()
"""The processor, with ordinary memory."""


def cuda(number: int = 0, *, graphs: bool = False) -> Placement:
    """The CUDA provider on device `number`.

    Args:
        number: of the device.
        graphs: whether launches are captured into a CUDA graph: only for a session whose shapes
            and buffers never change.
    """
    return Placement("cuda", number, (Provider(CUDA_PROVIDER, _cuda_options(number, graphs)),))


def tensorrt(cache: Path, number: int = 0, *, half: bool = True) -> Placement:
    """TensorRT for what it can run, CUDA for the rest.

    Args:
        cache: directory of engines and timings. Without them the first run takes minutes, so they
            are made by the build step and only opened here.
        number: of the device.
        half: whether it may compute in fp16.
    """
    options = {
        "device_id": str(number),
        "trt_fp16_enable": str(int(half)),
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": str(cache),
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": str(cache),
    }
    after = Provider(CUDA_PROVIDER, _cuda_options(number, graphs=False))
    return Placement("cuda", number, (Provider(TENSORRT_PROVIDER, options), after))


def missing_providers(wanted: Sequence[str], got: Sequence[str]) -> tuple[str, ...]:
    """Providers that were asked for and that the session does not have, in the order of asking."""
    return tuple(name for name in wanted if name not in got)


def stranded_operators(
    assigned: Iterable[tuple[str, Sequence[str]]], wanted: Sequence[str]
) -> tuple[str, ...]:
    """Heavy operators that run on the CPU although a device was asked for.

    Args:
        assigned: pairs of a provider and the operators that it was given.
        wanted: providers that were asked for; with none, nothing is stranded.

    Returns:
        Names of operators, sorted, each once.
    """
    if not wanted:
        return ()
    found = {
        operator
        for provider, operators in assigned
        if provider == CPU_PROVIDER
        for operator in operators
        if operator in HEAVY_OPERATORS
    }
    return tuple(sorted(found))


def _cuda_options(number: int, graphs: bool) -> dict[str, str]:
    """Options of the CUDA provider.

    No tf32: it keeps ten bits, and the answers are compared with the CPU's. The heuristic search
    for convolutions costs milliseconds at load; the exhaustive one seconds, again in every start.
    """
    options = {
        "device_id": str(number),
        "arena_extend_strategy": "kSameAsRequested",
        "cudnn_conv_algo_search": "HEURISTIC",
        "use_tf32": "0",
    }
    if graphs:
        options["enable_cuda_graph"] = "1"
    return options
