"""JSON Lines from users: every fault is a sentence with the file and the line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its object, and where it stands, for sentences about it."""

    data: Mapping[str, Any]
    place: str

    def text(self, key: str, default: str | None = None) -> str:
        """The string at `key`; null and a missing key are the default, if there is one."""
        value = self.data.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise UserError(f"{self.place}: {key} is a string, got {value!r}.")
        return printable(value)

    def identity(self, key: str = "question_id") -> str:
        """The id at `key`: a whole number or a string, as text."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).strip():
            raise UserError(f"{self.place}: {key} is a whole number or a string, got {value!r}.")
        return printable(str(value).strip())


def read_rows(path: Path, forgive_last: bool = False) -> tuple[list[Row], tuple[str, ...]]:
    """The objects of a JSON Lines file, and a sentence where a cut last line was left out.

    Args:
        path: UTF-8, with or without a byte order mark; blank lines are passed over.
        forgive_last: leave out a last line that its writer did not finish.

    Raises:
        UserError: no such file, not UTF-8, or a line that is no JSON object.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"There is no file {path}; check the path.") from None
    except IsADirectoryError:
        raise UserError(f"{path} is a directory; name a JSON Lines file.") from None
    lines = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"Line {number} of {path}"
        try:
            data = json.loads(line.decode("utf-8"))
        except (
            ValueError,
            RecursionError,
        ) as fault:  # no newline behind the last: a cut-off writer
            if forgive_last and rows and number == len(lines):
                return rows, (f"The last line of {path.name} was cut off and is left out.",)
            if isinstance(fault, UnicodeDecodeError):
                raise UserError(f"{place} is not UTF-8; save the file as UTF-8.") from None
            raise UserError(
                f"{place} is no JSON ({fault}); the file takes one object a line."
            ) from None
        if not isinstance(data, dict):
            raise UserError(f"{place} is no JSON object; the file takes one object a line.")
        rows.append(Row(data, place))
    return rows, ()


def printable(text: str) -> str:
    r"""The text without lone surrogates: JSON can spell them (`\ud800`), no file can hold them."""
    return text.encode("utf-8", "replace").decode("utf-8")
