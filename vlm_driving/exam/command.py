"""`vlm-driving train --evaluate BUNDLE`: the figures of a bundle as one JSON object."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlm_driving.core import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from vlm_driving.exam.room import Advance

SCHEMA = "vlm_driving/exam/1"
REAL_SCHEMA = "vlm_driving/exam_real/1"
DEFAULT_SCENES = 2000
MOST_WORKERS = 64


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the examination to those of `train`."""
    group = parser.add_argument_group(
        "examination (needs no torch; --seed, --out, --workers and --threads serve it too)"
    )
    add = group.add_argument
    add("--evaluate", type=Path, metavar="BUNDLE", help="examine this bundle; nothing is trained")
    add("--scenes", type=int, default=DEFAULT_SCENES, metavar="K", help="unseen scenes (2000)")
    add("--against-bundle", type=Path, metavar="BUNDLE", help="compare with this one, say in fp32")
    add("--manifest", type=Path, metavar="FILE", help="refuse other scenes than this file's")
    add("--write-manifest", type=Path, metavar="FILE", help="write what the sets consist of")
    add(
        "--real",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="LABELS BAG...: score hand-labelled frames of bags in place of simulated scenes",
    )


def is_wanted(args: argparse.Namespace) -> bool:
    """Whether the command line asks for an examination."""
    names = ("evaluate", "write_manifest", "real", "manifest", "against_bundle")
    return any(getattr(args, name) is not None for name in names)


def run(args: argparse.Namespace) -> int:
    """Examine; the last line on stdout is one JSON object. Returns the exit code."""
    from rich.console import Console

    from vlm_driving.exam.examine import Plan
    from vlm_driving.exam.seeds import EXAM_SEED, check_counts

    console = Console(stderr=True)
    for name in ("workers", "threads"):
        if not 0 <= getattr(args, name) <= MOST_WORKERS:
            raise UserError(
                f"--{name} is {getattr(args, name)}: give a whole number from 0 to {MOST_WORKERS}."
            )
    seed = EXAM_SEED if args.seed is None else args.seed
    check_counts(seed, args.scenes)
    plan = Plan(seed, args.scenes)
    compared = args.manifest is not None or args.against_bundle is not None
    if compared and (args.evaluate is None or args.real is not None):
        raise UserError(
            "--manifest and --against-bundle go with --evaluate BUNDLE, and not with --real."
        )
    if args.evaluate is not None and args.write_manifest is not None:
        raise UserError(
            "--write-manifest is for before a training, --evaluate for after it: give one."
        )
    try:
        if args.real is not None:
            result = _real(args, console)
        elif args.evaluate is None:
            result = _manifest(args, plan, console)
        else:
            result = _evaluate(args, plan, console)
    except ArithmeticError as error:
        if type(error) is not ArithmeticError:  # a fault of ours, such as a division by zero
            raise
        raise UserError(
            f"{args.evaluate} cannot be examined: {error}; train or export it anew."
        ) from error
    print(json.dumps(result, ensure_ascii=False), flush=True)
    return 0


def _manifest(args: argparse.Namespace, plan: Any, console: Console) -> dict[str, Any]:
    from vlm_driving.exam import manifest

    with ExitStack() as stack, Bars(console) as bars:
        room = stack.enter_context(_room(None, args))
        with bars.bar("counting scenes", plan.scenes) as advance:
            counters = room.run(_count, (plan.seed,), plan.scenes, advance)
    found = manifest.build(plan, counters)
    manifest.write(found, args.write_manifest)
    for fault in found["faults"]:
        console.print(f"[yellow]{fault}[/yellow]", soft_wrap=True)
    if found["unclaimed"]:
        small = ", ".join(found["unclaimed"])
        console.print(f"too few scenes to claim anything of these slices: {small}", soft_wrap=True)
    return found


