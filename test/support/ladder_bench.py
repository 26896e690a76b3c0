"""A ladder of real worker processes that do as they are told, and its reports."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from support.worker_bench import SUPPORT
from vlm_driving.core import SceneReport
from vlm_driving.pipeline import (
    LadderOptions,
    LadderPipeline,
    OfferedFrame,
    PipelineSettings,
    PoolOptions,
    WorkerPool,
)
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.breaker import BreakerSettings, Gate, gate
from vlm_driving.pipeline.ladder_view import LadderSettings
from vlm_driving.pipeline.workers.restart import RestartPolicy
from vlm_driving.pipeline.workers.settings import WorkerSettings
from vlm_driving.pipeline.workers.states import WorkerState, WorkerStatus
from vlm_driving.pipeline.workers.vitals import Limits

SHAPE = (8, 12, 3)
BUDGET = PipelineSettings(budget_ms=1000.0, guard_ms=40.0, frozen_after_frames=0)
LIMITS = Limits(start_s=50, silence_ms=1500, grace_ms=600, longest_s=20)
POLICY = RestartPolicy(first_ms=1, longest_ms=1)
LADDER = LadderSettings(margin=10.0, prior_ms={"first": 20.0, "second": 20.0})
"""A fallback has 200 ms, for a busy test machine; an answer takes ten."""
BREAKER = BreakerSettings(back_off_ms=300.0, successes_to_close=1)
MS = 1_000_000
PATIENCE_S = 20.0
"""For a busy test machine; nothing takes so long."""


def picture(sequence: int) -> NDArray[np.uint8]:
    """Of a grey of its own."""
    return np.full(SHAPE, sequence % 250, np.uint8)


class Reports:
    """A place for reports where one can wait for them."""

    def __init__(self) -> None:
        self.all: list[SceneReport] = []
        self._condition = threading.Condition()

    def __call__(self, report: SceneReport, image: NDArray[np.uint8] | None) -> None:
        with self._condition:
            self.all.append(report)
            self._condition.notify_all()

    def of(self, sequence: int) -> SceneReport:
        """The report of a frame, once it is there."""

        def found() -> list[SceneReport]:
            return [report for report in self.all if report.sequence == sequence]

        with self._condition:
            assert self._condition.wait_for(found, PATIENCE_S), f"no report of {sequence}"
            return found()[0]


class LadderBench:
    """Two workers, `first` and `second`, and a pipeline on them."""

    def __init__(
        self,
        folder: Path,
        settings: PipelineSettings = BUDGET,
        names: Sequence[str] = ("first", "second"),
        publish: Callable[..., None] | None = None,
        **orders: dict[str, Any],
    ) -> None:
        self.reports = Reports()
        self.names = tuple(names)
        self._folder = folder
        self._sequence = 0
        for name in self.names:
            self.order(name, **orders.get(name, {}))
        workers = [self._worker(name) for name in self.names]
        self.pool = WorkerPool(
            PoolOptions(workers, most_pixels=64 * 64, limits=LIMITS, restarts=POLICY)
        )
        self._settings = settings
        self.pipeline = self._open(publish or self.reports)

    def start(self) -> tuple[str, ...]:
        """Start everything; the names of those that are ready."""
        ready = self.pool.start(PATIENCE_S)
        self.pipeline.start()
        return ready

    def renew(self) -> None:
        """Another pipeline on the same workers."""
        self.pipeline = self._open(self.reports)
        self.pipeline.start()

    @property
    def offered(self) -> int:
        """How many frames were."""
        return self._sequence

    def order(self, name: str, **orders: Any) -> None:
        """From the next frame on, have a backend do this and nothing else."""
        path = self._folder / f"{name}.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(orders))
        fresh.replace(path)

    def offer(self, **changes: Any) -> int:
        """Offer the next frame; its number."""
        number, self._sequence = self._sequence, self._sequence + 1
        now_ns = time.monotonic_ns()
        values: dict[str, Any] = {
            "load": lambda: picture(number),
            "camera": "front",
            "frame_id": "optical",
            "stamp_ns": now_ns,
            "sequence": number,
            "arrived_ns": now_ns,
        }
        self.pipeline.offer(OfferedFrame(**{**values, **changes}))
        return number

    def frame(self, **changes: Any) -> SceneReport:
        """Offer the next frame and wait for its report."""
        return self.reports.of(self.offer(**changes))

    def status(self, name: str) -> WorkerStatus:
        """Of one worker."""
        return self.pool.handles[name].status

    def pid(self, name: str) -> int:
        """Of its process."""
        pid = self.status(name).pid
        assert pid is not None
        return pid

    def until(self, wanted: Callable[[], object], what: str = "") -> None:
        """Wait until something is so."""
        end_s = time.monotonic() + PATIENCE_S
        while not wanted():
            assert time.monotonic() < end_s, (what, self.pool.statuses())
            time.sleep(0.005)

    def until_ready(self, *names: str) -> None:
        """Wait until the workers are, or all of them."""
        wanted = names or self.names
        self.until(lambda: all(self.status(n).state is WorkerState.READY for n in wanted), "ready")

    def until_well(self) -> None:
        """Give no more orders, and offer frames until the first backend answers them again."""
        for name in self.names:
            self.order(name)
        self.until_ready()
        self.until(lambda: self.frame().backend == self.names[0], "the first answers")
        self.until(self._all_closed, "breakers are closed")

    def _all_closed(self) -> bool:
        now_ns = time.monotonic_ns()
        gates = [gate(rung.breaker, now_ns, BREAKER) for rung in self.pipeline.rungs]
        if set(gates) != {Gate.CLOSED}:
            self.frame()  # a trial is tried on a frame
            return False
        return True

    def _open(self, publish: Callable[..., None]) -> LadderPipeline:
        options = LadderOptions([CameraShare("front")], LADDER, BREAKER)
        return LadderPipeline(self.pool, options, publish, self._settings)

    def _worker(self, name: str) -> WorkerSettings:
        return WorkerSettings(
            name,
            "support.ordered_backend:open_ordered",
            {"orders": str(self._folder / f"{name}.json"), "name": name},
            threads=1,
            warm_up_size=SHAPE[:2],
            import_path=(SUPPORT,),
        )
