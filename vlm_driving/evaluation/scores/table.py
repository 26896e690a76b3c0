"""Scores for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

_LEAST_WIDTH = 124
_NAMES = {
    "echo_question": "echo\nquestion",
    "shuffled_references": "shuffled\nreferences",
    "best_constant": "best\nconstant",
    "other_scene": "other\nscene",
}


def print_scores(result: Mapping[str, Any], console: Console) -> None:
    """Print the very object that a program gets."""
    console = Console(
        file=console.file, width=max(console.width, _LEAST_WIDTH), highlight=False, emoji=False
    )
    judge, baselines = result["judge"], result["baselines"]
    table = Table(
        title=f"scores of 1 to 10, judge {escape(judge['name'])} {judge['version']}, "
        f"in brackets {100 * result['bootstrap']['level']:g} % intervals; ! a baseline is no worse"
    )
    for name in ("", "n", "score", "references", "relative %", *(_NAMES[b] for b in baselines)):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    if result["oracle"]:
        table.add_column("oracle: echo\ncontext", justify="right", no_wrap=True, style="dim")
    for name, figure in result["categories"].items():
        theirs = [means.get(name) for means in baselines.values()]
        score = figure["mean"]
        table.add_row(
            name,
            str(figure["n"]),
            _interval(figure),
            _mean(result["references"].get(name)),
            _interval(result["relative"].get(name), 1),
            *(f"{_number(x)}{' !' if x is not None and x >= score else ''}" for x in theirs),
            *([_number(result["oracle"]["echo_context"].get(name))] if result["oracle"] else []),
            end_section=name == "overall",
        )
    console.print(table)
    if result["image_categories"]:
        pictures = Table(title="by what the picture is of")
        for name in ("", "n", "score"):
            pictures.add_column(name, justify="right" if name else "left")
        for name, figure in result["image_categories"].items():
            pictures.add_row(escape(name), str(figure["n"]), _interval(figure))
        console.print(pictures)
    for line in _sentences(result):
        console.print(line, markup=False, soft_wrap=True)


def _sentences(result: Mapping[str, Any]) -> list[str]:
    """What the tables have no room for."""
    lines = []
    latency = result["latency_ms"]
    if latency:
        lines.append(
            f"latency: p50 {latency['p50']:g} ms, p99 {latency['p99']:g} ms, "
            f"max {latency['max']:g} ms"
        )
    if result["outcomes"]:
        shown = (
            f"{name} {found['n']} (score {_number(found['score'])})"
            for name, found in result["outcomes"].items()
        )
        lines.append(f"outcomes: {', '.join(shown)}")
    return [*lines, *result["notes"], *(f"! {flag}" for flag in result["flags"])]


def _interval(figure: Mapping[str, Any] | None, digits: int = 2) -> str:
    if figure is None:
        return "-"
    return f"{figure['mean']:.{digits}f} ({figure['low']:.{digits}f}-{figure['high']:.{digits}f})"


def _mean(figure: Mapping[str, Any] | None) -> str:
    return "-" if figure is None else f"{figure['mean']:.2f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
