"""What was asked in a run, what was answered, and what judges said of it: as far as it was written.

These files are written one after the other, by several commands. A line that is none costs itself
and no more; every fault is a sentence in `problems`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

QUESTIONS, ANSWERS, OTHER_SCENE = "questions.jsonl", "answers.jsonl", "other_scene.jsonl"
SCORES, ROWS, PARTIAL, FIGURES = "scores", "scores.jsonl", "scores.partial.jsonl", "score.json"
TRUTH = "truth"
JUDGES = ("keyfact", "reference", "llm")
"""In the order in which a reader meets them; others come behind."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scored:
    """What one judge left in `scores/<judge>/`.

    Attributes:
        name: of the folder: the judge's name, or `truth`.
        figures: `score.json`; empty where it is not there yet.
        rows: of `scores.jsonl`, or what was judged before it was whole.
    """

    name: str
    figures: Row = field(default_factory=dict)
    rows: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a run, and all that came of them.

    Attributes:
        questions: rows of `questions.jsonl`, in its order.
        answers: rows of `answers.jsonl` by question id.
        other_scene: the same for answers on another scene's picture.
        pictures: thumbnails of image files, by the picture's name without ending.
        scores: of each judge of answers, the default one first.
        truth: what was published, against truth.
        problems: what is wrong with the files, one sentence each.
    """

    questions: Sequence[Row] = ()
    answers: Mapping[str, Row] = field(default_factory=dict)
    other_scene: Mapping[str, Row] = field(default_factory=dict)
    pictures: Mapping[str, Path] = field(default_factory=dict)
    scores: Sequence[Scored] = ()
    truth: Scored | None = None
    problems: tuple[str, ...] = ()


def load_asked(path: Path) -> Asked:
    """Read the files beside `frames.jsonl`; a run of before has none of them."""
    problems: list[str] = []
    questions = [row for row in _rows(path / QUESTIONS, problems) if _identity(row)]
    answers = _by_id(path / ANSWERS, problems)
    scored = [
        _scored(folder, problems) for folder in sorted(path.glob(f"{SCORES}/*")) if folder.is_dir()
    ]
    found = {one.name: one for one in scored if one.rows or one.figures}
    truth = found.pop(TRUTH, None)
    order = [name for name in JUDGES if name in found]
    order += [name for name in found if name not in JUDGES]
    if questions and (missing := len({_identity(row) for row in questions} - set(answers))):
        problems.append(f"{missing} of {len(questions)} questions have no answer yet.")
    return Asked(
        questions=tuple(questions),
        answers=answers,
        other_scene=_by_id(path / OTHER_SCENE, problems),
        pictures={file.stem: file for file in sorted((path / "pictures").glob("*.jpg"))},
        scores=tuple(found[name] for name in order),
        truth=truth,
        problems=tuple(problems),
    )


def _identity(row: Row) -> str:
    """The question's id as text; "" where the row has none."""
    value = row.get("question_id")
    return "" if value is None or isinstance(value, bool) else str(value).strip()


def _by_id(path: Path, problems: list[str]) -> dict[str, Row]:
    """Rows by question id; of two for one question the later counts."""
    return {identity: row for row in _rows(path, problems) if (identity := _identity(row))}


def _scored(folder: Path, problems: list[str]) -> Scored:
    path = folder / ROWS
    if not path.is_file() and (folder / PARTIAL).is_file():
        path = folder / PARTIAL
        problems.append(f"The judge {folder.name} was stopped half way; its scores are incomplete.")
    rows = _rows(path, problems)
    try:
        figures = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
        if not isinstance(figures, dict):
            raise ValueError("no JSON object")
    except FileNotFoundError:
        figures = {}
    except (OSError, ValueError, RecursionError) as fault:
        figures = {}
        problems.append(f"{SCORES}/{folder.name}/{FIGURES} cannot be read ({fault}); score again.")
    return Scored(folder.name, figures, tuple(rows))


def _rows(path: Path, problems: list[str]) -> list[Row]:
    """The objects of a JSON Lines file; lines that are none are counted and left out."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as fault:
        problems.append(f"{path.name} cannot be read ({fault.strerror or fault}).")
        return []
    rows: list[Row] = []
    wrong: list[int] = []
    lines = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"))
            if not isinstance(row, dict):
                raise ValueError("no JSON object")
            rows.append(row)
        except (ValueError, RecursionError):
            wrong.append(number)
    if wrong == [len(lines)]:  # no newline behind it: the writer was cut off here
        problems.append(f"The last line of {path.name} was cut off and is left out.")
    elif wrong:
        problems.append(
            f"{len(wrong)} lines of {path.name} are no JSON objects and are left out; the first "
            f"is line {wrong[0]}."
        )
    return rows
