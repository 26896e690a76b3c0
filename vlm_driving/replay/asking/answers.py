"""Where answers of a run go: its two files, its thumbnails, and whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.evaluation.questions import Question
from vlm_driving.replay.asking.plan import Sheet
from vlm_driving.replay.asking.rows import (
    ANSWERS,
    DROPPED,
    OTHER_SCENE,
    STOPPED,
    AnswerFile,
    Said,
    Shown,
)

OnProgress = Callable[[int, int], object]
"""Told how many questions have an answer, and how many there are, the baseline's included."""
OnPicture = Callable[[int, NDArray[np.uint8]], object]
"""Told of each picture that is asked about, by the sequence of its frame."""


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows that a run has already: of `answers.jsonl`, and of `other_scene.jsonl`."""

    own: Sequence[Mapping[str, Any]] = ()
    other: Sequence[Mapping[str, Any]] = ()


NONE_KEPT = KeptRows()


class RunAnswers:
    """The rows of a run's questions, and those of the baseline where it is asked."""

    def __init__(
        self,
        run: Path,
        questions: Iterable[Question],
        sheets: Iterable[Sheet],
        model: str,
        on_progress: OnProgress = lambda done, of: None,
        kept: KeptRows = NONE_KEPT,
    ) -> None:
        """Begin the files.

        Args:
            run: directory.
            questions: of the set; each gets its row.
            sheets: what is asked on which picture.
            model: name of the bundle.
            on_progress: told after every row.
            kept: rows of an earlier part of the run.
        """
        self.questions = tuple(questions)
        foreign = {q.id for sheet in sheets for q in sheet.foreign}
        self.own = AnswerFile(run / ANSWERS, self.questions, model, kept=kept.own)
        self.other: AnswerFile | None = None
        if foreign:
            other = AnswerFile(run / OTHER_SCENE, self.questions, model, True, kept.other)
            self.other = other
            for question in self.questions:
                if question.id not in foreign and question.id not in other:
                    why = "there is no other picture to ask about"
                    other.add(question, Said("missing", reason=why))
        self._on_progress = on_progress

    def add(self, question: Question, said: Said, shown: Shown | None, foreign: bool) -> None:
        """Write one row. Raises UserError where the disk does not take it."""
        file = self.other if foreign else self.own
        assert file is not None
        file.add(question, said, shown)
        self.tell()

    def tell(self) -> None:
        """Say how far it is."""
        done, of = len(self.own), len(self.questions)
        if self.other is not None:
            done, of = done + len(self.other), 2 * of
        self._on_progress(done, of)

    def open_on(self, sheet: Sheet) -> list[tuple[Question, bool]]:
        """What of a sheet has no row yet, own questions first; True: for the baseline."""
        rest = [(q, False) for q in sheet.own if q.id not in self.own]
        other = self.other
        if other is not None:
            rest += [(q, True) for q in sheet.foreign if q.id not in other]
        return rest

    def in_turns(self, sheet: Sheet) -> list[tuple[Question, bool]]:
        """As `open_on`, but a question of the baseline behind each of its own."""
        rest = self.open_on(sheet)
        own = [pair for pair in rest if not pair[1]]
        foreign = [pair for pair in rest if pair[1]]
        pairs = zip_longest(own, foreign)
        return [one for pair in pairs for one in pair if one is not None]

    def tell_all(self, sheet: Sheet, said: Said) -> None:
        """Give the same row to everything on a sheet that has none."""
        for question, foreign in self.open_on(sheet):
            self.add(question, said, None, foreign)

    def finish(self, outcome: str = DROPPED, reason: str = STOPPED) -> str | None:
        """Give a row to every question that has none.

        Returns one clause on how many had none, such as "3 of 45 questions"; None if all had one.
        """
        own = self.own.finish(outcome, reason)
        other = 0 if self.other is None else self.other.finish(outcome, reason)
        if not own and not other:
            return None
        baseline = f" and {other} of the baseline's" if other else ""
        return f"{own} of {len(self.questions)} questions{baseline}"

    def figures(self) -> dict[str, Any]:
        """For the summary: count, outcomes and latency of both."""
        other = None if self.other is None else self.other.figures()
        return {**self.own.figures(), "other_scene": other}
