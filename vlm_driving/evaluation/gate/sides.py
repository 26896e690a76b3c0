"""One of the two runs of a comparison, as far as its directory has it.

A reference that is kept in a repository need not be a whole run: `run.json`, `summary.json` and
`scores/` are enough for the figures; `frames.jsonl` and `questions.jsonl` tell what changed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlm_driving.core import SceneReport, UserError
from vlm_driving.evaluation.questions.lines import read_rows
from vlm_driving.evaluation.run import load_run

SCORES = "scores"
TRUTH = "truth"
QUESTIONS = "questions.jsonl"
_REMEDY = "score the run again, or restore the file"


@dataclass(frozen=True, slots=True)
class Scored:
    """One folder below `scores/`.

    Attributes:
        path: of the folder.
        result: `score.json`.
        rows: of `scores.jsonl`.
    """

    path: Path
    result: Mapping[str, Any]
    rows: tuple[Mapping[str, Any], ...]

    @property
    def judge(self) -> str:
        """Name and version, as they stand beside the scores."""
        judge = self.result.get("judge")
        if not isinstance(judge, Mapping):
            return "an unnamed judge"
        return f"{judge.get('name')} {judge.get('version')}"


@dataclass(frozen=True, slots=True)
class Side:
    """A run, scored.

    Attributes:
        path: its directory.
        settings: `run.json`; empty where there is none.
        summary: `summary.json`, or figures made from the reports; empty where there is neither.
        reports: of `frames.jsonl`; none where the directory has no such file.
        questions: scores of answers to questions.
        truth: scores of what was published.
        facts: what `questions.jsonl` says of each question, by its id.
        problems: what is wrong with the files, one sentence each.
    """

    path: Path
    settings: Mapping[str, Any]
    summary: Mapping[str, Any]
    reports: tuple[SceneReport, ...]
    questions: Scored | None
    truth: Scored | None
    facts: Mapping[str, Mapping[str, Any]]
    problems: tuple[str, ...] = ()


def load_side(path: Path, judge: str, scores: Path | None = None) -> Side:
    """Read what a comparison needs of a run.

    Args:
        path: a run directory.
        judge: whose scores of the answers are compared.
        scores: folder of the scores, where it is not `scores` in the run.

    Raises:
        UserError: no such directory, or a file in it that cannot be read.
    """
    if not path.is_dir():
        raise UserError(f"There is no run directory {path}; check the path.")
    reports: tuple[SceneReport, ...] = ()
    problems: tuple[str, ...] = ()
    if (path / "frames.jsonl").is_file():
        run = load_run(path)
        settings, summary = run.settings, run.summary
        reports, problems = run.reports, run.problems
    else:
        settings = _object(path / "run.json") or {}
        summary = _object(path / "summary.json") or {}
    folder = scores or path / SCORES
    questions = _scored(folder / judge)
    truth = _scored(folder / TRUTH)
    return Side(
        path, settings, summary, reports, questions, truth, _facts(path / QUESTIONS), problems
    )


def scored_rows(folder: Path) -> tuple[Mapping[str, Any], ...]:
    """The rows of a folder below `scores/`."""
    rows, _ = read_rows(folder / "scores.jsonl")
    return tuple(row.data for row in rows)


def _scored(path: Path) -> Scored | None:
    result = _object(path / "score.json")
    if result is None or not (path / "scores.jsonl").is_file():
        return None
    return Scored(path, result, scored_rows(path))


def _facts(path: Path) -> dict[str, Mapping[str, Any]]:
    if not path.is_file():
        return {}
    rows, _ = read_rows(path, forgive_last=True)
    return {row.identity(): row.data for row in rows}


def _object(path: Path) -> dict[str, Any] | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, RecursionError) as fault:
        raise UserError(f"{path} is not JSON ({fault}); {_REMEDY}.") from None
    if not isinstance(data, dict):
        raise UserError(f"{path} is not a JSON object; {_REMEDY}.")
    return data


def number(value: object) -> float | None:
    """A figure of a JSON file: None for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def at(data: object, *keys: str) -> Any:
    """What lies so deep in nested objects; None where any of them is missing."""
    for key in keys:
        if not isinstance(data, Mapping):
            return None
        data = data.get(key)
    return data
