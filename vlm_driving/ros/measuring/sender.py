"""A program: sends the pictures of one or more cameras at a steady rate, on bare DDS.

Its only argument is JSON: `cameras`, `transport`, `rate_hz`, `reliable`, `pictures`, `model` or
null. It says `ready` on stdout once the pictures are there, begins with the first line on stdin,
writes a line for each frame that it sent, and ends with its stdin or by SIGINT.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.resources import default_bundle
from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.measuring.pictures import Picture, stamped, sure_by, sure_pictures
from vlm_driving.ros.measuring.plan import NodePlan, topic
from vlm_driving.ros.measuring.records import Sent
from vlm_driving.ros.messages import Header, Message

NODE = "vlm_driving_bench_cameras"
READY = "ready"
_APART = 7  # pictures from one camera's to the next one's


def arguments(plan: NodePlan) -> str:
    """What this program is started with."""
    return json.dumps(
        {
            "cameras": plan.cameras,
            "transport": plan.transport,
            "rate_hz": plan.rate_hz,
            "reliable": plan.reliable,
            "pictures": plan.pictures,
            "model": None if plan.model is None else str(plan.model.resolve()),
        }
    )


def read_arguments(text: str) -> NodePlan:
    """The plan, as far as it is told."""
    found = json.loads(text)
    model = found.pop("model")
    return NodePlan(seconds=1, model=None if model is None else Path(model), **found)


class Schedule:
    """When which camera sends: each at the same rate, one after the other, evenly apart."""

    def __init__(self, cameras: int, rate_hz: float, begin_s: float) -> None:
        """The first frame is due at `begin_s`, monotonic."""
        self._cameras = cameras
        self._slot_s = 1.0 / (rate_hz * cameras)
        self._due_s = begin_s
        self._slot = 0

    def next(self, now_s: float) -> tuple[int, float]:
        """The next frame's camera, and when it is due.

        One that is due by more than a camera's period is left out, as a camera would: frames that
        came in a burst would be none that anybody asked for.
        """
        while now_s - self._due_s > self._slot_s * self._cameras:
            self._advance()
        camera, due_s = self._slot % self._cameras, self._due_s
        self._advance()
        return camera, due_s

    def _advance(self) -> None:
        self._slot += 1
        self._due_s += self._slot_s


def send(
    plan: NodePlan,
    pictures: tuple[Picture, ...],
    publish: Callable[[str, Message], bool],
    stop: threading.Event,
    tell: Callable[[Sent], None],
) -> None:
    """Send until `stop`.

    Args:
        plan: of whom, how often.
        pictures: that are sent in turn; consecutive ones of a camera differ.
        publish: sends a message for a camera; False if it was not taken.
        stop: ends it.
        tell: hears of each frame.
    """
    names = plan.camera_names
    schedule = Schedule(len(names), plan.rate_hz, time.monotonic())
    numbers = [_APART * index for index in range(len(names))]
    while True:
        camera, due_s = schedule.next(time.monotonic())
        if stop.wait(max(0.0, due_s - time.monotonic())):
            return
        late_ms = 1e3 * (time.monotonic() - due_s)
        numbers[camera] += 1
        picture = pictures[numbers[camera] % len(pictures)]
        stamp_ns, begun_s = time.time_ns(), time.perf_counter()
        name = names[camera]
        accepted = publish(name, stamped(picture, Header(stamp_ns, f"{name}_optical")))
        took_ms = 1e3 * (time.perf_counter() - begun_s)
        tell(Sent(name, stamp_ns, accepted, took_ms, late_ms))


def main() -> int:
    """Run the program."""
    plan = read_arguments(sys.argv[1])
    try:
        pictures = sure_pictures(plan.kind, sure_by(plan.model or default_bundle()), plan.pictures)
        port = DdsPort(NODE)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    stop = threading.Event()  # until here a signal ends it at once
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    gc.collect()
    gc.freeze()
    try:
        publishers = {
            name: port.publisher(topic(name), plan.kind, plan.qos) for name in plan.camera_names
        }
        print(READY, flush=True)
        if not sys.stdin.readline():
            return 0
        threading.Thread(target=_stop_with_stdin, args=(stop,), daemon=True).start()
        send(
            plan,
            pictures,
            lambda name, message: publishers[name].publish(message),
            stop,
            lambda sent: print(sent.line(), flush=True),
        )
    except BrokenPipeError:  # nobody measures any more
        return 0
    finally:
        port.shutdown()
    return 0


def _stop_with_stdin(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
