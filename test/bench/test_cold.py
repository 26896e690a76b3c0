"""A fresh process answers one frame, and tells why when it cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.bench.cold import ColdStart, measure_cold, summarize_cold
from vlm_driving.bench.frames import BenchFrame
from vlm_driving.core import UserError

FRAME = BenchFrame(np.full((48, 96, 3), 90, np.uint8), None)


def test_milestones_come_in_order(tmp_path: Path) -> None:
    start = measure_cold(make_tiny_bundle(tmp_path / "tiny"), FRAME, threads=1)
    marks = [start.imported_ms, start.loaded_ms, start.first_advice_ms, start.first_report_ms]
    assert marks[0] > 0
    assert marks == sorted(marks)
    assert start.peak_memory_mb is None or start.peak_memory_mb > 10


def test_a_process_that_fails_passes_its_sentence_on(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no model bundle at"):
        measure_cold(tmp_path / "none", FRAME, threads=1)


def test_the_median_of_each_milestone_is_kept_and_the_slowest_report() -> None:
    starts = [ColdStart(1.0, 2.0, 3.0, ms, 100.0 + ms) for ms in (9.0, 4.0, 5.0)]
    found = summarize_cold(starts)
    assert (found["runs"], found["first_report_ms"], found["first_report_max_ms"]) == (3, 5.0, 9.0)
    assert found["peak_memory_mb"] == 109.0
    assert summarize_cold([ColdStart(1.0, 2.0, 3.0, 4.0, None)])["peak_memory_mb"] is None
