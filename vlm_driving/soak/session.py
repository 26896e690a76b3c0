"""One soak, from the first picture to the verdict."""

from __future__ import annotations

import gc
import os
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving import process
from vlm_driving.core import SceneReport, UserError
from vlm_driving.pipeline import (
    LadderOptions,
    LadderPipeline,
    OfferedFrame,
    PipelineSettings,
    PoolOptions,
    WorkerPool,
)
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.breaker import Phase
from vlm_driving.pipeline.desk import sentence
from vlm_driving.pipeline.workers import WorkerSettings, WorkerState
from vlm_driving.replay.pacing import wait_until
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.soak.checks import Evidence, Struck
from vlm_driving.soak.control import ControlFile
from vlm_driving.soak.faulty import OPEN_FAULTY
from vlm_driving.soak.feed import Delivery, Feed
from vlm_driving.soak.ledger import Ledger
from vlm_driving.soak.mischief import Mischief
from vlm_driving.soak.options import BREAKER, RESTARTS, SoakOptions
from vlm_driving.soak.pages import Pages
from vlm_driving.soak.pictures import Picture, answer_offline, make_pictures
from vlm_driving.soak.progress import Teller
from vlm_driving.soak.result import Machinery, make_result
from vlm_driving.soak.schedule import make_schedule
from vlm_driving.soak.vitals import Growth, left_behind, take_traces

LADDER = ("onnx-cpu", "onnx-cpu-2")
CAMERA = "front"
_NS_PER_S = 1_000_000_000
_VITALS_S = 2.0
_WELL_S = 15.0  # for the workers to be whole again at the end


