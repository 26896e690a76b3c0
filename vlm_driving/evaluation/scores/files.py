"""Rows and figures of a scoring: whole, or not there; what was scored before stays till then."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TextIO

from vlm_driving.core import UserError

ROWS, TABLE, FIGURES = "scores.jsonl", "scores.csv", "score.json"
PARTIAL = "scores.partial.jsonl"
QUESTION_COLUMNS = (
    "question_id",
    "category",
    "image_category",
    "score",
    "share",
    "right",
    "hits",
    "missed",
    "violated",
    "notes",
    "failed",
    "judge",
    "judge_version",
    "latency_ms",
    "outcome",
    "reference_score",
    "question",
    "answer",
)


class Row(Protocol):
    """What is scored, one at a time."""

    def to_json(self) -> dict[str, Any]:
        """The row of `scores.jsonl`."""

    def to_cells(self) -> Mapping[str, Any]:
        """The same for `scores.csv`; lists of texts are joined there."""


class ScoreFiles:
    """The files of one scoring; rows go to disk as they are judged.

    Used with `with`: rows are added to `scores.partial.jsonl`, which stays behind if the judge, or
    the user, stops half way. `finish` writes the whole and takes the partial file away; `conclude`
    adds `score.json`, the object that `vlm-driving score` prints.

    Args:
        folder: made where it is not.
        columns: of `scores.csv`.
    """

    def __init__(self, folder: Path, columns: Sequence[str] = QUESTION_COLUMNS) -> None:
        self.folder = folder
        self._columns = columns
        self.rows = 0
        self._partial: TextIO | None = None

    @property
    def partial(self) -> Path:
        """The rows of a scoring that is not finished."""
        return self.folder / PARTIAL

    def __enter__(self) -> ScoreFiles:
        if self.folder.exists() and not self.folder.is_dir():
            raise UserError(f"{self.folder} is a file; name a directory with --out.")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._partial = self.partial.open("w", encoding="utf-8", newline="\n")
        except OSError as fault:
            raise UserError(
                f"Cannot write {self.folder} ({fault.strerror or fault}); name a directory that "
                "can be written with --out."
            ) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._partial is not None:
            self._partial.close()
            self._partial = None
            if error is not None and self.rows:
                print(
                    f"Stopped; the {self.rows} rows that were judged are in {self.partial}.",
                    file=sys.stderr,
                )

    def add(self, row: Row) -> None:
        """Put a row on disk."""
        assert self._partial is not None
        self._partial.write(_line(row))
        self._partial.flush()
        self.rows += 1

    def finish(self, rows: Sequence[Row]) -> None:
        """Write `scores.jsonl` and `scores.csv`, each at once.

        Figures of rows that stood there before are taken away: until `conclude` there are none.
        """
        self.__exit__(None, None, None)
        _replace(self.folder / ROWS, "".join(map(_line, rows)), "utf-8")
        (self.folder / FIGURES).unlink(missing_ok=True)
        # The mark in front tells spreadsheet programs in Japan that this is UTF-8.
        _replace(self.folder / TABLE, _csv(rows, self._columns), "utf-8-sig")
        self.partial.unlink(missing_ok=True)

    def conclude(self, result: Mapping[str, Any]) -> None:
        """Write `score.json`."""
        text = json.dumps(result, ensure_ascii=False, indent=1)
        _replace(self.folder / FIGURES, f"{text}\n", "utf-8")


def _line(row: Row) -> str:
    return json.dumps(row.to_json(), ensure_ascii=False) + "\n"


def _csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    table = io.StringIO()
    writer = csv.DictWriter(table, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = row.to_cells()
        writer.writerow({key: _cell(cells[key]) for key in columns})
    return table.getvalue()


def _cell(value: Any) -> Any:
    return " / ".join(value) if isinstance(value, list) else value


def _replace(path: Path, text: str, encoding: str) -> None:
    # Under a name of its own: two may score one run at a time, and the later one wins whole.
    draft = path.with_name(f".{path.name}.draft-{os.getpid()}")
    try:
        draft.write_bytes(text.encode(encoding))
        os.replace(draft, path)
    except OSError as fault:
        raise UserError(
            f"Cannot write {path} ({fault.strerror or fault}); name a directory with room that can "
            "be written with --out."
        ) from None
    finally:
        draft.unlink(missing_ok=True)
