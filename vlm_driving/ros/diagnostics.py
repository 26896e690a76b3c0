"""From figures, health and causes to the statuses of /diagnostics. Pure.

One status for each camera, for each backend, and for the pipeline. Whatever was lost in the window
stands in its camera's status with its count and its reason: in the message at any level.
"""

from __future__ import annotations

from collections.abc import Sequence

from vlm_driving.core import Outcome
from vlm_driving.pipeline.breaker import Phase
from vlm_driving.pipeline.health import BackendHealth, PipelineHealth
from vlm_driving.pipeline.workers.states import WorkerState
from vlm_driving.ros.diagnostic_status import DiagnosticThresholds, worst
from vlm_driving.ros.messages import DiagnosticLevel as Level
from vlm_driving.ros.messages import DiagnosticStatus as Status
from vlm_driving.ros.outcome_window import CameraFigures
from vlm_driving.ros.pipeline_window import PipelineFigures
from vlm_driving.ros.preflight_causes import Cause

_Finding = tuple[Level, str]
_REASON_CHARACTERS = 200


def idle_status(node: str, why: str) -> Status:
    """The status of a node that is meant to do nothing, such as `inactive` or `disabled`."""
    return Status(Level.OK, f"{node}: pipeline", why)


def camera_status(
    node: str,
    figures: CameraFigures,
    causes: Sequence[Cause],
    thresholds: DiagnosticThresholds,
) -> Status:
    """One camera's status.

    Args:
        node: name of the node.
        figures: of the camera's window.
        causes: of preflight, of any camera.
        thresholds: between the levels.
    """
    own = [cause for cause in causes if cause.camera == figures.camera]
    findings: list[_Finding] = [
        (Level.ERROR if cause.kind.blocks else Level.WARN, cause.sentence) for cause in own
    ]
    silent = figures.since_frame_ms > thresholds.silent_ms
    if silent and not own:
        findings.append((Level.STALE, f"no frame for {figures.since_frame_ms / 1e3:.1f} s"))
    elif not figures.ever and not own:
        findings.append((Level.STALE, "waiting for the first frame"))
    findings += _judged(figures, thresholds, silent)
    level = worst([found for found, _ in findings])
    said = [text for found, text in findings if found is level]
    losses = "; ".join(
        f"{one.count} {one.what} ({_short(one.why)})" for one in figures.losses if one.count
    )
    message = "; ".join(said) or "OK"
    if losses:
        message += f" - without an answer: {losses}"
    return Status(
        level,
        f"{node}: camera {figures.camera}",
        message,
        figures.camera,
        _camera_values(figures, own),
    )


def speed_status(node: str, topic: str, kmh: float | None, fault: str | None) -> Status:
    """The ego speed's status.

    Args:
        node: name of the node.
        topic: that it comes from.
        kmh: the speed now, km/h; None while it is not known.
        fault: why it cannot be subscribed to, in one sentence; None where it can.
    """
    level, message = Level.OK, f"{kmh:.1f} km/h" if kmh is not None else ""
    if fault is not None:
        level, message = Level.WARN, fault
    elif kmh is None:
        level = Level.WARN
        message = f"no speed comes on {topic}, so the model is told that it is not known"
    values = (("topic", topic), ("speed_kmh", _figure(kmh)))
    return Status(level, f"{node}: ego speed", message, "", values)


def backend_status(node: str, health: BackendHealth, late: int, others_work: bool) -> Status:
    """One backend's status.

    Args:
        node: name of the node.
        health: of the backend.
        late: answers in the window that came after their report was closed.
        others_work: whether another backend answers in its place.
    """
    findings: list[_Finding] = []
    fault = Level.WARN if others_work else Level.ERROR
    state = WorkerState(health.state)
    if state in (WorkerState.BROKEN, WorkerState.WAITING):
        findings.append((fault, _because(state.value, health.reason)))
    elif state is WorkerState.STOPPED:
        # Stopped without a reason was wanted.
        findings.append((fault if health.reason else Level.OK, _because("stopped", health.reason)))
    elif state.coming_up:
        findings.append((Level.WARN, state.value))
    if health.breaker != Phase.CLOSED.value:
        cause = _because(health.cause or "failures", health.last_failure)
        level = fault if health.breaker == Phase.OPEN.value else Level.WARN
        findings.append((level, f"breaker {health.breaker} after {cause}"))
    if late:
        text = f"{late} answers came after their report was closed"
        findings.append((Level.OK, text))  # its breaker judges what that means
    level = worst([found for found, _ in findings])
    message = "; ".join(text for found, text in findings) or health.state
    values = (
        ("backend", health.name),
        ("state", health.state),
        ("reason", health.reason or ""),
        ("breaker", health.breaker),
        ("breaker_cause", health.cause or ""),
        ("next_trial_ms", _figure(health.next_trial_ms)),
        ("breaker_openings", str(health.openings)),
        ("advice_p50_ms", _figure(health.advice_p50_ms)),
        ("advice_p99_ms", _figure(health.advice_p99_ms)),
        ("late_answers", str(health.late_answers)),
        ("late_answers_in_window", str(late)),
        ("last_failure", health.last_failure or ""),
        ("starts", str(health.starts)),
        ("pid", "" if health.pid is None else str(health.pid)),
    )
    return Status(level, f"{node}: backend {health.name}", message, health.name, values)


def works(health: BackendHealth) -> bool:
    """Whether frames can be given to this backend."""
    up = health.state in (WorkerState.READY.value, WorkerState.BUSY.value)
    return up and health.breaker == Phase.CLOSED.value


