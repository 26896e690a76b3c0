"""What was published against truth, for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

_LEAST_WIDTH = 110
_BASELINES = ("best_constant", "other_scene")
_ADVISED = "with advice alone"
_FIGURES = (
    ("description", None, "descriptions"),
    ("advice right", "advice_right", "right"),
    ("speed, macro F1", "speed_macro_f1", "speed_macro_f1"),
    ("path, macro F1", "path_macro_f1", "path_macro_f1"),
    ("STOP recall", "stop_recall", "stop_recall"),
    ("hazards, F1", "hazards_f1", "hazards"),
)


def print_truth(result: Mapping[str, Any], console: Console) -> None:
    """Print the very object that a program gets."""
    console = Console(
        file=console.file, width=max(console.width, _LEAST_WIDTH), highlight=False, emoji=False
    )
    judge = result["judge"]
    console.print(
        f"What was published, {result['truth']['frames']} frames; descriptions by judge "
        f"{judge['name']} {judge['version']}, 1 to 10; in brackets "
        f"{100 * result['bootstrap']['level']:g} % intervals; ! a baseline is no worse",
        soft_wrap=True,
    )
    console.print(_figures(result))
    for part in ("speed", "path"):
        if result["truth"]["advice"]["n"]:
            console.print(_matrix(part, result["truth"]["advice"][part]))
    console.print(_outcomes(result["truth"]["by_outcome"], result["truth"]["with_advice"]))
    for line in _sentences(result):
        console.print(line, markup=False, soft_wrap=True)


def _figures(result: Mapping[str, Any]) -> Table:
    table = Table()
    for name in ("", "n", "all frames", "best constant", "other scene"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for label, baseline, key in _FIGURES:
        figure = _figure_of(result, key)
        if figure is None or figure["mean"] is None:
            continue
        theirs = [_baseline(result, name, baseline, key) for name in _BASELINES]
        ours = figure["mean"]
        table.add_row(
            label,
            str(figure["n"]),
            _interval(figure),
            *(_number(x) + (" !" if x is not None and x >= ours else "") for x in theirs),
        )
    return table


def _figure_of(result: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    truth = result["truth"]
    if key == "descriptions":
        return dict(result["descriptions"])
    if key == "hazards":
        return None if truth["hazards"] is None else dict(truth["hazards"]["interval"])
    return dict(truth["advice"]["intervals"][key])


def _baseline(result: Mapping[str, Any], name: str, figure: str | None, key: str) -> float | None:
    if key == "descriptions":
        found = result["baselines"].get(name, {}).get("detail")
    else:
        found = result["truth"]["baselines"].get(name, {}).get(figure)
    return None if found is None else float(found)


def _matrix(part: str, matrix: Mapping[str, Any]) -> Table:
    """Rows truth, columns what was published; labels that nobody used are left out."""
    labels, counts = matrix["labels"], matrix["matrix"]
    used = [i for i in range(len(labels)) if sum(counts[i]) or sum(row[i] for row in counts)]
    table = Table(title=f"{part}, right (rows) and published", title_justify="left")
    table.add_column("")
    for column in used:
        table.add_column(labels[column], justify="right")
    table.add_column("recall", justify="right")
    for row in used:
        recall = matrix["recall"].get(labels[row])
        cells = (str(counts[row][column]) if counts[row][column] else "·" for column in used)
        table.add_row(labels[row], *cells, _number(recall))
    return table


def _outcomes(by_outcome: Mapping[str, Any], advised: Mapping[str, Any]) -> Table:
    table = Table(title="by how the frame ended", title_justify="left")
    for name in ("outcome", "frames", "description", "advice right", "hazards F1"):
        table.add_column(name, justify="left" if name == "outcome" else "right")
    for name, found in [*by_outcome.items(), (_ADVISED, advised)]:
        if name == _ADVISED:
            table.add_section()
        values = (found["score"], found["advice_right"], found["hazards_f1"])
        table.add_row(escape(name), str(found["n"]), *map(_number, values))
    return table


def _sentences(result: Mapping[str, Any]) -> Iterator[str]:
    advice, hazards = result["truth"]["advice"], result["truth"]["hazards"]
    if advice["flicker_per_minute"] is not None:
        yield (
            f"flicker: {advice['flicker_per_minute']:g} changes a minute that the truth does not "
            f"have (advice changed {advice['changes_per_minute']:g} times a minute, what is right "
            f"{advice['truth_changes_per_minute']:g} times)"
        )
    if hazards is not None:
        kinds = (f"{kind} {_number(of['f1'])}" for kind, of in hazards["by_kind"].items())
        yield (
            f"hazards by kind and side: precision {_number(hazards['precision'])}, recall "
            f"{_number(hazards['recall'])}; by kind alone F1 "
            f"{_number(hazards['kind_alone']['f1'])}; {', '.join(kinds)}"
        )
    latency = result["latency_ms"]
    if latency:
        yield (
            f"latency: p50 {latency['p50']:g} ms, p99 {latency['p99']:g} ms, "
            f"max {latency['max']:g} ms"
        )
    yield from result["notes"]
    yield from (f"! {flag}" for flag in result["flags"])
    if result["flags"]:
        yield "Where a baseline is no worse, a figure says nothing for the model."


def _interval(figure: Mapping[str, Any]) -> str:
    if figure["low"] is None:
        return f"{figure['mean']:.2f}"
    return f"{figure['mean']:.2f} ({figure['low']:.2f}-{figure['high']:.2f})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
