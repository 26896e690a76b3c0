"""Ours and theirs in one run: same weights, pixels, tokens, grammar and threads.

The opponents live in `vlm_driving.training.opponents`, because they need torch; they are
imported when they are asked for.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.onnx import open_runner
from vlm_driving.bench.duel import Contestant, alternate, paired_ratio_p50, ratio_p50, spreads
from vlm_driving.bench.frames import BenchFrame
from vlm_driving.bench.latency import time_answer
from vlm_driving.bench.runners import Following, Recording
from vlm_driving.core import UserError
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.cursor import Cursor, Embedder, Timer
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.runner import Runner

_NEEDS = {
    "transformers": ("torch", "transformers", "onnx"),
    "genai": ("onnxruntime_genai", "onnx"),
}
WARM_UPS = 3
NOTE = (
    "every contestant wrote the shipped bundle's tokens behind a kept prefix cache; "
    "transformers runs through our answer loop, which does less around a step than generate()"
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What every comparison runs with. `each` is called after every frame or round."""

    bundle: ModelBundle
    threads: int
    warm_ups: int = WARM_UPS
    each: Callable[[], None] = lambda: None


def require_opponent(name: str) -> None:
    """Raise UserError unless what the opponent needs is installed; nothing is imported."""
    missing = [module for module in _NEEDS[name] if find_spec(module) is None]
    if missing:
        raise UserError(
            f"the comparison with {name} needs {', '.join(missing)}, which is not installed; "
            'run `pip install "vlm-driving[train]"`.'
        )


@contextmanager
def rebuilt(bundle: ModelBundle, precision: str, accuracy_level: int = 4) -> Iterator[ModelBundle]:
    """The same weights as a bundle of another precision, for as long as the block runs."""
    rebuild = import_module("vlm_driving.training.export.rebuild").rebuild
    with tempfile.TemporaryDirectory(prefix="vlm-driving-bench-") as folder:
        out = Path(folder) / f"{bundle.root.name}-{precision}"
        yield ModelBundle.load(rebuild(bundle.root, out, precision, accuracy_level))


def against_transformers(
    setting: Setting, frames: Iterable[BenchFrame], compile_decoder: bool = False
) -> dict[str, Any]:
    """Milliseconds of a whole answer: shipped, ours in fp32, and transformers in fp32.

    On every frame the shipped bundle answers once beforehand, unmeasured; then all write
    those very tokens, in turn. `ratio_p50` is transformers over shipped, `ratio_p50_fp32`
    transformers over ours in fp32.
    """
    require_opponent("transformers")
    opponents = import_module("vlm_driving.training.opponents.transformers")
    with rebuilt(setting.bundle, "fp32") as wide:
        ours = {
            "shipped": open_runner(setting.bundle, threads=setting.threads),
            "ours_fp32": open_runner(wide, threads=setting.threads),
        }
        capacity = min(runner.capacity for runner in ours.values())
        theirs, settings = opponents.open_opponent(
            setting.bundle.root, capacity, setting.threads, compile_decoder
        )
        recording = Recording(open_runner(setting.bundle, threads=setting.threads))
        script = Engine(setting.bundle, recording)
        followers = {name: Following(r) for name, r in {**ours, "transformers": theirs}.items()}
        engines = {name: Engine(setting.bundle, runner) for name, runner in followers.items()}
        counts: list[int] = []

        def play(name: str, frame: BenchFrame) -> float:
            followers[name].follow(recording.logits)
            timing = time_answer(engines[name], frame)
            if timing.tokens.output != counts[-1]:
                raise RuntimeError(f"{name} wrote {timing.tokens.output} of {counts[-1]} tokens")
            return timing.total_ms

        def scripted() -> Iterator[BenchFrame]:
            for frame in frames:
                recording.begin()
                counts.append(time_answer(script, frame).tokens.output)
                yield frame

        contestants = [Contestant(name, _bound(play, name)) for name in engines]
        source = scripted()
        for _ in range(setting.warm_ups):
            alternate(contestants, [next(source)])
        counts.clear()
        results = alternate(contestants, source, each=setting.each)
    return {
        "ratio_p50": round(ratio_p50(results["transformers"], results["shipped"]), 3),
        "ratio_p50_fp32": round(ratio_p50(results["transformers"], results["ours_fp32"]), 3),
        "ratio_paired_p50": round(paired_ratio_p50(results["transformers"], results["shipped"]), 3),
        "frames": len(counts),
        "output_tokens_mean": round(float(np.mean(counts)), 1),
        "total_ms": spreads(results),
        "opponent": settings.to_json(),
        "note": NOTE + ("" if compile_decoder else "; torch.compile was not used (--compile)"),
    }


