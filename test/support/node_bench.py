"""A node on the loopback port with real workers on the shipped model, and pictures to show it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import cv2
import numpy as np

from support.loopback_port import LoopbackPort
from vlm_driving.ros.messages import (
    CompressedImageMessage,
    DiagnosticsMessage,
    Header,
    ImageMessage,
    Kind,
    TextMessage,
)
from vlm_driving.ros.node import NodeState, VlmNode
from vlm_driving.ros.parameters import NodeSettings, read

TOPIC = "/camera/image"
MS = 1_000_000
GENEROUS = {
    "camera.front.topic": TOPIC,
    "camera.front.transport": "raw",
    "budget_ms": 5000.0,
    "backends": "onnx-cpu",
}
"""A slow machine must not turn an answer into a time-out where that is not the question."""


def picture(number: int = 0, height: int = 90, width: int = 160) -> np.ndarray:
    """(height, width, 3) uint8 BGR noise, another one for each number: no frozen input."""
    return np.random.default_rng(number).integers(0, 256, (height, width, 3), np.uint8)


def raw(stamp_ns: int, number: int = 0, **changes) -> ImageMessage:
    image = picture(number)
    height, width = image.shape[:2]
    fields = {
        "height": height,
        "width": width,
        "encoding": "bgr8",
        "is_bigendian": False,
        "step": 3 * width,
        "data": image.tobytes(),
    }
    return ImageMessage(Header(stamp_ns, "cam"), **{**fields, **changes})


def jpeg(stamp_ns: int, number: int = 0) -> CompressedImageMessage:
    data = cv2.imencode(".jpg", picture(number))[1].tobytes()
    return CompressedImageMessage(Header(stamp_ns, "cam"), "bgr8; jpeg compressed bgr8", data)


@dataclass
class NodeBench:
    """A node and what surrounds it; `send` shows it a frame."""

    port: LoopbackPort = field(default_factory=LoopbackPort)

    def __post_init__(self) -> None:
        self.node = VlmNode(self.port)
        self.sent = 0

    def up(self, **changes) -> None:
        """Configure and activate."""
        self.configure(**changes)
        self.node.activate()

    def configure(self, **changes) -> None:
        self.node.configure(settings(**changes))

    def send(self, message=None, age_ms: float = 1.0, kind: Kind = Kind.IMAGE) -> int:
        """Show the node a frame that is `age_ms` old; its stamp."""
        self.sent += 1
        stamp_ns = self.port.clock.now - round(age_ms * MS)
        made = raw(stamp_ns, self.sent) if message is None else message(stamp_ns)
        self.port.deliver(TOPIC, kind, made)
        self.port.clock.now += 100 * MS
        return stamp_ns

    def reports(self, count: int = 1, camera: str = "front") -> list[dict]:
        import json

        found = self.port.wait_for(f"/vlm_driving/{camera}/report", count)
        return [json.loads(one.data) for one in found if isinstance(one, TextMessage)]

    def statuses(self) -> dict[str, object]:
        """The newest diagnostics, by name."""
        self.node._watchman._sent_ns = None  # it is time to
        self.port.tick()
        newest = self.port.sent["/diagnostics"][-1]
        assert isinstance(newest, DiagnosticsMessage)
        return {one.name: one for one in newest.statuses}

    def until_quiet(self, seconds: float = 0.3) -> int:
        """How many messages were sent once none has come for a while."""
        before = -1
        while (now := self.count()) != before:
            before = now
            time.sleep(seconds)
        return now

    def count(self) -> int:
        return sum(len(one) for topic, one in self.port.sent.items() if topic != "/diagnostics")

    def clear(self) -> None:
        self.port.sent.clear()
        self.port.log.lines.clear()

    def rest(self) -> None:
        """Back to unconfigured."""
        if self.node.state is not NodeState.FINALIZED:
            self.node.cleanup()
        self.clear()


def settings(**changes) -> NodeSettings:
    """Generous ones, with changes: a double underscore stands for a dot."""
    given = {key.replace("__", "."): value for key, value in changes.items()}
    return read({**GENEROUS, **given})
