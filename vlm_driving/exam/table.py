"""The examination for a person: tables from the very JSON that a program gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from vlm_driving.exam.figures_trust import SIGHT_STATES


def print_figures(figures: Mapping[str, Any], console: Console) -> None:
    """Goals, advice by slice, questions by category, blind pictures by kind."""
    _goals(figures, console)
    _slices(figures, console)
    if figures["questions"] is None:
        console.print(
            "This bundle answers no questions: their figures are left out.", soft_wrap=True
        )
    else:
        _questions(figures, console)
    _blind(figures["blind"], console)
    _sight(figures["sight"], console)
    stops = figures["missed_stops"]
    causes = ", ".join(
        f"{cause} {n['missed']} of {n['due']}"
        for cause, n in stops["by_cause"].items()
        if n["missed"]
    )
    console.print(
        f"missed STOPs: {stops['missed']} of {stops['due']}" + (f" ({causes})" if causes else ""),
        soft_wrap=True,
    )


def _goals(figures: Mapping[str, Any], console: Console) -> None:
    table = Table(
        title=f"{figures['model']} on {figures['scenes']} unseen scenes of seed {figures['seed']}"
    )
    for name in ("", "figure", "goal", "floor", ""):
        table.add_column(name, justify="right" if name in ("figure", "goal", "floor") else "left")
    for goal in figures["goals"]:
        sign = "≥" if goal["at_least"] else "≤"
        floor = "" if goal["floor"] is None else f"{sign} {goal['floor']:g}"
        mark = {True: "[green]reached[/green]", False: "[red]missed[/red]", None: "-"}
        table.add_row(
            goal["name"],
            number(goal["value"]),
            f"{sign} {goal['bound']:g}",
            floor,
            mark[goal["reached"]],
        )
    console.print(table)


def _slices(figures: Mapping[str, Any], console: Console) -> None:
    table = Table(title="by slice (in brackets: fewer than 200 scenes, nothing claimed)")
    table.add_column("", no_wrap=True)
    for name in ("n", "advice", "STOP", "false STOP", "hazards", "calibration"):
        table.add_column(name, justify="right")
    advice, hazards, trust = (
        figures[name]["slices"] for name in ("advice", "hazards", "calibration")
    )
    for kind, values in advice.items():
        for value, found in values.items():
            name = f"{kind} {value}"
            table.add_row(
                name if found["claimed"] else f"({name})",
                str(found["scenes"]),
                number(found["exact"]),
                number(found["stop_recall"]),
                number(found["false_stop"]),
                number(hazards[kind][value]["f1"]),
                number(trust[kind][value]["ece"]),
            )
    console.print(table)


def _questions(figures: Mapping[str, Any], console: Console) -> None:
    table = Table(title="questions")
    for name in ("", "n", "right", "other image", "text only"):
        table.add_column(name, justify="right" if name else "left")
    rows = {"all": figures["questions"], **figures["questions"]["category"]}
    if figures["wording"] is not None:
        rows["unseen wording"] = figures["wording"]
    for name, found in rows.items():
        cells = (found["right"], found["other_image"], found["text_only"])
        table.add_row(name, str(found["n"]), *map(number, cells))
    console.print(table)
    guessed = figures["questions"]["guessed_by_text_only"]
    if guessed:
        console.print(f"text alone answers these too well: {', '.join(guessed)}", soft_wrap=True)


def _blind(found: Mapping[str, Any], console: Console) -> None:
    table = Table(title="pictures without a road")
    for name in ("", "n", "unsure", "says so", "invents a road"):
        table.add_column(name, justify="right" if name else "left")
    for kind, part in found["kind"].items():
        cells = (part["unsure"], part["says_so"], part["invents"])
        table.add_row(kind, str(part["n"]), *map(number, cells))
    console.print(table)


def _sight(found: Mapping[str, Any], console: Console) -> None:
    table = Table(title="things near enough to be examined (only seen ones are facts)")
    for name in ("", *SIGHT_STATES):
        table.add_column(name, justify="right" if name else "left")
    for thing, part in found.items():
        table.add_row(thing, *(str(part["examined"].get(state, 0)) for state in SIGHT_STATES))
    console.print(table)


def print_real(found: Mapping[str, Any], console: Console) -> None:
    """The figures on real frames beside those of a constant report."""
    table = Table(title="real frames")
    names = ("", "frames", "facts true", "invented", "vehicles to 40 m", "not refused")
    for name in names:
        table.add_column(name, justify="right" if name else "left")
    for group, part in found.items():
        for name, row in ((group, part), (f"{group}, a constant", part["constant"])):
            cells = ("facts_true", "invented_a_report", "vehicles_near_named", "clear_not_refused")
            table.add_row(name, str(row["frames"]), *(number(row[cell]) for cell in cells))
    console.print(table)
    for group, part in found.items():
        words = ", ".join(f"{n} {number(c['follows'])}" for n, c in part["changed"].items())
        console.print(f"{group}: the words follow where pictures are {words}", soft_wrap=True)


def number(value: float | None) -> str:
    """A figure in three digits; a dash where there is none."""
    if value is None:
        return "-"
    return f"{value:.3f}" if abs(value) <= 1.0 else f"{value:.1f}"
