"""Frames and a place for their reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
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
