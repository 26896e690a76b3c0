"""Thresholds of the diagnostics, and levels that do not flicker. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType

from vlm_driving.core import UserError
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.ros.messages import DiagnosticLevel as Level
from vlm_driving.ros.messages import DiagnosticStatus as Status


@dataclass(frozen=True, slots=True)
class DiagnosticThresholds:
    """When a figure is a warning or an error; a pair of them stands in this order.

    Attributes:
        rate_warn_hz: messages a second below which there is a warning; 0 for never.
        rate_error_hz: the same for an error.
        age_p99_warn_ms: age at publish (p99) above which there is a warning.
        age_p99_error_ms: the same for an error.
        miss_warn: share of frames without an answer above which there is a warning.
        miss_error: the same for an error.
        drop_warn: share of dropped frames above which there is a warning.
        drop_error: the same for an error.
        silent_ms: without a message after which a camera is silent.
        least_reports: that shares and quantiles need to mean something.
        hold_ms: that a level has to have been better before it is shown.
    """

    rate_warn_hz: float = 5.0
    rate_error_hz: float = 1.0
    age_p99_warn_ms: float = 200.0
    age_p99_error_ms: float = 400.0
    miss_warn: float = 0.02
    miss_error: float = 0.2
    drop_warn: float = 0.3
    drop_error: float = 0.9
    silent_ms: float = 2000.0
    least_reports: int = 10
    hold_ms: float = 3000.0

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not math.isfinite(value) or value < 0:
                raise UserError(
                    f"The diagnostic threshold {one.name} is zero or more, got {value}."
                )
        for name in ("miss_warn", "miss_error", "drop_warn", "drop_error"):
            if getattr(self, name) > 1:
                raise UserError(
                    f"The diagnostic threshold {name} is a share from 0 to 1, got "
                    f"{getattr(self, name)}."
                )
        if self.rate_warn_hz < self.rate_error_hz:
            raise UserError(
                f"rate_warn_hz is not below rate_error_hz, got {self.rate_warn_hz} and "
                f"{self.rate_error_hz}."
            )
        for warn, error in (
            ("age_p99_warn_ms", "age_p99_error_ms"),
            ("miss_warn", "miss_error"),
            ("drop_warn", "drop_error"),
        ):
            if getattr(self, warn) > getattr(self, error):
                raise UserError(
                    f"{warn} is not above {error}, got {getattr(self, warn)} and "
                    f"{getattr(self, error)}."
                )


@dataclass(frozen=True, slots=True)
class Held:
    """A level that is shown, and since when it has been worse than what is measured.

    Attributes:
        status: as it was when it was last as bad as its level.
        better_ns: monotonic instant since which all that was measured was better; None while it
            is as bad.
        best: the worst of what was measured since then.
    """

    status: Status
    better_ns: int | None = None
    best: Level = Level.OK


@dataclass(frozen=True, slots=True)
class Steady:
    """What is shown, by status name."""

    held: Mapping[str, Held] = field(default_factory=lambda: MappingProxyType({}))


_BADNESS = {Level.OK: 0, Level.WARN: 1, Level.STALE: 2, Level.ERROR: 3}


def steadied(
    steady: Steady, measured: Sequence[Status], now_ns: int, hold_ms: float
) -> tuple[Steady, tuple[Status, ...]]:
    """Statuses whose levels do not flicker: worse at once, better only when it lasts.

    A STALE level is not held: a frame that comes refutes it. A status that is no longer measured
    is forgotten. Values are always those that are measured.

    Args:
        steady: so far.
        measured: all statuses now.
        now_ns: monotonic.
        hold_ms: that everything measured has to have been better.
    """
    held: dict[str, Held] = {}
    shown: list[Status] = []
    for status in measured:
        new = _next(steady.held.get(status.name), status, now_ns, hold_ms)
        held[status.name] = new
        shown.append(_shown(new, status))
    return Steady(MappingProxyType(held)), tuple(shown)


def worst(levels: Sequence[Level]) -> Level:
    """The worst of them; OK for none."""
    return max(levels, key=_BADNESS.__getitem__, default=Level.OK)


def _next(old: Held | None, status: Status, now_ns: int, hold_ms: float) -> Held:
    level, shown = Level(status.level), None if old is None else Level(old.status.level)
    if old is None or shown is None or shown is Level.STALE:
        return Held(status)
    if _BADNESS[level] >= _BADNESS[shown]:
        return Held(status)
    since_ns, best = old.better_ns, worst((old.best, level))
    if since_ns is None or now_ns < since_ns:
        since_ns, best = now_ns, level
    if now_ns - since_ns < hold_ms * NS_PER_MS:
        return replace(old, better_ns=since_ns, best=best)
    # What it was at its worst meanwhile is shown next, and is held from now on in its turn.
    if best is level:
        return Held(status)
    return Held(replace(status, level=best, message=old.status.message), now_ns, level)


def _shown(held: Held, status: Status) -> Status:
    if held.better_ns is None:
        return status
    past = f"{held.status.message} (recovering; now: {status.message})"
    return replace(status, level=held.status.level, message=past)
