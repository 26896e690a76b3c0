"""`vlm-driving report`: builds the one-page HTML of a run again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = "Build report.html of a run directory again (frames.jsonl is enough)."
    parser.add_argument("run_dir", metavar="RUN", type=Path, help="directory that a replay wrote")
    parser.add_argument(
        "--out", type=Path, help="file to write (default: report.html in the run directory)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the page; prints its path."""
    from vlm_driving.evaluation.page import write_page
    from vlm_driving.evaluation.run import load_run

    loaded = load_run(args.run_dir)
    page = write_page(loaded, args.out or args.run_dir / "report.html")
    for problem in loaded.problems:
        print(problem, file=sys.stderr)
    print(page)
    return 0
