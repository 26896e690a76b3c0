"""The questions of a run, each with its answer and what every judge said of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from vlm_driving.evaluation.report.embed import number, words
from vlm_driving.evaluation.run import Run
from vlm_driving.evaluation.run_asked import Row, Scored


def question_rows(run: Run) -> list[dict[str, Any]]:
    """One object a question, in the order of the set; the set may be missing where scores are."""
    asked = run.asked
    rows = {str(row.get("question_id")).strip(): row for row in asked.questions}
    judged = {one.name: _by_id(one) for one in asked.scores}
    for by_id in judged.values():  # answers made elsewhere, scored into a run's directory
        for identity, row in by_id.items():
            rows.setdefault(identity, {**row, "text": row.get("question")})
    places = {report.sequence: index for index, report in enumerate(run.reports)}
    stamps = {report.stamp_ns: index for index, report in enumerate(run.reports)}
    return [_question(run, identity, row, judged, places, stamps) for identity, row in rows.items()]


def _question(
    run: Run,
    identity: str,
    row: Row,
    judged: Mapping[str, Mapping[str, Row]],
    places: Mapping[int, int],
    stamps: Mapping[int, int],
) -> dict[str, Any]:
    answer = run.asked.answers.get(identity, {})
    scored = {name: by_id[identity] for name, by_id in judged.items() if identity in by_id}
    some: Row = next(iter(scored.values()), {})
    image = _text(row.get("image") or answer.get("image"))
    frame = _place(answer.get("sequence"), places)
    if frame is None and not image:
        frame = _place(row.get("stamp_ns"), stamps)
    other = run.asked.other_scene.get(identity)
    return {
        "id": identity,
        "category": _text(row.get("category")),
        "image_category": _text(row.get("image_category")),
        "text": _text(row.get("text")),
        "context": _text(row.get("context")),
        "reference": _text(row.get("reference") or some.get("reference")),
        "image": image,
        "moment": "" if image else _moment(row),
        "rubric": _rubric(row),
        "frame": frame,
        "picture": _picture(run, frame, image),
        "answered": bool(answer) or bool(some),
        "answer": _text(answer.get("text") if answer else some.get("answer")),
        "outcome": _text(answer.get("outcome") or some.get("outcome")),
        "latency": number(answer.get("latency_ms") if answer else some.get("latency_ms")),
        "backend": _text(answer.get("backend")),
        "reason": _text(answer.get("reason")),
        "other": None if other is None else _text(other.get("text")),
        "scores": {name: _judgement(one) for name, one in scored.items()},
    }


def _moment(row: Row) -> str:
    """Camera and stamp that the question is about; "" where the set does not say."""
    stamp_ns = row.get("stamp_ns")
    return "" if stamp_ns is None else f"{_text(row.get('camera'))} {stamp_ns}"


def _rubric(row: Row) -> str:
    """The same for the same key facts: with others, a score would be another figure."""
    if not row.get("facts"):
        return ""
    facts = json.dumps(row["facts"], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(facts.encode("ascii")).hexdigest()[:12]


def _judgement(row: Row) -> dict[str, Any]:
    right = row.get("right")
    return {
        "score": None if row.get("failed") else number(row.get("score"), 2),
        "right": right if isinstance(right, bool) else None,
        "hits": words(row.get("hits")),
        "missed": words(row.get("missed")),
        "violated": words(row.get("violated")),
        "notes": words(row.get("notes")),
        "failed": bool(row.get("failed")),
        "reference_score": number(row.get("reference_score"), 2),
    }


def _picture(run: Run, frame: int | None, image: str) -> str | None:
    """The name of a question's picture on the page: of its frame, or of its image file."""
    if image:
        name = PurePosixPath(image).stem
        return f"image:{name}" if name in run.asked.pictures else None
    if frame is None or run.reports[frame].sequence not in run.thumbnails:
        return None
    return f"frame:{run.reports[frame].sequence}"


def _by_id(scored: Scored) -> dict[str, Row]:
    return {
        str(row["question_id"]).strip(): row
        for row in scored.rows
        if row.get("question_id") is not None
    }


def _place(key: object, places: Mapping[int, int]) -> int | None:
    return places.get(key) if isinstance(key, int) and not isinstance(key, bool) else None


def _text(value: object) -> str:
    return "" if value is None else str(value)
