"""Workers that will not start, or only just: each has a reason, and another chance."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
from support.worker_bench import scripted

from vlm_driving.pipeline.workers import Limits, RestartPolicy, WorkerSettings, WorkerState
from vlm_driving.pipeline.workers.launch import WorkerProcess
from vlm_driving.pipeline.workers.messages import WARM_MS

ONCE = RestartPolicy(most_failures=1)


def test_a_ready_worker_says_what_it_is_and_how_it_lives(open_bench):
    bench = open_bench(threads=3, nice=1, cpus=(0,))
    bench.until(WorkerState.READY)
    ready = bench.worker.status.ready
    assert (ready.name, ready.model) == ("scripted", "script")
    details = dict(ready.details)
    assert details.pop("nice") >= 1
    assert details.pop(WARM_MS) > 0
    assert details == {"threads": 3, "omp": "3", "cpus": 1}
    assert bench.ear.states == ["starting", "warming", "ready"]
    with open(f"/proc/{bench.worker.status.pid}/comm", encoding="utf-8") as comm:
        assert comm.read() == "vlm-scripted\n"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"arguments": {"start": "raise"}}, "the device is not there; plug it in"),
        ({"arguments": {"start": "killed"}}, "it was ended by SIGKILL"),
        ({"arguments": {"start": "garbage"}}, "it sent nonsense: "),
        ({"arguments": {"warm": "fault"}}, "ZeroDivisionError: by nought"),
        ({"arguments": {"warm": "crash"}}, "it was ended by SIGSEGV"),
        ({"arguments": {"start": "sleep"}}, "it was not ready 1 s after its start"),
        ({"arguments": {"warm": "stop"}}, "it was not ready 1 s after its start"),
        ({"arguments": {"name": "other"}}, "its backend is 'other', not scripted"),
        ({"arguments": {"unknown": 1}}, "TypeError: open_scripted() got an unexpected"),
        ({"factory": "support.scripted_backend:nothing"}, "the backend's factory support."),
        ({"factory": "no_such_module:open"}, "the backend's factory no_such_module:open cannot"),
        ({"cpus": (100_000,)}, "worker scripted cannot be bound to processors 100000; name"),
    ],
)
def test_a_worker_that_does_not_start_says_why(open_bench, changes, reason):
    slow = "not ready" in reason
    bench = open_bench(policy=ONCE, limits=Limits(start_s=1 if slow else 50), **changes)
    bench.until(WorkerState.STOPPED)
    assert bench.worker.status.reason.startswith(reason)
    assert bench.worker.join(30)
    assert bench.ear.states[-2:] == ["broken", "stopped"]
    assert bench.worker.status.pid is None


def test_a_program_that_cannot_be_run_is_a_reason_like_any_other(open_bench, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    bench = open_bench(policy=ONCE)
    bench.until(WorkerState.STOPPED)
    assert bench.worker.status.reason == "it cannot be started (No such file or directory)"


def test_a_worker_that_does_not_start_is_tried_again_with_pauses_that_grow(open_bench):
    policy = RestartPolicy(first_ms=1, longest_ms=100_000, most_failures=3)
    bench = open_bench(policy=policy, arguments={"start": "fault"})
    bench.until(WorkerState.STOPPED)
    assert bench.ear.states == ["starting", "broken", "waiting"] * 2 + [
        "starting",
        "broken",
        "stopped",
    ]
    assert (bench.worker.status.starts, bench.worker.status.failures) == (3, 3)


def test_a_worker_that_lacks_something_is_not_tried_again_at_once(open_bench):
    policy = RestartPolicy(first_ms=1, longest_ms=100_000)
    bench = open_bench(policy=policy, arguments={"start": "raise"})
    bench.until(WorkerState.WAITING)
    status = bench.worker.status
    assert status.reason == "the device is not there; plug it in"
    assert status.restart_at_ns is not None
    assert status.restart_at_ns - status.since_ns == 100_000 * 1_000_000


def test_a_waiting_worker_can_be_stopped_at_once(open_bench, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    bench = open_bench(policy=RestartPolicy(first_ms=3_600_000, longest_ms=3_600_000))
    bench.until(WorkerState.WAITING)
    assert bench.worker.status.restart_at_ns > time.monotonic_ns()
    bench.worker.stop()
    assert bench.worker.join(30)
    assert bench.worker.status.state is WorkerState.STOPPED


def test_a_worker_that_is_starting_can_be_stopped_at_once(open_bench):
    bench = open_bench(arguments={"start": "sleep"})
    bench.until(WorkerState.STARTING)
    bench.worker.stop(patience_s=30)
    assert bench.worker.join(20)
    assert bench.ear.states == ["starting", "stopped"]


def test_a_socket_that_takes_no_more_is_noticed_without_waiting(memory):
    process = WorkerProcess(scripted(arguments={"start": "stop"}), memory, memory.claim_word())
    try:
        sent = 0
        while process.send(b"x" * 10_000):
            sent += 1
            assert sent < 10_000
    finally:
        process.bury()
    with pytest.raises(OSError):
        process.send(b"x")


def test_a_worker_loads_nothing_heavy_but_its_backend(repository):
    program = (
        "import json, sys, vlm_driving.pipeline.workers.main; print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, cwd=repository
    )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert loaded.isdisjoint({"onnxruntime", "cv2", "torch", "rclpy", "tokenizers"})
    assert "vlm_driving.backends" not in json.loads(done.stdout)


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"factory": "module"},
        {"factory": ":function"},
        {"threads": -1},
        {"cpus": (-1,)},
        {"warm_ups": -1},
        {"warm_up_size": (0, 10)},
        {"beat_ms": 0},
        {"arguments": {"a": float("nan")}},
    ],
)
def test_settings_that_make_no_sense_are_refused(values):
    with pytest.raises(ValueError):
        WorkerSettings(**{"name": "a", "factory": "b:c", **values})


def test_settings_arrive_as_they_were_sent():
    settings = WorkerSettings("a", "b:c", {"x": [1]}, 2, (0, 1), 3, 4, (5, 6), 70.0)
    assert WorkerSettings.from_json(settings.to_json()) == settings
