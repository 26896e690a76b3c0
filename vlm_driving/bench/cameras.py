"""Several cameras at one engine of a fixed time: who is late, and who had how much of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.bench.machinery import BUDGET_MS, as_in_use, frame_of, null_worker, pictures
from vlm_driving.core import CameraRole, SceneReport
from vlm_driving.pipeline import LadderOptions, LadderPipeline, PipelineSettings
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.pool import PoolOptions, WorkerPool

BUSY_MS = 20.0
SECONDS = 20.0
SCARCE = 2.0
"""Times the engine's whole time that the cameras ask for where there is too little."""
_WARM_UP_S = 1.0


@dataclass(frozen=True, slots=True)
class Rig:
    """Cameras on one trigger, the first of them looking ahead.

    Attributes:
        shares: of each camera.
        rate_hz: of all of them.
    """

    shares: tuple[float, ...]
    rate_hz: float

    @property
    def names(self) -> tuple[str, ...]:
        """Of the cameras."""
        return tuple(f"camera{number}" for number in range(len(self.shares)))


def rigs(count: int, rate_hz: float) -> dict[str, Rig]:
    """By name: as asked for, and one with unequal shares of too little."""
    # So many frames that the camera with two shares, too, asks for more than it gets.
    scarce_hz = max(rate_hz, SCARCE * 1000 / BUSY_MS / count)
    return {
        "equal": Rig((1.0,) * count, rate_hz),
        "unequal": Rig((2.0,) + (1.0,) * (count - 1), round(scarce_hz, 1)),
    }


def ticks(count: int, rate_hz: float) -> int:
    """How often `cameras` calls `each`."""
    return sum(_ticks(rig.rate_hz, SECONDS) for rig in rigs(count, rate_hz).values())


def cameras(count: int, rate_hz: float, each: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """The `cameras` object of the bench."""
    driven = {name: drive(rig, SECONDS, each) for name, rig in rigs(count, rate_hz).items()}
    return {"busy_ms": BUSY_MS, "budget_ms": BUDGET_MS, **driven}


def drive(rig: Rig, seconds: float, each: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """The figures of one rig, offered for `seconds` after a moment that warms up."""
    told: list[SceneReport] = []

    def publish(report: SceneReport, image: NDArray[np.uint8] | None) -> None:
        told.append(report)

    with WorkerPool(PoolOptions([null_worker(BUSY_MS)])) as pool, as_in_use():
        pool.start()
        shares = [CameraShare(*one) for one in zip(rig.names, rig.shares, strict=True)]
        pipeline = LadderPipeline(pool, LadderOptions(shares), publish, PipelineSettings(BUDGET_MS))
        pipeline.start()
        images = pictures()
        begun_s = time.monotonic()
        for tick in range(_ticks(rig.rate_hz, seconds)):
            time.sleep(max(0.0, begun_s + tick / rig.rate_hz - time.monotonic()))
            for number, name in enumerate(rig.names):
                role = CameraRole.LEFT if number else CameraRole.FRONT
                pipeline.offer(frame_of(images[tick % len(images)], name, tick, role))
            each()
        pipeline.close()
    first = round(_WARM_UP_S * rig.rate_hz)
    return summary(rig, [one for one in told if one.sequence >= first])


def summary(rig: Rig, reports: Sequence[SceneReport]) -> dict[str, Any]:
    """Who was late, and what each camera had against what it is due."""
    answered = Counter(one.camera for one in reports if one.outcome.answered)
    offered = Counter(one.camera for one in reports)
    had = {
        name: sum(one.stages_ms.decode or 0.0 for one in reports if one.camera == name)
        for name in rig.names
    }
    wished = {name: float(offered[name]) for name in rig.names}
    begun = sum(one.stages_ms.decode is not None for one in reports)
    due = fair(wished, dict(zip(rig.names, rig.shares, strict=True)), begun)
    whole_ms, whole_due = sum(had.values()), sum(due.values())
    by_camera = {}
    for name in rig.names:
        part = had[name] / whole_ms if whole_ms else 0.0
        part_due = due[name] / whole_due if whole_due else 0.0
        by_camera[name] = {
            "offered": offered[name],
            "answered": answered[name],
            "engine_part": round(part, 4),
            "due_part": round(part_due, 4),
            "off": round(part / part_due - 1, 4) if part_due else None,
        }
    off = [abs(one["off"]) for one in by_camera.values() if one["off"] is not None]
    return {
        "rate_hz": rig.rate_hz,
        "shares": list(rig.shares),
        "frames": len(reports),
        "late": sum(one.late() for one in reports),
        "outcomes": dict(sorted(Counter(one.outcome.value for one in reports).items())),
        "most_off": max(off, default=None),
        "by_camera": by_camera,
    }


def fair(
    wished: Mapping[str, float], shares: Mapping[str, float], there_is: float
) -> dict[str, float]:
    """What each is due of `there_is`: by its share, but nobody more than it wished for.

    What one does not want, the others divide by their shares.
    """
    due = dict.fromkeys(wished, 0.0)
    left, open_for = there_is, set(wished)
    while open_for and left > 0:
        level = left / sum(shares[name] for name in open_for)
        content = {name for name in open_for if wished[name] <= level * shares[name]}
        if not content:
            return due | {name: level * shares[name] for name in open_for}
        for name in content:
            due[name] = wished[name]
            left -= wished[name]
        open_for -= content
    return due


def _ticks(rate_hz: float, seconds: float) -> int:
    return round((_WARM_UP_S + seconds) * rate_hz)
