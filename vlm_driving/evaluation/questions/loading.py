"""Question sets from disk: Japanese-Heron-Bench, LLaVA-Bench (ja), or one JSON Lines file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.evaluation.keyfact import parse_rubric, refuse
from vlm_driving.evaluation.questions.lines import Row, read_rows
from vlm_driving.evaluation.questions.question import CATEGORIES, Question, QuestionSet

HERON_QUESTIONS = "questions_ja.jsonl"
HERON_CONTEXTS = "context_ja.jsonl"
HERON_REFERENCES = "answers_gpt4.jsonl"
LLAVA_QUESTIONS = "qa90_questions_ja.jsonl"
LLAVA_REFERENCES = "qa90_gpt4_answers_ja.jsonl"
LLAVA_CAPTIONS = "captions_boxes_coco2014_val_80.jsonl"

HERON_ROWS, HERON_IN_PAPER = 103, 102
LLAVA_ROWS = 90


def load_questions(path: Path, *, refuse_echoes: bool = True) -> QuestionSet:
    """Read a set.

    Args:
        path: a directory with `questions_ja.jsonl` (Heron's layout; contexts and references
            beside it are used), one with `qa90_questions_ja.jsonl` (LLaVA-Bench in Japanese),
            or a JSON Lines file with a question a line.
        refuse_echoes: refuse facts that the question's own words meet; who lists all faults of a
            set leaves that out.

    Raises:
        UserError: neither of them, a row that is wrong, two questions with one id, or facts that
            would measure nothing.
    """
    questions = _read(path)
    if refuse_echoes:
        for question in questions:
            if question.facts is not None:
                refuse(question.id, question.text, question.facts)
    return questions


def _read(path: Path) -> QuestionSet:
    if not path.is_dir():
        rows, _ = read_rows(path)
        return _checked(QuestionSet(path, "rows", tuple(map(_question, rows))))
    if (path / HERON_QUESTIONS).is_file():
        return _checked(_heron(path))
    if (path / LLAVA_QUESTIONS).is_file():
        return _checked(_llava(path))
    raise UserError(
        f"{path} has neither {HERON_QUESTIONS} nor {LLAVA_QUESTIONS}; name the directory of "
        "Japanese-Heron-Bench or LLaVA-Bench (ja), or a JSON Lines file of questions."
    )


def _heron(path: Path) -> QuestionSet:
    rows, _ = read_rows(path / HERON_QUESTIONS)
    contexts = _by_key(path / HERON_CONTEXTS, _image, lambda row: row.text("caption"))
    references = _by_key(path / HERON_REFERENCES, Row.identity, lambda row: row.text("text"))
    questions = tuple(
        replace(
            question,
            context=question.context or contexts.get(question.image or "", ""),
            reference=question.reference or references.get(question.id, ""),
        )
        for question in map(_question, rows)
    )
    notes = [*_without_references(questions, HERON_REFERENCES)]
    if len(questions) == HERON_ROWS:
        notes.append(
            f"{HERON_QUESTIONS} has {HERON_ROWS} rows where Heron-Bench's paper counts "
            f"{HERON_IN_PAPER} questions; all {HERON_ROWS} are scored."
        )
    return QuestionSet(path, "heron", questions, tuple(notes))


def _llava(path: Path) -> QuestionSet:
    rows, _ = read_rows(path / LLAVA_QUESTIONS)
    references = _by_key(path / LLAVA_REFERENCES, Row.identity, lambda row: row.text("text_JA"))
    captions = _by_key(path / LLAVA_CAPTIONS, _image, _captions)
    questions = tuple(
        Question(
            id=row.identity(),
            category=_category(row),
            image_category="",
            context=captions.get(row.text("image"), ""),
            text=_filled(row, "text_JA"),
            reference=references.get(row.identity(), ""),
            image=row.text("image"),
        )
        for row in rows
    )
    notes = [*_without_references(questions, LLAVA_REFERENCES)]
    if len(questions) != LLAVA_ROWS:
        notes.append(
            f"{LLAVA_QUESTIONS} has {len(questions)} rows, LLaVA-Bench (COCO) has {LLAVA_ROWS}."
        )
    return QuestionSet(path, "llava", questions, tuple(notes))


def _question(row: Row) -> Question:
    """A row of Heron's layout, or of a set for bags."""
    image = row.text("image", "") or None
    camera = row.text("camera", "") or None
    stamp_ns = row.data.get("stamp_ns")
    if stamp_ns is not None and (not isinstance(stamp_ns, int) or isinstance(stamp_ns, bool)):
        raise UserError(f"{row.place}: stamp_ns is a whole number, got {stamp_ns!r}.")
    if (camera is None) != (stamp_ns is None) or (image is None) == (camera is None):
        raise UserError(
            f"{row.place}: a question is about an image, or about a camera at a stamp_ns; give "
            "one of the two."
        )
    facts = row.data.get("facts")
    try:
        rubric = None if facts is None else parse_rubric(facts)
    except UserError as fault:
        raise UserError(f"{row.place}: {fault}") from None
    return Question(
        id=row.identity(),
        category=_category(row),
        image_category=row.text("image_category", ""),
        context=row.text("context", ""),
        text=_filled(row, "text"),
        reference=row.text("reference", ""),
        facts=rubric,
        image=image,
        camera=camera,
        stamp_ns=stamp_ns,
        weight=1.0 if rubric is None else rubric.weight,
    )


def _category(row: Row) -> str:
    category = row.text("category")
    if category not in CATEGORIES:
        raise UserError(f"{row.place}: category is one of {', '.join(CATEGORIES)}, got {category}.")
    return category


def _filled(row: Row, key: str) -> str:
    text = row.text(key)
    if not text.strip():
        raise UserError(f"{row.place}: {key} is empty; a question needs words.")
    return text


def _image(row: Row) -> str:
    return row.text("image")


def _captions(row: Row) -> str:
    """COCO's captions of a picture, one a line."""
    captions = row.data.get("captions")
    if not isinstance(captions, list) or not all(isinstance(text, str) for text in captions):
        raise UserError(f"{row.place}: captions is a list of strings, got {captions!r:.80}.")
    return "\n".join(text.strip() for text in captions)


def _by_key(path: Path, key: Callable[[Row], str], value: Callable[[Row], str]) -> dict[str, str]:
    """What a file beside the questions holds; nothing where there is no such file."""
    if not path.is_file():
        return {}
    rows, _ = read_rows(path)
    return {key(row): value(row) for row in rows}


def _without_references(questions: Iterable[Question], name: str) -> list[str]:
    without = sum(not question.reference for question in questions)
    return [f"{without} questions have no reference ({name})."] if without else []


def _checked(questions: QuestionSet) -> QuestionSet:
    if not questions.questions:
        raise UserError(f"{questions.path} holds no questions; give it one JSON object a line.")
    counts = Counter(question.id for question in questions)
    twice = [identity for identity, count in counts.items() if count > 1]
    if twice:
        raise UserError(
            f"{questions.path} has question {twice[0]} more than once; give each its own id."
        )
    return questions
