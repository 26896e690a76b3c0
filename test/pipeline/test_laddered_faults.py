"""Whatever befalls the preferred backend, the next one answers and says so, until it is back."""

from __future__ import annotations

import os
import signal

import pytest

from vlm_driving.core import Outcome
from vlm_driving.pipeline.workers.states import WorkerState


def assert_answered(report, backend, fallback_from=()):
    assert (report.outcome, report.backend) == (Outcome.OK, backend), report
    assert report.fallback_from == fallback_from
    assert report.model == "script"
    assert report.advice is not None
    assert report.advice.confidence == pytest.approx(report.sequence % 250 / 255)
    assert report.latency_ms is not None and report.latency_ms < report.budget_ms


def test_a_healthy_ladder_answers_with_its_first_backend_and_has_nothing_to_explain(bench):
    bench.until_well()
    report = bench.frame(ego_speed_kmh=30.0)
    assert_answered(report, "first")
    assert report.reason is None
    assert report.advice_ja == "速度を保ちます。"


@pytest.mark.parametrize(
    ("word", "how"),
    [
        ("raise", "error"),
        ("memory", "error"),
        ("killed", "crash"),
        ("crash", "crash"),
        ("exit", "crash"),
        ("empty", "crash"),
        ("garbage", "garbage"),
        ("stranger", "garbage"),
        ("flood", "garbage"),
    ],
)
def test_a_backend_that_fails_is_replaced_within_the_frame(bench, word, how):
    bench.until_well()
    bench.order("first", answer=word)
    report = bench.frame()
    assert_answered(report, "second", ("first",))
    assert report.reason == f"first: failed ({how})"


def test_a_process_that_is_killed_in_the_middle_of_a_frame_costs_that_frame_nothing(bench):
    bench.until_well()
    bench.order("first", slow=400)
    number = bench.offer()
    bench.until(lambda: bench.status("first").state is WorkerState.BUSY)
    os.kill(bench.pid("first"), signal.SIGKILL)
    report = bench.reports.of(number)
    assert_answered(report, "second", ("first",))
    assert report.reason == "first: failed (crash)"


def test_a_hung_backend_is_waited_for_once_then_passed_over_then_replaced(bench):
    bench.until_well()
    pid = bench.pid("first")
    os.kill(pid, signal.SIGSTOP)
    report = bench.frame()
    assert_answered(report, "second", ("first",))
    assert report.reason == "first: no advice in time"
    second = bench.frame()
    assert_answered(second, "second", ("first",))
    assert second.reason == "first: still busy with an older frame"
    assert second.latency_ms < report.latency_ms
    bench.until(lambda: bench.status("first").starts and bench.status("first").pid != pid)
    bench.until_well()
    assert_answered(bench.frame(), "first")


def test_a_worker_that_comes_up_again_is_named_by_its_state_meanwhile(bench):
    bench.until_well()
    bench.order("first", start="sleep")
    os.kill(bench.pid("first"), signal.SIGKILL)
    bench.until(lambda: bench.status("first").state is WorkerState.STARTING)
    report = bench.frame()
    assert_answered(report, "second", ("first",))
    assert report.reason == "first: worker is starting"
    bench.order("first")
    os.kill(bench.pid("first"), signal.SIGKILL)


def test_a_backend_that_fails_again_and_again_is_left_alone_and_comes_back_by_a_trial(bench):
    bench.until_well()
    starts = bench.status("first").starts
    bench.order("first", answer="raise")
    reasons = {bench.frame().reason for _ in range(4)}
    assert "first: failed (error)" in reasons
    bench.until(lambda: bench.frame().reason == "first: breaker is open", "it is left alone")
    bench.until_well()
    assert bench.status("first").starts > starts  # what it held may have been damaged


def test_advice_that_came_before_the_backend_hung_is_published(bench):
    bench.until_well()
    bench.order("first", prose="stop")
    report = bench.frame()
    assert (report.outcome, report.backend) == (Outcome.TRUNCATED, "first")
    assert report.advice is not None
    assert (report.advice_ja, report.reason) == ("", "prose cut when the report was closed")


def test_a_hung_ladder_says_of_each_backend_why_it_is_silent(bench):
    bench.until_well()
    for name in bench.names:
        os.kill(bench.pid(name), signal.SIGSTOP)
    report = bench.frame()
    assert (report.outcome, report.advice) == (Outcome.TIMEOUT, None)
    assert report.advice_ja == ""
    assert "first: no advice in time, second: no advice in time" in report.reason
    later = bench.frame()  # it waits in its slot: a newer one can take its place only there
    assert later.outcome in (Outcome.TIMEOUT, Outcome.NO_BACKEND)
    bench.until_well()


def test_a_slow_backend_is_cut_off_by_the_next_one(bench):
    bench.until_well()
    bench.order("first", slow=5000)
    report = bench.frame()
    assert_answered(report, "second", ("first",))
    assert report.reason == "first: no advice in time"
    bench.until_ready("first")  # it was cancelled, and nothing is wrong with it
    bench.order("first")


def test_nobody_left_is_said_at_once(bench):
    bench.until_well()
    for name in bench.names:
        bench.order(name, answer="raise")
    report = bench.frame()
    assert (report.outcome, report.backend, report.fallback_from) == (Outcome.NO_BACKEND, None, ())
    assert report.reason == "first: failed (error), second: failed (error)"
    assert report.latency_ms < report.budget_ms / 2


def test_a_backend_that_will_not_start_does_not_keep_the_ladder_down(open_ladder_bench):
    bench = open_ladder_bench(first={"start": "raise"})
    assert bench.start() == ("second",)
    report = bench.frame()
    assert_answered(report, "second", ("first",))
    assert report.reason.startswith("first: worker is ")
    assert bench.status("first").reason == "the device is not there; plug it in"
    bench.until_well()
    assert bench.pipeline.close()
