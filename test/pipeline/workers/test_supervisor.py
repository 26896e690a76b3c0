"""All workers together: started, ended within a bound, and never left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from support.worker_bench import IDS, LIMITS, PATIENCE_S, SHAPE, SUPPORT, Ear, is_last, scripted

from vlm_driving.pipeline.workers import (
    FrameMemory,
    Request,
    RestartPolicy,
    Said,
    Supervisor,
    WorkerState,
)
from vlm_driving.runtime.events import AdviceDecoded


def test_workers_share_a_frame_and_one_that_fails_does_not_hold_up_the_others(memory):
    ear = Ear()
    workers = [scripted("ill", arguments={"start": "raise"}), scripted("a"), scripted("b")]
    policy = RestartPolicy(first_ms=60_000, longest_ms=60_000)
    with Supervisor(workers, memory, ear, LIMITS, policy) as supervisor:
        assert supervisor.wait_until_settled(PATIENCE_S) == ("a", "b")
        assert [one.name for one in supervisor.statuses()] == ["ill", "a", "b"]
        assert supervisor.statuses()[0].reason == "the device is not there; plug it in"
        slot = memory.lease()
        memory.array(slot, SHAPE)[:] = 51
        request = Request(next(IDS), slot, SHAPE)
        assert not supervisor.handles["ill"].submit(request)
        assert supervisor.handles["a"].submit(request)
        assert supervisor.handles["b"].submit(request)
        memory.release(slot)
        for name in "ab":
            ear.wait(is_last, of=name)
            advised = ear.wait(
                lambda n: isinstance(getattr(n, "event", None), AdviceDecoded), of=name
            )
            assert isinstance(advised, Said) and isinstance(advised.event, AdviceDecoded)
            assert advised.event.advice.confidence == pytest.approx(0.2)
        supervisor.raise_fault()
    assert [one.state for one in supervisor.statuses()] == [WorkerState.STOPPED] * 3
    assert memory.free == memory.slots


def test_closing_takes_no_longer_than_its_bound_for_a_worker_that_hangs(memory):
    ear = Ear()
    with Supervisor([scripted("a"), scripted("b")], memory, ear, LIMITS) as supervisor:
        assert supervisor.wait_until_settled(PATIENCE_S) == ("a", "b")
        slot = memory.lease()
        assert supervisor.handles["a"].submit(Request(next(IDS), slot, SHAPE, question="stop"))
        memory.release(slot)
        pids = [one.pid for one in supervisor.statuses()]
        assert supervisor.close(patience_s=0.1) == ()
    assert not any(os.path.exists(f"/proc/{pid}") for pid in pids)


def test_two_workers_of_one_name_are_refused(memory):
    with pytest.raises(ValueError, match="share a name"):
        Supervisor([scripted("a"), scripted("a")], memory, Ear())


def traces():
    """What a cycle could leave in this process."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8").count("vlm_driving-frames")
    tasks = os.listdir("/proc/self/task")
    children = ""
    for task in tasks:
        with contextlib.suppress(FileNotFoundError):  # a thread of an earlier test ends just now
            children += Path(f"/proc/self/task/{task}/children").read_text(encoding="ascii")
    return len(os.listdir("/proc/self/fd")), threading.active_count(), maps, children


def test_starting_and_stopping_leaves_nothing():
    # Four here, for time's sake; two hundred say more.
    cycles = int(os.environ.get("VLM_DRIVING_WORKER_CYCLES", "4"))
    before = traces()
    for cycle in range(cycles):
        memory = FrameMemory(2, 600)
        with Supervisor([scripted("a", warm_ups=cycle % 2)], memory, Ear(), LIMITS) as supervisor:
            if cycle % 4 != 3:  # every fourth is stopped while it starts
                assert supervisor.wait_until_settled(PATIENCE_S) == ("a",)
            if cycle % 4 == 2:
                supervisor.handles["a"].kill("somebody wished it")
        memory.close()
    assert traces() == before


PARENT = """
import sys, time
from support.worker_bench import Ear, IDS, LIMITS, SHAPE, scripted
from vlm_driving.pipeline.workers import FrameMemory, Request, Supervisor

memory = FrameMemory(4, 600)
supervisor = Supervisor(
    [scripted(n) for n in "abc"] + [scripted("d", arguments={"start": "stop"})],
    memory, Ear(), LIMITS,
)
supervisor.start()
assert supervisor.wait_until_settled(60, "abc") == ("a", "b", "c")
for name, question in (("a", "sleep"), ("b", "stop")):
    slot = memory.lease()
    assert supervisor.handles[name].submit(Request(next(IDS), slot, SHAPE, question=question))
print(*(status.pid for status in supervisor.statuses()), flush=True)
time.sleep(3600)
"""


def test_a_killed_parent_leaves_no_worker_whatever_that_is_doing(repository):
    named = sorted(os.listdir("/dev/shm"))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(repository), SUPPORT))}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env=environment, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        pids = parent.stdout.readline().split()
    assert len(pids) == 4
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    until_s = time.monotonic() + PATIENCE_S
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < until_s, pids
        time.sleep(0.01)
    assert sorted(os.listdir("/dev/shm")) == named


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # dead; whoever is its parent now has not looked yet
