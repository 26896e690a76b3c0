"""The pictures that a run's questions were asked about: the files themselves, or small copies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from vlm_driving.evaluation.questions import QuestionSet
from vlm_driving.evaluation.questions.lines import read_rows


def originals_of(run: Path, questions: QuestionSet) -> dict[str, Path]:
    """The files of the pictures, by name, where the set that `run.json` names still has them.

    A judge that is shown pictures gets the same ones as when the run was made: the same evidence,
    and replies that are in its cache.

    Args:
        run: directory of a run; one without `run.json` names no set.
        questions: the run's, their names as in the set.
    """
    try:
        asked = json.loads((run / "run.json").read_text(encoding="utf-8"))["questions"]
        return replace(questions, path=Path(asked["path"])).image_files()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def pictures_of(run: Path) -> dict[str, Path]:
    """The picture of each question, by its id: the image's, or the thumbnail of the frame.

    Args:
        run: directory with `answers.jsonl`; one without it has no pictures.
    """
    answers = run / "answers.jsonl"
    if not answers.is_file():
        return {}
    rows, _ = read_rows(answers, forgive_last=True)
    found: dict[str, Path] = {}
    for row in rows:
        image, sequence = row.data.get("image"), row.data.get("sequence")
        if isinstance(image, str) and image:
            path = run / "pictures" / f"{Path(image).stem}.jpg"
        elif isinstance(sequence, int) and not isinstance(sequence, bool):
            path = run / "thumbnails" / f"{sequence:06d}.jpg"
        else:
            continue
        if path.is_file():
            found[row.identity()] = path
    return found