def _evaluate(args: argparse.Namespace, plan: Any, console: Console) -> dict[str, Any]:
    from vlm_driving.exam import manifest
    from vlm_driving.exam.examine import difference, examine, figures, sit_again
    from vlm_driving.exam.goals import goals
    from vlm_driving.exam.pages import check_out, write_pages
    from vlm_driving.exam.seeds import require_unseen
    from vlm_driving.exam.table import print_figures
    from vlm_driving.runtime.bundle import ModelBundle

    begun = time.monotonic()
    bundles = [ModelBundle.load(p) for p in (args.evaluate, args.against_bundle) if p is not None]
    for bundle in bundles:
        require_unseen(bundle.name, bundle.manifest.provenance, plan.seed)
    frozen = None if args.manifest is None else manifest.read(args.manifest)
    if frozen is not None:
        manifest.require_same(frozen, plan, args.manifest)
    if args.out is not None:
        check_out(args.out)
    against = None
    with Bars(console) as bars:
        with _room(args.evaluate, args) as room:
            sat = examine(room, plan, bars.bar)
        if args.against_bundle is not None:
            with _room(args.against_bundle, args) as room:
                against = difference(sat.seeds, sit_again(room, plan, bars.bar))
    differs = [] if frozen is None else manifest.differences(frozen, sat.seeds)
    found = {
        "schema": SCHEMA,
        "model": bundles[0].name,
        "bundle": str(args.evaluate),
        "seed": plan.seed,
        "scenes": plan.scenes,
        "sampler": manifest.sampler_digest(plan.seed),
        "frozen": frozen is not None and not differs,
        "differs_from_manifest": differs,
        **figures(sat),
        "against": against,
    }
    found["goals"] = goals(found)
    found["wall_s"] = round(time.monotonic() - begun, 1)
    if args.out is not None:
        records: list[Any] = [*sat.seeds, *sat.compositions, *sat.blind, *sat.real_pictures]
        write_pages(args.out, found, records, sat.seeds, plan.seed)
    print_figures(found, console)
    if differs:
        console.print(
            f"[yellow]these scenes are not those of {args.manifest}: {'; '.join(differs)}[/yellow]",
            soft_wrap=True,
        )
    return found


def _real(args: argparse.Namespace, console: Console) -> dict[str, Any]:
    from vlm_driving.exam.pages import check_out, write_answers
    from vlm_driving.exam.real_camera import constant_reports, real_figures, sit_real
    from vlm_driving.exam.real_frames import real_frames
    from vlm_driving.exam.real_labels import read_labels
    from vlm_driving.exam.room import open_candidate
    from vlm_driving.exam.table import print_real

    if args.evaluate is None or len(args.real) < 2:
        raise UserError("--real takes LABELS and one or more bags, beside --evaluate BUNDLE.")
    labels = read_labels(args.real[0])
    if args.out is not None:
        check_out(args.out)
    candidate = open_candidate(args.evaluate, args.threads)
    frames = real_frames(labels, args.real[1:], args.evaluate)
    with Bars(console) as bars, bars.bar("real frames", len(frames)) as advance:
        records = sit_real(candidate, frames, advance)
    found: dict[str, Any] = {
        "schema": REAL_SCHEMA,
        "bundle": str(args.evaluate),
        "real": real_figures(records, constant_reports()),
    }
    if args.out is not None:
        write_answers(args.out, records)
    print_real(found["real"], console)
    return found


def _count(candidate: Any, seed: int, first: int, size: int) -> list[Any]:
    from vlm_driving.exam.manifest import count

    return count(seed, first, size)


def _room(bundle: Path | None, args: argparse.Namespace) -> Any:
    """Processes as asked for; with none of them, this one."""
    from vlm_driving.exam.room import ManySeats, OneSeat, open_candidate

    if args.workers == 0:
        return OneSeat(None if bundle is None else open_candidate(bundle, args.threads))
    return ManySeats(bundle, args.workers, args.threads or 1)


class Bars:
    """A progress bar a set on a terminal, a line every half minute elsewhere."""

    def __init__(self, console: Console) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Advance]:
        """Show a bar of `total` scenes; yields what to tell how many have just been done."""
        task = self._progress.add_task(what, total=total)
        done, spoken = 0, time.monotonic()

        def advance(count: int) -> None:
            nonlocal done, spoken
            done += count
            self._progress.advance(task, count)
            if not self._console.is_terminal and time.monotonic() - spoken > 30:
                self._console.print(f"{what}: {done} of {total}", soft_wrap=True)
                spoken = time.monotonic()

        yield advance
