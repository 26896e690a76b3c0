"""The drawings of report.html: SVG with colours from the style sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import groupby

from vlm_driving.core import Outcome, SceneReport
from vlm_driving.evaluation.labels import PATH_JA, SPEED_JA

WIDTH = 1150
LEFT = 46
RIGHT = 14
PLOT_HEIGHT = 220
BAND_HEIGHT = 16


def positions(reports: Sequence[SceneReport]) -> tuple[list[float], str]:
    """Where each report stands on the horizontal axis, and the axis's unit.

    Seconds of the recording; frame numbers where stamps go backwards.
    """
    if not reports:
        return [], "s"
    stamps = [report.stamp_ns for report in reports]
    if any(later < sooner for sooner, later in zip(stamps, stamps[1:], strict=False)):
        return [float(report.sequence) for report in reports], "frame"
    return [(stamp - stamps[0]) / 1e9 for stamp in stamps], "s"


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 x 10^n that cuts `span` into at most `most` parts."""
    if span <= 0:
        return 1.0
    exponent = math.floor(math.log10(span / most))
    for factor in (1, 2, 5, 10):
        step = float(factor * 10.0**exponent)
        if span / step <= most:
            return step
    return float(10.0 ** (exponent + 1))


def ticks(span: float, most: int) -> list[float]:
    """Round numbers from zero to `span`."""
    step = nice_step(span, most)
    return [step * i for i in range(math.floor(span / step + 1e-9) + 1)]


def timeline(reports: Sequence[SceneReport], budget_ms: float | None) -> str:
    """Latency of every report against the budget, and the advice below it.

    Frames that were never worked on have no latency worth a height: they stand on the axis.
    """
    if not reports:
        return "<p>記録なし / no frames</p>"
    at, unit = positions(reports)
    span = max(at[-1] - at[0], 1e-9)

    def x(position: float) -> float:
        return LEFT + (position - at[0]) / span * (WIDTH - LEFT - RIGHT)

    heights = [(r.latency_ms or 0.0) if r.outcome.worked_on else 0.0 for r in reports]
    highest = max(heights)
    top_ms = max(highest, budget_ms or 0.0, 1.0) * 1.08

    def y(latency_ms: float) -> float:
        return PLOT_HEIGHT - latency_ms / top_ms * (PLOT_HEIGHT - 10)

    height = PLOT_HEIGHT + 24 + 2 * (BAND_HEIGHT + 8) + 4
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="遅延と助言の時系列">',
        *_axes(top_ms, span, at[0], unit, x, y),
    ]
    for outcome in Outcome:
        dots = "".join(
            f"M{x(p):.1f} {y(height_ms):.1f}h0"
            for p, r, height_ms in zip(at, reports, heights, strict=True)
            if r.outcome is outcome
        )
        if dots:
            parts.append(
                f'<path class="dots" style="stroke:var(--{outcome.value})" d="{dots}">'
                f"<title>{outcome.value}</title></path>"
            )
    if budget_ms is not None:
        line = y(budget_ms)
        parts.append(
            f'<line class="budget" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{line:.1f}" '
            f'y2="{line:.1f}"/><text class="budget-name" x="{WIDTH - RIGHT}" '
            f'y="{line - 5:.1f}" text-anchor="end">予算 budget {budget_ms:g} ms</text>'
        )
    band = PLOT_HEIGHT + 26
    # A dropped frame says nothing about the advice: the frame that took its place does.
    taken = [(p, r) for p, r in zip(at, reports, strict=True) if r.outcome is not Outcome.DROPPED]
    places = [p for p, _ in taken]
    speeds = [r.advice.speed.value if r.advice else None for _, r in taken]
    paths = [r.advice.path.value if r.advice else None for _, r in taken]
    parts += _band("速度", band, places, x, speeds)
    parts += _band("進路", band + BAND_HEIGHT + 6, places, x, paths)
    return "".join([*parts, "</svg>"])


def _axes(
    top_ms: float,
    span: float,
    first: float,
    unit: str,
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> Iterator[str]:
    for value in ticks(top_ms, 5):
        yield (
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" '
            f'y2="{y(value):.1f}"/><text x="{LEFT - 8}" y="{y(value) + 4:.1f}" '
            f'text-anchor="end">{value:g}</text>'
        )
    for value in ticks(span, 10):
        if x(first + value) > WIDTH - RIGHT - 60:
            continue  # the unit stands there
        yield (
            f'<text x="{x(first + value):.1f}" y="{PLOT_HEIGHT + 16}" '
            f'text-anchor="middle">{first + value:g}</text>'
        )
    unit_ja = "秒 s" if unit == "s" else "フレーム frame"
    yield (
        f'<text x="{WIDTH - RIGHT}" y="{PLOT_HEIGHT + 16}" text-anchor="end">{unit_ja}</text>'
        f'<text x="{LEFT - 8}" y="-2" text-anchor="end">ms</text>'
    )


def _band(
    name: str,
    top: float,
    at: Sequence[float],
    x: Callable[[float], float],
    values: Sequence[str | None],
) -> Iterator[str]:
    """One strip: a coloured box for each stretch of equal advice; gaps where there was none."""
    yield f'<text x="{LEFT - 8}" y="{top + 12}" text-anchor="end">{name}</text>'
    if not at:
        return
    # A report speaks until the next one, but not for longer than a few usual gaps.
    gaps = sorted(b - a for a, b in zip(at, at[1:], strict=False))
    usual = gaps[len(gaps) // 2] if gaps else 1.0
    ends = [min(b, a + 4 * usual) for a, b in zip(at, at[1:], strict=False)] + [at[-1] + usual]
    spoken = [
        (begin, end, value)
        for begin, end, value in zip(at, ends, values, strict=True)
        if value is not None
    ]
    joined: list[tuple[float, float, str]] = []
    for begin, end, value in spoken:
        if joined and joined[-1][2] == value and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end, value)
        else:
            joined.append((begin, end, value))
    for value, boxes in groupby(sorted(joined, key=lambda box: box[2]), key=lambda box: box[2]):
        path = "".join(
            f"M{x(begin):.1f} {top}h{max(0.8, min(x(end), WIDTH - RIGHT) - x(begin)):.1f}"
            f"v{BAND_HEIGHT}H{x(begin):.1f}z"
            for begin, end, _ in boxes
        )
        yield f'<path style="fill:var(--{value})" d="{path}"><title>{value}</title></path>'


def advice_legend() -> str:
    """What the colours of the advice strips mean."""
    speed = [(s.value, f"{ja} {s.value}") for s, ja in SPEED_JA.items()]
    path = [(p.value, f"{ja} {p.value}") for p, ja in PATH_JA.items() if p.value != "KEEP"]
    items = "".join(
        f'<span><i style="background:var(--{key})"></i>{escape(label)}</span>'
        for key, label in speed + path
    )
    return f'<div class="legend">{items}</div>'
