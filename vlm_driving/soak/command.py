"""`vlm-driving soak`: is the promise kept while everything under it breaks?"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from vlm_driving import process

EXIT_BROKEN = 1
DEFAULTS = {"frames": 1000, "rate": 10.0, "budget_ms": 200.0, "seed": 0, "pictures": 24}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Offer simulated frames to a pipeline whose workers run the model, while workers, camera, "
        "clock and machine are broken on a schedule; check that every frame has its one report, "
        "in time and as the model answers offline. The last line on stdout is one JSON object; "
        "exit 1 if a promise was broken."
    )
    add = parser.add_argument
    add("--frames", type=int, metavar="N", help="frames to offer (default 1000)")
    add("--rate", type=float, metavar="HZ", help="frames a second (default 10)")
    add("--budget-ms", type=float, metavar="MS", help="camera stamp to report (default 200)")
    add(
        "--faults",
        default="all",
        metavar="LIST",
        help="all (default), none, or names with commas between them; docs/soak.md lists them",
    )
    add("--seed", type=int, metavar="S", help="of schedule and scenes (default 0)")
    add("--model", type=Path, metavar="BUNDLE", help="model bundle (default: the shipped one)")
    add("--pictures", type=int, metavar="N", help="scenes that are shown in turn (default 24)")
    add("--quiet", action="store_true", help="say nothing on stderr while it runs")
    add("--child-of", type=int, help=argparse.SUPPRESS)
    parser.set_defaults(**DEFAULTS)


def run(args: argparse.Namespace) -> int:
    """Soak; the last line on stdout is the result as one JSON object."""
    from vlm_driving.pipeline.workers.surroundings import die_with
    from vlm_driving.resources import default_bundle
    from vlm_driving.signals import EXIT_SIGNAL_BASE, stopped_by_signal
    from vlm_driving.soak.kinds import parse_faults
    from vlm_driving.soak.options import SoakOptions
    from vlm_driving.soak.progress import Teller
    from vlm_driving.soak.session import run_soak

    if args.child_of is not None:
        die_with(args.child_of)
    options = SoakOptions(
        model=args.model or default_bundle(),
        faults=parse_faults(args.faults),
        **{name: getattr(args, name) for name in DEFAULTS},
    )
    process.give_way_soon()
    with stopped_by_signal() as stopped, Teller(args.quiet) as teller:

        def stop_tidily() -> None:
            stopped.tidily = True

        result = run_soak(options, stopped.event, teller, stop_tidily)
        stopped.tidily = False
    print(json.dumps(result, ensure_ascii=False), flush=True)
    if not result["kept"]:
        return EXIT_BROKEN
    return 0 if stopped.number is None else EXIT_SIGNAL_BASE + stopped.number
