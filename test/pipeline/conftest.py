"""Frames and a place for their reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.ladder_bench import LadderBench
from support.scripted_answerer import FakeClock

from vlm_driving.core import SceneReport
from vlm_driving.pipeline import OfferedFrame


@dataclass
class Published:
    """Reports in order of publishing, and the images that came with them."""

    reports: list[SceneReport] = field(default_factory=list)
    images: list[NDArray[np.uint8] | None] = field(default_factory=list)

    def __call__(self, report: SceneReport, image: NDArray[np.uint8] | None) -> None:
        self.reports.append(report)
        self.images.append(image)

    @property
    def outcomes(self) -> list[str]:
        return [report.outcome.value for report in self.reports]


def grey() -> NDArray[np.uint8]:
    return np.full((4, 8, 3), 100, np.uint8)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def published() -> Published:
    return Published()


@pytest.fixture
def make_frame(clock: FakeClock) -> Callable[..., OfferedFrame]:
    def make(sequence: int = 0, **changes: Any) -> OfferedFrame:
        values: dict[str, Any] = {
            "load": grey,
            "camera": "front",
            "frame_id": "optical",
            "stamp_ns": 1000 + sequence,
            "sequence": sequence,
            "arrived_ns": clock(),
        }
        return OfferedFrame(**{**values, **changes})

    return make


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LadderBench]:
    """A running ladder that the tests of a module share: whatever they do to it, it recovers."""
    bench = LadderBench(tmp_path_factory.mktemp("orders"))
    with bench.pool:
        bench.start()
        yield bench
        bench.pipeline.close()


@pytest.fixture
def open_ladder_bench(tmp_path: Path) -> Iterator[Callable[..., LadderBench]]:
    """Makes a ladder of the test's own, not started; its workers are ended in any case."""
    made: list[LadderBench] = []

    def make(**changes: Any) -> LadderBench:
        made.append(LadderBench(tmp_path, **changes))
        return made[-1]

    yield make
    for one in made:
        one.pool.close(0)
