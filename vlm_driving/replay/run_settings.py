"""The object of `run.json`: everything about a run that is known before its first frame."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from vlm_driving import __version__
from vlm_driving.replay.asking.plan_replay import QuestionPlan
from vlm_driving.replay.machine import describe_machine
from vlm_driving.replay.options import Pace, ReplayOptions

if TYPE_CHECKING:
    from vlm_driving.replay.session import OpenedModel, Source


def describe_run(
    options: ReplayOptions, source: Source, model: OpenedModel, plan: QuestionPlan | None = None
) -> dict[str, Any]:
    """Bag, model, machine and settings; the question set where one is asked."""
    realtime = options.pace is Pace.REALTIME
    return {
        "bag": str(options.bag),
        # From another directory the path as typed leads nowhere; a whole one would tell of homes.
        "bag_from_run": os.path.relpath(options.bag.resolve(), options.out.resolve()),
        "camera_topic": source.camera_topic,
        "speed_topic": source.speed_topic,
        "pace": options.pace.value,
        "rate": options.rate if realtime else None,
        "budget_ms": options.deadline_budget_ms,
        "start_s": options.start_s,
        "duration_s": options.duration_s,
        "model": model.name,
        "model_path": str(options.model),
        "model_load_ms": round(model.load_ms, 1),
        "backend": model.backend,
        "line_up": [one.to_json() for one in model.line_up],
        "threads": options.threads,
        "frozen_after_frames": options.frozen_after_frames,
        "machine": describe_machine(),
        "version": __version__,
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        **({} if plan is None else _describe_questions(options, plan)),
    }


def _describe_questions(options: ReplayOptions, plan: QuestionPlan) -> dict[str, Any]:
    settings = options.question_settings
    return {
        "questions": plan.describe(),
        "question_budget_ms": None if settings is None else settings.budget_ms,
        "other_scene": options.other_scene,
    }
