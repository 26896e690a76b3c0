"""A question set and a recording: which frames are asked about, found before a model is loaded."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from vlm_driving.core import UserError
from vlm_driving.evaluation.questions import Question, QuestionSet, load_questions
from vlm_driving.evaluation.questions.heron_rubric import attach_heron_rubric
from vlm_driving.evaluation.questions.writing import questions_digest, questions_text
from vlm_driving.replay.asking.plan import Sheet, sheets
from vlm_driving.replay.recorded import RecordedFrame, RecordedSpeed
from vlm_driving.replay.source import camera_stem
from vlm_driving.replay.stamps import choose_stamp


class Recording(Protocol):
    """An opened recording; see `session.Source`."""

    @property
    def camera(self) -> str:
        """Name of the camera."""
        ...

    @property
    def camera_topic(self) -> str:
        """Topic of its images."""
        ...

    def items(self) -> Iterable[RecordedFrame | RecordedSpeed]:
        """Frames and speeds in recorded order."""
        ...


@dataclass(frozen=True, slots=True)
class QuestionPlan:
    """What a run asks.

    Attributes:
        questions: the set, with our key facts where it is Heron-Bench.
        text: of `questions.jsonl`.
        sheets: what is asked on which frame, by its stamp.
        missing: questions about no frame of this run, each with the reason.
    """

    questions: QuestionSet
    text: str
    sheets: Mapping[int, Sheet]
    missing: Sequence[tuple[Question, str]]

    def describe(self) -> dict[str, Any]:
        """As `run.json` names the set."""
        return describe_set(self.questions, self.text)

    def complaint(self) -> str | None:
        """One sentence on questions that cannot be asked; None where there are none."""
        if not self.missing:
            return None
        question, reason = self.missing[0]
        return (
            f"{len(self.missing)} of {len(self.questions)} questions are not asked; "
            f"the first is {question.id}: {reason}."
        )


def load_set(path: Path) -> QuestionSet:
    """Read a set; Heron-Bench's gets our key facts, so that a run holds them. Raises UserError."""
    questions = load_questions(path)
    if questions.layout != "heron":
        return questions
    # What is to be said of them is said where they are judged by.
    return replace(attach_heron_rubric(questions), notes=questions.notes)


def complain(plan: QuestionPlan) -> None:
    """Tell of questions that will not be asked, on stderr, before a model is loaded."""
    if (complaint := plan.complaint()) is not None:
        print(complaint, file=sys.stderr)


def describe_set(questions: QuestionSet, text: str) -> dict[str, Any]:
    """Path, digest and size of a set."""
    return {
        "path": str(questions.path),
        "digest": questions_digest(text),
        "n": len(questions),
        "layout": questions.layout,
    }


def load_frame_questions(path: Path) -> QuestionSet:
    """Read a set about frames. Raises UserError, also for one about pictures in files."""
    questions = load_set(path)
    first = next((q for q in questions if q.camera is None), None)
    if first is not None:
        raise UserError(
            f"Question {first.id} of {questions.path} is about the file {first.image}, a bag has "
            "frames; give it camera and stamp_ns, or run `vlm-driving heron` on the directory."
        )
    return questions


def plan_replay(
    questions: QuestionSet, source: Recording, other_scene: bool = True
) -> QuestionPlan:
    """Find the frames that a set asks about.

    Args:
        questions: about frames.
        source: the recording, as far as it will be replayed; it is read up to the last frame that
            is asked about.
        other_scene: whether the baseline is asked, too.

    Raises:
        UserError: if no question is about a frame of it, or none is in what can be read of it.
    """
    camera, camera_topic = source.camera, source.camera_topic
    mine = {q.id for q in questions if q.camera is not None and _is(q.camera, camera_topic, camera)}
    if not mine:
        other = questions.questions[0].camera
        raise UserError(
            f"The questions of {questions.path} are about the camera {other}, but "
            f"{camera_topic} is replayed; name the right one with --camera-topic."
        )
    stamps = dict.fromkeys(q.stamp_ns for q in questions if q.id in mine and q.stamp_ns is not None)
    there, damage = _found(set(stamps), _stamps(source.items()))
    if not there and damage is not None:
        raise damage
    if not there:
        raise UserError(
            f"None of the {len(questions)} questions of {questions.path} is about a frame of the "
            f"part that is replayed (the first asks about stamp_ns {next(iter(stamps))}); check "
            "that the set belongs to this recording."
        )
    scenes = [(camera, stamp_ns) for stamp_ns in sorted(there)]
    known = [replace(q, camera=camera) for q in questions if q.id in mine]
    by_id = {question.id: question for question in questions}
    found = {
        stamp_ns: Sheet(
            (name, stamp_ns),
            tuple(by_id[q.id] for q in sheet.own),
            tuple(by_id[q.id] for q in sheet.foreign),
        )
        for (name, stamp_ns), sheet in sheets(known, scenes, other_scene).items()
        if stamp_ns is not None
    }
    missing = []
    for question in questions:
        if question.id not in mine:
            missing.append((question, f"it is about the camera {question.camera}"))
        elif question.stamp_ns not in there:
            why = f"no frame of the part that is replayed has the stamp_ns {question.stamp_ns}"
            missing.append((question, why))
    return QuestionPlan(questions, questions_text(questions), found, tuple(missing))


def _is(asked: str, topic: str, camera: str) -> bool:
    """Whether a question's camera is the one that is replayed, by topic or by short name."""
    return asked in (topic, camera) or camera_stem(asked) == camera_stem(topic)


def _stamps(items: Iterable[RecordedFrame | RecordedSpeed]) -> Iterator[int]:
    for item in items:
        if isinstance(item, RecordedFrame):
            yield choose_stamp(item.stamp_ns, item.log_time_ns)[0]


def _found(wanted: set[int], stamps: Iterable[int]) -> tuple[set[int], UserError | None]:
    """Those of `wanted` that come, and what ended the reading before all of them had come."""
    there: set[int] = set()
    try:
        for stamp_ns in stamps:
            if stamp_ns in wanted:
                there.add(stamp_ns)
                if len(there) == len(wanted):
                    break
    except UserError as damage:  # the replay tells, if it begins
        return there, damage
    return there, None
