"""The shipped bundle in a worker: what comes over the socket is what its engine says here."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from support.worker_bench import LIMITS, PATIENCE_S, Ear, is_last

from vlm_driving.backends.onnx.open_engine import OPEN_ENGINE, open_engine
from vlm_driving.core import StageTimes
from vlm_driving.pipeline.workers import (
    Cancelled,
    Changed,
    FrameMemory,
    Request,
    RestartPolicy,
    Said,
    Supervisor,
    WorkerSettings,
)
from vlm_driving.runtime.events import AdviceDecoded, Done, Stage, StageBegun

SHAPE = (180, 320, 3)
IDS = count(1)


@pytest.fixture(scope="module")
def bundle(repository):
    return str(repository / "models" / "driving-ja")


@pytest.fixture(scope="module")
def engine(bundle):
    return open_engine(bundle, threads=1, spin=False)


@pytest.fixture(scope="module")
def ear():
    return Ear()


@pytest.fixture(scope="module")
def memory():
    memory = FrameMemory(4, 180 * 320 * 3)
    yield memory
    memory.close()


@pytest.fixture(scope="module")
def worker(bundle, memory, ear):
    settings = WorkerSettings(
        "onnx-cpu",
        OPEN_ENGINE,
        {"bundle": bundle, "spin": False},
        threads=1,
        warm_ups=1,
        warm_up_size=SHAPE[:2],
    )
    policy = RestartPolicy(most_failures=1)
    with Supervisor([settings], memory, ear, LIMITS, policy) as supervisor:
        assert supervisor.wait_until_settled(PATIENCE_S) == ("onnx-cpu",), supervisor.statuses()
        yield supervisor.handles["onnx-cpu"]


def put(memory, seed):
    slot = memory.lease()
    rng = np.random.default_rng(seed)
    picture = memory.array(slot, SHAPE)
    picture[:] = rng.integers(0, 256, (1, 1, 3)) + np.arange(180)[:, None, None] // (seed + 1)
    return slot, picture


def heard(ear, number):
    last = ear.wait(lambda n: not isinstance(n, Changed) and n.id == number and is_last(n))
    return [n.event for n in ear.about(number) if isinstance(n, Said)], last


def timeless(events):
    """All that an answer says but how long it took."""
    return [replace(e, stages_ms=StageTimes()) if isinstance(e, Done) else e for e in events]


def test_the_worker_says_what_it_runs(worker):
    ready = worker.status.ready
    assert (ready.name, ready.model) == ("onnx-cpu", "driving-ja")
    assert ready.details["questions"] is True
    assert ready.details["image_tokens"] > 0


@pytest.mark.parametrize(("seed", "speed"), [(0, None), (1, 38.6), (2, 0.0)])
def test_answers_over_the_socket_are_the_engines_own(worker, memory, ear, engine, seed, speed):
    slot, picture = put(memory, seed)
    request = Request(next(IDS), slot, SHAPE, speed)
    assert worker.submit(request)
    events, _ = heard(ear, request.id)
    assert timeless(events) == timeless(engine.answer(picture, speed))
    asked = Request(next(IDS), slot, SHAPE, speed, question="前方に車はいますか。")
    assert worker.submit(asked)
    events, _ = heard(ear, asked.id)
    assert timeless(events) == timeless(engine.ask(asked.question, picture, speed))
    # The picture was in the worker's cache: nothing was encoded for the question.
    assert StageBegun(Stage.ENCODE) not in events
    memory.release(slot)


def test_a_deadline_reaches_the_engine(worker, memory, ear):
    slot, _ = put(memory, 3)
    request = Request(next(IDS), slot, SHAPE, None, time.monotonic_ns())
    assert worker.submit(request)
    events, _ = heard(ear, request.id)
    assert [type(event) for event in events] == [StageBegun, Done]
    memory.release(slot)


def test_a_cancelled_answer_stops_between_two_tokens_and_the_next_is_right(
    worker, memory, ear, engine
):
    slot, picture = put(memory, 4)
    whole = timeless(engine.answer(picture, None))
    cut = 0
    for _ in range(5):
        request = Request(next(IDS), slot, SHAPE)
        assert worker.submit(request)
        ear.wait(lambda n, number=request.id: isinstance(n, Said) and n.id == number)
        worker.cancel(request.id)
        events, last = heard(ear, request.id)
        cut += isinstance(last, Cancelled) and len(events) < len(whole)
    assert cut
    request = Request(next(IDS), slot, SHAPE)
    assert worker.submit(request)
    events, _ = heard(ear, request.id)
    assert timeless(events) == whole
    assert any(isinstance(event, AdviceDecoded) for event in events)
    memory.release(slot)
