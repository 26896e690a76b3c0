"""From a bag with ground truth to a question set on disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.driving_questions.candidates import Candidate, candidates
from vlm_driving.driving_questions.choice import choose
from vlm_driving.driving_questions.scenes import read_scenes
from vlm_driving.evaluation.questions import CATEGORIES, Question
from vlm_driving.evaluation.questions.writing import questions_text

PER_CATEGORY = 20


def make_questions(
    bag: Path, seed: int = 1, per_category: int = PER_CATEGORY, camera: str | None = None
) -> tuple[Question, ...]:
    """A driving set: the same arguments give the same questions.

    Args:
        bag: with ground truth, as `vlm-driving simulate` writes it.
        seed: of moments, wordings and answers.
        per_category: questions each of conv, detail and complex; fewer where the drive does not
            show enough that differs.
        camera: topic; None: the only one.

    Raises:
        UserError: the bag cannot be asked about.
    """
    found = candidates(read_scenes(bag, camera), seed)
    chosen: list[Candidate] = []
    for category in CATEGORIES:
        asked = [one.question.stamp_ns for one in chosen]
        chosen += choose(found[category], per_category, asked)
    if not chosen:
        raise UserError(f"Nothing can be asked about {bag}: its pictures show no road.")
    order = {category: place for place, category in enumerate(CATEGORIES)}
    chosen.sort(key=lambda one: (one.question.stamp_ns, order[one.question.category], one.kind))
    numbered = enumerate(chosen, start=1)
    return tuple(replace(one.question, id=str(number)) for number, one in numbered)


def write_questions(path: Path, questions: Iterable[Question]) -> None:
    """Write a set, one question a line. Raises UserError where that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(questions_text(questions), encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror}); name another file with --out."
        ) from error
