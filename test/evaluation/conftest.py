"""Runs written on the spot."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from support.scripted_answerer import ADVICE

from vlm_driving.core import Outcome, SceneReport, StageTimes, TokenCounts
from vlm_driving.evaluation.summary import Ending, summarize

SETTINGS: dict[str, Any] = {
    "schema": "vlm_driving/run/1",
    "bag": "/bags/tokyo",
    "pace": "realtime",
    "rate": 1.0,
    "budget_ms": 200.0,
    "model": "driving-ja",
    "camera_topic": "/camera",
    "machine": {"cpu": "a CPU", "cores": 2},
    "version": "0.1.0",
}
ANSWERED = SceneReport(
    camera="front",
    frame_id="optical",
    stamp_ns=1_700_000_000_000_000_000,
    sequence=0,
    outcome=Outcome.OK,
    advice=ADVICE,
    advice_ja="減速してください。",
    description_ja="左前方に歩行者がいます。",
    backend="onnx-cpu",
    model="driving-ja",
    budget_ms=200.0,
    age_on_arrival_ms=5.0,
    latency_ms=90.0,
    stages_ms=StageTimes(0.1, 2.0, 30.0, 20.0, 38.0),
    tokens=TokenCounts(60, 50, 20),
    legal_mass=0.9,
)

FINISHED = Ending(recorded_s=1.0, wall_s=1.0)


def numbered(reports: Sequence[SceneReport], period_ms: int = 100) -> list[SceneReport]:
    """The reports in a row, `period_ms` apart."""
    return [
        dataclasses.replace(
            report, sequence=i, stamp_ns=ANSWERED.stamp_ns + i * period_ms * 1_000_000
        )
        for i, report in enumerate(reports)
    ]


@pytest.fixture
def answered() -> SceneReport:
    return ANSWERED


@pytest.fixture
def without_answer() -> Callable[..., SceneReport]:
    def make(outcome: Outcome, **changes: Any) -> SceneReport:
        return dataclasses.replace(
            ANSWERED, outcome=outcome, advice=None, advice_ja="", description_ja="", **changes
        )

    return make


@pytest.fixture
def write_run(tmp_path: Path) -> Callable[..., Path]:
    """Writes a run directory as a replay leaves it."""

    def write(
        reports: Sequence[SceneReport],
        settings: dict[str, Any] | None = None,
        ending: Ending | None = FINISHED,
        thumbnails: Sequence[int] = (),
    ) -> Path:
        path = tmp_path / "run"
        (path / "thumbnails").mkdir(parents=True)
        merged = {**SETTINGS, **(settings or {})}
        (path / "run.json").write_text(json.dumps(merged), encoding="utf-8")
        lines = [json.dumps(report.to_json(), ensure_ascii=False) for report in reports]
        (path / "frames.jsonl").write_text("".join(f"{x}\n" for x in lines), encoding="utf-8")
        if ending is not None:
            summary = summarize(reports, merged, ending)
            (path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
        for sequence in thumbnails:
            (path / "thumbnails" / f"{sequence:06d}.jpg").write_bytes(b"\xff\xd8 a picture")
        return path

    return write


@pytest.fixture(name="numbered")
def numbered_fixture() -> Callable[..., list[SceneReport]]:
    return numbered
