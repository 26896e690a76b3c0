"""What an interrupted run over pictures has already, and whether it may go on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

from vlm_driving.core import UserError
from vlm_driving.evaluation.questions import QuestionSet
from vlm_driving.evaluation.run_asked import Row, load_asked
from vlm_driving.replay.asking.answers import KeptRows
from vlm_driving.replay.asking.rows import DROPPED, NO_BACKEND


def settings_of(run: Path) -> dict[str, Any]:
    """The `run.json` of a run over pictures.

    Raises:
        UserError: for a directory that holds no such run.
    """
    try:
        settings = json.loads((run / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        settings = None
    if not _is_whole(settings):
        raise UserError(
            f"{run} is no run of `vlm-driving heron`; name its directory with --resume, or begin a "
            "new one."
        )
    return settings


def _is_whole(settings: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is a `run.json` that says what was asked, and of whom."""
    if not isinstance(settings, dict) or settings.get("kind") != "heron":
        return False
    questions = settings.get("questions")
    if not isinstance(questions, dict):
        return False
    return isinstance(questions.get("path"), str) and isinstance(settings.get("model_path"), str)


def check_same(run: Path, described: Mapping[str, Any], model_digest: str) -> dict[str, Any]:
    """The settings of a run, if it asks the same questions of the same model.

    Args:
        run: directory.
        described: the set that is to be asked, as `describe_set` puts it.
        model_digest: of the bundle that is to be asked.

    Raises:
        UserError: if it asked others: answers of two models make no score.
    """
    settings = settings_of(run)
    if settings["questions"].get("digest") != described["digest"]:
        raise UserError(
            f"{run} asked other questions than {described['path']} has now (or other pictures were "
            "there); begin a new run."
        )
    if settings.get("model_sha256") != model_digest:
        raise UserError(
            f"{run} asked another model ({settings.get('model_path')}); name that one, or begin a "
            "new run."
        )
    return settings


def kept_rows(run: Path, questions: QuestionSet) -> KeptRows:
    """The rows that stay, of a run that may have been killed while it wrote one.

    Questions that were not asked, that a backend failed on, or whose row is damaged are asked.
    """
    settings_of(run)
    known = {question.id for question in questions}
    asked = load_asked(run)

    def kept(rows: Mapping[str, Row]) -> tuple[Mapping[str, Any], ...]:
        return tuple(
            {**row, "question_id": identity}
            for identity, row in rows.items()
            if identity in known and _is_sound(row) and not _to_be_asked(row)
        )

    return KeptRows(kept(asked.answers), kept(asked.other_scene))


def _is_sound(row: Row) -> bool:
    """Whether a row says how its question ended."""
    latency = row.get("latency_ms")
    timed = latency is None or (isinstance(latency, (int, float)) and latency >= 0)
    return timed and isinstance(row.get("text"), str) and isinstance(row.get("outcome"), str)


def _to_be_asked(row: Row) -> bool:
    """Whether a row is of a question that the model did not come to; one without words it did."""
    if row.get("outcome") == NO_BACKEND:
        return row.get("latency_ms") is None
    return row.get("outcome") == DROPPED
