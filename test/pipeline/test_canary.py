"""A thread that feels what the watch would feel. Real threads, and a process that is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from vlm_driving.pipeline.canary import Canary, Counters
from vlm_driving.pipeline.stalls import Beat, StallKind

MS = 1_000_000


class FakeCounters(Counters):
    """Counters that a test turns."""

    def __init__(self, thread_id: int) -> None:
        self.beat = Beat(1000 * MS, 1000 * MS, 0, 0)
        self.closed = False

    def read(self) -> Beat:
        return self.beat

    def close(self) -> None:
        self.closed = True

    def advance(self, passed_ms: int, waited_ms: int = 0) -> None:
        old = self.beat
        self.beat = Beat(
            old.monotonic_ns + passed_ms * MS,
            old.boot_ns + passed_ms * MS,
            (old.waited_ns or 0) + waited_ms * MS,
            0,
        )


@pytest.fixture
def counters():
    return FakeCounters(0)


@pytest.fixture
def canary(counters):
    """Begun, but its own beats see no time pass but what the test turns."""
    one = Canary(period_ms=3_600_000, least_ms=15, open_counters=lambda thread_id: counters)
    one.start()
    one._period_ns = 5 * MS  # it sleeps for an hour, so the test does its beats
    yield one
    one.stop()
    assert counters.closed


def test_late_wakes_are_noted_and_can_be_asked_for_from_an_instant_on(canary, counters):
    for passed_ms, waited_ms in ((5, 0), (105, 100), (6, 0), (45, 0)):
        counters.advance(passed_ms, waited_ms)
        canary.beat()
    spans = [(one.begin_ns // MS, one.end_ns // MS, one.kind.value) for one in canary.stalls()]
    assert spans == [(1010, 1110, "no_cpu"), (1121, 1161, "stood_still")]
    assert len(canary.stalls(since_ns=1110 * MS)) == 1
    assert canary.stalled_ms(1100 * MS, 1131 * MS) == 20
    assert canary.stalled_ms(1100 * MS, 1131 * MS, frozenset({StallKind.NO_CPU})) == 10


def test_a_stall_that_goes_on_is_known_to_whoever_wakes_first(canary, counters):
    counters.advance(105)
    (stall,) = canary.stalls()
    assert (stall.begin_ns, stall.end_ns) == (1005 * MS, 1105 * MS)
    counters.advance(10)
    canary.beat()
    assert [one.ms for one in canary.stalls()] == [110]


def test_a_call_of_ours_that_keeps_the_interpreter_is_felt():
    canary = Canary(period_ms=2, least_ms=30)
    canary.start()
    begin_ns = time.monotonic_ns()
    sum(range(15_000_000))  # one call into C; nobody else gets a turn in it
    end_ns = time.monotonic_ns()
    canary.stop()
    # Its kind depends on who else wanted the CPU, but the process did not simply stand still.
    assert canary.stalled_ms(begin_ns, end_ns) > 0
    kinds = {one.kind for one in canary.stalls(begin_ns)}
    assert kinds & {StallKind.OWN_WORK, StallKind.NO_CPU, StallKind.UNKNOWN}


PROGRAM = """
import json, sys, time
from vlm_driving.pipeline.canary import Canary
canary = Canary()
canary.start()
print("begun", flush=True)
sys.stdin.readline()
time.sleep(0.05)
stalls = [(s.begin_ns, s.end_ns, s.kind.value) for s in canary.stalls()]
print(json.dumps(stalls), flush=True)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="signals and clocks of Linux")
def test_a_process_that_was_stopped_knows_from_when_to_when(repository):
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=repository,
    )
    try:
        assert child.stdin is not None and child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        os.kill(child.pid, signal.SIGSTOP)
        os.waitpid(child.pid, os.WUNTRACED)
        stopped_ns = time.monotonic_ns()
        time.sleep(0.2)
        going_on_ns = time.monotonic_ns()
        os.kill(child.pid, signal.SIGCONT)
        child.stdin.write("\n")
        child.stdin.flush()
        stalls = json.loads(child.stdout.readline())
    finally:
        child.kill()
        child.wait()
    # The same clock in both processes: it knows the stop better than who sent the signal.
    about = [one for one in stalls if one[0] <= stopped_ns + 10 * MS and one[1] >= going_on_ns]
    assert len(about) == 1, stalls
    assert about[0][2] in {"stood_still", "unknown"}


def test_the_counters_of_this_machine_only_rise():
    counters = Counters(threading.get_native_id())
    first, second = counters.read(), counters.read()
    counters.close()
    assert second.monotonic_ns >= first.monotonic_ns
    assert second.cpu_ns >= first.cpu_ns
    if first.waited_ns is not None:
        assert second.waited_ns is not None and second.waited_ns >= first.waited_ns
    assert counters.read().waited_ns is None  # closed: unknown, and no fault


def test_counters_of_a_thread_that_is_not_there_are_unknown():
    assert Counters(2**22 + 1).read().waited_ns is None
