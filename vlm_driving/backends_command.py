"""`vlm-driving backends`: what can run a model on this machine, how fast, and why not."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlm_driving.core import UserError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from vlm_driving.backends.table import Figures, Row
    from vlm_driving.runtime.bundle import ModelBundle

SCHEMA = "vlm_driving/backends/1"
EXIT_NONE_MEETS = 1
MOST_BUDGET_MS = 60_000.0
MOST_FRAMES = 10_000
REDRAW_S = 0.5
STAGES = ("preprocess", "encode", "prefill", "decode")
STAGE_LINES = (*STAGES, "tokens/s", "MB read a token", "of bandwidth")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "List the backends: whether each can be used here, why not, whether it was proven on its "
        "hardware, and how fast it is. Exit code 0 if one of them advises within the budget in 99 "
        "of 100 frames, else 1."
    )
    add = parser.add_argument
    add("--model", type=Path, metavar="BUNDLE", help="model bundle (default: the shipped one)")
    add("--budget-ms", type=float, default=200.0, metavar="MS", help="budget (default 200)")
    add("--frames", type=int, default=30, metavar="N", help="measured frames (default 30)")
    add("--threads", type=int, default=0, metavar="T", help="threads (default 0: all, at most 8)")
    add("--json", action="store_true", help="print one JSON object in place of the table")
    add("--build", action="store_true", help="first make the graphs for this GPU (minutes)")
    add("--precision", choices=("fp16", "fp32"), help="with --build: of graphs (default fp16)")
    add("--no-tensorrt", action="store_true", help="with --build: no TensorRT engine")
    add("--again", action="store_true", help="with --build: although it was done before")


def run(args: argparse.Namespace) -> int:
    """Print the table, or with --json one object; 0 if a backend meets the budget."""
    from rich.console import Console

    from vlm_driving.resources import default_bundle
    from vlm_driving.runtime.bundle import ModelBundle

    _check(args)
    bundle = ModelBundle.load(args.model or default_bundle())
    progress = Console(stderr=True)
    if args.build:
        _build(bundle, args, progress)
    rows = _rows(bundle, args, progress)
    if args.json:
        print(json.dumps(to_json(bundle.name, rows, args.budget_ms), ensure_ascii=False))
    else:
        print_table(bundle.name, rows, args.budget_ms, Console())
    return 0 if any(row.meets(args.budget_ms) for row in rows) else EXIT_NONE_MEETS


def to_json(model: str, rows: list[Row], budget_ms: float) -> dict[str, Any]:
    """The object that --json prints."""
    return {
        "schema": SCHEMA,
        "model": model,
        "budget_ms": budget_ms,
        "meets_budget": any(row.meets(budget_ms) for row in rows),
        "backends": [row.to_json(budget_ms) for row in rows],
    }


def print_table(model: str, rows: list[Row], budget_ms: float, console: Console) -> None:
    """Print what can be used, how fast that is, and a sentence for each that cannot be used."""
    table = _table(
        f"{model}, budget {budget_ms:g} ms",
        ("backend", "usable", "hardware", "advice p50", "p99 ms", "in budget"),
    )
    for row in rows:
        table.add_row(*_summary(row, budget_ms))
    console.print(table)
    measured = [(row.backend, row.figures) for row in rows if row.figures is not None]
    if measured:
        stages = _table("p50/p99 ms a stage", ("", *(name for name, _ in measured)))
        columns = [_stages(figures) for _, figures in measured]
        for cells in zip(STAGE_LINES, *columns, strict=True):
            stages.add_row(*cells)
        console.print(stages)
    if any(figures.fits_cache for _, figures in measured):
        console.print("* fits in the last cache: memory does not limit decoding here")
    for row in rows:
        if row.usability.reason is not None:
            why = f"{row.backend}: {row.usability.reason}"
            # A sentence that is wrapped cannot be searched for; its brackets are no markup.
            console.print(why, soft_wrap=True, markup=False, highlight=False)


def _table(title: str, columns: tuple[str, ...]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(
            column, no_wrap=True, justify="left" if column in ("", "backend") else "right"
        )
    return table


def _summary(row: Row, budget_ms: float) -> tuple[str, ...]:
    hardware = "verified" if row.usability.verified else "unverified"
    return (
        row.backend,
        "yes" if row.usability.usable else "no",
        "emulator" if row.emulated else hardware,
        "-" if row.figures is None else f"{row.figures.advice_ms['p50']:.1f}",
        "-" if row.figures is None else f"{row.figures.advice_ms['p99']:.1f}",
        "yes" if row.meets(budget_ms) else "no",
    )


def _stages(figures: Figures) -> tuple[str, ...]:
    share = figures.bandwidth_share
    cached = "*" if figures.fits_cache else ""
    return (
        *(_spread(figures.stages_ms.get(stage)) for stage in STAGES),
        "-" if figures.tokens_per_s is None else f"{figures.tokens_per_s:.0f}",
        "-" if figures.bytes_a_token is None else f"{figures.bytes_a_token / 1e6:.1f}{cached}",
        "-" if share is None else f"{share:.0%} of {figures.gbps:.0f} GB/s",
    )


def _spread(spread: Mapping[str, float] | None) -> str:
    return "-" if spread is None else f"{spread['p50']:.1f}/{spread['p99']:.1f}"


def _rows(bundle: ModelBundle, args: argparse.Namespace, console: Console) -> list[Row]:
    from vlm_driving.backends.table import Backend, fill_table, known_backends
    from vlm_driving.backends.usability import Usability
    from vlm_driving.bench.backend_figures import WARM_UPS, measure_backend
    from vlm_driving.bench.frames import simulator_frames
    from vlm_driving.runtime.runner import Runner

    frames = simulator_frames()

    def measure(backend: Backend, usability: Usability, runner: Runner) -> Figures:
        with _bar(console, f"measuring {backend.name}", WARM_UPS + args.frames) as each:
            return measure_backend(
                bundle,
                backend.name,
                usability,
                runner,
                frames,
                args.frames,
                each,
                threads=args.threads,
            )

    return list(fill_table(bundle, known_backends(args.threads, args.budget_ms), measure))


def _build(bundle: ModelBundle, args: argparse.Namespace, console: Console) -> None:
    """Make the graphs for the GPU, a line a step. Raises UserError for what is missing."""
    from vlm_driving.backends.onnx.gpu import GpuOptions, build_gpu

    begun = time.monotonic()
    with console.status("looking for a GPU") as status:

        def say(step: str, number: int, steps: int) -> None:
            line = f"{time.monotonic() - begun:6.1f} s  {number}/{steps}  {step}"
            status.update(line)
            if not console.is_terminal:
                console.print(line, highlight=False)

        built = build_gpu(
            bundle,
            GpuOptions(threads=args.threads, precision=args.precision or "fp16"),
            use_tensorrt=not args.no_tensorrt,
            again=args.again,
            say=say,
        )
    engine = "with" if built.engines is not None else "without"
    console.print(
        f"graphs for this GPU, {engine} a TensorRT engine: {built.root}",
        soft_wrap=True,
        markup=False,
        highlight=False,
    )


@contextmanager
def _bar(console: Console, what: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar that is drawn between frames, never by a thread beside the model's."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as progress:
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


def _check(args: argparse.Namespace) -> None:
    """Raise UserError for a number that cannot be, or an option without its command."""
    if not (math.isfinite(args.budget_ms) and 0 < args.budget_ms <= MOST_BUDGET_MS):
        raise UserError(
            f"--budget-ms is more than 0 and at most {MOST_BUDGET_MS:g}, got {args.budget_ms:g}; "
            "200 is the default."
        )
    if not 1 <= args.frames <= MOST_FRAMES:
        raise UserError(
            f"--frames is from 1 to {MOST_FRAMES}, got {args.frames}; 30 is the default."
        )
    from vlm_driving.backends.onnx.sessions import SessionSettings

    SessionSettings(threads=args.threads)
    given = {
        "--precision": args.precision,
        "--no-tensorrt": args.no_tensorrt,
        "--again": args.again,
    }
    for option, value in given.items():
        if value and not args.build:
            raise UserError(f"{option} belongs to --build; add it, or leave {option} out.")
