"""`vlm-driving bench`: what a bundle costs on this machine, beside what the machine can do.

Absolute milliseconds mean nothing without the machine, so its measured arithmetic and
memory bandwidth are in the same result. The last line on stdout is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

OPPONENTS = ("transformers", "genai")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Measure a model bundle: cold and warm latency by stage on fresh frames, tokens a second "
        "beside what memory allows, peak memory; on request against other runtimes, the identity "
        "of tokens, and quality on simulated scenes."
    )
    add = parser.add_argument
    add("--model", type=Path, metavar="BUNDLE", help="model bundle (default: the shipped one)")
    add("--frames", type=int, default=100, metavar="N", help="measured frames (default 100)")
    add("--warmup", type=int, default=10, metavar="N", help="frames before them (default 10)")
    add("--cold", type=int, default=3, metavar="N", help="fresh processes (default 3)")
    add("--threads", type=int, default=0, metavar="T", help="threads (default 0: all cores)")
    add("--bag", type=Path, help="frames of this bag (default: simulated scenes)")
    add("--seed", type=int, metavar="S", help="seed of the simulated scenes")
    add("--against", action="append", choices=OPPONENTS, default=[], help="compare; repeatable")
    add("--against-frames", type=int, default=40, metavar="N", help="for that (default 40)")
    add("--compile", action="store_true", help="transformers with torch.compile (a minute)")
    add("--identity", type=int, metavar="N", help="compare the tokens of N frames")
    add("--quality", action="store_true", help="score advice on unseen scenes")
    add("--scenes", type=int, default=1000, metavar="N", help="for --quality (default 1000)")
    add("--rendering", type=int, metavar="N", help="measure the simulator: N scenes a worker")
    add("--machinery", type=int, metavar="N", help="N frames past a backend without a model")
    add("--cameras", type=int, metavar="C", help="C cameras share such a backend of 20 ms")
    add("--rate", type=float, metavar="HZ", help="with --cameras: of each of them (default 5)")
    add(
        "--report",
        type=int,
        nargs="?",
        const=10_000,
        metavar="N",
        help="in place of all else: build and open the report page of N made-up frames "
        "(default 10000)",
    )
    _configure_node(parser)
    add("--json", type=Path, metavar="FILE", help="write the JSON object here too")


def _configure_node(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group(
        "the ROS 2 node, in place of all else but --model, --threads and --json"
    ).add_argument
    add("--node", type=float, metavar="SECONDS", help="measure the node for so long")
    add("--node-cameras", type=int, default=1, metavar="N", help="cameras (default 1)")
    add(
        "--node-transport",
        choices=("raw", "compressed"),
        default="raw",
        help="bgr8 images (default) or JPEG",
    )
    add("--node-rate", type=float, default=10.0, metavar="HZ", help="of each (default 10)")
    add("--node-reliable", action="store_true", help="they publish reliably, not best effort")
    add(
        "--node-middleware",
        choices=("dds", "ros"),
        default="dds",
        help="what the node runs on: bare DDS (default) or ROS 2, which needs rclpy",
    )
    add(
        "--node-cycles",
        type=int,
        default=5,
        metavar="N",
        help="lifecycle cycles; 0 for none (default 5)",
    )


def run(args: argparse.Namespace) -> int:
    """Measure; the last line on stdout is the result as one JSON object."""
    if args.node is not None:
        from vlm_driving.ros.measuring.command import run as run_node

        return run_node(args)
    if args.report is not None:
        from vlm_driving.bench.report_page import run as run_report

        return run_report(args)

    from rich.console import Console

    from vlm_driving.bench.plan import BenchPlan, check_writable
    from vlm_driving.bench.session import run_bench
    from vlm_driving.bench.table import print_result
    from vlm_driving.resources import default_bundle

    plan = BenchPlan(
        model=args.model or default_bundle(),
        frames=args.frames,
        warmup=args.warmup,
        cold=args.cold,
        threads=args.threads,
        bag=args.bag,
        seed=args.seed,
        against=tuple(dict.fromkeys(args.against)),
        against_frames=args.against_frames,
        compile_opponent=args.compile,
        identity=args.identity,
        quality_scenes=args.scenes if args.quality else None,
        rendering_scenes=args.rendering,
        machinery_frames=args.machinery,
        cameras=args.cameras,
        camera_rate_hz=args.rate,
    )
    if args.json is not None:
        check_writable(args.json)
    console = Console(stderr=True)
    result = run_bench(plan, console)
    print_result(result, console)
    line = json.dumps(result, ensure_ascii=False)
    if args.json is not None:
        args.json.write_text(line + "\n", encoding="utf-8")
    print(line, flush=True)
    sys.stderr.flush()
    return 0