def against_genai(setting: Setting, prompt_tokens: int, tokens: int, rounds: int) -> dict[str, Any]:
    """Milliseconds a token of greedy decoding: our loop and genai's, on the same decoder.

    Args:
        setting: bundle and threads.
        prompt_tokens: length of the prompts, which are random tokens, new in every round.
        tokens: tokens to write a round.
        rounds: measured rounds.
    """
    require_opponent("genai")
    opponents = import_module("vlm_driving.training.opponents.genai")
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="vlm-driving-bench-"))
        theirs = opponents.GenaiOpponent(setting.bundle, Path(folder), setting.threads)
        runner = open_runner(setting.bundle, threads=setting.threads)
        embedder = Embedder(runner)
        vocabulary = runner.extend(embedder((0,))).shape[0]
        prefills: dict[str, list[float]] = {"ours": [], "genai": []}
        written: dict[str, list[tuple[int, ...]]] = {"ours": [], "genai": []}

        def play_ours(prompt: NDArray[np.int64]) -> float:
            ids, prefill_ms, ms = generate(runner, embedder, prompt, tokens)
            prefills["ours"].append(prefill_ms)
            written["ours"].append(ids)
            return ms

        def play_genai(prompt: NDArray[np.int64]) -> float:
            done = theirs.generate(prompt.tolist(), tokens)
            prefills["genai"].append(done.prefill_ms)
            written["genai"].append(done.ids)
            return float(done.ms_per_token)

        contestants = [Contestant("ours", play_ours), Contestant("genai", play_genai)]
        rng = np.random.default_rng(0)
        prompts = (rng.integers(0, vocabulary, prompt_tokens) for _ in range(10**9))
        for _ in range(setting.warm_ups):
            alternate(contestants, [next(prompts)])
        for who in ("ours", "genai"):
            prefills[who].clear()
            written[who].clear()
        measured = (next(prompts) for _ in range(rounds))
        results = alternate(contestants, measured, each=setting.each)
    same = sum(a[: len(b)] == b for a, b in zip(written["ours"], written["genai"], strict=True))
    return {
        "ratio_p50": round(ratio_p50(results["genai"], results["ours"]), 3),
        "ours_over_genai_p50": round(ratio_p50(results["ours"], results["genai"]), 3),
        "ms_per_token": spreads(results),
        "prefill_ms": spreads(prefills),
        "prompt_tokens": prompt_tokens,
        "tokens": tokens,
        "rounds": rounds,
        "identical_rounds": same,
        "precision": setting.bundle.manifest.graphs.decoder.precision,
        "opponent": {"genai": theirs.version, "threads": setting.threads},
    }


def generate(
    runner: Runner, embedder: Embedder, prompt: NDArray[np.int64], tokens: int
) -> tuple[tuple[int, ...], float, float]:
    """Our loop without grammar and text: greedy ids, prefill ms, and ms a token after the first."""
    start = time.monotonic_ns()
    runner.rewind(0)
    logits = runner.extend(runner.embed(prompt[None]))
    cursor = Cursor(runner, embedder, logits, Timer())
    ids = [int(cursor.logits().argmax())]
    first = time.monotonic_ns()
    while len(ids) < tokens:
        cursor.force(ids[-1:])
        ids.append(int(cursor.logits().argmax()))
    end = time.monotonic_ns()
    return tuple(ids), (first - start) / NS_PER_MS, (end - first) / NS_PER_MS / (tokens - 1)


def _bound(play: Callable[[str, BenchFrame], float], name: str) -> Callable[[BenchFrame], float]:
    return lambda frame: play(name, frame)
