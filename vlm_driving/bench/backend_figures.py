"""A short measurement of one backend, for the table of backends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from vlm_driving.backends.onnx.bandwidth import measure_gbps
from vlm_driving.backends.onnx.device import cuda
from vlm_driving.backends.table import ONNX_CPU, ONNX_GPU, Figures, decoder_of
from vlm_driving.backends.usability import Usability
from vlm_driving.bench.ceiling import Ceiling, kv_shape
from vlm_driving.bench.frames import BenchFrame, FreshFrames
from vlm_driving.bench.graph_bytes import weight_bytes_a_token
from vlm_driving.bench.latency import Timing, mean_context, summarize, time_answer
from vlm_driving.bench.machine import MIB, last_cache_bytes, memory_gbps
from vlm_driving.replay.machine import usable_cores
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.runner import Runner

WARM_UPS = 3
PATIENCE_NS = 30 * 1_000_000_000
"""A backend that is this slow gets fewer frames: an emulator takes seconds for one."""
LEAST_FRAMES = 2
_HALF_BYTES = 2

Each = Callable[[], None]


def measure_backend(
    bundle: ModelBundle,
    name: str,
    usability: Usability,
    runner: Runner,
    frames: FreshFrames,
    count: int,
    each: Each = lambda: None,
    clock: Callable[[], int] = time.monotonic_ns,
    threads: int = 0,
) -> Figures:
    """Answer up to `count` fresh frames, none counted that warms up.

    Args:
        bundle: that the runner runs.
        name: of the backend.
        usability: what it said of itself.
        runner: it.
        frames: pictures that were not shown before.
        count: of measured frames; fewer where it is slow.
        each: called after every frame, those that warm up included.
        clock: monotonic nanoseconds.
        threads: that read memory for the CPU's bandwidth; 0 for all cores.

    Raises:
        UserError: as `Engine`, or where the frames end.
    """
    engine = Engine(bundle, runner)
    begun = clock()
    for frame in _patiently(frames.some(WARM_UPS, "warming up"), begun, clock, least=1):
        time_answer(engine, frame, clock)
        each()
    timings: list[Timing] = []
    for frame in _patiently(frames.some(count, "measuring"), begun, clock, LEAST_FRAMES):
        timings.append(time_answer(engine, frame, clock))
        each()
    if name in (ONNX_CPU, ONNX_GPU):
        memory = _memory(_ceiling(bundle, name, usability, timings, threads), name)
    else:
        memory = counted_memory(runner)
    return figures_of(summarize(timings), memory)


@dataclass(frozen=True, slots=True)
class Memory:
    """What decoding reads: bytes a token, bandwidth in GB/s, whether the bytes stay in a cache."""

    bytes_a_token: int | None = None
    gbps: float | None = None
    fits_cache: bool | None = None


def counted_memory(runner: Runner) -> Memory:
    """What a device counted itself while it decoded; nothing for a runner without counters."""
    counters = getattr(runner, "counters", None)
    if counters is None or not counters.decode.launches:
        return Memory()
    read = round(counters.decode.memory_read / counters.decode.launches)
    return Memory(read, counters.bandwidth / 1e9 or None)


def figures_of(warm: dict[str, Any], memory: Memory) -> Figures:
    """Take the table's figures from the bench's `warm` object."""
    speeds = warm["tokens_per_s"]
    return Figures(
        frames=warm["frames"],
        stages_ms={stage: _ends(spread) for stage, spread in warm["stages_ms"].items()},
        advice_ms=_ends(warm["advice_ms"]),
        bytes_a_token=memory.bytes_a_token,
        gbps=memory.gbps,
        tokens_per_s=None if speeds is None else speeds["p50"],
        fits_cache=memory.fits_cache,
    )


def _patiently(
    frames: Iterator[BenchFrame], begun: int, clock: Callable[[], int], least: int
) -> Iterator[BenchFrame]:
    """The frames, until patience ends, but `least` in any case."""
    for given, frame in enumerate(frames):
        if given >= least and clock() - begun > PATIENCE_NS:
            return
        yield frame


def _ceiling(
    bundle: ModelBundle, name: str, usability: Usability, timings: list[Timing], threads: int
) -> Ceiling:
    """Bytes a token by the graph, and the bandwidth of where it runs."""
    kv = kv_shape(bundle.root)
    cache_bytes, _ = last_cache_bytes()
    if name == ONNX_GPU:
        gbps = measure_gbps(cuda())
        if kv is not None and usability.details.get("precision") == "fp16":
            kv = replace(kv, element_bytes=_HALF_BYTES)
    else:
        elements = min(4 * cache_bytes, 256 * MIB) // 4
        gbps = max(memory_gbps(elements, threads or usable_cores(), rounds=3))
    context = mean_context(timings)
    kv_bytes = 0 if kv is None else round(kv.bytes_a_token * context)
    weights = weight_bytes_a_token(decoder_of(bundle, usability))
    return Ceiling(weights, kv_bytes, gbps, cache_bytes)


def _memory(limit: Ceiling, name: str) -> Memory:
    # How large a GPU's cache is, nobody says; the CPU's tells nothing about it.
    return Memory(limit.bytes_a_token, limit.gbps, limit.fits_cache if name == ONNX_CPU else None)


def _ends(spread: dict[str, float]) -> dict[str, float]:
    return {name: spread[name] for name in ("p50", "p99")}
