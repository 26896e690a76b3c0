"""A run directory as it lies on disk, whole or cut off."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vlm_driving.core import SceneReport, UserError
from vlm_driving.evaluation.run_asked import QUESTIONS, Asked, load_asked
from vlm_driving.evaluation.summary import SUMMARY_SCHEMA, Ending, summarize


@dataclass(frozen=True, slots=True)
class Run:
    """What a replay wrote, or questions on image files (`kind` heron, no reports).

    Attributes:
        path: the run directory.
        settings: `run.json`; empty for a run that lacks it.
        summary: `summary.json`, or the same figures made from the reports when the run
            was killed before it was written.
        reports: one for each frame, in order of `sequence`.
        thumbnails: JPEG files by `sequence`.
        problems: what is wrong with the files, one sentence each.
        asked: questions, answers and what judges said; empty for a run without them.
    """

    path: Path
    settings: Mapping[str, Any]
    summary: Mapping[str, Any]
    reports: tuple[SceneReport, ...]
    thumbnails: Mapping[int, Path]
    problems: tuple[str, ...] = ()
    asked: Asked = field(default_factory=Asked)

    @property
    def kind(self) -> str:
        """`replay`, or what `run.json` says: `heron`."""
        return str(self.settings.get("kind") or "replay")


def load_run(path: Path) -> Run:
    """Read a run; a last line that was cut off is left out and told.

    Raises UserError when `path` holds no run, or one that was damaged otherwise.
    """
    frames = path / "frames.jsonl"
    reports: list[SceneReport] = []
    problems: tuple[str, ...] = ()
    if frames.is_file():
        reports, problems = _read_reports(frames)
    elif not (path / QUESTIONS).is_file():
        raise UserError(
            f"{path} is no run (it has no frames.jsonl and no {QUESTIONS}); name the directory of "
            "a replay, or of `vlm-driving heron`."
        )
    settings = _read_json(path / "run.json") or {}
    summary = _read_json(path / "summary.json")
    kind = settings.get("kind")
    if kind is None and summary is not None and summary.get("schema") != SUMMARY_SCHEMA:
        raise UserError(
            f"{path / 'summary.json'} is no summary of this version (schema "
            f"{summary.get('schema')!r}); remove it, or replay again."
        )
    if summary is None and kind is None:
        problems = (*problems, "The run was stopped before it wrote its summary.")
        summary = summarize(reports, settings, Ending(interrupted=True, problems=problems))
    asked = load_asked(path)
    thumbnails = {
        int(file.stem): file
        for file in sorted((path / "thumbnails").glob("*.jpg"))
        if file.stem.isdecimal()
    }
    ordered = tuple(sorted(reports, key=lambda report: report.sequence))
    return Run(path, settings, summary or {}, ordered, thumbnails, problems + asked.problems, asked)


def _read_reports(path: Path) -> tuple[list[SceneReport], tuple[str, ...]]:
    """The reports of a frames.jsonl; a cut last line is forgiven."""
    reports: list[SceneReport] = []
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line, parse_constant=_finite, parse_float=_finite)
            reports.append(SceneReport.from_json(found))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
            if number == len(lines):  # no newline behind it: the writer was cut off here
                return reports, ("The last line of frames.jsonl was cut off and is left out.",)
            raise UserError(
                f"Line {number} of {path} is no report ({fault}); replay the bag again."
            ) from None
    return reports, ()


def _finite(number: str) -> float:
    """A number of JSON.

    Raises ValueError for NaN and what is beyond all numbers: no figure can be made of them, and no
    JSON that all programs read.
    """
    if not math.isfinite(found := float(number)):
        raise ValueError(f"{number} is no number")
    return found


def _read_json(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file, or None when there is no such file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as fault:
        raise UserError(f"{path} is not JSON ({fault}); remove it or replay again.") from None
    if not isinstance(data, dict):
        raise UserError(f"{path} is not a JSON object; remove it or replay again.")
    return data
