"""How fast the simulator makes training scenes: picture, facts and labels, by worker processes."""

from __future__ import annotations

import multiprocessing
import threading
import time
from typing import Any

from vlm_driving.replay.machine import usable_cores

RENDER_SEED = 7_500_000
"""Of the first worker; the next ones follow. No other set has these."""
SIZE = (480, 270)
"""Most training pictures have this size."""
WARM_UP = 200
"""Scenes a worker makes before the clock starts: they fill its caches of textures."""
PATIENCE_S = 300.0
"""Longer than any machine needs for the warm-up: a worker that is not there by then died."""


def scenes_a_second(
    workers: int, scenes: int, warm_up: int = WARM_UP, first_seed: int = RENDER_SEED
) -> float:
    """Scenes made a second by `workers` processes together, `scenes` each, start-up left out.

    Raises:
        RuntimeError: if a worker fails.
    """
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(workers + 1)
    made = [
        context.Process(
            target=_make, args=(first_seed + number, scenes, warm_up, ready), daemon=True
        )
        for number in range(workers)
    ]
    for process in made:
        process.start()
    try:
        ready.wait(PATIENCE_S)
    except threading.BrokenBarrierError as error:
        for process in made:
            process.kill()
        raise RuntimeError("a rendering worker failed in its warm-up") from error
    began = time.perf_counter()
    for process in made:
        process.join()
    took = time.perf_counter() - began
    if any(process.exitcode for process in made):
        raise RuntimeError("a rendering worker failed")
    return workers * scenes / took


def rendering(scenes: int) -> dict[str, Any]:
    """The `rendering` object of the bench: one worker, then one for each core."""
    workers = usable_cores()
    one = scenes_a_second(1, scenes)
    every = one if workers == 1 else scenes_a_second(workers, scenes)
    return {
        "size": list(SIZE),
        "scenes": scenes,
        "one_worker_scenes_per_s": round(one, 1),
        "workers": workers,
        "scenes_per_s": round(every, 1),
        "scaling": round(every / one, 2),
    }


def _make(seed: int, scenes: int, warm_up: int, ready: Any) -> None:
    import cv2

    from vlm_driving.simulator import dense_labels, render, sample_scene, visible_facts

    cv2.setNumThreads(1)

    def make(index: int) -> None:
        scene = sample_scene(seed, index)
        rendered = render(scene, *SIZE)
        dense_labels(scene, rendered, visible_facts(scene, rendered))

    try:
        for index in range(warm_up):
            make(index)
    except BaseException:
        ready.abort()
        raise
    ready.wait()
    for index in range(warm_up, warm_up + scenes):
        make(index)
