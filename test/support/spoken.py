"""What modules say in their reports, read from their source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_GIVEN_AS = ("reason", "why")
"""What a text is called on its way into a report."""


def texts_by_name(folder: Path) -> dict[str, str]:
    """The texts that the modules of a folder give a name to."""
    found: dict[str, str] = {}
    for path in folder.glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                (to,) = node.targets
                if isinstance(to, ast.Name) and isinstance(node.value.value, str):
                    found[to.id] = node.value.value
    return found


def said_by(path: Path) -> Iterator[str]:
    """Every text that a module gives as a reason, with `...` for its gaps."""
    constants = texts_by_name(path.parent)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        given: list[ast.expr] = []
        if isinstance(node, ast.keyword) and node.arg == "reason":
            given = [node.value]
        elif isinstance(node, ast.Assign):
            if any(isinstance(to, ast.Name) and to.id in _GIVEN_AS for to in node.targets):
                given = [node.value]
        elif isinstance(node, ast.Return) and isinstance(node.value, (ast.JoinedStr, ast.Tuple)):
            given = [node.value, *getattr(node.value, "elts", [])]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused":
            given = list(node.args)
        for value in given:
            if isinstance(value, ast.Name) and value.id in constants:
                yield constants[value.id]
            elif isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value
            elif isinstance(value, ast.JoinedStr):
                parts = (
                    str(one.value) if isinstance(one, ast.Constant) else "..."
                    for one in value.values
                )
                yield "".join(parts)
