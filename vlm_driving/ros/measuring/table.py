"""The figures for a person, from the very JSON that a program gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

MOST_LATE_MS = 20.0
"""A camera that sends so far off its schedule was kept from it by a machine that is too busy."""
_BUSY_SHARE = 0.5
_KEPT = {True: "[green]yes[/green]", False: "[bold red]NO[/bold red]", None: "not judged"}


def print_figures(result: Mapping[str, Any], console: Console) -> None:
    """Print each figure beside its target."""
    plan, machine = result["plan"], result["machine"]
    cameras = "1 camera" if plan["cameras"] == 1 else f"{plan['cameras']} cameras"
    on = "ROS 2" if plan["middleware"] == "ros" else "bare DDS"
    table = Table(
        title=f"the node on {on}, {cameras} at {plan['rate_hz']:g} Hz, {plan['transport']}, "
        f"{plan['seconds']:g} s"
    )
    for name in ("figure", "measured", "target", "kept", ""):
        table.add_column(name, justify="right" if name == "measured" else "left")
    for one in result["figures"].values():
        table.add_row(
            one["text"], _measured(one), one["target"], _KEPT[one["kept"]], _escaped(one["note"])
        )
    console.print(table)
    steady, cpu = result["steady"], result["cpu"]
    sender = steady["sender"]
    outcomes = ", ".join(f"{count} {name}" for name, count in steady["outcomes"].items())
    lines = [
        f"{steady['sent']} frames sent, reports: {outcomes or 'none'}",
        f"CPU of a core: node {_percent(cpu['node'])}, workers {_percent(cpu['workers'])}",
        f"sender: {sender['rate_hz']:g} Hz a camera, at most {sender['late_ms']:g} ms behind, "
        f"{sender['left_out']} frames left out, {sender['refused']} refused",
        f"{machine['cpu']}, {machine['cores']} cores, load {machine['load_1m']:g} before",
    ]
    if was_busy(result):
        lines.append(
            "[yellow]The machine was busy with other work, or is too small for this load: figures "
            "that were missed may not be the node's fault.[/yellow]"
        )
    for line in lines:
        console.print(line, soft_wrap=True)


def was_busy(result: Mapping[str, Any]) -> bool:
    """Whether the machine had work besides, before it began or while the cameras sent."""
    machine, sender = result["machine"], result["steady"]["sender"]
    before = machine["load_1m"] > _BUSY_SHARE * machine["cores"]
    return bool(before or sender["left_out"] or sender["late_ms"] > MOST_LATE_MS)


def _measured(one: Mapping[str, Any]) -> str:
    value = one["value"]
    if value is None:
        return "-"
    text = f"{value:.0f}" if not one["unit"] else f"{value:.1f}"
    if one["unit"] == "ms" and value < 10:
        text = f"{value:.3f}"
    return f"{text} {one['unit']}".strip()


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
