"""A program that publishes what an imitated source does.

It takes one command a line (`start NAME`, `pause`, `resume`, `again`, `stop`) and answers each with
a line of JSON: the stamps of the images that it has published.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from support.imitated_sources import GREEN, IMITATIONS, SPEED_KMH, Images, Imitation, S, Speed
from vlm_driving.ros.cdr import Writer
from vlm_driving.ros.dds.endpoints import DdsPublisher
from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.messages import (
    ClockMessage,
    CompressedImageMessage,
    Header,
    ImageMessage,
    Kind,
    Message,
    SpeedMessage,
)

HEIGHT, WIDTH = 180, 322  # no multiple of 4: padding shows
FRAME_S = 0.1
"""Between two frames, as we see them."""


class ImitatedSource:
    """One source while it runs."""

    def __init__(self, what: Imitation) -> None:
        """Announce the topics and begin."""
        self._what = what
        self._lock = threading.Lock()
        self._noise = np.random.default_rng(7)
        self._frames = 0
        self._paused = False
        self._now_ns = what.begins_ns
        self._counted_ns = time.monotonic_ns()
        self._over = threading.Event()
        self.stamps: list[int] = []
        self._open()

    def pause(self) -> None:
        """Let time stand still."""
        with self._lock:
            self._now()
            self._paused = True

    def resume(self) -> None:
        """Let time go on."""
        with self._lock:
            self._now()
            self._paused = False

    def again(self) -> None:
        """Begin from the beginning."""
        if self._what.new_publishers:
            self.stop()
        with self._lock:
            self._now_ns, self._counted_ns = self._what.begins_ns, time.monotonic_ns()
        if self._what.new_publishers:
            self._open()

    def stop(self) -> None:
        """End everything."""
        self._over.set()
        self._thread.join()
        self._port.shutdown()

    def _open(self) -> None:
        what, port = self._what, DdsPort("imitation")
        self._port = port
        self._images = [port.publisher(one.topic, one.kind, one.qos) for one in what.images]
        self._speed = self._clock = None
        if what.clock is not None:
            self._clock = port.publisher("/clock", Kind.CLOCK, what.clock.qos)
        if what.speed is not None:
            self._speed = port.publisher(what.speed.topic, what.speed.kind, what.speed.qos)
        if what.clock is not None and what.clock.hz is not None:
            port.timer(1 / what.clock.hz, self._tick)
        if what.speed is not None and what.speed.hz is not None:
            port.timer(1 / what.speed.hz, self._drive)
        self._over.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _now(self) -> int:
        """The source's time, ns; with the lock."""
        if self._what.clock is None:
            return time.time_ns()
        here_ns = time.monotonic_ns()
        if not self._paused and self._what.step_ns is None:
            self._now_ns += here_ns - self._counted_ns
        self._counted_ns = here_ns
        return self._now_ns

    def _run(self) -> None:
        due_s = time.monotonic()
        while not self._over.wait(max(0.0, due_s - time.monotonic())):
            due_s = max(due_s + FRAME_S, time.monotonic())
            if not self._paused:
                self._frame()

    def _frame(self) -> None:
        with self._lock:
            if self._what.step_ns is not None:
                self._now_ns += self._what.step_ns
            now_ns = self._now()
            if self._clock is not None and self._what.step_ns is not None:
                self._clock.publish(ClockMessage(now_ns))
        if self._what.speed is not None and self._what.speed.hz is None:
            self._drive()
        self._frames += 1
        stamp_ns = now_ns - self._what.age_ns
        self.stamps.append(stamp_ns)
        for images, publisher in zip(self._what.images, self._images, strict=True):
            publisher.publish(self._message(images, stamp_ns))

    def _tick(self) -> None:
        clock = self._what.clock
        assert clock is not None and self._clock is not None
        with self._lock:
            now_ns = self._now()
            if now_ns - self._what.begins_ns < clock.late_s * S:
                return
            if self._paused and not clock.ticks_paused:
                return
            self._clock.publish(ClockMessage(now_ns))

    def _drive(self) -> None:
        speed = self._what.speed
        if self._paused or speed is None or self._speed is None:
            return
        with self._lock:
            now_ns = self._now()
        if speed.kind is Kind.VELOCITY_REPORT:
            self._speed.publish(SpeedMessage(now_ns, SPEED_KMH))
        else:
            _write(self._speed, _speed_cdr(speed, now_ns))

    def _message(self, images: Images, stamp_ns: int) -> Message:
        header, picture = Header(stamp_ns, images.frame_id), self._picture(images.left)
        if images.kind is Kind.COMPRESSED_IMAGE:
            data = cv2.imencode(".jpg", picture)[1].tobytes()
            return CompressedImageMessage(header, images.encoding, data)
        step, data = _rows(picture, images.encoding, images.padding)
        return ImageMessage(header, HEIGHT, WIDTH, images.encoding, False, step, data)

    def _picture(self, left: tuple[int, int, int]) -> NDArray[np.uint8]:
        """(height, width, 3) uint8 BGR, another one each time."""
        picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
        picture[:, : WIDTH // 2], picture[:, WIDTH // 2 :] = left, GREEN
        return picture + self._noise.integers(0, 24, picture.shape, np.uint8)


def _rows(picture: NDArray[np.uint8], encoding: str, padding: int) -> tuple[int, bytes]:
    """Step and data."""
    to: dict[str, Callable[[], NDArray[np.uint8]]] = {
        "bgr8": lambda: picture,
        "rgb8": lambda: picture[:, :, ::-1],
        "bgra8": lambda: np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)]),
    }
    rows = np.ascontiguousarray(to[encoding]()).reshape(HEIGHT, -1)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=170)
    return rows.shape[1], rows.tobytes()


def _speed_cdr(speed: Speed, stamp_ns: int) -> bytes:
    """Odometry or TwistStamped with the source's own names of frames."""
    out = Writer()
    out.numbers("i", stamp_ns // S)
    out.numbers("I", stamp_ns % S)
    for name in speed.frame_ids:
        out.text(name)
    forward = (SPEED_KMH / 3.6, 0.0, 0.0, 0.0, 0.0, 0.0)
    if speed.kind is Kind.ODOMETRY:
        out.numbers("d" * 7, 88.4, -2.1, 0.03, 0.0, 0.0, 0.7, 0.7)
        out.numbers("d" * 36, *[0.0] * 36)
        out.numbers("d" * 6, *forward)
        out.numbers("d" * 36, *[0.0] * 36)
    else:
        out.numbers("d" * 6, *forward)
    return out.cdr()


def _write(publisher: DdsPublisher, cdr: bytes) -> None:
    publisher._writer.write(publisher._type.of(cdr))  # what our own codec would name otherwise


def main() -> None:
    source: ImitatedSource | None = None
    for line in sys.stdin:
        command, _, name = line.strip().partition(" ")
        said: list[int] = []
        if source is not None and command in ("start", "stop"):
            source.stop()
        if command == "start":
            source = ImitatedSource(IMITATIONS[name])
        elif source is not None:
            said = source.stamps
            if command == "stop":
                source = None
            else:
                getattr(source, command)()
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
