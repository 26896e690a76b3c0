"""`answers.jsonl` and `other_scene.jsonl`: exactly one row for each question, whatever happens."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from vlm_driving.evaluation.questions import Question
from vlm_driving.evaluation.summary import quantiles
from vlm_driving.replay.run_writer import write_error

ANSWERS, OTHER_SCENE = "answers.jsonl", "other_scene.jsonl"
ANSWERED = ("ok", "truncated")
MALFORMED, MISSING, DROPPED, NO_BACKEND = "malformed", "missing", "dropped", "no_backend"
STOPPED = "the run was stopped before it was asked"


@dataclass(frozen=True, slots=True)
class Said:
    """How one question ended.

    Attributes:
        outcome: ok, truncated, timeout, refused, no_backend, malformed (no picture could be made
            of the message or file), missing (there is no such picture) or dropped (not asked).
        text: the answer; "" for every outcome but ok and truncated.
        latency_ms: from asking to the answer; None where nobody was asked.
        reason: why it is not ok; one English clause.
        backend: that answered, where that is known.
        waited_ms: from the arrival of the frame to the asking; None for pictures in files.
    """

    outcome: str
    text: str = ""
    latency_ms: float | None = None
    reason: str | None = None
    backend: str | None = None
    waited_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """The picture that a question was asked on: a frame, or a file."""

    sequence: int | None = None
    stamp_ns: int | None = None
    image: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As `shown` of a row of the baseline."""
        if self.image is not None:
            return {"image": self.image}
        return {"sequence": self.sequence, "stamp_ns": self.stamp_ns}


class AnswerFile:
    """The rows of one file. Any thread may add; each row is on disk before `add` returns.

    Raises UserError where the disk does not take them.
    """

    def __init__(
        self,
        path: Path,
        questions: Iterable[Question],
        model: str,
        foreign: bool = False,
        kept: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Begin a file.

        Args:
            path: of the file.
            questions: of which each gets a row.
            model: name of the bundle that is asked.
            foreign: whether they are asked on other scenes' pictures, which the rows then name.
            kept: rows of an earlier part of the run; others than of these questions are left out.
        """
        self.path = path
        self._questions = {question.id: question for question in questions}
        self._model = model
        self._foreign = foreign
        self._rows = {str(row["question_id"]): dict(row) for row in kept}
        self._lock = threading.Lock()
        self._file: TextIO | None = None
        self._rewrite()
        try:
            self._file = path.open("a", encoding="utf-8", errors="replace", newline="\n")
        except OSError as fault:
            raise write_error(path, fault) from None

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, identity: str) -> bool:
        return identity in self._rows

    def add(self, question: Question, said: Said, shown: Shown | None = None) -> None:
        """Write the row of a question.

        Args:
            question: of the set.
            said: how it ended.
            shown: what it was asked on; None where there was no picture.

        Raises:
            ValueError: for a question that has its row.
        """
        row = self._row(question, said, shown)
        with self._lock:
            if question.id in self._rows:
                raise ValueError(f"question {question.id} has its row")
            self._rows[question.id] = row
            self._write(row)

    def finish(self, outcome: str = DROPPED, reason: str = STOPPED) -> int:
        """Give a row to each question that has none, and put all in the order of the set.

        Returns how many had none.
        """
        left = [q for q in self._questions.values() if q.id not in self._rows]
        with self._lock:
            for question in left:
                self._rows[question.id] = self._row(question, Said(outcome, reason=reason), None)
            self._rewrite()
        return len(left)

    def figures(self) -> dict[str, Any]:
        """Count, outcomes, and latency over those that were answered."""
        rows = list(self._rows.values())
        latencies = (
            row["latency_ms"]
            for row in rows
            if row["outcome"] in ANSWERED and row["latency_ms"] is not None
        )
        return {
            "n": len(rows),
            "outcomes": dict(sorted(Counter(row["outcome"] for row in rows).items())),
            "latency_ms": quantiles(latencies),
        }

    def _row(self, question: Question, said: Said, shown: Shown | None) -> dict[str, Any]:
        own = None if self._foreign else shown
        row: dict[str, Any] = {
            "question_id": question.id,
            "text": said.text,
            "outcome": said.outcome,
            "latency_ms": None if said.latency_ms is None else round(said.latency_ms, 3),
            "camera": question.camera,
            "stamp_ns": question.stamp_ns,
            "sequence": None if own is None else own.sequence,
            "image": question.image,
            "backend": said.backend,
            "model": self._model,
            "reason": said.reason,
        }
        if said.waited_ms is not None:
            row["waited_ms"] = round(said.waited_ms, 3)
        if self._foreign:
            row["shown"] = None if shown is None else shown.to_json()
        return row

    def _write(self, row: Mapping[str, Any]) -> None:
        assert self._file is not None
        try:
            self._file.write(_line(row))
            self._file.flush()
        except OSError as fault:
            raise write_error(self.path, fault) from None

    def _rewrite(self) -> None:
        """Replace the file by all rows, whole or not at all."""
        draft = self.path.with_name(self.path.name + ".part")
        ordered = (self._rows[i] for i in self._questions if i in self._rows)
        try:
            if self._file is not None:
                self._file.close()
            draft.write_bytes("".join(map(_line, ordered)).encode("utf-8", "replace"))
            os.replace(draft, self.path)
        except OSError as fault:
            draft.unlink(missing_ok=True)
            raise write_error(self.path, fault) from None


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"
