"""A small drive as a bag, what the offline harness says of it, and the node that is played it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vlm_driving.cli import main as vlm_driving
from vlm_driving.replay.bag import open_bag
from vlm_driving.replay.bag_out_said import OutputTopics
from vlm_driving.replay.bag_types import known_definition
from vlm_driving.replay.bag_writer import BagWriter
from vlm_driving.ros.codecs import decode, encode
from vlm_driving.ros.messages import ClockMessage, Header, ImageMessage, Kind, Message
from vlm_driving.ros.port import Port, Publisher, Qos

COMPRESSED = "/sensing/camera/front/image_raw/compressed"
RAW = "/sensing/camera/front/image_raw"
SPEED = "/vehicle/status/twist"
KINDS = {COMPRESSED: Kind.COMPRESSED_IMAGE, RAW: Kind.IMAGE, SPEED: Kind.TWIST}
PATIENCE_S = 20.0
EVERY = Qos(reliable=True, depth=100)


def drive(path: Path, frames: int) -> Path:
    """A simulated drive at 10 Hz: JPEGs, and the speed before each of them."""
    assert vlm_driving(["simulate", "--out", str(path), "--seconds", str(frames / 10)]) == 0
    return path


def raw_drive(path: Path, of: Path) -> Path:
    """The pictures of another drive as raw RGB images with rows that are padded."""
    with open_bag(of) as bag, BagWriter(path) as written:
        for topic in (RAW, SPEED):
            definition = known_definition(KINDS[topic].value)
            assert definition is not None
            written.topic(topic, KINDS[topic].value, definition)
        for one in bag.messages([COMPRESSED, SPEED]):
            if one.topic == SPEED:
                written.raw(SPEED, one.log_time_ns, one.raw)
                continue
            jpeg: Any = decode(Kind.COMPRESSED_IMAGE, one.raw)
            bgr = cv2.imdecode(np.frombuffer(jpeg.data, np.uint8), cv2.IMREAD_COLOR)
            assert bgr is not None
            height, width = bgr.shape[:2]
            rows = np.zeros((height, width + 2, 3), np.uint8)
            rows[:, :width] = bgr[:, :, ::-1]
            image = ImageMessage(
                Header(jpeg.header.stamp_ns, "cam"), height, width, "rgb8", False,
                3 * (width + 2), rows.tobytes(),
            )  # fmt: skip
            written.raw(RAW, one.log_time_ns, encode(Kind.IMAGE, image))
    return path


def offline(bag: Path, out: Path) -> Path:
    """A bag of what the offline harness says of every frame."""
    words = ["replay", str(bag), "--pace", "every-frame", "--backends", "onnx-cpu"]
    words += ["--out", str(out.with_name(f"{out.name}_run")), "--bag-out", str(out)]
    assert vlm_driving([*words, "--no-annotated"]) == 0
    return out


class Listener:
    """Hears what the node says of camera front, and writes it to a bag."""

    def __init__(self, port: Port) -> None:
        self._kinds = OutputTopics("front").kinds(annotated=False)
        self._changed = threading.Condition()
        self._heard: list[tuple[str, Message]] = []
        for topic, kind in self._kinds.items():
            port.subscribe(topic, kind, self._hear(topic), EVERY)

    def _hear(self, topic: str) -> Callable[[Message], None]:
        def hear(message: Message) -> None:
            with self._changed:
                self._heard.append((topic, message))
                self._changed.notify_all()

        return hear

    def count(self, topic: str) -> int:
        return sum(one == topic for one, _ in self._heard)

    def wait_for(self, frames: int) -> None:
        """Until that many frames have been reported, on all topics of the camera."""
        topics = [one for one in self._kinds if one.startswith("/vlm_driving/front/")]
        assert len(topics) == 3
        with self._changed:
            done = self._changed.wait_for(
                lambda: all(self.count(topic) >= frames for topic in topics), PATIENCE_S
            )
        assert done, {topic: self.count(topic) for topic in topics}

    def write(self, path: Path) -> Path:
        with BagWriter(path) as bag:
            for topic, kind in self._kinds.items():
                definition = known_definition(kind.value)
                assert definition is not None
                bag.topic(topic, kind.value, definition)
            for number, (topic, message) in enumerate(self._heard):
                bag.raw(topic, number, encode(self._kinds[topic], message))
        return path


class Player:
    """Plays a bag as `ros2 bag play --clock` would, but for waiting for each frame's report.

    So no frame is dropped for a newer one, however slow the machine is.
    """

    def __init__(self, port: Port, camera: str) -> None:
        self._camera = camera
        self._clock = port.publisher("/clock", Kind.CLOCK, EVERY)
        self._out: dict[str, Publisher] = {
            topic: port.publisher(topic, KINDS[topic], EVERY) for topic in (camera, SPEED)
        }

    def matched(self) -> bool:
        """Whether the node hears all three."""
        return all(one.subscriber_count() for one in (self._clock, *self._out.values()))

    def play(
        self,
        bag: Path,
        listener: Listener,
        taken: Callable[[int, float | None], bool],
        changed: Callable[[int, Message], Message] = lambda number, message: message,
    ) -> int:
        """Play a bag; the number of its frames.

        Args:
            bag: its path.
            listener: hears the node.
            taken: whether the node has got this time and this speed.
            changed: what is played in place of a frame, by the frame's number.
        """
        frames, kmh = 0, None
        with open_bag(bag) as opened:
            for one in opened.messages([self._camera, SPEED]):
                message = decode(KINDS[one.topic], one.raw)
                self._clock.publish(ClockMessage(one.log_time_ns))
                if one.topic == SPEED:
                    assert (mps := opened.speed_mps(one)) is not None
                    kmh = 3.6 * mps
                    self._out[SPEED].publish(message)
                wait_until(partial(taken, one.log_time_ns, kmh), "told")
                if one.topic == self._camera:
                    self._out[self._camera].publish(changed(frames, message))
                    frames += 1
                    listener.wait_for(frames)
        return frames


def wait_until(met: Callable[[], bool], what: str) -> None:
    pause = threading.Event()
    for _ in range(round(PATIENCE_S / 0.002)):
        if met():
            return
        pause.wait(0.002)
    raise AssertionError(f"not {what} within {PATIENCE_S:g} s")
