"""The whole node with one preset on bare DDS, what it says, and the process that it listens to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from support.loopback_port import Lines
from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.node import VlmNode
from vlm_driving.ros.parameters import merged, preset, read
from vlm_driving.ros.port import RELIABLE

PATIENCE_S = 40.0
ANSWERED = {"ok", "unsure", "truncated"}
CHANGES = {"budget_ms": 5000.0, "diagnostics.period_ms": 100.0}
PUBLISHER = Path(__file__).with_name("imitated_publisher.py")


class Road:
    """The process in which sources are imitated, one after the other."""

    def __init__(self, repository: Path) -> None:
        path = os.pathsep.join((str(repository), str(PUBLISHER.parents[1])))
        self._process = subprocess.Popen(
            [sys.executable, str(PUBLISHER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "PYTHONPATH": path,
            },
        )

    def __call__(self, command: str) -> list[int]:
        """Stamps that were published so far."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(command, file=self._process.stdin, flush=True)
        return list(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        finally:
            self._process.kill()
            self._process.wait()


class Watched:
    """The node with one preset, and what it says."""

    def __init__(self, name: str) -> None:
        settings = read(merged(preset(name).parameters, CHANGES))
        self.camera = settings.cameras[0].name
        self.log = Lines()
        self._said = threading.Condition()
        self._heard: list[tuple[str, object]] = []
        self._port = DdsPort("vlm_driving", use_sim_time=settings.use_sim_time, log=self.log)
        self.node = VlmNode(self._port)
        self._ear = DdsPort("listener", log=Lines())
        topics = {
            "report": (f"/vlm_driving/{self.camera}/report", Kind.TEXT),
            "annotated": (
                f"/vlm_driving/{self.camera}/annotated/compressed",
                Kind.COMPRESSED_IMAGE,
            ),
            "diagnostics": ("/diagnostics", Kind.DIAGNOSTICS),
        }
        for what, (topic, kind) in topics.items():
            self._ear.subscribe(topic, kind, self._hearer(what), RELIABLE)
        self.node.configure(settings)
        self.node.activate()

    def _hearer(self, what):
        def hear(message):
            with self._said:
                self._heard.append((what, message))
                self._said.notify_all()

        return hear

    def forget(self) -> None:
        with self._said:
            self._heard.clear()

    def all(self, what):
        with self._said:
            return [message for one, message in self._heard if one == what]

    def reports(self) -> list[dict]:
        return [json.loads(one.data) for one in self.all("report")]

    def until(self, done, what: str) -> None:
        with self._said:
            assert self._said.wait_for(done, PATIENCE_S), f"no {what}: {self.log.lines}"

    def answered(self, count: int = 6, when=lambda report: True) -> list[dict]:
        """Reports once `count` of them with an answer are there, for which `when` holds."""

        def found():
            return [one for one in self.reports() if one["outcome"] in ANSWERED and when(one)]

        self.until(lambda: len(found()) >= count, f"{count} answers")
        return found()

    def causes(self) -> set[str]:
        """Words for what preflight found in what was heard."""
        return {
            word
            for status in self.statuses()
            for word in dict(status.values)["causes"].split(", ")
            if word
        }

    def statuses(self):
        name = f"vlm_driving: camera {self.camera}"
        return [
            status
            for message in self.all("diagnostics")
            for status in message.statuses
            if status.name == name
        ]

    def colours(self) -> list[np.ndarray]:
        """BGR of the left and of the right half of the newest picture, above and below."""
        self.until(lambda: self.all("annotated"), "annotated frame")
        data = np.frombuffer(self.all("annotated")[-1].data, np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
        assert picture is not None
        height, width = picture.shape[:2]
        rows = picture[: height // 3]
        halves = rows[:, : width * 4 // 10], rows[:, width * 6 // 10 :]
        return [np.median(half.reshape(-1, 3), axis=0) for half in halves]

    def close(self) -> None:
        self.node.shutdown()
        self._port.shutdown()
        self._ear.shutdown()


@contextmanager
def watched(name: str):
    made = Watched(name)
    try:
        yield made
    finally:
        made.close()
