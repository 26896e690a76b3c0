"""`vlm-driving bench --report`: how long a report page takes to build, and to open in a browser.

The run is made up: no model is asked and no bag is read. The page is opened in a Chromium of the
system's by playwright; where one of them is missing, the result says so and has no such figures.
Cold is the first page of a new browser, which has to compile the chart library; warm are the next.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError

QUESTIONS = 300
PICTURES = 360
OPENED = 5
MOST_FRAMES = 100_000
BUILD_GATE_S, OPEN_GATE_S = 20.0, 3.0
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync")
READY = "html[data-ready='{}']"
PATIENCE_MS = 60_000


def run(args: argparse.Namespace) -> int:
    """Measure; prints a line for a person on stderr and one JSON object last on stdout."""
    from rich.console import Console

    from vlm_driving.bench.plan import check_writable

    if not 1 <= args.report <= MOST_FRAMES:
        raise UserError(
            f"--report is from 1 to {MOST_FRAMES} frames, got {args.report}; 10000 is usual."
        )
    if args.json is not None:
        check_writable(args.json)
    result = measure(args.report)
    console = Console(stderr=True)
    opened = result["opened"]
    console.print(
        f"{result['frames']} frames, {result['questions']} questions on {result['machine']}: built "
        f"in {result['build_s']:.2f} s (limit {BUILD_GATE_S:g}), {result['page_mib']:.1f} MiB",
        highlight=False,
    )
    console.print(
        f"no browser figures: {result['no_browser']}"
        if opened is None
        else f"opened with its timeline in {opened['cold_s']:.2f} s cold, "
        f"{opened['warm_median_s']:.2f} s warm (limit {OPEN_GATE_S:g})",
        highlight=False,
    )
    line = json.dumps(result, ensure_ascii=False)
    if args.json is not None:
        args.json.write_text(line + "\n", encoding="utf-8")
    print(line, flush=True)
    return 0


def measure(frames: int) -> dict[str, Any]:
    """Build the page of a made-up run, and open it several times."""
    from vlm_driving.bench.made_up_run import MadeUp, make_up_run
    from vlm_driving.evaluation.report import write_page
    from vlm_driving.evaluation.run import load_run
    from vlm_driving.replay.machine import cpu_name, usable_cores

    with tempfile.TemporaryDirectory(prefix="vlm-driving-report-") as folder:
        questions = min(QUESTIONS, frames)
        run_dir = make_up_run(Path(folder) / "run", MadeUp(frames, questions, PICTURES))
        begun = time.perf_counter()
        page = write_page(load_run(run_dir), run_dir / "report.html")
        build_s = time.perf_counter() - begun
        opened, why = _open(page)
        return {
            "schema": "vlm_driving/bench-report/1",
            "frames": frames,
            "questions": questions,
            "machine": f"{cpu_name()}, {usable_cores()} cores",
            "load_1m": round(os.getloadavg()[0], 2),
            "build_s": round(build_s, 3),
            "page_mib": round(page.stat().st_size / 2**20, 2),
            "opened": opened,
            "no_browser": why,
            "limits_s": {"build": BUILD_GATE_S, "open": OPEN_GATE_S},
        }


def _open(page: Path) -> tuple[dict[str, Any] | None, str | None]:
    """Seconds until tables and charts stand, or why nobody knows."""
    chromium = os.environ.get("VLM_DRIVING_CHROMIUM") or shutil.which("chromium")
    if importlib.util.find_spec("playwright") is None:
        return None, "playwright is not installed (pip install playwright)"
    if chromium is None:
        return None, "no chromium on the path (name one in VLM_DRIVING_CHROMIUM)"
    from playwright.sync_api import sync_playwright

    tables_s: list[float] = []
    whole_s: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for _ in range(OPENED):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            tab = context.new_page()
            begun = time.perf_counter()
            tab.goto(page.resolve().as_uri(), wait_until="commit")
            for state, found in (("tables", tables_s), ("all", whole_s)):
                wanted = f"{READY.format(state)}, {READY.format('all')}"
                tab.wait_for_selector(wanted, state="attached", timeout=PATIENCE_MS)
                found.append(time.perf_counter() - begun)
            context.close()
        version = browser.version
        browser.close()
    return {
        "browser": f"Chromium {version}",
        "cold_s": round(whole_s[0], 3),
        "warm_median_s": round(sorted(whole_s[1:])[len(whole_s[1:]) // 2], 3),
        "tables_cold_s": round(tables_s[0], 3),
        "tables_warm_median_s": round(sorted(tables_s[1:])[len(tables_s[1:]) // 2], 3),
    }, None
