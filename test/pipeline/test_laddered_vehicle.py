"""A vehicle: two cameras, questions and the shipped bundle in a real worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from support.worker_bench import LIMITS, PATIENCE_S

from vlm_driving.backends.onnx.open_engine import open_engine
from vlm_driving.core import CameraRole, SceneReport
from vlm_driving.pipeline import LadderOptions, LadderPipeline, OfferedFrame, PipelineSettings
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.lineup import lineup
from vlm_driving.pipeline.pool import WorkerPool
from vlm_driving.pipeline.questions import QuestionAnswer, QuestionSettings
from vlm_driving.pipeline.vehicle import VehicleSettings
from vlm_driving.runtime.events import Sentence
from vlm_driving.simulator import render, sample_scene

BUDGET = PipelineSettings(budget_ms=10_000.0, frozen_after_frames=0)
"""Nothing here is about time, and the machine may be busy."""
SPEED_KMH = 40.0
QUESTION = "前方に何が見えますか。"


class Vehicle:
    def __init__(self, bundle) -> None:
        self.reports: dict[tuple[str, int], SceneReport] = {}
        self.answers: dict[int, QuestionAnswer] = {}
        self._news = threading.Condition()
        options = LadderOptions(
            [CameraShare("front"), CameraShare("left")],
            questions=QuestionSettings(budget_ms=20_000.0),
            vehicle=VehicleSettings(validity_ms=60_000.0),
            reply=self._reply,
        )
        pool_options = lineup(["onnx-cpu"], bundle, threads=1)
        self.pool = WorkerPool(
            replace(pool_options, kept_frames=options.kept_frames, limits=LIMITS)
        )
        self.pool.start(PATIENCE_S)
        self.pipeline = LadderPipeline(self.pool, options, self._publish, BUDGET)
        self.pipeline.start()
        self._sequence = 0

    def frame(self, image: NDArray[np.uint8], role: CameraRole) -> SceneReport:
        """Offer a picture, and wait for its report."""
        now_ns = time.monotonic_ns()
        self._sequence += 1
        frame = OfferedFrame(
            load=lambda: image,
            camera=role.value,
            frame_id="optical",
            stamp_ns=now_ns,
            sequence=self._sequence,
            arrived_ns=now_ns,
            ego_speed_kmh=SPEED_KMH,
            role=role,
        )
        self.pipeline.offer(frame)
        key = role.value, self._sequence
        self._wait(lambda: key in self.reports)
        return self.reports[key]

    def ask(self, camera: str) -> QuestionAnswer:
        """Ask about the frame that a camera showed last, and wait for the answer."""
        number = self.pipeline.ask(QUESTION, camera)
        self._wait(lambda: number in self.answers)
        return self.answers[number]

    def _wait(self, what: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(what, PATIENCE_S)

    def _publish(self, report: SceneReport, image: NDArray[np.uint8] | None) -> None:
        with self._news:
            self.reports[report.camera, report.sequence] = report
            self._news.notify_all()

    def _reply(self, answer: QuestionAnswer) -> None:
        with self._news:
            assert answer.id not in self.answers, "a question is answered once"
            self.answers[answer.id] = answer
            self._news.notify_all()


@pytest.fixture(scope="module")
def bundle(repository):
    return repository / "models" / "driving-ja"


@pytest.fixture(scope="module")
def engine(bundle):
    return open_engine(str(bundle), threads=1)


@pytest.fixture(scope="module")
def pictures():
    return [render(sample_scene(5, number), 640, 360).image for number in range(2)]


@pytest.fixture(scope="module")
def vehicle(bundle) -> Iterator[Vehicle]:
    vehicle = Vehicle(bundle)
    yield vehicle
    assert vehicle.pipeline.close()
    # What a hang or a refusal would keep shows here: every place for a picture is free again.
    assert vehicle.pool.memory.free == vehicle.pool.memory.slots
    assert vehicle.pool.close() == ()


def said(engine, picture) -> str:
    events = engine.ask(QUESTION, picture, SPEED_KMH)
    return "".join(event.text for event in events if isinstance(event, Sentence))


def test_a_question_is_answered_about_the_frame_it_was_asked_about(vehicle, engine, pictures):
    ahead, aside = pictures
    vehicle.frame(ahead, CameraRole.FRONT)
    vehicle.frame(aside, CameraRole.LEFT)
    answers = [vehicle.ask(camera) for camera in ("front", "left", "front")]
    assert [one.outcome.value for one in answers] == ["ok"] * 3
    assert [one.text_ja for one in answers] == [
        said(engine, ahead),
        said(engine, aside),
        said(engine, ahead),
    ]


def test_a_question_costs_the_next_frame_nothing_of_its_answer(vehicle, engine, pictures):
    ahead, _ = pictures
    before = vehicle.frame(ahead, CameraRole.FRONT)
    vehicle.ask("front")
    after = vehicle.frame(ahead, CameraRole.FRONT)
    assert before.outcome.value == "ok"
    assert (after.advice, after.advice_ja) == (before.advice, before.advice_ja)
    assert after.description_ja == before.description_ja


def test_only_the_front_camera_advises_and_the_vehicle_with_it(vehicle, pictures):
    ahead, aside = pictures
    front = vehicle.frame(ahead, CameraRole.FRONT)
    left = vehicle.frame(aside, CameraRole.LEFT)
    assert front.advice is not None
    assert (left.outcome.value, left.advice, left.advice_ja) == ("ok", None, "")
    assert left.description_ja
    advice = vehicle.pipeline.vehicle_advice()
    assert advice is not None
    assert (advice.speed, advice.cameras) == (front.advice.speed, ("front",))
    assert advice.valid_until_ns > time.monotonic_ns()


def test_health_names_the_worker_and_what_it_measured(vehicle, pictures):
    for _ in range(8):
        vehicle.frame(pictures[0], CameraRole.FRONT)
    (cpu,) = vehicle.pipeline.health().backends
    assert (cpu.name, cpu.state, cpu.breaker, cpu.starts) == ("onnx-cpu", "ready", "closed", 1)
    assert cpu.advice_p50_ms is not None and cpu.advice_p50_ms > 0


def test_a_pool_without_room_for_pictures_takes_no_questions(bundle):
    options = LadderOptions([CameraShare("front")], reply=lambda answer: None)
    pool = WorkerPool(lineup(["onnx-cpu"], bundle))
    try:
        with pytest.raises(ValueError, match="10 kept frames"):
            LadderPipeline(pool, options, lambda report, image: None, BUDGET)
    finally:
        pool.close()


def test_who_takes_no_questions_says_so(bundle):
    pool = WorkerPool(lineup(["onnx-cpu"], bundle))
    try:
        options = LadderOptions([CameraShare("front")])
        pipeline = LadderPipeline(pool, options, lambda report, image: None, BUDGET)
        with pytest.raises(ValueError, match="takes no questions"):
            pipeline.ask(QUESTION)
    finally:
        pool.close()
