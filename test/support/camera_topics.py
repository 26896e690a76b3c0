"""Camera topics to look at before flight: a sound one, and ways to spoil it."""

from __future__ import annotations

from dataclasses import replace

from vlm_driving.ros.camera_topic import (
    CameraTopic,
    FrameHead,
    ImageTopic,
    Middleware,
    Publisher,
    SimClock,
)
from vlm_driving.ros.port import Qos
from vlm_driving.ros.preflight import preflight
from vlm_driving.ros.preflight_causes import CauseKind
from vlm_driving.ros.preflight_content import row_bytes

S = 1_000_000_000
MS = 1_000_000
NOW = 1_790_000_000 * S
TOPIC = "/sensing/camera/front/image_raw"


def head(age_ms=20.0, encoding="bgr8", width=64, height=48, **more) -> FrameHead:
    step = more.pop("step", (row_bytes(encoding, width) or 0))
    size = more.pop("size", step * height)
    stamp_ns = more.pop("stamp_ns", NOW - round(age_ms * MS))
    return FrameHead(stamp_ns, NOW, encoding, width, height, step, size, **more)


def sound_topic(**more) -> CameraTopic:
    """A topic with which nothing is wrong, but for `more`."""
    view = CameraTopic(
        camera="front",
        topic=TOPIC,
        now_ns=100 * S,
        subscribed_ns=10 * S,
        publishers=(Publisher("/driver", qos=Qos()),),
        frames=500,
        last_frame_ns=100 * S - 50 * MS,
        heads=tuple(head() for _ in range(5)),
        image_topics=(ImageTopic(TOPIC),),
        clock=SimClock(wall_ns=NOW),
        middleware=Middleware(7, "rmw_cyclonedds_cpp", "", 8 << 20, 12),
    )
    return replace(view, **more)


def silent_topic(**more) -> CameraTopic:
    """The same, but no frame has ever come."""
    return sound_topic(**{"frames": 0, "last_frame_ns": None, "heads": (), **more})


def kinds(view: CameraTopic) -> list[CauseKind]:
    return [cause.kind for cause in preflight(view)]


def only(view: CameraTopic) -> tuple[CauseKind, str]:
    (cause,) = preflight(view)
    assert cause.camera == "front" and cause.sentence.startswith("Camera front: ")
    assert cause.sentence.endswith(".") and "\n" not in cause.sentence
    return cause.kind, cause.sentence
