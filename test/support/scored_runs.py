"""Run directories that were asked, scored and held against truth, as the commands leave them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.question_sets import write_rows
from vlm_driving.core import Advice, Outcome, PathAdvice, SceneReport, SpeedAdvice
from vlm_driving.evaluation.summary import Ending, summarize

START_NS = 1_700_000_000_000_000_000
PERIOD_NS = 500_000_000
CATEGORIES = ("conv", "detail", "complex")
SETTINGS: dict[str, Any] = {
    "schema": "vlm_driving/run/1",
    "bag": "/bags/tokyo",
    "camera_topic": "/camera",
    "pace": "realtime",
    "rate": 1.0,
    "budget_ms": 200.0,
    "question_budget_ms": 1000.0,
    "model": "driving-ja",
    "machine": {"cpu": "a CPU", "cores": 2, "python": "3.10.1"},
    "version": "0.1.0",
}


def report(sequence: int, **changes: Any) -> SceneReport:
    """A frame that was answered in 90 ms: the road is free, go on."""
    usual = SceneReport(
        camera="front",
        frame_id="optical",
        stamp_ns=START_NS + sequence * PERIOD_NS,
        sequence=sequence,
        outcome=Outcome.OK,
        advice=Advice(SpeedAdvice.KEEP, PathAdvice.KEEP, 0.9),
        advice_ja="このまま進んでください。",
        description_ja="前方は空いています。",
        backend="onnx-cpu",
        model="driving-ja",
        budget_ms=200.0,
        latency_ms=90.0,
    )
    return dataclasses.replace(usual, **changes)


def timeout(sequence: int) -> SceneReport:
    """A frame without an answer by its deadline."""
    nothing: dict[str, Any] = {"advice": None, "advice_ja": "", "description_ja": ""}
    return report(sequence, outcome=Outcome.TIMEOUT, latency_ms=198.0, **nothing)


def score_row(number: int, score: float | None, **changes: Any) -> dict[str, Any]:
    """A row of `scores.jsonl`; every third question is conv, detail, complex."""
    return {
        "question_id": str(number),
        "category": CATEGORIES[number % 3],
        "image_category": "traffic",
        "score": score,
        "failed": score is None,
        "latency_ms": 300.0,
        "outcome": "ok",
        "weight": 1.0,
        "image": None,
        "camera": "front",
        "stamp_ns": START_NS + number * PERIOD_NS,
        "question": f"問{number}は何ですか。",
        "answer": f"答え{number}です。",
        "reference": f"正解{number}です。",
        **changes,
    }


def score_object(rows: Sequence[Mapping[str, Any]], **changes: Any) -> dict[str, Any]:
    """`score.json` of the answers."""
    means = {}
    for name in CATEGORIES:
        found = [r["score"] for r in rows if r["category"] == name and r["score"] is not None]
        means[name] = sum(found) / len(found) if found else None
    there = [mean for mean in means.values() if mean is not None]
    latency = [r["latency_ms"] for r in rows if r["latency_ms"] is not None]
    worst = max(latency, default=None)
    return {
        "score": {"overall": sum(there) / len(there) if there else None, **means},
        "judge": {"name": "keyfact", "version": "2"},
        "n": len(rows),
        "flags": [],
        "failed": sum(row["failed"] for row in rows),
        "missing": sum(row["outcome"] == "missing" for row in rows),
        "latency_ms": {"p50": worst, "p90": worst, "p99": worst, "max": worst},
        **changes,
    }


def truth_row(sequence: int, score: float | None = 8.0, **changes: Any) -> dict[str, Any]:
    """A row of `scores/truth/scores.jsonl`."""
    return {
        "sequence": sequence,
        "camera": "front",
        "stamp_ns": START_NS + sequence * PERIOD_NS,
        "outcome": "ok",
        "latency_ms": 90.0,
        "score": score,
        "advice_right": True,
        **changes,
    }


def truth_object(rows: Sequence[Mapping[str, Any]], **changes: Any) -> dict[str, Any]:
    """`score.json` of what was published; `changes` are of its key `truth`."""
    scores = [row["score"] for row in rows if row["score"] is not None]
    mean = sum(scores) / len(scores) if scores else None
    truth = {
        "source": "/simulator/ground_truth",
        "frames": len(rows),
        "advice": {
            "speed": {"macro_f1": 0.9, "accuracy": 0.95},
            "path": {"macro_f1": 0.9, "accuracy": 0.95},
            "stop_recall": 0.95,
            "flicker_per_minute": 2.0,
        },
        "hazards": {"f1": 0.8},
    }
    return {
        "schema": "vlm_driving/truth/1",
        "score": {"overall": mean, "conv": None, "detail": mean, "complex": None},
        "judge": {"name": "keyfact", "version": "2"},
        "n": len(scores),
        "flags": [],
        "truth": {**truth, **changes},
    }


def question_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `questions.jsonl` behind a row of the scores."""
    keys = ("question_id", "category", "image_category", "camera", "stamp_ns", "reference")
    facts = {"must": [[str(row["reference"])]]}
    return {**{key: row[key] for key in keys}, "text": row["question"], "facts": facts}


def write_scored_run(
    path: Path,
    *,
    settings: Mapping[str, Any] | None = None,
    reports: Sequence[SceneReport] = (),
    rows: Sequence[Mapping[str, Any]] = (),
    truth: Sequence[Mapping[str, Any]] = (),
    score: Mapping[str, Any] | None = None,
    truth_changes: Mapping[str, Any] | None = None,
) -> Path:
    """Write a run; what is empty is left out.

    Args:
        path: to be made.
        settings: changes to `run.json`.
        reports: frames.
        rows: of the scores of answers.
        truth: rows of the scores against truth.
        score: changes to `score.json` of the answers.
        truth_changes: changes to the key `truth` of the other `score.json`.
    """
    path.mkdir(parents=True)
    merged = {**SETTINGS, **(settings or {})}
    _object(path / "run.json", merged)
    if reports:
        write_rows(path / "frames.jsonl", [one.to_json() for one in reports])
        _object(path / "summary.json", summarize(reports, merged, Ending(wall_s=1.0)))
    if rows:
        write_rows(path / "questions.jsonl", map(question_of, rows))
        said = ({"question_id": r["question_id"], "text": r["answer"]} for r in rows)
        write_rows(path / "answers.jsonl", said)
        write_rows(path / "scores" / "keyfact" / "scores.jsonl", rows)
        _object(path / "scores" / "keyfact" / "score.json", score_object(rows, **(score or {})))
    if truth:
        write_rows(path / "scores" / "truth" / "scores.jsonl", truth)
        found = truth_object(truth, **(truth_changes or {}))
        _object(path / "scores" / "truth" / "score.json", found)
    return path


def _object(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
