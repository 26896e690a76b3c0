"""`vlm-driving bench --node SECONDS`: the node's figures on this machine."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from vlm_driving.signals import EXIT_SIGNAL_BASE

EXIT_MISSED = 1


def run(args: argparse.Namespace) -> int:
    """Measure; the last line on stdout is the result as one JSON object.

    Raises:
        UserError: what the user can mend, and a process that fails.
    """
    from rich.console import Console

    from vlm_driving.bench.plan import check_writable
    from vlm_driving.ros.measuring.plan import NodePlan
    from vlm_driving.ros.measuring.session import Session
    from vlm_driving.ros.measuring.table import print_figures

    plan = NodePlan(
        seconds=args.node,
        cameras=args.node_cameras,
        transport=args.node_transport,
        rate_hz=args.node_rate,
        middleware=args.node_middleware,
        cycles=args.node_cycles,
        reliable=args.node_reliable,
        model=args.model,
        threads=args.threads,
    )
    if args.json is not None:
        check_writable(args.json)
    console = Console(stderr=True)
    with _tidy_on_signals():
        result = Session(plan, console).run()
    print_figures(result, console)
    line = json.dumps(result, ensure_ascii=False)
    if args.json is not None:
        args.json.write_text(line + "\n", encoding="utf-8")
    print(line, flush=True)
    return 0 if result["kept"] else EXIT_MISSED


@contextmanager
def _tidy_on_signals() -> Iterator[None]:
    """The first SIGINT or SIGTERM ends everything in order; further ones do not disturb that."""

    def end(number: int, frame: FrameType | None) -> None:
        for one in before:
            signal.signal(one, signal.SIG_IGN)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(EXIT_SIGNAL_BASE + number)

    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    for one in before:
        signal.signal(one, end)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
