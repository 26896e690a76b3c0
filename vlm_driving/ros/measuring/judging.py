"""Figures beside their targets. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vlm_driving.ros.measuring.growth import LEAST_S, Growth, growth
from vlm_driving.ros.measuring.lifecycle import Cycle
from vlm_driving.ros.measuring.plan import NodePlan
from vlm_driving.ros.measuring.reckoning import Steady

OK_SHARE = 0.98
REPORT_MS = 200.0
CALLBACK_MS = 2.0
NODE_SHARE = 0.25
GROWN_MB = 5.0
"""Less than this is not growth: a picture or two that are held when it is measured."""
FIRST_REPORT_MS = 300.0
FRAMES_AFTER = 1
LEAST_CYCLES = 10
"""Fewer say nothing about memory."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and its target.

    Attributes:
        key: its name in the JSON object.
        text: what it is.
        value: as measured; None where it was not.
        target: in words.
        kept: whether it was reached; None where that cannot be said, or is not asked.
        unit: of `value`.
        note: beside it, in words.
    """

    key: str
    text: str
    value: float | None
    target: str
    kept: bool | None
    unit: str = ""
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        value = None if self.value is None else round(self.value, 4)
        return {"value": value, "target": self.target, "kept": self.kept, "note": self.note}


def steady_figures(
    plan: NodePlan,
    steady: Steady,
    node_share: float | None,
    node: Growth | None,
    workers: Growth | None,
) -> list[Figure]:
    """Of the node under a steady load.

    Args:
        plan: what was asked for.
        steady: what was heard.
        node_share: CPU of the node's process alone, as a share of a core.
        node: its memory, MB.
        workers: theirs, MB.
    """
    single = plan.cameras == 1
    alone = "" if single else "asked of one camera alone"
    reports = steady.report_ms
    p99 = None if reports is None else reports.p99
    return [
        Figure(
            "ok_share",
            "frames with outcome ok",
            _times(steady.ok_share, 100),
            f">= {100 * OK_SHARE:g} %",
            _kept(steady.ok_share, lambda value: value >= OK_SHARE) if single else None,
            "%",
            alone,
        ),
        Figure(
            "report_p99_ms",
            "stamp to report received, p99",
            p99,
            f"<= {REPORT_MS:g} ms",
            _kept(p99, lambda value: value <= REPORT_MS),
            "ms",
            "" if reports is None else f"p50 {reports.p50:.1f}, most {reports.max:.1f} ms",
        ),
        Figure(
            "late",
            "late reports",
            steady.late,
            "0",
            bool(steady.sent) and steady.late == 0,
            "",
            f"{steady.late_explained} as the machine stood still" if steady.late else "",
        ),
        Figure(
            "callback_p99_ms",
            "camera callback, p99",
            steady.callback_ms,
            f"<= {CALLBACK_MS:g} ms",
            _kept(steady.callback_ms, lambda value: value <= CALLBACK_MS),
            "ms",
        ),
        Figure(
            "node_cpu",
            "the node's process without inference, of a core",
            _times(node_share, 100),
            f"<= {100 * NODE_SHARE:g} %",
            _kept(node_share, lambda value: value <= NODE_SHARE) if single else None,
            "%",
            alone,
        ),
        _grown("node_grown_mb", "memory that the node gained", node, steady.sent > 0),
        _grown("workers_grown_mb", "memory that its workers gained", workers, steady.sent > 0),
        Figure(
            "untold",
            "frames lost that no diagnostic tells of",
            steady.untold,
            "0",
            bool(steady.diagnostics) and steady.untold == 0,
            "",
            _losses(steady),
        ),
        Figure(
            "strange",
            "reports of no frame, or a second one of a frame",
            steady.strange,
            "0",
            steady.strange == 0,
        ),
    ]


def cycle_figures(cycles: Sequence[Cycle]) -> list[Figure]:
    """Of the node's lifecycle; nothing where no cycle was driven."""
    if not cycles:
        return []
    first = max(one.first_report_ms for one in cycles)
    frames = max(one.frames_after for one in cycles)
    strays = sum(one.strays for one in cycles)
    last = max(one.last_output_ms for one in cycles)
    base = cycles[0].held
    left = [
        f"cycle {n}: {gone}" for n, one in enumerate(cycles[1:], 2) if (gone := _more(base, one))
    ]
    return [
        Figure(
            "first_report_ms",
            "activate to first report, most",
            first,
            f"<= {FIRST_REPORT_MS:g} ms",
            first <= FIRST_REPORT_MS,
            "ms",
        ),
        Figure(
            "frames_after_deactivate",
            "frames of a camera reported after deactivate",
            frames,
            f"<= {FRAMES_AFTER}",
            frames <= FRAMES_AFTER and strays == 0,
            "",
            f"last output after {last:.0f} ms" + (f", {strays} long after it" if strays else ""),
        ),
        Figure(
            "left_behind",
            f"cycles of {len(cycles)} that left something behind",
            len(left),
            "0",
            not left if len(cycles) > 1 else None,
            "",
            left[0] if left else "processes, threads, files",
        ),
        _cycles_grown(cycles),
    ]


def end_figure(wrong: Sequence[str]) -> Figure:
    """Of the end: every process went when it was asked to, and left nothing."""
    return Figure(
        "wrong_at_the_end",
        "processes or files left at the end, or ended badly",
        len(wrong),
        "0",
        not wrong,
        "",
        "; ".join(wrong).replace("\n", " ")[:300],
    )


def _grown(key: str, text: str, found: Growth | None, long_enough: bool) -> Figure:
    target = f"< {GROWN_MB:g} MB"
    if found is None:
        return Figure(key, text, None, target, None, "MB", "not measured")
    judged = long_enough and found.seconds >= LEAST_S
    note = f"{found.begin:.1f} to {found.end:.1f} MB"
    if not judged:
        note += f"; judged from {LEAST_S:g} s on"
    return Figure(
        key, text, found.grown, target, found.grown < GROWN_MB if judged else None, "MB", note
    )


def _cycles_grown(cycles: Sequence[Cycle]) -> Figure:
    """The first cycles load what stays loaded; from then on memory comes back each time."""
    warm = max(1, len(cycles) // 5)
    found = growth([(float(n), one.held.memory_mb) for n, one in enumerate(cycles[warm:])])
    judged = found is not None and len(cycles) >= LEAST_CYCLES
    note = "" if judged else f"judged from {LEAST_CYCLES} cycles on"
    if found is not None and judged:
        note = f"{found.begin:.1f} to {found.end:.1f} MB"
    return Figure(
        "cycles_grown_mb",
        "memory that the node gained over the cycles",
        None if found is None else found.grown,
        f"< {GROWN_MB:g} MB",
        found.grown < GROWN_MB if found is not None and judged else None,
        "MB",
        note,
    )


def _more(base: Any, one: Cycle) -> str:
    """What there is more than after the first cycle, in words."""
    now = one.held
    pairs = (
        ("processes", base.processes, now.processes),
        ("threads", base.threads, now.threads),
        ("files", base.files, now.files),
    )
    return ", ".join(
        f"{after} {what}, were {before}" for what, before, after in pairs if after > before
    )


def _losses(steady: Steady) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in steady.told.items() if count)
    said = f"{steady.unreported} of {steady.sent} frames without a report"
    if kinds:
        said += f"; told: {kinds}"
    return f"{said}; {steady.uncounted} not counted" if steady.uncounted else said


def _kept(value: float | None, reached: Any) -> bool:
    """What was not measured was not reached."""
    return value is not None and bool(reached(value))


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else factor * value
