"""What everything around a model costs: real frames, a real worker process, and no model.

From `offer` (the decoded image is in memory) to the report in the hands of the publisher.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving import process
from vlm_driving.bench.null_backend import NULL, OPEN_NULL
from vlm_driving.bench.stats import Spread
from vlm_driving.core import CameraRole, SceneReport
from vlm_driving.core.deadline import NS_PER_MS
from vlm_driving.pipeline import (
    LadderOptions,
    LadderPipeline,
    OfferedFrame,
    PipelineSettings,
    PoolOptions,
    WorkerPool,
)
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.workers.messages import Said
from vlm_driving.pipeline.workers.settings import WorkerSettings
from vlm_driving.pipeline.workers.states import News, OnEvent
from vlm_driving.runtime.events import Done, StageBegun

WIDTH, HEIGHT = 1280, 720
RATE_HZ = 30.0
WARM_UP = 60
BUDGET_MS = 200.0
_PICTURES = 6
_SEED = 20260


def null_worker(busy_ms: float = 0.0, spin: bool = False) -> WorkerSettings:
    """A worker without a model."""
    return WorkerSettings(NULL, OPEN_NULL, {"busy_ms": busy_ms, "spin": spin}, threads=1)


def pictures(count: int = _PICTURES) -> list[NDArray[np.uint8]]:
    """(720, 1280, 3) noise, each other than the last: a picture that stands still is not asked."""
    random = np.random.default_rng(_SEED)
    return [random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8) for _ in range(count)]


def frame_of(
    image: NDArray[np.uint8], camera: str, sequence: int, role: CameraRole = CameraRole.FRONT
) -> OfferedFrame:
    """A frame that arrives now."""
    return OfferedFrame(
        load=lambda: image,
        camera=camera,
        frame_id=camera,
        stamp_ns=time.time_ns(),
        sequence=sequence,
        arrived_ns=time.monotonic_ns(),
        ego_speed_kmh=40.0,
        role=role,
    )


@dataclass(frozen=True, slots=True)
class Passage:
    """One frame's way as instants, monotonic ns.

    Attributes:
        offered: by the camera's thread.
        begun: in the worker: the first event of its answer.
        done: in the worker: the last.
        heard: of the last one by the parent's reader.
        published: the report in the publisher's hands.
        report: it.
    """

    offered: int
    begun: int
    done: int
    heard: int
    published: int
    report: SceneReport

    @property
    def total_ms(self) -> float:
        """From the offer until the report was handed out."""
        return (self.published - self.offered) / NS_PER_MS

    def parts_ms(self) -> dict[str, float]:
        """Where the time went; the parts before `total` add up to it."""
        closed = self.offered + round((self.report.latency_ms or 0.0) * NS_PER_MS)
        wait_ns = round((self.report.stages_ms.wait or 0.0) * NS_PER_MS)
        ns = {
            "to the dispatcher": wait_ns,
            "to the worker": self.begun - self.offered - wait_ns,
            "in the worker": self.done - self.begun,
            "back": self.heard - self.done,
            "to the closed report": closed - self.heard,
            "to the publisher": self.published - closed,
            "total": self.published - self.offered,
        }
        return {name: part / NS_PER_MS for name, part in ns.items()}


class ListeningPool(WorkerPool):
    """Notes when the worker spoke and when it was heard, before the pipeline hears it."""

    begun_ns = 0
    done_ns = 0
    heard_ns = 0

    def listen(self, listener: OnEvent | None) -> None:
        """As the pool does, by way of this ear."""

        def hear(name: str, news: News) -> None:
            heard_ns = time.monotonic_ns()
            if isinstance(news, Said) and isinstance(news.event, StageBegun):
                self.begun_ns = news.at_ns
            elif isinstance(news, Said) and isinstance(news.event, Done):
                self.done_ns, self.heard_ns = news.at_ns, heard_ns
            if listener is not None:
                listener(name, news)

        super().listen(None if listener is None else hear)


def machinery(frames: int, each: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """The `machinery` object of the bench: `frames` of them, after some that warm up."""
    passages: list[Passage] = []
    offered: list[int] = []
    pool = ListeningPool(PoolOptions([null_worker()]))

    def publish(report: SceneReport, image: NDArray[np.uint8] | None) -> None:
        now_ns = time.monotonic_ns()
        instants = (offered[report.sequence], pool.begun_ns, pool.done_ns, pool.heard_ns, now_ns)
        passages.append(Passage(*instants, report))

    with pool, as_in_use():
        pool.start()
        options = LadderOptions([CameraShare("front")])
        pipeline = LadderPipeline(pool, options, publish, PipelineSettings(BUDGET_MS))
        pipeline.start()
        images = pictures()
        begun_s = time.monotonic()
        for sequence in range(WARM_UP + frames):
            time.sleep(max(0.0, begun_s + sequence / RATE_HZ - time.monotonic()))
            frame = frame_of(images[sequence % len(images)], "front", sequence)
            offered.append(frame.arrived_ns)
            pipeline.offer(frame)
            time.sleep(0.5 / RATE_HZ)  # what is shown to a person must not be measured
            each()
        pipeline.close()
    return {"rate_hz": RATE_HZ, "size": [WIDTH, HEIGHT], **summary(passages[WARM_UP:])}


@contextmanager
def as_in_use() -> Iterator[None]:
    """The interpreter as a program of ours sets it for frames; a guest's stays as it is."""
    before = sys.getswitchinterval()
    process.give_way_soon()
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def summary(passages: Sequence[Passage]) -> dict[str, Any]:
    """The figures of what passed; a frame without an answer has a whole time, and no parts."""
    whole = [one.parts_ms() for one in passages if one.report.outcome.answered]
    names = list(whole[0])[:-1] if whole else []
    total = [one.total_ms for one in passages]
    return {
        "frames": len(passages),
        "backend": NULL,
        "late": sum(one.report.late() for one in passages),
        "outcomes": dict(sorted(Counter(one.report.outcome.value for one in passages).items())),
        "total_ms": Spread.of(total).to_json() if total else None,
        "parts_ms": {name: Spread.of([one[name] for one in whole]).to_json() for name in names},
    }
