"""The comparison as Markdown, for a pull request or the summary page of a CI job."""

from __future__ import annotations

import html
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.evaluation.gate.paired import Moved
from vlm_driving.evaluation.gate.result import GateResult
from vlm_driving.evaluation.gate.table import (
    conclusion,
    difference_of,
    is_shown,
    sentences,
    value_of,
    verdict_words,
)
from vlm_driving.evaluation.gate.verdicts import State

_MOST_WORSE = 5
_MOST_LETTERS = 120
_MARKS = {ord(mark): f"&#{ord(mark)};" for mark in "\\`*_[]|~#@!"}
"""What Markdown would read as something else than a letter."""


def write_markdown(result: GateResult, path: Path) -> None:
    """Write the summary; a file that stands there is replaced.

    Raises:
        UserError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markdown(result), encoding="utf-8", newline="\n", errors="replace")
    except OSError as fault:
        raise UserError(
            f"Cannot write {path} ({fault.strerror or fault}); name a writable file with --summary."
        ) from None


def markdown(result: GateResult) -> str:
    """Verdict, table, what got worse, and notes."""
    found = result.comparison
    lines = [f"### vlm-driving: {_own(conclusion(result))}", ""]
    lines += ["| | run | reference | difference | gates |", "|---|---:|---:|---:|---|"]
    for line in filter(is_shown, found.lines.values()):
        gates = [v for v in result.verdicts if v.figure == line.figure.name]
        told = (
            f"**{_own(verdict_words(v))}**" if v.state is State.BROKEN else _own(verdict_words(v))
            for v in gates
        )
        cells = (
            line.figure.about,
            value_of(line, line.run),
            value_of(line, line.reference),
            difference_of(line),
            "<br>".join(told),
        )
        lines.append(f"| {' | '.join(cells)} |")
    worse = [one for one in found.moved if one.difference < 0][:_MOST_WORSE]
    if worse:
        lines += ["", "What got worse most:", ""]
        lines += ["| question | | reference's answer | this run's answer |", "|---|---:|---|---|"]
        lines += map(_row, worse)
    lines.append("")
    lines += [f"- {_own(sentence)}" for sentence in sentences(result)[:-1]]
    lines += ["", "Advice is advisory: this is not a safety-rated component.", ""]
    return "\n".join(lines)


def _row(moved: Moved) -> str:
    question = f"{moved.row.get('question_id')} {moved.row.get('question', '')}"
    cells = (
        _said(question),
        f"{moved.reference:.1f} → {moved.run:.1f}",
        _said(str(moved.other.get("answer", ""))) or "-",
        _said(str(moved.row.get("answer", ""))) or "-",
    )
    return f"| {' | '.join(cells)} |"


def _own(words: str) -> str:
    """Our words, with names of files and settings in them."""
    return html.escape(words, quote=False).replace("|", "&#124;")


def _said(words: str) -> str:
    """Words of models and users: one plain line, whatever is in them."""
    line = " ".join(words.split())
    if len(line) > _MOST_LETTERS:
        line = f"{line[:_MOST_LETTERS]}…"
    return html.escape(line, quote=False).translate(_MARKS)
