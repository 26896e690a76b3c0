"""The model of a replay: loaded, and warm before the first frame is offered."""

from __future__ import annotations

import gc
import time

import numpy as np

from vlm_driving import process
from vlm_driving.backends.onnx import open_runner
from vlm_driving.replay.options import ReplayOptions
from vlm_driving.replay.session import OpenedModel
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine

WARM_UPS = 2


def open_model(options: ReplayOptions) -> OpenedModel:
    """Load the bundle, run it on a grey frame, and hand it over.

    Raises UserError for a bundle that cannot be loaded.
    """
    begun = time.monotonic()
    bundle = ModelBundle.load(options.model)
    runner = open_runner(bundle, threads=options.threads)
    engine = Engine(bundle, runner)
    spec = bundle.preprocess
    image = np.full((2 * spec.height, 2 * spec.width, 3), 114, np.uint8)
    for _ in range(WARM_UPS):
        for _event in engine.answer(image, None, None):
            pass
    if process.is_ours():
        # What is loaded stays: the collector need not look through it between two frames.
        gc.collect()
        gc.freeze()
    load_ms = (time.monotonic() - begun) * 1000
    return OpenedModel(engine, bundle.name, runner.name, load_ms, spec)
