"""The process that `cold` starts: `python -m vlm_driving.bench.first_report BUNDLE FRAME THREADS`.

Imports what a replay needs for a first report and nothing of the bench beside it. Prints one
JSON object: monotonic instants of its milestones, and its peak memory.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str]) -> int:
    """Answer the frame (npz with `image` and `ego_speed_kmh`) of `argv`; returns 0, or 2."""
    import numpy as np

    from vlm_driving.backends.onnx import open_runner
    from vlm_driving.bench.machine import peak_memory_mb
    from vlm_driving.core import UserError
    from vlm_driving.runtime.bundle import ModelBundle
    from vlm_driving.runtime.engine import Engine
    from vlm_driving.runtime.events import AdviceDecoded

    marks = {"imported": time.monotonic_ns()}
    with np.load(Path(argv[1])) as data:
        image, speed = data["image"], float(data["ego_speed_kmh"])
    try:
        bundle = ModelBundle.load(Path(argv[0]))
        engine = Engine(bundle, open_runner(bundle, threads=int(argv[2])))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    marks["loaded"] = time.monotonic_ns()
    for event in engine.answer(image, None if np.isnan(speed) else speed, None):
        if isinstance(event, AdviceDecoded):
            marks["advice"] = time.monotonic_ns()
    marks["report"] = time.monotonic_ns()
    print(json.dumps({"monotonic_ns": marks, "peak_memory_mb": peak_memory_mb()}))
    return 0


if __name__ == "__main__":
    from vlm_driving import process

    process.claim()
    raise SystemExit(main(sys.argv[1:]))
