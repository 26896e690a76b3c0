"""When a worker is given up, and when it is started again: on a clock that the test turns."""

from __future__ import annotations

import pytest

from vlm_driving.pipeline.workers import (
    Changed,
    Failed,
    FrameSlot,
    Limits,
    Ready,
    Request,
    RestartPolicy,
    WorkerState,
)
from vlm_driving.pipeline.workers.fields import ProtocolFault
from vlm_driving.pipeline.workers.life import LastWords, Life
from vlm_driving.pipeline.workers.messages import Heartbeat, WarmUp
from vlm_driving.pipeline.workers.restart import Restart, after_failure

MS = 1_000_000
TICK = 50 * MS
LIMITS = Limits(start_s=10, silence_ms=1000, grace_ms=300, longest_s=5)
READY = Ready("onnx-cpu", "driving-ja")


def life_ready(now_ns=0):
    life = Life("onnx-cpu", LIMITS, 0)
    life.take(READY, now_ns)
    return life


def judge_until(life, until_ms, beats=True):
    """The first complaint and when, looking every tick."""
    for at_ms in range(50, until_ms + 1, 50):
        if beats:
            life.take(Heartbeat(at_ms * MS), at_ms * MS)
        if (why := life.judge(at_ms * MS, TICK)) is not None:
            return at_ms, why
    return None


def request(deadline_ns=None, id=1):
    return Request(id, FrameSlot(0, 1), (1, 1, 3), deadline_ns=deadline_ns)


def test_states_follow_what_the_worker_says():
    life = Life("onnx-cpu", LIMITS, 0)
    assert life.state is WorkerState.STARTING
    assert life.take(WarmUp(0, 2), 5) == (Changed(WorkerState.WARMING), None)
    assert life.take(WarmUp(1, 2), 6) == (None, None)
    assert life.take(READY, 7) == (Changed(WorkerState.READY), None)
    assert (life.since_ns, life.ready_ns) == (7, 7)
    asked = request()
    life.begin(asked, 8)
    assert (life.state.value, life.busy_since_ns, life.request) == ("busy", 8, asked)
    assert life.take(Failed(1, "no"), 9) == (Failed(1, "no"), asked)
    assert (life.state.value, life.busy_since_ns, life.request) == ("ready", None, None)


@pytest.mark.parametrize("message", [READY, WarmUp(1, 2), Failed(1, "no")])
def test_a_ready_worker_says_nothing_unasked(message):
    with pytest.raises(ProtocolFault):
        life_ready().take(message, 1)


def test_a_backend_that_is_not_the_one_that_was_wanted_is_not_taken():
    with pytest.raises(LastWords, match="its backend is 'fpga-sim', not fpga"):
        Life("fpga", LIMITS, 0).take(Ready("fpga-sim", "driving-ja"), 1)


def test_a_worker_that_starts_slowly_has_its_time_and_no_more():
    life = Life("onnx-cpu", LIMITS, 0)
    assert judge_until(life, 20_000, beats=False) == (
        10_050,
        "it was not ready 10 s after its start",
    )


def test_silence_counts_once_the_worker_is_ready():
    assert judge_until(life_ready(), 60_000) is None
    silent = judge_until(life_ready(), 60_000, beats=False)
    assert silent == (1050, "nothing was heard of it for 1000 ms")


@pytest.mark.parametrize(
    ("deadline_ms", "cancel_ms", "at_ms"),
    [(200, None, 550), (200, 100, 450), (None, None, 5350), (None, 100, 450), (-500, None, 350)],
)
def test_a_request_has_a_grace_after_its_deadline_or_its_cancelling(deadline_ms, cancel_ms, at_ms):
    life = life_ready()
    life.begin(request(None if deadline_ms is None else deadline_ms * MS), 0)
    if cancel_ms is not None:
        life.cancel(cancel_ms * MS)
    assert judge_until(life, 20_000) == (
        at_ms,
        "it had not ended a request 300 ms after its time was up",
    )


def test_an_ended_request_is_not_waited_for():
    life = life_ready()
    life.begin(request(0), 0)
    life.take(Failed(1, "no"), 1)
    assert judge_until(life, 20_000) is None


def test_a_machine_that_stood_still_is_not_the_workers_fault():
    life = life_ready()
    life.begin(request(200 * MS), 0)
    assert judge_until(life, 150) is None
    life.judge(30_000 * MS, TICK)  # half a minute later
    assert life.judge(30_050 * MS, TICK) is None
    assert life.judge(30_300 * MS, TICK) is None  # 200 of which nobody looked
    found = [life.judge(30_300 * MS + at * TICK, TICK) for at in range(1, 10)]
    assert [why is None for why in found] == [True] * 4 + [False] * 5


def test_waits_double_up_to_the_cap_and_start_afresh_after_a_healthy_while():
    policy = RestartPolicy(first_ms=100, longest_ms=1000, healthy_ms=5000)
    waits, failures = [], 0
    for ready_ms in (None, 10.0, None, None, None, 5000.0, None):
        restart = after_failure(policy, failures, ready_ms)
        failures = restart.failures
        waits.append(restart.wait_ms)
    assert waits == [100, 200, 400, 800, 1000, 100, 200]
    assert after_failure(policy, 10**6, None).wait_ms == 1000


def test_where_somebody_has_to_do_something_first_a_start_at_once_is_of_no_use():
    policy = RestartPolicy(first_ms=100, longest_ms=1000)
    assert after_failure(policy, 0, None, lasting=True) == Restart(1, 1000)


def test_a_policy_may_give_up():
    policy = RestartPolicy(most_failures=2)
    assert after_failure(policy, 0, None).wait_ms is not None
    assert after_failure(policy, 1, 9999.0) == Restart(2, None)
    assert after_failure(policy, 1, 10_000.0).wait_ms is not None


@pytest.mark.parametrize(
    "values",
    [
        {"first_ms": -1},
        {"first_ms": 2, "longest_ms": 1},
        {"longest_ms": float("inf")},
        {"most_failures": 0},
        {"healthy_ms": float("nan")},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(values):
    with pytest.raises(ValueError):
        RestartPolicy(**values)


def test_limits_are_positive():
    with pytest.raises(ValueError):
        Limits(grace_ms=0)
