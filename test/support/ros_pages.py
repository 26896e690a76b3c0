"""The pages about the ROS 2 side, by tables, code blocks and commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from support.pages import Page, tables

NODE, TROUBLE = ("ros.md", "ros.ja.md"), ("ros_troubleshooting.md", "ros_troubleshooting.ja.md")
READMES = ("README.md", "README.ja.md")


def page(repository: Path, name: str) -> Page:
    return Page(repository if name in READMES else repository / "docs", name)


def all_tables(text: str) -> list[list[list[str]]]:
    return list(tables(without_code(text)))


def table_with(text: str, cell: str) -> list[list[str]]:
    """The one table that has a row which begins with `cell`."""
    found = [one for one in all_tables(text) if any(row[0] == cell for row in one)]
    assert len(found) == 1, cell
    return found[0]


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def code_blocks(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def commands(text: str) -> Iterator[list[str]]:
    """Commands in blocks and between backticks, as words; comments are left out."""
    lines = [line for kind, block in code_blocks(text) if not kind for line in block.splitlines()]
    lines += re.findall(r"`((?:vlm-driving|ros2) [^`\n]+)`", without_code(text))
    for line in lines:
        if line.startswith(("vlm-driving ", "ros2 ")):
            yield shlex.split(line, comments=True)


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    titles = re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    bare = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.strip().replace(" ", "-") for title in bare}
