"""What a soak reads about processes: growth of memory, and what is left behind."""

from __future__ import annotations

import os
import subprocess
import sys

from vlm_driving.soak import vitals
from vlm_driving.soak.vitals import Growth, Traces, left_behind, take_traces


def test_growth_counts_from_when_a_process_was_warm(monkeypatch):
    used = {1: 50.0, 2: 80.0}
    monkeypatch.setattr(vitals, "anonymous_mb", lambda pid: used.get(pid))
    growth = Growth()
    for second in range(31):
        used[1] = 50.0 if second < 5 else 100.0 + second / 10
        growth.note("worker", 1, float(second))
        growth.note("gone", 3, float(second))
    assert growth.worst() == {"worker": 2.5}


def test_each_process_of_a_worker_is_measured_by_itself(monkeypatch):
    used = {1: 50.0, 2: 80.0}
    monkeypatch.setattr(vitals, "anonymous_mb", lambda pid: used[pid])
    growth = Growth()
    for second in range(40):
        growth.note("worker", 1 if second < 20 else 2, float(second))
    assert growth.worst() == {"worker": 0.0}


def test_too_short_a_time_says_nothing(monkeypatch):
    monkeypatch.setattr(vitals, "anonymous_mb", lambda pid: 50.0)
    growth = Growth()
    for second in range(10):
        growth.note("worker", 1, float(second))
    assert growth.worst() == {}


def test_what_came_and_did_not_go_is_named():
    before = Traces({1: "a"}, {3: "socket:[1]"}, frozenset({"x"}), frozenset())
    after = Traces({1: "a", 9: "b"}, {3: "pipe:[2]"}, frozenset({"x", "y"}), frozenset({"z"}))
    assert left_behind(before, before) == []
    assert left_behind(before, after) == [
        "process 9 (b)",
        "open file 3 (pipe:[2])",
        "/dev/shm/y",
        "temporary z",
    ]


def test_a_child_and_its_pipe_are_traces_until_they_are_gone():
    before = take_traces()
    words = [sys.executable, "-c", "input()"]
    child = subprocess.Popen(words, stdin=subprocess.PIPE)
    during = left_behind(before, take_traces())
    assert any(f"process {child.pid}" in one for one in during)
    assert any("pipe" in one for one in during)
    assert child.pid in vitals.descendants(os.getpid())
    child.communicate(b"\n")
    assert left_behind(before, take_traces()) == []
    assert vitals.alive({child.pid}) == set()


def test_the_memory_of_a_process_is_known_while_it_lives():
    mine = vitals.anonymous_mb(os.getpid())
    assert mine is not None and 1.0 < mine < 100_000.0
    assert vitals.anonymous_mb(2**22 + 1) is None
