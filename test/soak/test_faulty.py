"""What an armed fault does to the real engine on the shipped bundle."""

from __future__ import annotations

import itertools
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vlm_driving.core import Deadline, UserError
from vlm_driving.pipeline.breaker import Ending
from vlm_driving.pipeline.endings import ending_of
from vlm_driving.pipeline.workers.serving import describe
from vlm_driving.runtime.events import AdviceDecoded, Done, Event, Finish, Sentence
from vlm_driving.soak.control import ControlFile
from vlm_driving.soak.faulty import FaultyEngine, open_faulty
from vlm_driving.soak.kinds import Fault

PICTURE = np.random.default_rng(1).integers(0, 255, (72, 128, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def opened(repository: Path) -> Iterator[tuple[FaultyEngine, ControlFile]]:
    control = ControlFile()
    bundle = repository / "models" / "driving-ja"
    before = getattr(sys, "tracebacklimit", 1000)
    yield open_faulty(str(bundle), "onnx-cpu-2", control.path, threads=1), control
    sys.tracebacklimit = before
    control.close()


def answer(opened: tuple[FaultyEngine, ControlFile], armed: Fault | None, variant: int = 0):
    engine, control = opened
    if armed is not None:
        control.block.arm(armed, 1, variant)
    deadline = Deadline(time.monotonic_ns() + 10**10)
    yield from engine.answer(PICTURE, 30.0, deadline, time.monotonic_ns)


def sentences(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Sentence)]


def test_it_goes_by_the_name_that_it_is_given(opened):
    assert opened[0].name == "onnx-cpu-2" and opened[0].model == "driving-ja"


def test_without_a_fault_and_for_warm_up_frames_the_answer_is_the_engines_own(opened):
    engine, control = opened
    real = [e for e in engine.engine.answer(PICTURE, 30.0) if isinstance(e, AdviceDecoded)]
    assert [e for e in answer(opened, None) if isinstance(e, AdviceDecoded)] == real
    control.block.arm(Fault.RAISES, 1, 0)
    assert any(isinstance(e, Done) for e in engine.answer(PICTURE, 30.0, None, time.monotonic_ns))
    assert control.block.disarm() == 0


def test_a_slow_answer_is_the_same_and_takes_ten_times_as_long(opened):
    begun = time.monotonic()
    real = sentences(list(answer(opened, None)))
    took = time.monotonic() - begun
    assert sentences(list(answer(opened, Fault.SLOW))) == real
    assert time.monotonic() - begun - took > 4 * took


@pytest.mark.parametrize("variant", range(3))
def test_it_raises_before_in_or_behind_its_answer(opened, variant: int):
    seen: list[Event] = []
    with pytest.raises(RuntimeError):
        seen.extend(answer(opened, Fault.RAISES, variant))


@pytest.mark.parametrize("variant", range(3))
def test_garbage_is_no_text_or_no_event(opened, variant: int):
    events = list(answer(opened, Fault.GARBAGE, variant))
    if variant == 2:
        assert bytes in {type(event) for event in events}
        return
    for text in sentences(events):
        assert not text.isprintable()
    assert sentences(events)


@pytest.mark.parametrize("variant", range(2))
def test_an_empty_answer_is_called_complete(opened, variant: int):
    events = list(answer(opened, Fault.EMPTY, variant))
    assert "".join(sentences(events)) == ""
    assert isinstance(events[-1], Done) and events[-1].finish is Finish.COMPLETE


def test_an_endless_answer_goes_on_until_it_is_left(opened):
    events = answer(opened, Fault.ENDLESS)
    last = list(itertools.islice(events, 40))[-20:]
    assert all(isinstance(event, Sentence) for event in last)
    events.close()


def test_a_wrong_shape_is_refused_by_onnxruntime_itself(opened):
    with pytest.raises(Exception, match="INVALID_ARGUMENT"):
        list(answer(opened, Fault.SHAPES))


def test_memory_is_refused_by_the_system_and_given_back(opened):
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(MemoryError):
        list(answer(opened, Fault.MEMORY))
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_a_provider_that_disappears_is_taken_for_that(opened):
    with pytest.raises(ValueError, match="not in available provider names") as fault:
        list(answer(opened, Fault.PROVIDER))
    assert ending_of(describe(fault.value), alive=True) is Ending.PROVIDERS


def test_a_worker_that_may_not_start_says_so(opened, repository: Path):
    control = opened[1]
    control.block.arm(Fault.NO_START, 0, 0)
    with pytest.raises(UserError, match="in use"):
        open_faulty(str(repository / "models" / "driving-ja"), "onnx-cpu", control.path)
    assert control.block.disarm() == 1
