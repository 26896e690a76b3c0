"""A question set whose pictures are in files, as far as they are there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.evaluation.questions import QuestionSet
from vlm_driving.replay.asking.picture_files import names_alike
from vlm_driving.replay.asking.plan_replay import load_set


def load_pictured(path: Path, skip_missing: bool) -> tuple[QuestionSet, int]:
    """Read a set about pictures in files, and how many of its questions have no picture.

    Args:
        path: as `load_questions` takes it.
        skip_missing: leave these questions out.

    Raises:
        UserError: for a set about frames of a bag, or pictures that are not there.
    """
    questions = load_set(path)
    first = next((q for q in questions if q.image is None), None)
    if first is not None:
        raise UserError(
            f"Question {first.id} of {path} is about a frame of the camera {first.camera}, not "
            "about a picture; ask it with `vlm-driving replay BAG --questions`."
        )
    questions = _with_note_of_alike(questions)
    missing = set(questions.missing_images())
    if not missing:
        return questions, 0
    there = tuple(q for q in questions if q.image not in missing)
    if not skip_missing or not there:
        try:
            questions.require_images()
        except UserError as fault:
            way_out = "" if not there else " With --skip-missing-images the rest is asked."
            raise UserError(f"{fault}{way_out}") from None
    left_out = len(questions) - len(there)
    note = (
        f"{left_out} of {len(questions)} questions are left out, for {len(missing)} pictures are "
        f"not there (the first is {questions.missing_images()[0]}); all figures are of the rest."
    )
    return replace(questions, questions=there, notes=(*questions.notes, note)), left_out


def _with_note_of_alike(questions: QuestionSet) -> QuestionSet:
    alike = names_alike(question.image or "" for question in questions)
    if not alike:
        return questions
    note = (
        f"{len(alike)} pictures share their name with another one (the first is {min(alike)}); the "
        "run keeps no small copies of them, so the page shows their questions without a picture."
    )
    return replace(questions, notes=(*questions.notes, note))
