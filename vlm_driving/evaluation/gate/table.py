"""The comparison for a person at a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vlm_driving.evaluation.gate.comparison import Line
from vlm_driving.evaluation.gate.result import GateResult
from vlm_driving.evaluation.gate.settings import shown
from vlm_driving.evaluation.gate.verdicts import NEITHER, State, Verdict

_LEAST_WIDTH = 144


def print_gate(result: GateResult, console: Console) -> None:
    """Print what a program gets, without what neither run has."""
    console = Console(
        file=console.file, width=max(console.width, _LEAST_WIDTH), highlight=False, emoji=False
    )
    console.print(_table(result))
    for line in sentences(result):
        console.print(line, markup=False, soft_wrap=True)


def _table(result: GateResult) -> Table:
    found = result.comparison
    table = Table(
        title=f"{escape(str(found.run.path))} against {escape(str(found.reference.path))}; "
        "in brackets 95 % intervals of the difference"
    )
    for name in ("", "run", "reference", "difference", "gates"):
        right = name in ("run", "reference", "difference")
        table.add_column(name, justify="right" if right else "left", no_wrap=name != "gates")
    lines = [line for line in found.lines.values() if is_shown(line)]
    for place, line in enumerate(lines):
        last = place + 1 == len(lines) or lines[place + 1].figure.group is not line.figure.group
        table.add_row(
            f"{line.figure.about}",
            value_of(line, line.run),
            value_of(line, line.reference),
            difference_of(line),
            "\n".join(escape(one) for one in gates_of(result, line)),
            end_section=last,
        )
    return table


def is_shown(line: Line) -> bool:
    """Whether any of the runs has the figure."""
    return line.run is not None or line.reference is not None


def value_of(line: Line, value: float | None) -> str:
    """A figure of one run, with its own decimals."""
    return "-" if value is None else f"{value:.{line.figure.digits}f}"


def difference_of(line: Line) -> str:
    """With sign and interval; nothing where the two must not be held against each other."""
    difference = line.difference
    if difference is None or line.reason:
        return "-"
    digits = line.figure.digits
    text = f"{difference:+.{digits}f}" if round(difference, digits) else f"{0:.{digits}f}"
    paired = line.paired
    if paired is None or not paired.mean:
        return text
    if paired.low is None or paired.high is None:
        return f"{text} (too few to tell)"
    return f"{text} ({paired.low:+.{digits}f} to {paired.high:+.{digits}f})"


def gates_of(result: GateResult, line: Line) -> list[str]:
    """Each gate on a figure in a few words."""
    return [verdict_words(v) for v in result.verdicts if v.figure == line.figure.name]


def verdict_words(verdict: Verdict) -> str:
    """One gate in a few words."""
    text = verdict.key if verdict.limit is None else f"{verdict.key} {verdict.limit:g}"
    if verdict.state is State.BROKEN:
        is_now = "" if verdict.value is None else f"is {verdict.value:.4g}"
        told = ", ".join(part for part in (is_now, verdict.reason) if part)
        return f"! BROKEN: {text} ({told})"
    reason = f" ({verdict.reason})" if verdict.reason else ""
    return f"{verdict.state.value}: {text}{reason}"


def sentences(result: GateResult) -> list[str]:
    """What the table has no room for; the last sentence is the verdict."""
    found = result.comparison
    lines = []
    if found.unlike:
        told = (
            f"{key} {shown(mine)} (reference {shown(theirs)})"
            for key, (mine, theirs) in found.unlike.items()
        )
        lines.append(f"The runs differ in {', '.join(told)}.")
    if found.questions.both:
        worse = [one for one in found.moved if one.difference < 0]
        lines.append(
            f"answers: {found.changed['answers']} of {len(found.questions.both)} in other words, "
            f"{len(worse)} scored lower, {len(found.moved) - len(worse)} higher"
        )
        if worse:
            named = (f"{one.row.get('question_id')} ({one.difference:+.1f})" for one in worse[:5])
            lines.append(f"worst: {', '.join(named)}")
    if found.frames.both:
        lines.append(
            f"reports: of {len(found.frames.both)} frames in both, {found.changed['descriptions']} "
            f"in other words, {found.changed['advice']} with other advice, "
            f"{found.changed['outcomes']} with another outcome"
        )
    lines += result.notes
    return [*lines, conclusion(result)]


def conclusion(result: GateResult) -> str:
    """The verdict in one sentence."""
    if result.gate is None:
        return "No gate was set (--gate FILE, or --gate default): nothing is passed or broken."
    broken, skipped = result.of(State.BROKEN), result.of(State.SKIPPED)
    judged = len(result.verdicts) - len(skipped)
    empty = sum(verdict.reason == NEITHER for verdict in skipped)
    more = f"; {empty} had nothing to look at" if empty else ""
    if len(skipped) > empty:
        keys = dict.fromkeys(v.key for v in skipped if v.reason != NEITHER)
        more += f"; {len(skipped) - empty} could not be judged ({', '.join(keys)})"
    if broken:
        names = ", ".join(dict.fromkeys(verdict.key for verdict in broken))
        return f"BROKEN: {len(broken)} of {judged} checks ({names}){more}."
    if not result.passed:
        return f"BROKEN: skipped_fails is set{more}."
    return f"Passed: all {judged} checks{more}."
