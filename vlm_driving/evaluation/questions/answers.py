"""Answers that were made elsewhere, put beside the questions of a set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.evaluation.questions.lines import Row, printable, read_rows
from vlm_driving.evaluation.questions.question import Question

MISSING = "missing"
"""Outcome of a question that the file does not answer."""
NO_ANSWER = "questions have no answer"
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said to one question.

    Attributes:
        question_id: of the question.
        text: "" where there is none.
        latency_ms: from asking to the last word, if the row had it.
        outcome: as the row had it, or `missing`.
        problem: why there is no text; None where there is.
    """

    question_id: str
    text: str
    latency_ms: float | None = None
    outcome: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer for every question of a set.

    Attributes:
        by_id: in the order of the questions.
        missing: ids that the file does not have.
        unknown: ids that the set does not have; their rows are left out.
        notes: a sentence for each thing that is wrong with the file.
    """

    by_id: Mapping[str, Answer]
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def load_answers(path: Path, questions: Iterable[Question]) -> Answers:
    """Read rows with `question_id` and `text`, and optionally `latency_ms` and `outcome`.

    What a row lacks becomes an answer that says so and gets the lowest score; what cannot be
    understood at all is refused.

    Raises:
        UserError: a file that is none, a question with two different answers, or no answer to
            any question of the set.
    """
    rows, notes_of_file = read_rows(path, forgive_last=True)
    notes = list(notes_of_file)
    odd: dict[str, list[str]] = {}
    order = [question.id for question in questions]
    known = set(order)
    given: dict[str, tuple[Answer, Row]] = {}
    unknown: dict[str, None] = {}
    repeated: dict[str, None] = {}
    for row in rows:
        identity = row.identity()
        if identity not in known:
            unknown[identity] = None
            continue
        answer = _answer(identity, row, odd)
        if identity not in given:
            given[identity] = (answer, row)
        elif given[identity][0].text == answer.text:
            repeated[identity] = None
        else:
            raise UserError(
                f"{row.place} answers question {identity} again, with another text than "
                f"{given[identity][1].place.split(' of ')[0].lower()}; keep one of the two."
            )
    if not given:
        raise UserError(
            f"{path} answers no question of the set ({len(rows)} rows, {len(unknown)} unknown "
            f"ids{_named(unknown)}); check that it belongs to these questions."
        )
    notes += [_all_of(sentences) for sentences in odd.values()]
    missing = tuple(identity for identity in order if identity not in given)
    by_id = {
        identity: given[identity][0]
        if identity in given
        else Answer(identity, "", outcome=MISSING, problem="no answer in the file")
        for identity in order
    }
    if missing:
        notes.append(
            f"{len(missing)} of {len(order)} {NO_ANSWER}{_named(missing)}; each "
            "counts with the lowest score."
        )
    if unknown:
        notes.append(f"{len(unknown)} ids are not in the set{_named(unknown)}; left out.")
    if repeated:
        notes.append(f"{len(repeated)} answers stand twice, word for word{_named(repeated)}.")
    return Answers(by_id, missing, tuple(unknown), tuple(notes))


def _answer(identity: str, row: Row, odd: dict[str, list[str]]) -> Answer:
    """The answer of a row; sentences on keys that are left out go to `odd`, by the key."""
    text = row.data.get("text")
    problem = None
    if text is None:
        text, problem = "", "the row has no text"
    elif not isinstance(text, str):
        text, problem = "", f"text is no string but {text!r:.40}"
    elif not text.strip():
        problem = "the text is empty"
    latency = row.data.get("latency_ms")
    if latency is not None and not _is_time(latency):
        odd.setdefault("latency_ms", []).append(
            f"{row.place}: latency_ms is milliseconds from 0, got {latency!r:.40}; left out."
        )
        latency = None
    outcome = row.data.get("outcome")
    if outcome is not None and not isinstance(outcome, str):
        odd.setdefault("outcome", []).append(
            f"{row.place}: outcome is a string, got {outcome!r:.40}; left out."
        )
        outcome = None
    return Answer(
        identity,
        printable(text),
        None if latency is None else float(latency),
        None if outcome is None else printable(outcome),
        problem,
    )


def _all_of(sentences: list[str]) -> str:
    """The first, and how many more there are of its kind."""
    others = len(sentences) - 1
    return sentences[0] if not others else f"{sentences[0]} So are those of {others} more rows."


def _is_time(value: object) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and 0 <= value < 1e12
        and math.isfinite(value)
    )


def _named(ids: Iterable[str]) -> str:
    """The first few ids in brackets, or nothing."""
    names = list(ids)
    if not names:
        return ""
    more = ", ..." if len(names) > _MOST_NAMED else ""
    return f" ({', '.join(names[:_MOST_NAMED])}{more})"
