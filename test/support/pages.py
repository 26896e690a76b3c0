"""The two pages about the budget, by sections and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

PAGES = ("budget.md", "budget.ja.md")
HEADINGS = {
    "budget.md": {
        "breaker": "The breaker",
        "states": "Workers and their states",
        "outcomes": "Outcomes",
        "reasons": "Reading `fallback_from` and `reason`",
        "stalls": "Stalls",
        "diagnostics": "Reading the diagnostics",
        "questions": "Questions",
    },
    "budget.ja.md": {
        "breaker": "ブレーカー",
        "states": "ワーカーの状態",
        "outcomes": "結果（outcome）",
        "reasons": "`fallback_from` と `reason` の読み方",
        "stalls": "停止",
        "diagnostics": "診断情報の読み方",
        "questions": "質問",
    },
}


class Page:
    """One page, by sections and tables."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.text = (folder / name).read_text(encoding="utf-8")

    def section(self, title: str, level: int) -> str:
        """What stands below a heading, up to the next one of its level or above."""
        marks = "#" * level
        begin = re.search(rf"^{marks} {re.escape(title)}$", self.text, re.MULTILINE)
        assert begin is not None, f"{self.name} has no section {title}"
        rest = self.text[begin.end() :]
        end = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
        return rest if end is None else rest[: end.start()]

    def tables(self, key: str) -> list[list[list[str]]]:
        return list(tables(self.section(HEADINGS[self.name][key], 2)))

    def first_column(self, key: str, table: int = 0) -> list[str]:
        return [plain(row[0]) for row in self.tables(key)[table]]


def tables(text: str) -> Iterator[list[list[str]]]:
    """The rows of each table, without its head."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        lines = block.splitlines()
        yield [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def plain(cell: str) -> str:
    return cell.strip("`")
