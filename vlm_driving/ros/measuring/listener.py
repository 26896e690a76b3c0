"""Hears what the node says, on bare DDS, and writes down when it came."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from vlm_driving.ros.measuring.plan import NODE
from vlm_driving.ros.measuring.records import Diagnosed, Heard, read_diagnostics, read_report
from vlm_driving.ros.messages import DiagnosticsMessage, Kind, Message, TextMessage
from vlm_driving.ros.port import Port, Qos

_HEARING = Qos(reliable=True, depth=100)


class Listener:
    """Listens from its making until its port ends; may be asked by any thread."""

    def __init__(self, port: Port, cameras: Sequence[str]) -> None:
        """Subscribe to reports, advice and diagnostics of the node."""
        self._news = threading.Condition()
        self._reports: list[Heard] = []
        self._outputs: list[int] = []
        self._told: list[Diagnosed] = []
        self.unreadable = 0
        for camera in cameras:
            port.subscribe(f"/{NODE}/{camera}/report", Kind.TEXT, self._hear_report, _HEARING)
            advice = f"/{NODE}/{camera}/advice"
            port.subscribe(advice, Kind.CLASSIFICATION, self._hear_advice, _HEARING)
        port.subscribe("/diagnostics", Kind.DIAGNOSTICS, self._hear_diagnostics, _HEARING)

    def reports(self, since: int = 0) -> list[Heard]:
        """All that came, but for the first `since`, in order of arrival."""
        with self._news:
            return self._reports[since:]

    def outputs(self, since_ns: int) -> list[int]:
        """When reports and cameras' advice came, system's clock, from `since_ns` on."""
        with self._news:
            return [at for at in self._outputs if at >= since_ns]

    def told(self) -> list[Diagnosed]:
        """All diagnostics of the node, in order."""
        with self._news:
            return list(self._told)

    def forget_outputs(self) -> None:
        """Those that came so far are not asked for any more."""
        with self._news:
            self._outputs.clear()

    def wait_for_reports(self, count: int, patience_s: float) -> bool:
        """Wait until so many have come in all; whether they have."""
        with self._news:
            return self._news.wait_for(lambda: len(self._reports) >= count, patience_s)

    def _hear_report(self, message: Message) -> None:
        received_ns = time.time_ns()
        if not isinstance(message, TextMessage):
            return
        try:
            heard = read_report(message.data, received_ns)
        except (ValueError, KeyError, TypeError):
            with self._news:
                self.unreadable += 1
            return
        with self._news:
            self._reports.append(heard)
            self._outputs.append(received_ns)
            self._news.notify_all()

    def _hear_advice(self, message: Message) -> None:
        received_ns = time.time_ns()
        with self._news:
            self._outputs.append(received_ns)

    def _hear_diagnostics(self, message: Message) -> None:
        if isinstance(message, DiagnosticsMessage):
            told = read_diagnostics(message, NODE)
            if told is not None:
                with self._news:
                    self._told.append(told)