def run_soak(
    options: SoakOptions,
    stop: threading.Event,
    teller: Teller,
    opened: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Offer frames, break things, and tell which promises were broken.

    Args:
        options: what to do.
        stop: ends it early, with the object so far.
        teller: tells how it stands.
        opened: told once the workers are up: from then on there is something to bring to an end.

    Raises:
        UserError: for a bundle that cannot be loaded or is sure of nothing.
    """
    bundle = ModelBundle.load(options.model)  # its faults are told here, in one sentence
    answer = answer_offline(options.model)
    teller.say(f"rendering {options.pictures} pictures, and answering them offline")
    pictures = make_pictures(options.pictures, options.seed, answer)
    del answer
    gc.collect()
    before = take_traces()
    with ExitStack() as stack:
        controls = {name: ControlFile() for name in LADDER}
        for control in controls.values():
            stack.callback(control.close)
        pool = WorkerPool(_pool_options(options, controls))
        stack.callback(pool.close)
        teller.say("starting the workers")
        ready = pool.start()
        if len(ready) < len(LADDER):
            said = "; ".join(f"{s.name}: {s.reason}" for s in pool.statuses())
            raise UserError(f"A soak needs {' and '.join(LADDER)} ({said}); mend them first.")
        opened()
        soak = _Soak(options, pictures, pool, controls, stop, teller)
        evidence, machinery = soak.run()
    after = take_traces()
    evidence = replace(evidence, left_behind=left_behind(before, after))
    return make_result(options, bundle.name, LADDER, evidence, machinery)


def _pool_options(options: SoakOptions, controls: dict[str, ControlFile]) -> PoolOptions:
    workers = [
        WorkerSettings(
            name,
            OPEN_FAULTY,
            {"bundle": str(options.model.resolve()), "name": name, "control": control.path},
            threads=1,
        )
        for name, control in controls.items()
    ]
    return PoolOptions(workers, cores=dict.fromkeys(LADDER, "cpu"), restarts=RESTARTS)


class _Soak:
    """The frames of one soak, under its faults."""

    def __init__(
        self,
        options: SoakOptions,
        pictures: tuple[Picture, ...],
        pool: WorkerPool,
        controls: dict[str, ControlFile],
        stop: threading.Event,
        teller: Teller,
    ) -> None:
        self._options = options
        self._pictures = pictures
        self._pool = pool
        self._stop = stop
        self._teller = teller
        settings = PipelineSettings(budget_ms=options.budget_ms, backend=LADDER[0])
        ladder = LadderOptions([CameraShare(CAMERA)], breaker=BREAKER)
        self._pipeline = LadderPipeline(pool, ladder, self._publish, settings)
        self._schedule = make_schedule(options.duration_s, options.faults, options.seed)
        self._feed = Feed(self._schedule, len(pictures), options.rate)
        self._mischief = Mischief(self._schedule, self._pipeline.rungs, controls, options.model)
        self._ledger = Ledger(
            Pages(options.frames, LADDER),
            [picture.expected for picture in pictures],
            settings,
            lambda: self._pipeline.health().stalls,
            self._tell,
        )
        self._growth = Growth()
        self._measured_s = 0.0
        self._openings: dict[str, set[int]] = {name: set() for name in LADDER}
        self._begun_ns = 0

    def run(self) -> tuple[Evidence, Machinery]:
        """Offer everything; the workers are left running, the pipeline is closed."""
        if process.is_ours():
            gc.collect()
            gc.freeze()
        self._pipeline.start()
        self._begun_ns = time.monotonic_ns()
        self._mischief.start(self._begun_ns)
        self._teller.begin(self._line)
        broken: list[str] = []
        try:
            self._offer_all()
        except Exception as fault:  # of the pipeline's threads: what it did until then still counts
            traceback.print_exception(fault)
            broken.append(f"the pipeline failed: {sentence(fault)}")
        early = self._stop.is_set() or bool(broken)
        struck = (*self._mischief.finish(early), *self._of_feed())
        broken += [] if early else self._wait_until_well()
        try:
            if not self._pipeline.close():
                broken.append("the pipeline did not close in time")
        except Exception as fault:
            broken.append(f"the pipeline failed: {sentence(fault)}")
        self._ledger.drain()
        self._look()
        pages, growth = self._ledger.pages, self._growth.worst()
        machinery = Machinery(
            interrupted=self._stop.is_set(),
            wall_s=(time.monotonic_ns() - self._begun_ns) / _NS_PER_S,
            health=self._pipeline.health(),
            openings={name: len(found) for name, found in self._openings.items()},
            schedule=self._schedule,
            broken=broken,
        )
        evidence = Evidence(pages.all_offered(), pages.all_heard(), struck, LADDER[0], growth)
        return evidence, machinery

    def _offer_all(self) -> None:
        period_ns = round(_NS_PER_S / self._options.rate)
        tick = 0
        while self._ledger.pages.offered < self._options.frames:
            if not wait_until(self._begun_ns + tick * period_ns, self._stop):
                return
            for delivery in self._feed.deliver(tick / self._options.rate):
                if self._ledger.pages.offered < self._options.frames:
                    self._offer(delivery)
            tick += 1
            self._ledger.drain()
            self._look()

    def _offer(self, delivery: Delivery) -> None:
        picture = self._pictures[delivery.picture]
        arrived_ns = time.monotonic_ns()
        frame = OfferedFrame(
            load=lambda: picture.image,
            camera=CAMERA,
            frame_id=CAMERA,
            stamp_ns=delivery.stamp_ns,
            sequence=self._ledger.pages.offered,
            arrived_ns=arrived_ns,
            age_on_arrival_ms=delivery.age_ms,
            ego_speed_kmh=picture.ego_speed_kmh,
        )
        self._ledger.offer(frame, delivery)
        self._pipeline.offer(frame)

    def _publish(self, report: SceneReport, image: NDArray[np.uint8] | None) -> None:
        """In the publisher's thread: note the instant, and leave the rest for later."""
        self._ledger.publish(report)
        self._mischief.take(report)

    def _tell(self, sentence: str) -> None:
        """Of what is wrong, with what is being done just now."""
        on = ", ".join(self._mischief.going_on) or "nothing"
        self._teller.say(f"{sentence} (now: {on})")

    def _look(self) -> None:
        """Note breakers that opened, and now and then how much memory everybody has."""
        for rung in self._pipeline.rungs:
            breaker = rung.breaker
            if breaker.phase is Phase.OPEN:
                self._openings[rung.name].add(breaker.since_ns)
        now_s = (time.monotonic_ns() - self._begun_ns) / _NS_PER_S
        if now_s - self._measured_s < _VITALS_S:
            return
        self._measured_s = now_s
        self._growth.note("this process", os.getpid(), now_s)
        for status in self._pool.statuses():
            up = status.state in (WorkerState.READY, WorkerState.BUSY)
            if up and status.pid is not None:
                self._growth.note(status.name, status.pid, now_s)

    def _wait_until_well(self) -> list[str]:
        """Give the workers time to be whole again; what is not, in words."""
        until = time.monotonic() + _WELL_S
        while time.monotonic() < until:
            ill = [
                f"{one.name} is {one.state.value} {_WELL_S:g} s after the last frame ({one.reason})"
                for one in self._pool.statuses()
                if one.state is not WorkerState.READY
            ]
            if not ill or self._stop.wait(0.05):
                return []
        return ill

    def _of_feed(self) -> list[Struck]:
        """The feed's faults as they were carried out."""
        begun = [w for w in self._feed.windows if w.begin_s <= self._feed.at_s]
        return [
            Struck(
                window.fault,
                self._begun_ns + round(window.begin_s * _NS_PER_S),
                self._begun_ns + round(window.end_s * _NS_PER_S),
                self._feed.applied.get(window, 0),
            )
            for window in begun
        ]

    def _line(self) -> str:
        """How it stands, for a person."""
        at_s = (time.monotonic_ns() - self._begun_ns) / _NS_PER_S
        advised = self._ledger.advised
        going_on = ", ".join(self._mischief.going_on) or "nothing"
        return (
            f"{at_s:.0f} s | {self._ledger.pages.offered} of {self._options.frames} frames | "
            f"{advised} with advice | {self._mischief.applied} faults hit | now: {going_on}"
        )
