"""A run directory of any size by the contract of runs, made up from a seed: no model, no bag.

It has what a page has to show: outcomes of every kind, advice beside truth, questions in three
categories with the scores of two judges, baselines of which one is flagged, and small pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vlm_driving.bench.made_up_scores import (
    asked_frames,
    make_up_questions,
    make_up_truth,
    write_json,
    write_lines,
)
from vlm_driving.core import (
    Advice,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    Outcome,
    PathAdvice,
    SceneReport,
    SpeedAdvice,
    StageTimes,
    TokenCounts,
)
from vlm_driving.evaluation.summary import Ending, summarize

BUDGET_MS = 200.0
BEGIN_NS = 1_750_000_000_000_000_000
PERIOD_NS = 100_000_000
_SPEEDS = tuple(SpeedAdvice)
_PATHS = (PathAdvice.KEEP, PathAdvice.SHIFT_RIGHT, PathAdvice.KEEP, PathAdvice.SHIFT_LEFT)
_WORDS = {
    SpeedAdvice.KEEP: "車間を保って進んでください。",
    SpeedAdvice.ACCELERATE: "前が空いているので、加速してください。",
    SpeedAdvice.DECELERATE: "前の車に近づいているので、減速してください。",
    SpeedAdvice.STOP: "赤信号なので、停止線の手前で止まってください。",
}


@dataclass(frozen=True, slots=True)
class MadeUp:
    """What the run is to have.

    Attributes:
        frames: so many; 0: none, as `vlm-driving heron` leaves a run.
        questions: so many.
        pictures: thumbnails at most.
        quality: 0 to 1, how often an answer or advice is right.
        seed: of everything that is drawn.
        judges: folders below `scores/`.
        truth: whether what was published stands beside truth.
    """

    frames: int = 10_000
    questions: int = 300
    pictures: int = 360
    quality: float = 0.75
    seed: int = 1
    judges: Sequence[str] = ("keyfact", "reference")
    truth: bool = True


def make_up_run(path: Path, plan: MadeUp | None = None) -> Path:
    """Write the run into `path`, which is made; returns `path`."""
    plan = plan or MadeUp()
    draw = np.random.RandomState(plan.seed)
    path.mkdir(parents=True)
    settings = _settings(plan)
    write_json(path / "run.json", settings)
    truth = [_true_speed(index) for index in range(plan.frames)]
    reports = [_report(index, truth[index], draw, plan.quality) for index in range(plan.frames)]
    if plan.frames:
        write_lines(path / "frames.jsonl", (report.to_json() for report in reports))
        ending = Ending(recorded_s=plan.frames / 10, wall_s=plan.frames / 10, first_report_s=2.1)
        write_json(path / "summary.json", summarize(reports, settings, ending))
    _pictures(path, plan)
    if plan.questions:
        make_up_questions(path, reports, plan.questions, plan.quality, plan.judges, draw)
    if plan.truth and plan.frames:
        paths = [_true_path(index) for index in range(plan.frames)]
        make_up_truth(path, list(zip(truth, paths, strict=True)), reports, draw)
    return path


def _settings(plan: MadeUp) -> dict[str, Any]:
    shared = {
        "schema": "vlm_driving/run/1",
        "model": "made-up",
        "backend": "onnx-cpu",
        "machine": {"cpu": "made up", "cores": 2},
        "version": "0.1.0",
        "started": "2025-06-15T15:06:40+00:00",
        "question_budget_ms": 1000.0,
    }
    if not plan.frames:
        return {**shared, "kind": "heron", "images": "pictures_of_japan"}
    bag = {"bag": "made_up_drive", "camera_topic": "/camera/front", "speed_topic": "/vehicle/speed"}
    return {**shared, **bag, "pace": "realtime", "rate": 1.0, "budget_ms": BUDGET_MS}


def _true_speed(index: int) -> SpeedAdvice:
    """Sixteen seconds: go on, slow down, stand, start."""
    phase = index % 160
    edges = ((70, SpeedAdvice.KEEP), (100, SpeedAdvice.DECELERATE), (140, SpeedAdvice.STOP))
    return next((speed for edge, speed in edges if phase < edge), SpeedAdvice.ACCELERATE)


def _true_path(index: int) -> PathAdvice:
    return _PATHS[index // 45 % len(_PATHS)]


def _report(
    index: int, truth: SpeedAdvice, draw: np.random.RandomState, quality: float
) -> SceneReport:
    chance = draw.random_sample(6)
    outcome = _outcome(index, float(chance[0]))
    right = chance[1] < 0.5 + quality / 2
    speed = truth if right else _SPEEDS[int(chance[2] * 4)]
    told = outcome in (Outcome.OK, Outcome.TRUNCATED)
    hazards = (Hazard(HazardKind.VEHICLE_AHEAD, HazardSide.CENTER, HazardRange.MID),)
    slow = index % 1000 > 900
    work = 55 + 20 * float(chance[3]) + 60 * slow + 40 * float(chance[4]) ** 8
    late = 205.0 if outcome is Outcome.TIMEOUT else work
    return SceneReport(
        camera="front",
        frame_id="front_camera",
        stamp_ns=BEGIN_NS + index * PERIOD_NS,
        sequence=index,
        outcome=outcome,
        advice=Advice(speed, _true_path(index), 0.5 + 0.5 * float(chance[5]), hazards)
        if told
        else None,
        advice_ja=_WORDS[speed] if told else "",
        description_ja=f"昼間の片側1車線の道路で、前の車まで約{10 + index % 40}mです。"
        if told
        else "",
        ego_speed_kmh=float(20 + index % 40),
        backend="onnx-gpu"
        if outcome.names_backend and not slow
        else "onnx-cpu"
        if outcome.names_backend
        else None,
        fallback_from=("onnx-gpu",) if slow else (),
        reason=None if told else f"made up: {outcome.value}",
        model="made-up",
        budget_ms=BUDGET_MS,
        age_on_arrival_ms=1.0,
        latency_ms=None if outcome is Outcome.MALFORMED else late,
        stages_ms=StageTimes(1.0, 2.0, work * 0.5, work * 0.1, work * 0.4)
        if told
        else StageTimes(),
        tokens=TokenCounts(66, 54, 30 if told else 0),
        legal_mass=0.99 if told else None,
    )


def _outcome(index: int, chance: float) -> Outcome:
    rare = (Outcome.STALE, Outcome.NO_BACKEND, Outcome.MALFORMED)
    if index % 997 == 500:
        return rare[index // 997 % len(rare)]
    edges = (
        (0.90, Outcome.OK),
        (0.93, Outcome.TRUNCATED),
        (0.95, Outcome.UNSURE),
        (0.975, Outcome.TIMEOUT),
    )
    return next((outcome for edge, outcome in edges if chance < edge), Outcome.DROPPED)


def _pictures(path: Path, plan: MadeUp) -> None:
    """Small JPEGs: of the frames that are asked about, then of others."""
    import cv2

    folder = path / ("thumbnails" if plan.frames else "pictures")
    folder.mkdir()
    asked = asked_frames(plan.frames, plan.questions) or list(range(plan.questions))
    spread = range(0, plan.frames, max(1, plan.frames // max(1, plan.pictures)))
    names = list(dict.fromkeys([*asked, *spread]))[: plan.pictures]
    rows, columns = np.mgrid[0:180, 0:320]
    for number in names:
        image = np.empty((180, 320, 3), np.uint8)
        image[:] = (190, 160, 120)
        image[rows > 90] = (90, 95, 92)
        image[np.abs(columns - 160 - (rows - 90) * ((number % 9 - 4) / 5)) < (rows - 86) // 22] = (
            235
        )
        cv2.rectangle(image, (130 + number % 40, 70), (170 + number % 60, 110), (60, 60, 150), -1)
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 72])
        name = f"{number:06d}" if plan.frames else f"{number:03d}"
        (folder / f"{name}.jpg").write_bytes(data.tobytes())
