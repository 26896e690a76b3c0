"""One worker from the parent's side, with real processes: well, ill, and back again."""

from __future__ import annotations

import os
import random
import signal
import threading
import time

import pytest
from support.worker_bench import IDS, SHAPE, is_last

from vlm_driving.pipeline.workers import (
    Cancelled,
    Changed,
    Failed,
    Limits,
    Request,
    RestartPolicy,
    Said,
    WorkerState,
)
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish, Sentence, StageBegun

NONSENSE = "the backend's answer is nonsense: "


def events(news):
    return [one.event for one in news if isinstance(one, Said)]


def test_a_frame_is_answered_event_by_event(bench):
    begun_ns = time.monotonic_ns()
    news = bench.ask(None, value=255)
    assert [type(event) for event in events(news)] == [StageBegun, AdviceDecoded, Sentence, Done]
    assert events(news)[1].advice.confidence == 1.0
    assert events(news)[2].text == "時速30.0キロを保ちます。"
    times = [one.at_ns for one in news]
    assert times == sorted(times)
    assert begun_ns < times[0] <= times[-1] < time.monotonic_ns()
    assert bench.state is WorkerState.READY


def test_a_question_about_the_frame_in_the_slot_is_about_the_same_array(bench):
    slot = bench.frame(7)
    bench.hear(bench.submit(None, slot))
    about_same = bench.hear(bench.submit("same", slot))
    bench.memory.release(slot)
    about_other = bench.ask("same", value=8)  # in the same slot, as that is free again
    assert events(about_same)[0].text == "True 7"
    assert events(about_other)[0].text == "False 8"


def test_a_worker_cannot_write_into_a_frame(bench):
    [failed] = bench.ask("write")
    assert isinstance(failed, Failed)
    assert "read-only" in failed.reason
    assert bench.state is WorkerState.READY


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("raise", "the device is not there; plug it in"),
        ("fault", "ZeroDivisionError: by nought"),
        ("memory", "MemoryError"),
        ("no event", "ValueError: str is no event"),
        ("no end", "the backend stopped in the middle of its answer"),
        ("endless", NONSENSE + "an answer has more than 20000 characters"),
        ("again", NONSENSE + "a sentence is said a second time"),
        ("long", NONSENSE + "text of a message is not a text of at most 2000 characters"),
        ("huge", NONSENSE + "a message is longer than 65536 bytes"),
        ("chatter", NONSENSE + "an answer has more than 512 events"),
    ],
)
def test_a_backend_that_raises_fails_the_request_and_the_worker_goes_on(bench, question, reason):
    starts = bench.worker.status.starts
    failed = bench.ask(question)[-1]
    assert failed == Failed(failed.id, reason, refused=question == "raise")
    assert bench.state is WorkerState.READY
    assert bench.worker.status.starts == starts


@pytest.mark.parametrize("question", ["patient", "deaf"])
def test_a_cancelled_request_ends_between_two_steps(bench, question):
    slot = bench.frame()
    number = bench.submit(question, slot, wait_ms=15_000)
    bench.memory.release(slot)
    bench.ear.wait(lambda n: isinstance(n, Said) and n.id == number)
    bench.worker.cancel(number - 1)  # nothing, it is over
    assert bench.state is WorkerState.BUSY
    assert bench.memory.free == bench.memory.slots - 1  # the worker may still look at it
    bench.worker.cancel(number)
    assert isinstance(bench.hear(number)[-1], Cancelled)
    bench.until(WorkerState.READY)
    assert bench.memory.free == bench.memory.slots


def test_a_request_ends_itself_at_its_deadline(bench):
    assert events(bench.ask("patient", wait_ms=30))[-1].finish is Finish.NO_ADVICE


def test_a_busy_worker_takes_nothing(bench):
    slot = bench.frame()
    number = bench.submit("patient", slot)
    other = Request(next(IDS), slot, SHAPE, None, None)
    assert not bench.worker.submit(other)
    bench.worker.cancel(number)
    bench.hear(number)
    assert bench.worker.submit(other)
    bench.hear(other.id)
    bench.memory.release(slot)


