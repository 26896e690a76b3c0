"""The first report of a fresh process: what a user waits for after pressing return.

`measure_cold` starts `vlm_driving.bench.first_report`, which answers one frame and tells when
it had got how far. Both read CLOCK_MONOTONIC, which is the same in all processes of a
machine. The operating system keeps files in memory between runs: cold means the process,
not the disk.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vlm_driving.bench.frames import BenchFrame
from vlm_driving.bench.stats import Spread
from vlm_driving.core import UserError
from vlm_driving.core.deadline import NS_PER_MS

CHILD = "vlm_driving.bench.first_report"
LIMIT_S = 600


@dataclass(frozen=True, slots=True)
class ColdStart:
    """Milliseconds from process start to each milestone, and the process's peak memory."""

    imported_ms: float
    loaded_ms: float
    first_advice_ms: float
    first_report_ms: float
    peak_memory_mb: float | None


def measure_cold(bundle: Path, frame: BenchFrame, threads: int) -> ColdStart:
    """Answer `frame` in a fresh Python process. Raises UserError when that process fails."""
    with tempfile.TemporaryDirectory(prefix="vlm-driving-bench-") as folder:
        path = Path(folder) / "frame.npz"
        speed = float("nan") if frame.ego_speed_kmh is None else frame.ego_speed_kmh
        np.savez(path, image=frame.image, ego_speed_kmh=speed)
        command = [sys.executable, "-m", CHILD, str(bundle), str(path), str(threads)]
        start = time.monotonic_ns()
        child = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    if child.returncode:
        last = child.stderr.strip().splitlines()[-1:] or ["no message"]
        raise UserError(
            f"a fresh process could not answer with {bundle}: {last[0]}; "
            "run `vlm-driving replay` with this bundle to see more."
        )
    marks = json.loads(child.stdout.strip().splitlines()[-1])
    since = {name: (ns - start) / NS_PER_MS for name, ns in marks["monotonic_ns"].items()}
    return ColdStart(
        imported_ms=since["imported"],
        loaded_ms=since["loaded"],
        first_advice_ms=since["advice"],
        first_report_ms=since["report"],
        peak_memory_mb=marks["peak_memory_mb"],
    )


def summarize_cold(starts: Sequence[ColdStart]) -> dict[str, Any]:
    """The `cold` object of the bench: the median of each milestone, and the slowest."""
    peaks = [s.peak_memory_mb for s in starts if s.peak_memory_mb is not None]
    medians = {
        f"{name}_ms": Spread.of([getattr(s, f"{name}_ms") for s in starts]).to_json()["p50"]
        for name in ("imported", "loaded", "first_advice", "first_report")
    }
    return {
        "runs": len(starts),
        **medians,
        "first_report_max_ms": round(max(s.first_report_ms for s in starts), 3),
        "peak_memory_mb": round(max(peaks), 1) if peaks else None,
    }
