"""Whether stamps and the node's clock live in the same time. Pure."""

from __future__ import annotations

from statistics import median

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.ros.camera_topic import CameraTopic
from vlm_driving.ros.preflight_causes import Cause, CauseKind, PreflightSettings

_NS_PER_S = 1_000_000_000
_YEAR_NS = 365 * 24 * 3600 * _NS_PER_S
_SIMULATED_BELOW_NS = 10 * _YEAR_NS
"""Clocks of simulators begin near 0; a real camera's stamp before 1980 is none."""
_RECORDED_MS = 3_600_000.0
"""Older than an hour on arrival: not a clock that drifted, but a recording."""


def stamps(view: CameraTopic, settings: PreflightSettings) -> tuple[Cause, ...]:
    """The cause that puts stamps far from now; none if they are near."""
    clock = view.clock
    if clock.use_sim_time and clock.ticked_ns is None:
        if view.now_ns - view.subscribed_ns < settings.patience_ms * NS_PER_MS:
            return ()
        said = "has no publisher" if not clock.publishers else "has not ticked yet"
        return _cause(
            view,
            CauseKind.CLOCK_SILENT,
            f"use_sim_time is true, but /clock {said}, so that the node's time stands at 0; play "
            "the bag with `--clock 200`, start the simulator, or set use_sim_time to false.",
        )
    if not view.heads:
        return ()
    if 2 * sum(head.stamp_ns <= 0 for head in view.heads) > len(view.heads):
        return _cause(
            view,
            CauseKind.STAMP_ZERO,
            f"headers on {view.topic!r} are never filled in (stamp 0), so that the age of a frame "
            "on arrival cannot be known; let the driver set header.stamp to the time of capture.",
        )
    # Before the first /clock nobody knows how old a frame is.
    ages_ms = [head.age_ms for head in view.heads if head.received_ros_ns > 0]
    if not ages_ms:
        return ()
    # One late frame, or one jump of a simulated clock, is no reason to doubt a clock.
    age_ms = median(ages_ms)
    if -settings.future_ms <= age_ms <= settings.old_ms:
        return ()
    return _far(view, age_ms)


def _far(view: CameraTopic, age_ms: float) -> tuple[Cause, ...]:
    clock, stamp_ns = view.clock, view.heads[-1].stamp_ns
    where = f"stamps on {view.topic!r} are {_span(abs(age_ms))} " + (
        "old on arrival" if age_ms > 0 else "in the future"
    )
    if not clock.use_sim_time and (
        stamp_ns < _SIMULATED_BELOW_NS or (clock.publishers and abs(age_ms) > _RECORDED_MS)
    ):
        return _cause(
            view,
            CauseKind.SIM_TIME_MISSING,
            f"{where} as they come from a simulator or a bag; set use_sim_time to true"
            + ("." if clock.publishers else " and publish /clock (`ros2 bag play --clock 200`)."),
        )
    if clock.use_sim_time and clock.wall_ns is not None:
        # A bag of a minute ago, played with /clock, is near both times: the clock's is right then.
        wall_age_ms = (clock.wall_ns - stamp_ns) / NS_PER_MS
        if abs(wall_age_ms) < min(abs(age_ms), 60_000.0):
            return _cause(
                view,
                CauseKind.SIM_TIME_WRONGLY_ON,
                f"{where} by /clock, but right by this machine's own clock; set use_sim_time to "
                "false, or let the source stamp its images with simulated time.",
            )
    if age_ms > _RECORDED_MS:
        return _cause(
            view,
            CauseKind.STAMP_OLD,
            f"{where}; play a bag with `ros2 bag play --clock 200` and set use_sim_time to true, "
            "or set the clock of the camera's machine (chrony or PTP).",
        )
    kind = CauseKind.STAMP_OLD if age_ms > 0 else CauseKind.STAMP_FUTURE
    return _cause(
        view,
        kind,
        f"{where}; set the clocks of both machines by chrony or PTP, and let the driver stamp "
        "frames with system time.",
    )


def _span(ms: float) -> str:
    """A length of time as a person says it."""
    seconds = ms / 1e3
    for unit, length in (("years", 31_536_000), ("days", 86_400), ("hours", 3600), ("min", 120)):
        if seconds >= length:
            return f"{seconds / (60 if unit == 'min' else length):.1f} {unit}"
    return f"{seconds:.2f} s"


def _cause(view: CameraTopic, kind: CauseKind, what: str) -> tuple[Cause, ...]:
    return (Cause(kind, view.camera, f"Camera {view.camera}: {what}"),)
