"""Workers to use and to break."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.worker_bench import PATIENCE_S, Bench

from vlm_driving.pipeline.workers import FrameMemory


@pytest.fixture(scope="module")
def memory() -> Iterator[FrameMemory]:
    memory = FrameMemory(4, 8 * 12 * 3)
    yield memory
    memory.close()


@pytest.fixture(scope="module")
def bench(memory: FrameMemory) -> Iterator[Bench]:
    """A worker that all tests of a module share; it comes back from whatever they do to it."""
    bench = Bench(memory)
    bench.worker.start()
    yield bench
    bench.worker.stop()
    assert bench.worker.join(PATIENCE_S)
    assert bench.worker.fault is None


@pytest.fixture
def open_bench(memory: FrameMemory) -> Iterator[Callable[..., Bench]]:
    """Makes a started worker of the test's own."""
    made: list[Bench] = []

    def make(**changes: Any) -> Bench:
        made.append(Bench(memory, **changes))
        made[-1].worker.start()
        return made[-1]

    yield make
    for one in made:
        one.worker.stop(0)
        assert one.worker.join(PATIENCE_S)
