"""Replays of small recordings that write a bag, with a scripted model, and what is in it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from support.bags import (
    START_NS,
    Entry,
    compressed_image,
    header,
    make,
    twist,
)
from support.scripted_answerer import ScriptedAnswerer
from support.thread_workers import open_ladder
from vlm_driving.core import SceneReport
from vlm_driving.pipeline import PipelineSettings, Publish
from vlm_driving.replay.bag import open_bag
from vlm_driving.replay.bag_out_said import OutputTopics
from vlm_driving.replay.loop import Live
from vlm_driving.replay.mcap_records import MAGIC, Op, read_chunk_head, read_message, records
from vlm_driving.replay.options import Pace, ReplayOptions
from vlm_driving.replay.session import OpenedModel, run_replay
from vlm_driving.replay.source import open_bag_source
from vlm_driving.ros.codecs import decode
from vlm_driving.ros.messages import Kind

CAMERA = "/sensing/camera/front/image_raw/compressed"
INFO = "/sensing/camera/front/camera_info"
SPEED = "/vehicle/twist"
TOPICS = OutputTopics("front")
MS = 1_000_000


class Silent:
    """A progress display that shows nothing, and may stop the run."""

    def __init__(self, on_report: Callable[[SceneReport], object]) -> None:
        self._on_report = on_report

    def report(self, report: SceneReport) -> None:
        self._on_report(report)

    def questions(self, done: int, of: int) -> None:
        return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def replay(
    bag: Path,
    out: Path,
    *,
    answerer: ScriptedAnswerer | None = None,
    on_report: Callable[[SceneReport], object] = lambda report: None,
    open_model: Callable[..., Any] | None = None,
    stop: threading.Event | None = None,
    **options: Any,
):
    """Replay with a scripted model, into `out`/run and `out`/bag."""
    scripted = answerer or ScriptedAnswerer()

    def open_live(publish: Publish, settings: PipelineSettings, camera: str) -> Live:
        return open_ladder({"onnx-cpu": scripted}, publish, settings, camera)

    model = OpenedModel("scripted", "onnx-cpu", 1.0, answerer=scripted, open_live=open_live)
    options = {"pace": Pace.EVERY_FRAME, "bag_out": out / "bag", **options}
    return run_replay(
        ReplayOptions(bag=bag, model=bag, out=out / "run", **options),
        open_model=open_model or (lambda _: model),
        open_source=open_bag_source,
        stop=stop or threading.Event(),
        show_progress=lambda budget_ms, expected_s: Silent(on_report),
    )


def camera_info(stamp_ns: int) -> Any:
    roi = make(
        "sensor_msgs/msg/RegionOfInterest",
        x_offset=0, y_offset=0, height=0, width=0, do_rectify=False,
    )  # fmt: skip
    return make(
        "sensor_msgs/msg/CameraInfo", header=header(stamp_ns), height=48, width=64,
        distortion_model="plumb_bob", d=np.zeros(5), k=np.eye(3).ravel(), r=np.eye(3).ravel(),
        p=np.zeros(12), binning_x=0, binning_y=0, roi=roi,
    )  # fmt: skip


def transforms(stamp_ns: int) -> Any:
    zero = make("geometry_msgs/msg/Vector3", x=0.0, y=0.0, z=0.0)
    level = make("geometry_msgs/msg/Quaternion", x=0.0, y=0.0, z=0.0, w=1.0)
    one = make(
        "geometry_msgs/msg/TransformStamped", header=header(stamp_ns), child_frame_id="camera",
        transform=make("geometry_msgs/msg/Transform", translation=zero, rotation=level),
    )  # fmt: skip
    return make("tf2_msgs/msg/TFMessage", transforms=[one])


def scene(frames: int = 12, period_ms: int = 20) -> list[Entry]:
    """A drive with a camera, its info, transforms, the speed, and a topic that nobody needs."""
    text = make("std_msgs/msg/String", data="何か")
    entries = [Entry("/tf_static", START_NS, transforms(START_NS))]
    for index in range(frames):
        now_ns = START_NS + index * period_ms * MS
        stamp_ns = now_ns - 5 * MS
        entries += [
            Entry(SPEED, now_ns, twist(10.0, now_ns)),
            Entry(INFO, now_ns + 1, camera_info(stamp_ns)),
            Entry(CAMERA, now_ns + 2, compressed_image(index, stamp_ns)),
            Entry("/tf", now_ns + 3 * MS, transforms(now_ns)),
            Entry("/chatter", now_ns + 4 * MS, text),
        ]
    return entries


def kept(entries: list[Entry]) -> list[tuple[str, int, bytes]]:
    return [(one.topic, one.log_time_ns, one.raw) for one in entries if one.topic != "/chatter"]


def contents(path: Path) -> list[tuple[str, int, bytes]]:
    """Everything in a bag, in the order in which it stands there."""
    with open_bag(path) as bag:
        assert bag.problems == ()
        found = bag.messages([topic.name for topic in bag.topics])
        return [(one.topic, one.log_time_ns, bytes(one.raw)) for one in found]


def originals(found: list[tuple[str, int, bytes]]) -> list[tuple[str, int, bytes]]:
    return [one for one in found if not one[0].startswith("/vlm_driving/")]


def said(found: list[tuple[str, int, bytes]], topic: str, kind: Kind) -> list[tuple[int, Any]]:
    return [(time_ns, decode(kind, raw)) for name, time_ns, raw in found if name == topic]


def times_in_file(file: Path) -> list[int]:
    """The log times in the order in which they were written; readers would sort them."""
    if file.suffix == ".db3":
        with sqlite3.connect(file) as database:
            return [time_ns for (time_ns,) in database.execute("SELECT timestamp FROM messages")]
    times = []
    for opcode, chunk in records(memoryview(file.read_bytes())[len(MAGIC) :]):
        if opcode == Op.CHUNK:
            for kind, body in records(chunk[read_chunk_head(chunk).begin :]):
                if kind == Op.MESSAGE:
                    times.append(read_message(body).log_time_ns)
    return times
