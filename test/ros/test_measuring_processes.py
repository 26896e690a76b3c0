"""Processes of a measurement, and what /proc says of them; all of them real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from vlm_driving.ros.measuring import children
from vlm_driving.ros.measuring.children import Child, ChildFailed
from vlm_driving.ros.measuring.lifecycle import ChildRemote, answers_of
from vlm_driving.ros.measuring.transitions import Change
from vlm_driving.ros.measuring.vitals import Held, Sampler, cpu_seconds, memory_mb
from vlm_driving.soak.vitals import alive

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 20.0
SLEEP = "import time\nprint('ready', flush=True)\ntime.sleep(60)"
WITH_A_CHILD = (
    "import subprocess, sys, time\n"
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],"
    " start_new_session=True)\n"
    "print(p.pid, flush=True)\n"
    "time.sleep(60)"
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(children, "_GONE_S", 0.2)


@pytest.fixture
def start():
    made: list[Child] = []

    def begin(code, *words, on_line=None):
        child = Child("the tester", ["-c", code, *words], on_line)
        made.append(child)
        return child

    yield begin
    for child in made:
        child.end()


def wait_for(condition):
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_a_process_that_dies_is_a_sentence_with_its_last_lines(start):
    child = start("import sys; print('one'); sys.exit('the model is gone')")
    wait_for(lambda: not child.is_running)
    with pytest.raises(ChildFailed) as caught:
        child.look("frames were sent")
    said = str(caught.value)
    assert said.startswith("The tester ended with exit code 1 while frames were sent; its last")
    assert "one" in said and "the model is gone" in said


def test_a_process_that_is_killed_says_by_what(start):
    child = start(SLEEP)
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(ChildFailed, match="was ended by SIGKILL while it slept"):
        child.wait_for(threading.Event(), PATIENCE_S, "it slept")


def test_waiting_has_an_end(start):
    with pytest.raises(ChildFailed, match="took more than 0.2 s, it slept"):
        start(SLEEP).wait_for(threading.Event(), 0.2, "it slept")


def test_an_end_in_order_is_nothing_wrong(start):
    up = threading.Event()
    child = start(
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(0))\n"
        "print('up', flush=True)\n"
        "signal.pause()",
        on_line=lambda line: up.set(),
    )
    child.wait_for(up, PATIENCE_S, "it came up")
    assert child.end() == []
    by_stdin = start("import sys; sys.stdin.read()")
    assert by_stdin.end(by_stdin=True) == []


def test_whoever_outlives_the_process_is_told_of_and_ended(start):
    pids: list[int] = []
    child = start(WITH_A_CHILD, on_line=lambda line: pids.append(int(line)))
    wait_for(lambda: pids)
    child.look("it slept")
    wrong = child.end()
    assert any(f"process {pids[0]} of the tester outlived it" in one for one in wrong)
    wait_for(lambda: not alive(set(pids)))


def test_a_process_ends_with_one_that_is_killed(tmp_path):
    code = (
        "import sys, time\n"
        "from vlm_driving.ros.measuring.children import Child\n"
        f"child = Child('the sleeper', ['-c', {SLEEP!r}], lambda line: print(child.pid,"
        " flush=True))\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    sleeper = int(parent.stdout.readline())
    assert alive({sleeper}) == {sleeper}
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not alive({sleeper}))


def test_cpu_is_that_of_the_process_alone_and_that_of_its_workers_beside_it(start):
    busy = "while True: sum(range(10000))"
    pids: list[int] = []
    child = start(
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen([sys.executable, '-S', '-c', {busy!r}])\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(60)",
        on_line=lambda line: pids.append(int(line)),
    )
    wait_for(lambda: pids)
    sampler = Sampler(child.pid)
    begin_s = time.monotonic()
    sampler.note(begin_s)
    assert sampler.node_share is None
    before = cpu_seconds(pids[0])
    assert before is not None
    wait_for(lambda: (cpu_seconds(pids[0]) or 0.0) > before + 0.2)
    sampler.note(time.monotonic())
    span_s = time.monotonic() - begin_s
    assert sampler.node_share is not None and sampler.node_share < 0.05
    assert sampler.workers_share is not None
    assert 0.15 / span_s < sampler.workers_share <= 1.1
    assert len(sampler.node_mb) == len(sampler.workers_mb) == 2
    assert all(mb > 1 for _, mb in sampler.workers_mb)


def test_what_a_process_holds_is_counted(start):
    pids: list[str] = []
    child = start(
        "import subprocess, sys, threading, time\n"
        "kept = bytearray(40_000_000)\n"
        "files = [open('/dev/null') for _ in range(20)]\n"
        "for _ in range(3): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "p = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
        "print('up', flush=True)\n"
        "time.sleep(60)",
        on_line=pids.append,
    )
    wait_for(lambda: pids)
    held = Held.by(child.pid)
    assert (held.processes, held.threads) == (1, 4)
    assert held.files >= 23
    assert held.memory_mb > 38


def test_a_process_that_has_ended_holds_nothing(start):
    child = start("pass")
    wait_for(lambda: not child.is_running)
    assert (cpu_seconds(child.pid), memory_mb(child.pid)) == (None, None)
    assert Held.by(child.pid) == Held(0, 0, 0, 0.0)


DRIVER = (
    "from vlm_driving.ros.measuring.transitions import READY, serve\n"
    "print(READY, flush=True)\n"
    "serve(lambda name: 'the bundle is missing' if name == 'configure' else '')"
)


def test_transitions_are_made_by_lines_and_a_refused_one_says_why(start):
    ready = threading.Event()
    answers, take = answers_of(ready.set)
    child = start(DRIVER, on_line=take)
    child.wait_for(ready, PATIENCE_S, "it came up")
    remote = ChildRemote(child, answers, child.pid)
    change = remote.change("activate")
    assert (change.name, change.error) == ("activate", "")
    assert change.ended_ns >= change.begun_ns
    with pytest.raises(ChildFailed, match="could not configure: the bundle is missing"):
        remote.change("configure")
    child.end(by_stdin=True)
    with pytest.raises(ChildFailed, match="while it was to cleanup"):
        remote.change("cleanup")


def test_a_change_takes_what_it_took():
    assert Change("activate", 1_000_000, 4_500_000).took_ms == 3.5
