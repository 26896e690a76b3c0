"""From a file of answers to rows on disk and one object of figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.judge import Judge
from vlm_driving.evaluation.questions import CATEGORIES, Answers, QuestionSet, load_answers
from vlm_driving.evaluation.questions.answers import MISSING, NO_ANSWER
from vlm_driving.evaluation.questions.heron_rubric import attach_heron_rubric
from vlm_driving.evaluation.scores import bootstrap
from vlm_driving.evaluation.scores.asking import UNSEEN, shows_images
from vlm_driving.evaluation.scores.baselines import ECHO_CONTEXT, Baselines, flags, run_baselines
from vlm_driving.evaluation.scores.bootstrap import Figure
from vlm_driving.evaluation.scores.figures import OVERALL, figures_of, outcomes_of
from vlm_driving.evaluation.scores.files import ScoreFiles
from vlm_driving.evaluation.scores.rows import ScoredRow, score_answers, score_texts

KEYFACT = "keyfact"
_DIGITS = 3


def score_set(
    answers_path: Path,
    questions: QuestionSet,
    judge: Judge,
    out: Path,
    *,
    other_scene: Path | None = None,
    baselines: bool = True,
) -> dict[str, Any]:
    """Score a file of answers, with everything that belongs beside the scores.

    Args:
        answers_path: rows of `question_id` and `text`.
        questions: the set; Heron's gets our key facts if `judge` goes by key facts.
        judge: of answers, references and baselines alike.
        out: directory for `scores.jsonl`, `scores.csv` and `score.json`; made where it is not.
        other_scene: answers of the same model to other scenes' pictures.
        baselines: judge references and baselines, too.

    Returns:
        The object that `vlm-driving score` prints last.

    Raises:
        UserError: files that cannot be read, or a judge that scored nothing.
    """
    if judge.name == KEYFACT and questions.layout == "heron":
        questions = attach_heron_rubric(questions)
    answers = load_answers(answers_path, questions)
    elsewhere = None if other_scene is None else load_answers(other_scene, questions)
    with ScoreFiles(out) as files:
        rows = score_answers(questions, answers, judge, files.add)
        judged = [row for row in rows if row.answer.text.strip()]  # the others need no judge
        if judged and all(row.judgement.failed for row in judged):
            raise UserError(
                f"The judge {judge.name} scored none of the {len(judged)} answers; the first: "
                f"{_why(judged[0])} (all are in {files.partial})"
            )
        files.finish(rows)
        if baselines:
            rows = _with_references(rows, judge)
            files.finish(rows)
    found = run_baselines(questions, judge, elsewhere) if baselines else Baselines({})
    unseen = _about_unseen(rows, judge) if shows_images(judge) else _about_images(questions)
    notes = (*questions.notes, *unseen, *answers.notes)
    notes = (*_about_failures(rows), *_about_empty_rows(rows), *notes)
    if elsewhere is not None:
        notes = (*notes, *_about_other_scene(elsewhere))
    result = _result(questions, rows, judge, found, notes)
    files.conclude(result)
    return result


def _with_references(rows: Sequence[ScoredRow], judge: Judge) -> list[ScoredRow]:
    """Rows with the references' scores, which some judges give together with the answer's."""
    lacking = [row.question for row in rows if row.reference_score is None]
    references = {q.id: q.reference for q in lacking if q.reference.strip()}
    if any(row.reference_score is not None for row in rows):
        references = {}  # a judge of pairs: a reference by itself means something else to it
    theirs = score_texts(lacking, references, judge)
    return [
        row
        if row.reference_score is not None
        else replace(row, reference_score=theirs.get(row.question.id))
        for row in rows
    ]


def _result(
    questions: QuestionSet,
    rows: Sequence[ScoredRow],
    judge: Judge,
    baselines: Baselines,
    notes: Sequence[str],
) -> dict[str, Any]:
    figures = figures_of(rows)
    means = {name: figure.mean for name, figure in figures.category.items()}
    names = (OVERALL, *CATEGORIES)
    failed = sum(row.judgement.failed for row in rows)
    return {
        "score": {n: round(means[n], _DIGITS) if n in means else None for n in names},
        "judge": {"name": judge.name, "version": judge.version},
        "n": len(rows) - failed,
        "baselines": {name: _rounded(found) for name, found in baselines.means.items()},
        "oracle": {ECHO_CONTEXT: _rounded(baselines.oracle)} if baselines.oracle else {},
        "flags": flags(means, baselines.means),
        "failed": failed,
        "missing": sum(row.answer.outcome == MISSING for row in rows),
        "without_text": sum(row.answer.problem is not None for row in rows),
        "weighted": None if figures.weighted is None else round(figures.weighted, _DIGITS),
        "categories": _json(figures.category),
        "image_categories": _json(figures.image_category),
        "relative": _json(figures.relative),
        "references": _json(figures.references),
        "best_constants": dict(baselines.constants),
        **outcomes_of(rows),
        "questions": {"layout": questions.layout, "n": len(questions)},
        "bootstrap": {
            "seed": bootstrap.SEED,
            "resamples": bootstrap.RESAMPLES,
            "level": bootstrap.LEVEL,
        },
        "notes": list(notes),
    }


def _about_images(questions: QuestionSet) -> list[str]:
    missing = questions.missing_images()
    if not missing:
        return []
    return [
        f"{len(missing)} images of the set are not there, the first is {missing[0]}; judges of "
        "text need none."
    ]


def _about_unseen(rows: Sequence[ScoredRow], judge: Judge) -> list[str]:
    unseen = [
        (row, note)
        for row in rows
        for note in row.judgement.notes
        if note.startswith(UNSEEN) and not row.judgement.failed
    ]
    if not unseen:
        return []
    (row, note), *_ = unseen
    return [
        f"{len(unseen)} answers were judged without the picture that {judge.name} should see. The "
        f"first, {row.question.id}: {note}."
    ]


def _about_other_scene(answers: Answers) -> list[str]:
    notes = [note for note in answers.notes if NO_ANSWER not in note]
    if answers.missing:
        notes.append(f"{len(answers.missing)} {NO_ANSWER}; they are not in that baseline.")
    return [f"Other scene: {note}" for note in notes]


def _about_failures(rows: Sequence[ScoredRow]) -> list[str]:
    failed = [row for row in rows if row.judgement.failed]
    if not failed:
        return []
    return [
        f"The judge failed on {len(failed)} answers; they are in no mean. The first, "
        f"{failed[0].question.id}: {_why(failed[0])}"
    ]


def _about_empty_rows(rows: Sequence[ScoredRow]) -> list[str]:
    empty = [row for row in rows if row.answer.problem is not None]
    told = [row for row in empty if row.answer.outcome != MISSING]  # those have a note already
    if not told:
        return []
    return [
        f"{len(told)} answers have no text; each counts with the lowest score. The first, "
        f"{told[0].question.id}: {told[0].answer.problem}."
    ]


def _why(row: ScoredRow) -> str:
    return " ".join(row.judgement.notes) or "no reason given"


def _rounded(means: Mapping[str, float]) -> dict[str, float]:
    return {name: round(mean, _DIGITS) for name, mean in means.items()}


def _json(figures: Mapping[str, Figure]) -> dict[str, dict[str, float | int]]:
    return {name: figure.to_json() for name, figure in figures.items()}
