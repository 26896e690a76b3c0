"""The workers of a ladder are up before the first frame, and nothing of them is left afterwards."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time

import pytest
from support.ladder_bench import LIMITS, MS, LadderBench
from support.worker_bench import PATIENCE_S, SHAPE, SUPPORT, scripted

from vlm_driving.core import UserError
from vlm_driving.pipeline import PoolOptions, WorkerPool
from vlm_driving.pipeline.workers.messages import Failed, Request
from vlm_driving.pipeline.workers.restart import RestartPolicy
from vlm_driving.pipeline.workers.states import Changed, WorkerState

SLOW_AGAIN = RestartPolicy(first_ms=60_000, longest_ms=60_000)


def open_pool(*workers, **changes):
    options = {"limits": LIMITS, "restarts": SLOW_AGAIN, "most_pixels": 64 * 64, **changes}
    return WorkerPool(PoolOptions(workers, **options))


def children():
    """Processes of this one, with those that nobody has reaped."""
    found = set()
    for task in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{task}/children", encoding="ascii") as file:
            found.update(file.read().split())
    return found


def files():
    return {number: os.readlink(f"/proc/self/fd/{number}") for number in map(str, fds())}


def fds():
    """Open files, without the one that lists them."""
    listed = os.listdir("/proc/self/fd")
    return [number for number in listed if os.path.lexists(f"/proc/self/fd/{number}")]


def maps():
    with open("/proc/self/maps", encoding="utf-8") as file:
        return [line for line in file if "vlm_driving-frames" in line]


def is_gone(pid):
    """Whether a process has ended; somebody else's child may still wait to be reaped."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def group_is_gone(pid):
    """Whether a worker has ended with all that it has forked."""
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return True
    return False


def until(wanted, what):
    end_s = time.monotonic() + PATIENCE_S
    while not wanted():
        assert time.monotonic() < end_s, what
        time.sleep(0.01)


def test_a_pool_is_up_when_each_worker_is_ready_or_has_failed_once():
    with open_pool(scripted("a"), scripted("b", arguments={"start": "raise"})) as pool:
        assert pool.start(PATIENCE_S) == ("a",)
        a, b = (status.state for status in pool.statuses())
        assert a is WorkerState.READY
        assert b in (WorkerState.BROKEN, WorkerState.WAITING)
        assert [status.name for status in pool.statuses()] == ["a", "b"]
        assert pool.handles["a"].status.ready.model == "script"


def test_a_pool_without_a_usable_backend_says_what_each_one_said():
    broken = [
        scripted(name, arguments={"start": how}) for name, how in (("a", "raise"), ("b", "exit"))
    ]
    with open_pool(*broken) as pool, pytest.raises(UserError) as raised:
        pool.start(PATIENCE_S)
    assert str(raised.value) == (
        "No backend can be used (a: the device is not there; plug it in; "
        "b: it exited with status 0)."
    )


def test_a_pool_does_not_wait_for_ever():
    says = r"No backend can be used \(a: starting\)"
    sleeps = scripted("a", arguments={"start": "sleep"})
    with open_pool(sleeps) as pool, pytest.raises(UserError, match=says):
        pool.start(0.3)


def test_workers_are_told_apart_by_their_names():
    with pytest.raises(ValueError, match="share a name"):
        open_pool(scripted("a"), scripted("a"))


def test_news_go_to_whoever_listens_now():
    with open_pool(scripted("a")) as pool:
        heard = []
        pool.listen(lambda name, news: heard.append((name, news)))
        pool.start(PATIENCE_S)
        assert ("a", Changed(WorkerState.READY)) in heard
        pool.listen(None)
        pool.handles["a"].kill("somebody wished it")
        until(lambda: pool.statuses()[0].state is WorkerState.WAITING, "it is gone")
        assert heard[-1] == ("a", Changed(WorkerState.READY))
        pool.raise_fault()


def test_what_a_listener_raises_is_raised_where_somebody_hears_it():
    def listen(name, news):
        if news == Changed(WorkerState.BROKEN, "somebody wished it"):
            raise KeyError("ours")

    with open_pool(scripted("a")) as pool:
        pool.start(PATIENCE_S)
        pool.listen(listen)
        pool.handles["a"].kill("somebody wished it")
        until(lambda: pool.handles["a"].fault, "it has raised")
        with pytest.raises(KeyError, match="ours"):
            pool.raise_fault()


@pytest.mark.parametrize("how", ["idle", "stop", "sleep", "fork"])
def test_nothing_is_left_of_a_pool_that_was_closed(how):
    """Workers that idle, stand still, sleep in a driver, or have children of their own."""
    with open_pool(scripted("warm the imports")) as pool:
        pool.start(PATIENCE_S)
    gc.collect()
    before = children(), files(), len(maps())
    pool = open_pool(scripted("a"), scripted("b"))
    heard = []
    pool.listen(lambda name, news: heard.append(news))
    pool.start(PATIENCE_S)
    pids = [status.pid for status in pool.statuses()]
    assert children() > before[0] and len(maps()) > before[2]
    if how != "idle":
        slot = pool.memory.lease()
        assert slot is not None
        request = Request(
            1, slot, SHAPE, deadline_ns=time.monotonic_ns() + 60_000 * MS, question=how
        )
        assert pool.handles["a"].submit(request)
    begun = time.monotonic()
    assert pool.close(0.1) == ()
    assert time.monotonic() - begun < 3
    # What others have left open may be closed meanwhile; nothing is new.
    assert children() <= before[0]
    assert files().items() <= before[1].items()
    assert len(maps()) <= before[2]
    assert all(not os.path.exists(f"/proc/{pid}") for pid in pids)
    until(lambda: all(map(group_is_gone, pids)), "what they have forked is gone")
    assert how == "idle" or any(isinstance(news, Failed) for news in heard)
    pool.close()  # once more is nothing


@pytest.mark.parametrize("how", ["well", "hung"])
def test_a_parent_that_is_killed_leaves_no_process(tmp_path, how):
    parent = subprocess.Popen(
        [sys.executable, "-m", "support.orphan_maker", str(tmp_path), how],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (SUPPORT, *sys.path)))},
    )
    assert parent.stdout is not None
    try:
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2 and not any(map(is_gone, pids))
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
    until(lambda: all(map(is_gone, pids)), f"{pids} are still there")


def test_many_pools_in_a_row_leave_no_memory(tmp_path):
    def used():
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    sizes = []
    for _ in range(5):
        bench = LadderBench(tmp_path, names=("first",))
        with bench.pool:
            bench.start()
            for _ in range(20):
                bench.frame()
            bench.pipeline.close()
        sizes.append(used())
    assert sizes[-1] - sizes[0] < 4_000_000