def pipeline_status(node: str, health: PipelineHealth, figures: PipelineFigures) -> Status:
    """The status of all backends and of the machine together.

    Args:
        node: name of the node.
        health: of the pipeline.
        figures: of its window.
    """
    working = [one.name for one in health.backends if works(one)]
    findings: list[_Finding] = []
    if not working:
        coming = any(WorkerState(one.state).coming_up for one in health.backends)
        how = "no backend is ready yet" if coming else "no backend works"
        findings.append((Level.WARN if coming else Level.ERROR, how))
    elif working[0] != health.backends[0].name:
        text = f"{working[0]} answers in place of {health.backends[0].name}"
        findings.append((Level.WARN, text))
    unexplained = figures.late - figures.explained
    if unexplained > 0:
        findings.append((Level.ERROR, f"{unexplained} reports late by our own doing"))
    if figures.explained > 0:
        findings.append(
            (Level.WARN, f"{figures.explained} reports late as the machine stood still")
        )
    if figures.undelivered > 0:
        text = f"{figures.undelivered} reports never published, as the publisher hangs"
        findings.append((Level.ERROR, text))
    if figures.stalls:
        said = ", ".join(f"{count} {kind}" for kind, count in figures.kinds)
        text = f"{figures.stalls} stalls, the longest {figures.longest_ms:.0f} ms ({said})"
        findings.append((Level.OK, text))
    level = worst([found for found, _ in findings])
    values = (
        ("backend", working[0] if working else ""),
        ("backends", ", ".join(one.name for one in health.backends)),
        ("late", str(health.late_reports)),
        ("late_in_window", str(figures.late)),
        ("late_explained", str(health.late_explained)),
        ("stalls_in_window", str(figures.stalls)),
        ("stalled_ms_in_window", _figure(figures.stalled_ms)),
        ("stall_longest_ms", _figure(figures.longest_ms)),
        ("stall_kinds", ", ".join(f"{kind}={count}" for kind, count in figures.kinds)),
        ("undelivered", str(health.undelivered)),
        ("handed_over_ms", _figure(health.handed_over_ms)),
    )
    message = "; ".join(text for _, text in findings) or "OK"
    return Status(level, f"{node}: pipeline", message, "", values)


def statuses(
    node: str,
    cameras: Sequence[CameraFigures],
    causes: Sequence[Cause],
    health: PipelineHealth,
    figures: PipelineFigures,
    thresholds: DiagnosticThresholds,
) -> tuple[Status, ...]:
    """All statuses of a node that is active: pipeline, backends, cameras."""
    late = dict(figures.late_answers)
    return (
        pipeline_status(node, health, figures),
        *(
            backend_status(
                node,
                one,
                late.get(one.name, 0),
                any(works(other) for other in health.backends if other is not one),
            )
            for one in health.backends
        ),
        *(camera_status(node, one, causes, thresholds) for one in cameras),
    )


def _judged(
    figures: CameraFigures, thresholds: DiagnosticThresholds, silent: bool
) -> list[_Finding]:
    found: list[_Finding] = []
    rate = figures.rate_hz
    if rate is not None and figures.ever and not silent:
        if rate < thresholds.rate_error_hz:
            found.append((Level.ERROR, f"only {rate:.1f} frames a second"))
        elif rate < thresholds.rate_warn_hz:
            found.append((Level.WARN, f"only {rate:.1f} frames a second"))
    if figures.late:
        found.append((Level.WARN, f"{figures.late} reports late"))
    if figures.reports < thresholds.least_reports:
        return found
    text = f"{_percent(figures.miss_ratio)} of the frames have no answer"
    found += _above(figures.miss_ratio, thresholds.miss_warn, thresholds.miss_error, text)
    text = f"{_percent(figures.drop_ratio)} of the frames were dropped for newer ones"
    found += _above(figures.drop_ratio, thresholds.drop_warn, thresholds.drop_error, text)
    text = f"age at publish {_figure(figures.age_p99_ms)} ms (p99)"
    warn, error = thresholds.age_p99_warn_ms, thresholds.age_p99_error_ms
    return found + _above(figures.age_p99_ms, warn, error, text)


def _above(value: float | None, warn: float, error: float, text: str) -> list[_Finding]:
    if value is None or value <= warn:
        return []
    return [(Level.ERROR if value > error else Level.WARN, text)]


def _camera_values(figures: CameraFigures, causes: Sequence[Cause]) -> tuple[tuple[str, str], ...]:
    return (
        ("camera", figures.camera),
        ("rate_hz", _figure(figures.rate_hz)),
        ("since_frame_ms", _figure(figures.since_frame_ms)),
        ("age_p50_ms", _figure(figures.age_p50_ms)),
        ("age_p99_ms", _figure(figures.age_p99_ms)),
        ("age_on_arrival_p50_ms", _figure(figures.arrival_p50_ms)),
        ("age_on_arrival_p99_ms", _figure(figures.arrival_p99_ms)),
        ("miss_ratio", "" if figures.miss_ratio is None else f"{figures.miss_ratio:.3f}"),
        ("drops", str(figures.count(Outcome.DROPPED))),
        ("late", str(figures.late)),
        ("lost", str(figures.lost)),
        ("frames", str(figures.arrived)),
        ("reports", str(figures.reports)),
        ("backend", figures.backend or ""),
        ("model", figures.model or ""),
        ("causes", ", ".join(cause.kind.value for cause in causes)),
        *((f"outcome/{outcome.value}", str(count)) for outcome, count in figures.outcomes),
        *((f"lost/{one.what}", f"{one.count}: {_short(one.why)}") for one in figures.losses),
    )


def _because(what: str, reason: str | None) -> str:
    return f"{what}: {_short(reason)}" if reason else what


def _short(text: str) -> str:
    """One line that fits a table."""
    line = " ".join(text.split())
    return line if len(line) <= _REASON_CHARACTERS else line[: _REASON_CHARACTERS - 1] + "…"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"