def test_a_request_that_makes_no_sense_is_refused_on_the_spot(bench):
    slot = bench.frame()
    number = bench.submit(None, slot)
    bench.hear(number)
    for request in (
        Request(number, slot, SHAPE),
        Request(next(IDS), slot, (80, 120, 3)),
        Request(next(IDS), slot, SHAPE, float("nan")),
        Request(next(IDS), slot, SHAPE, question="あ" * 5000),
    ):
        with pytest.raises(ValueError):
            bench.worker.submit(request)
    bench.memory.release(slot)
    with pytest.raises(ValueError, match="not leased"):
        bench.worker.submit(Request(next(IDS), slot, SHAPE))
    assert bench.memory.free == bench.memory.slots


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("stop", "it had not ended a request 1000 ms after its time was up"),
        ("sleep", "it had not ended a request 1000 ms after its time was up"),
        ("exit", "it exited with status 0"),
        ("fork", "it exited with status 7"),
        ("crash", "it was ended by SIGSEGV"),
        ("killed", "it was ended by SIGKILL"),
        ("empty", "it closed its connection"),
        ("garbage", "it sent nonsense: b'\\xff\\x00{{{' is no JSON"),
        ("stranger", "it sent nonsense: request 999999 was answered while"),
        ("flood", "it sent nonsense: heartbeats come without a pause"),
    ],
)
def test_a_worker_that_breaks_fails_its_request_and_comes_back(bench, question, reason):
    since = len(bench.ear.news)
    last = bench.ask(question, wait_ms=50)[-1]
    assert isinstance(last, Failed)
    assert last.reason.startswith(reason)
    bench.ear.wait(lambda n: n == Changed(WorkerState.READY), since)
    assert bench.worker.status.reason == last.reason
    assert bench.memory.free == bench.memory.slots
    assert bench.ear.states[-5:] == ["broken", "waiting", "starting", "warming", "ready"]
    assert [type(event) for event in events(bench.ask(None))][-1] is Done


def test_an_idle_worker_that_stands_still_is_found_by_its_silence(open_bench):
    bench = open_bench(limits=Limits(silence_ms=500), policy=RestartPolicy(most_failures=1))
    bench.until(WorkerState.READY)
    os.kill(bench.worker.status.pid, signal.SIGSTOP)
    bench.until(WorkerState.STOPPED)
    assert bench.worker.status.reason == "nothing was heard of it for 500 ms"
    assert bench.ear.states[-2:] == ["broken", "stopped"]


def test_a_frame_is_not_free_before_the_worker_that_reads_it_is_gone(open_bench):
    bench = open_bench()
    slot = bench.frame()
    number = bench.submit("sleep", slot)
    bench.memory.release(slot)
    free_when_told = []

    def listen(name, news):
        if isinstance(news, Failed):
            free_when_told.append(bench.memory.free)
        bench.ear(name, news)

    bench.worker._on_event = listen
    bench.worker.kill("somebody wished it")
    assert bench.hear(number) == [Failed(number, "somebody wished it")]
    bench.ear.wait(lambda n: isinstance(n, Changed) and n.state is WorkerState.WAITING)
    assert free_when_told == [bench.memory.slots - 1]
    assert bench.memory.free == bench.memory.slots


def test_stopping_lets_the_request_in_work_end(open_bench):
    bench = open_bench()
    slot = bench.frame()
    number = bench.submit("patient", slot, wait_ms=300)
    bench.worker.stop(patience_s=30)
    assert bench.state is WorkerState.DRAINING
    assert not bench.worker.submit(Request(next(IDS), slot, SHAPE))
    assert isinstance(events(bench.hear(number))[-1], Done)
    bench.memory.release(slot)
    assert bench.worker.join(30)
    assert bench.ear.news[-1][1] == Changed(WorkerState.STOPPED)
    assert bench.worker.status.pid is None


def test_stopping_does_not_wait_for_a_hung_worker(open_bench):
    bench = open_bench()
    slot = bench.frame()
    number = bench.submit("stop", slot)
    bench.memory.release(slot)
    bench.worker.stop(patience_s=0.05)
    assert bench.worker.join(30)
    assert bench.hear(number) == [Failed(number, "it was stopped in the middle of a request")]
    assert bench.memory.free == bench.memory.slots


def test_every_request_that_was_taken_ends_exactly_once_whoever_cancels_and_kills(open_bench):
    bench = open_bench()
    rng = random.Random(3)
    taken: list[int] = []
    stop = threading.Event()

    def disturb():
        while not stop.wait(rng.random() * 0.01):
            if taken:
                bench.worker.cancel(taken[-1])
            if rng.random() < 0.02:
                bench.worker.kill("somebody wished it")

    disturber = threading.Thread(target=disturb)
    disturber.start()
    for _ in range(150):
        slot = bench.frame()
        question = rng.choice((None, "patient", "chatter", "same"))
        request = Request(next(IDS), slot, SHAPE, question=question)
        bench.until(WorkerState.READY)
        if bench.worker.submit(request):
            taken.append(request.id)
        bench.memory.release(slot)
    stop.set()
    disturber.join()
    bench.until(WorkerState.READY)
    lasts = [n.id for _, n in bench.ear.news if is_last(n)]
    assert lasts == taken
    assert len(taken) > 100
    assert bench.worker.status.starts > 1
    assert bench.memory.free == bench.memory.slots


def test_what_the_listener_raises_ends_the_worker_and_is_kept(open_bench):
    bench = open_bench()
    bench.until(WorkerState.READY)
    pid = bench.worker.status.pid

    def raises(name, news):
        raise KeyError("ours")

    bench.worker._on_event = raises
    slot = bench.frame()
    bench.submit(None, slot)
    bench.memory.release(slot)
    assert bench.worker.join(30)
    assert isinstance(bench.worker.fault, KeyError)
    assert bench.state is WorkerState.STOPPED
    assert not os.path.exists(f"/proc/{pid}")
    assert bench.memory.free == bench.memory.slots
