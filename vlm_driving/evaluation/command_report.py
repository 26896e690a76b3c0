"""`vlm-driving report`: the one-page HTML of a run, or of several side by side."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Build report.html of a run directory again (frames.jsonl is enough; answers and scores "
        "are taken in), or a page that compares several runs with the first of them."
    )
    parser.add_argument(
        "run_dirs",
        metavar="RUN",
        nargs="+",
        type=Path,
        help="directory that a replay or `vlm-driving heron` wrote; of several the first is the "
        "base of the comparison",
    )
    parser.add_argument(
        "--out",
        type=Path,
        help="file to write (default: report.html in the run directory; comparison.html in the "
        "last one of several)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the page; prints its path."""
    from vlm_driving.evaluation.report import write_page
    from vlm_driving.evaluation.report.assets import chart_library
    from vlm_driving.evaluation.run import load_run

    loaded = [load_run(path) for path in args.run_dirs]
    name = "report.html" if len(loaded) == 1 else "comparison.html"
    page = write_page(loaded, args.out or args.run_dirs[-1] / name)
    for one in loaded:
        for problem in one.problems:
            print(problem if len(loaded) == 1 else f"{one.path}: {problem}", file=sys.stderr)
    if chart_library() is None:
        print(
            "The page has no charts, because plotly is not installed; `pip install plotly` and "
            "build it again.",
            file=sys.stderr,
        )
    print(page)
    return 0
