"""Looks after the node now and then: preflight, /diagnostics, and causes in the log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.ros.active import Active
from vlm_driving.ros.camera_input import CameraInput
from vlm_driving.ros.diagnostic_status import Steady, steadied
from vlm_driving.ros.diagnostics import idle_status, speed_status, statuses
from vlm_driving.ros.messages import (
    DiagnosticLevel,
    DiagnosticsMessage,
    DiagnosticStatus,
    Kind,
)
from vlm_driving.ros.parameters import NodeSettings
from vlm_driving.ros.pipeline_window import PipelineHistory, counted
from vlm_driving.ros.port import RELIABLE, IncompatibleQos, Port
from vlm_driving.ros.preflight import CauseLog, lines, preflight
from vlm_driving.ros.surroundings import ClockWatch, image_topics, middleware

TOPIC = "/diagnostics"
_LEAST_PERIODS = 0.9  # of the period: a tick that comes a little early is the one that is meant


class Watchman:
    """Sends /diagnostics from the node's first moment on. For one thread at a time."""

    def __init__(self, port: Port, name: str, clock: Callable[[], int] = time.monotonic_ns) -> None:
        """Offer the topic."""
        self._port = port
        self._name = name
        self._clock = clock
        self._publisher = port.publisher(TOPIC, Kind.DIAGNOSTICS, RELIABLE)
        self._clock_watch = ClockWatch(port, clock)
        self._notices: dict[tuple[str, str, bool], IncompatibleQos] = {}
        self._sent_ns: int | None = None
        self._steady = Steady()
        self._causes = CauseLog()
        self._history = PipelineHistory()
        port.on_incompatible_qos(self._note_qos)

    def forget(self) -> None:
        """A new activation begins: nothing of the last one counts."""
        self._steady, self._history, self._causes = Steady(), PipelineHistory(), CauseLog()
        self._sent_ns = None

    def turn(
        self, settings: NodeSettings, active: Active | None, state: str, failure: str | None
    ) -> None:
        """Say how things are, if it is time to.

        Args:
            settings: of the node.
            active: what runs; None while nothing does.
            state: of the node, in a word.
            failure: why the last transition failed, in a sentence; None where it did not.
        """
        self._clock_watch.look()
        now_ns = self._clock()
        period_ns = settings.diagnostics.period_ms * NS_PER_MS
        if self._sent_ns is not None and now_ns - self._sent_ns < _LEAST_PERIODS * period_ns:
            return
        self._sent_ns = now_ns
        if active is None or not active.enabled:
            word = state if active is None else "disabled"
            measured = [idle_status(self._name, word)]
            if failure is not None:
                text = f"{word}: {failure}"
                measured = [replace(measured[0], level=DiagnosticLevel.ERROR, message=text)]
        else:
            measured = self._measured_safely(settings, active, now_ns)
        hold_ms = settings.diagnostics.hold_ms
        self._steady, shown = steadied(self._steady, measured, now_ns, hold_ms)
        self._publisher.publish(DiagnosticsMessage(self._port.clock.now_ns(), shown))

    def close(self) -> None:
        """Send no more."""
        self._publisher.close()

    def _measured_safely(
        self, settings: NodeSettings, active: Active, now_ns: int
    ) -> list[DiagnosticStatus]:
        """What is measured; a fault of ours, or of the graph, must not end the diagnostics."""
        try:
            return self._measured(settings, active, now_ns)
        except Exception as error:
            text = f"the node cannot be diagnosed, {type(error).__name__}: {error}"
            self._port.log.error(f"{self._name}: {text}", throttle_s=60.0, key="diagnostics")
            status = idle_status(self._name, "active")
            return [replace(status, level=DiagnosticLevel.ERROR, message=text)]

    def _measured(
        self, settings: NodeSettings, active: Active, now_ns: int
    ) -> list[DiagnosticStatus]:
        # The whole graph may be large, and matters only to who looks for a camera that is silent.
        silent = any(camera.is_silent for camera in active.cameras.values())
        topics = self._port.topics() if silent else {}
        own_prefix = self._port.resolve("~/x")[:-1]
        images = image_topics(self._port, topics, own_prefix)
        facts = middleware(self._port.middleware, topics, own_prefix)
        clock, notices = self._clock_watch.facts(), tuple(self._notices.values())
        causes = [
            cause
            for camera in active.cameras.values()
            for cause in preflight(camera.view(images, clock, facts, notices), settings.preflight)
        ]
        again_ns = round(settings.diagnostics.log_period_ms * NS_PER_MS)
        self._causes, said = lines(self._causes, causes, now_ns, again_ns)
        for line in said:
            getattr(self._port.log, line.severity)(line.text)
        for camera in active.cameras.values():
            camera.count_lost()
        health = active.health()
        self._history, figures = counted(self._history, health, now_ns)
        measured = statuses(
            self._name,
            [camera.window.figures(now_ns) for camera in active.cameras.values()],
            causes,
            health,
            figures,
            settings.diagnostics.thresholds,
        )
        speed = settings.speed
        if speed.topic:
            said_speed = active.speed
            measured += (speed_status(self._name, speed.topic, said_speed.kmh(), said_speed.fault),)
        by_name = {
            f"{self._name}: camera {name}": camera for name, camera in active.cameras.items()
        }
        return [
            _with_callback(status, by_name[status.name]) if status.name in by_name else status
            for status in measured
        ]

    def _note_qos(self, notice: IncompatibleQos) -> None:
        self._notices[notice.topic, notice.policy, notice.is_publisher] = notice


def _with_callback(status: DiagnosticStatus, camera: CameraInput) -> DiagnosticStatus:
    p99 = camera.callback_ms(0.99)
    text = "" if p99 is None else f"{p99:.3f}"
    return replace(status, values=(*status.values, ("callback_p99_ms", text)))
