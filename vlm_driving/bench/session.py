"""One bench from the first check to the last figure."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vlm_driving.backends.onnx import open_runner
from vlm_driving.bench import against, cold
from vlm_driving.bench.ceiling import ceiling, kv_shape
from vlm_driving.bench.frames import BENCH_SEED, FreshFrames, bag_frames, simulator_frames
from vlm_driving.bench.graph_bytes import weight_bytes_a_token
from vlm_driving.bench.latency import mean_context, summarize, time_answers
from vlm_driving.bench.machine import measure_machine, peak_memory_mb
from vlm_driving.bench.plan import USUAL_RATE_HZ, BenchPlan
from vlm_driving.bench.rendering import rendering
from vlm_driving.replay.machine import usable_cores
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine

SCHEMA = "vlm_driving/bench/1"
LEAST_GENAI_TOKENS = 8
REDRAW_S = 0.5

Each = Callable[[], None]


def run_bench(plan: BenchPlan, console: Console) -> dict[str, Any]:
    """Measure what `plan` asks for, with progress on `console`; the JSON object.

    Raises UserError for what the user can mend: bundle, bag, or a missing package.
    """
    begun = time.monotonic()
    for name in plan.against:
        against.require_opponent(name)
    if plan.identity is not None:
        against.require_opponent("transformers")
    bundle = ModelBundle.load(plan.model)
    if plan.quality_scenes is not None:
        from vlm_driving.exam.seeds import require_unseen

        require_unseen(bundle.name, bundle.manifest.provenance, _quality_seed(plan))
    threads = plan.threads or usable_cores()
    load = os.getloadavg()[0]
    with ExitStack() as stack:
        frames = stack.enter_context(_frames(plan, bundle))
        show = _Steps(console)
        cold_result = _cold(plan, bundle, frames, threads, show)
        warm, context = _warm(plan, bundle, frames, threads, show)
        # Before anything else is loaded: later parts need more memory than a vehicle does.
        peak = peak_memory_mb()
        machine = measure_machine(threads)
        decoder = bundle.graph_path(bundle.manifest.graphs.decoder)
        limit = ceiling(machine, weight_bytes_a_token(decoder), kv_shape(bundle.root), context)
        compared = _against(plan, bundle, frames, threads, warm, show)
        identity = _identity(plan, bundle, frames, threads, show)
        quality = _quality(plan, bundle, threads, show)
        rendered = None if plan.rendering_scenes is None else rendering(plan.rendering_scenes)
        return {
            "schema": SCHEMA,
            "model": bundle.name,
            "bundle": str(plan.model),
            "backend": "onnx-cpu",
            "precision": {
                name: getattr(bundle.manifest.graphs, name).precision
                for name in ("vision_encoder", "embed_tokens", "decoder")
            },
            "machine": {
                **machine.to_json(),
                "load_1m": round(load, 2),
                "busy": load > 0.5 * machine.cores,
            },
            "frames": {
                "source": frames.name,
                "warmup": plan.warmup,
                "repeats_skipped": frames.repeats,
            },
            "cold": cold_result,
            "warm": warm,
            "ceiling": limit.to_json(),
            "peak_memory_mb": None if peak is None else round(peak, 1),
            "against": compared,
            "identity": identity,
            "quality": quality,
            "rendering": rendered,
            "machinery": _machinery(plan, show),
            "cameras": _cameras(plan, show),
            "wall_s": round(time.monotonic() - begun, 1),
        }


class _Steps:
    """A progress bar for every part, on stderr.

    It is drawn between frames and never by a thread of its own, which the model would have
    to share the processor with.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Each]:
        """Show a bar of `total` steps; yields what to call after each."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(
            *columns, console=self._console, transient=True, auto_refresh=False
        ) as progress:
            task = progress.add_task(what, total=total)
            drawn = time.monotonic()

            def each() -> None:
                nonlocal drawn
                progress.advance(task)
                if time.monotonic() - drawn > REDRAW_S:
                    progress.refresh()
                    drawn = time.monotonic()

            progress.refresh()
            yield each


@contextmanager
def _frames(plan: BenchPlan, bundle: ModelBundle) -> Iterator[FreshFrames]:
    if plan.bag is None:
        yield simulator_frames(BENCH_SEED if plan.seed is None else plan.seed)
        return
    with bag_frames(plan.bag, bundle) as frames:
        yield frames


def _cold(
    plan: BenchPlan, bundle: ModelBundle, frames: FreshFrames, threads: int, show: _Steps
) -> dict[str, Any] | None:
    if plan.cold == 0:
        return None
    starts = []
    with show.bar("cold starts", plan.cold) as each:
        for frame in frames.some(plan.cold, "cold starts"):
            starts.append(cold.measure_cold(bundle.root, frame, threads))
            each()
    return cold.summarize_cold(starts)


def _warm(
    plan: BenchPlan, bundle: ModelBundle, frames: FreshFrames, threads: int, show: _Steps
) -> tuple[dict[str, Any], float]:
    """The `warm` object, and the mean length of the cache while decoding."""
    engine = Engine(bundle, open_runner(bundle, threads=threads))
    with show.bar("warm frames", plan.warmup + plan.frames) as each:
        time_answers(engine, frames.some(plan.warmup, "warming up"), each)
        timings = time_answers(engine, frames.some(plan.frames, "measuring"), each)
    return summarize(timings), mean_context(timings)


def _against(
    plan: BenchPlan,
    bundle: ModelBundle,
    frames: FreshFrames,
    threads: int,
    warm: dict[str, Any],
    show: _Steps,
) -> dict[str, Any]:
    compared: dict[str, Any] = {}
    for name in plan.against:
        with show.bar(f"against {name}", plan.against_frames) as each:
            setting = against.Setting(bundle, threads, each=each)
            if name == "transformers":
                needed = plan.against_frames + setting.warm_ups
                compared[name] = against.against_transformers(
                    setting, frames.some(needed, f"comparing with {name}"), plan.compile_opponent
                )
            else:
                compared[name] = against.against_genai(
                    setting,
                    prompt_tokens=round(warm["tokens"]["prompt"]),
                    tokens=max(LEAST_GENAI_TOKENS, round(warm["tokens"]["output"])),
                    rounds=plan.against_frames,
                )
    return compared


def _identity(
    plan: BenchPlan, bundle: ModelBundle, frames: FreshFrames, threads: int, show: _Steps
) -> dict[str, Any] | None:
    if plan.identity is None:
        return None
    from vlm_driving.bench.identity import compare

    with show.bar("comparing tokens", plan.identity) as each:
        return compare(bundle, frames.some(plan.identity, "comparing tokens"), threads, each)


def _quality(
    plan: BenchPlan, bundle: ModelBundle, threads: int, show: _Steps
) -> dict[str, Any] | None:
    if plan.quality_scenes is None:
        return None
    from vlm_driving.bench.quality import advice_quality

    engine = Engine(bundle, open_runner(bundle, threads=threads))
    with show.bar("scoring scenes", plan.quality_scenes) as each:
        return advice_quality(engine, _quality_seed(plan), plan.quality_scenes, each)


def _machinery(plan: BenchPlan, show: _Steps) -> dict[str, Any] | None:
    if plan.machinery_frames is None:
        return None
    from vlm_driving.bench.machinery import WARM_UP, machinery

    with show.bar("frames past no model", WARM_UP + plan.machinery_frames) as each:
        return machinery(plan.machinery_frames, each)


def _cameras(plan: BenchPlan, show: _Steps) -> dict[str, Any] | None:
    if plan.cameras is None:
        return None
    from vlm_driving.bench.cameras import cameras, ticks

    rate_hz = plan.camera_rate_hz or USUAL_RATE_HZ
    with show.bar("several cameras", ticks(plan.cameras, rate_hz)) as each:
        return cameras(plan.cameras, rate_hz, each)


def _quality_seed(plan: BenchPlan) -> int:
    from vlm_driving.exam.seeds import EXAM_SEED

    return EXAM_SEED if plan.seed is None else plan.seed
