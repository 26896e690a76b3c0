"""Exactly one report for each frame, whatever comes in and whoever answers. Real processes here."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from typing import Any

import numpy as np
import pytest
from support.ladder_bench import BUDGET, MS, PipelineSettings, picture

FOREVER_S = 30.0
LIVELY = PipelineSettings(budget_ms=120.0, guard_ms=20.0, frozen_after_frames=3)


def broken():
    raise ValueError("The JPEG is cut off.")


def once_each(bench):
    """The outcomes, once it is sure that every frame has exactly one report."""
    counts = Counter(report.sequence for report in bench.reports.all)
    assert counts == Counter(range(bench.offered))
    return Counter(report.outcome.value for report in bench.reports.all)


@pytest.mark.parametrize("seed", range(3))
def test_one_report_for_every_frame_whatever_comes_and_whatever_breaks(open_ladder_bench, seed):
    """Random arrivals, ages, damage, stills, slow, failing, hanging and dying backends."""
    rng = random.Random(seed)
    bench = open_ladder_bench(settings=LIVELY)
    bench.start()
    orders: tuple[dict[str, Any], ...] = (
        {},
        {},
        {"answer": "raise"},
        {"slow": 70},
        {"slow": 300},
        {"prose": "stop"},
    )
    orders += ({"answer": "killed"}, {"answer": "garbage"}, {"answer": "stop"})
    for number in range(150):
        if rng.random() < 0.1:
            bench.order(rng.choice(bench.names), **rng.choice(orders))
        if rng.random() < 0.02 and (pid := bench.status("first").pid) is not None:
            os.kill(pid, signal.SIGSTOP)
        changes: dict[str, Any] = {
            "age_on_arrival_ms": rng.choice([-5.0, 0.0, 0.0, 30.0, 90.0, 130.0])
        }
        if rng.random() < 0.08:
            changes["load"] = broken
        if 60 <= number < 80:
            changes["load"] = lambda: picture(7)
        bench.offer(**changes)
        time.sleep(rng.choice([0.0, 0.0, 0.004, 0.02, 0.1]))
    bench.pipeline.close()
    outcomes = once_each(bench)
    assert outcomes["ok"] and outcomes["dropped"] and outcomes["stale"] and outcomes["malformed"]
    for report in bench.reports.all:
        if report.advice is not None:  # of this very picture
            grey = 7 if 60 <= report.sequence < 80 else report.sequence % 250
            assert report.advice.confidence == pytest.approx(grey / 255)
            assert report.backend in bench.names
    assert bench.pool.memory.free >= bench.pool.memory.slots - 2  # hung ones hold theirs


def test_every_way_for_a_frame_to_end_is_told_as_what_it_is(open_ladder_bench):
    settings = PipelineSettings(budget_ms=1000.0, guard_ms=40.0, frozen_after_frames=2)
    bench = open_ladder_bench(settings=settings, names=("first",))
    bench.start()
    frozen = {"load": lambda: picture(9)}
    assert bench.frame().outcome.value == "ok"
    assert bench.frame(age_on_arrival_ms=1000.0).outcome.value == "stale"
    assert bench.frame(load=broken).reason == "The JPEG is cut off."
    assert bench.frame(stamp_ns=1000 * MS, **frozen).outcome.value == "ok"
    still = bench.frame(stamp_ns=1300 * MS, **frozen)
    assert (still.outcome.value, still.reason, still.backend) == ("unsure", "frozen_input", None)
    wide = bench.frame(load=lambda: np.zeros((64, 65, 3), np.uint8))
    assert wide.sequence == bench.offered - 1
    bench.order("first", slow=500)
    busy, waiting = bench.offer(), bench.offer()
    bench.until(lambda: bench.status("first").request, "it is at work")
    newest = bench.offer()
    os.kill(bench.pid("first"), signal.SIGSTOP)
    outcomes = {n: bench.reports.of(n).outcome.value for n in (busy, waiting, newest)}
    assert sorted(outcomes.values()) == ["dropped", "timeout", "timeout"]
    assert outcomes[newest] == "timeout"
    never_begun = bench.reports.of(newest)
    assert never_begun.reason == "every backend was busy until the deadline"
    assert (never_begun.backend, never_begun.stages_ms.preprocess) == (None, None)
    bench.pipeline.close()
    once_each(bench)


def test_offering_never_waits_and_a_dropped_frame_costs_no_decoding(open_ladder_bench):
    bench = open_ladder_bench(names=("first",))
    bench.start()
    let_go, loaded = threading.Event(), []

    def load():
        loaded.append(1)
        let_go.wait(FOREVER_S)
        return picture(3)

    begun = time.monotonic()
    for _ in range(50):
        bench.offer(load=load)
    assert time.monotonic() - begun < 0.5
    stuck = bench.reports.of(0) if len(loaded) == 1 else None
    let_go.set()
    bench.pipeline.close()
    outcomes = once_each(bench)
    assert len(loaded) == 50 - outcomes["dropped"] <= 3
    assert stuck is None or (stuck.outcome.value, stuck.backend) != ("ok", "first")


def test_a_message_that_takes_for_ever_to_decode_delays_no_report(open_ladder_bench):
    bench = open_ladder_bench(names=("first",))
    bench.start()
    begun, let_go = threading.Event(), threading.Event()

    def load():
        begun.set()
        let_go.wait(FOREVER_S)
        return picture(3)

    stuck = bench.offer(load=load)
    assert begun.wait(FOREVER_S)
    behind = bench.offer()
    reports = [bench.reports.of(number) for number in (stuck, behind)]
    let_go.set()
    assert [report.outcome.value for report in reports] == ["timeout", "timeout"]
    assert reports[0].reason == "no advice by the deadline, stopped in preprocess"
    assert bench.frame().outcome.value == "ok"
    bench.pipeline.close()
    once_each(bench)


def test_without_a_budget_the_last_frame_is_waited_for(open_ladder_bench):
    settings = PipelineSettings(budget_ms=None, frozen_after_frames=0)
    bench = open_ladder_bench(settings=settings, first={"slow": 400})
    bench.start()
    bench.offer()
    assert bench.pipeline.close(patience_s=0.1)
    (report,) = bench.reports.all
    assert (report.outcome.value, report.backend, report.budget_ms) == ("ok", "first", None)


def test_closing_answers_what_still_waits(open_ladder_bench):
    bench = open_ladder_bench(names=("first",), first={"slow": 100})
    bench.start()
    bench.offer()
    bench.until(lambda: bench.status("first").request, "it is at work")
    bench.offer()
    assert bench.pipeline.close()
    assert once_each(bench) == {"ok": 2}


def test_closing_at_once_answers_what_is_in_work_and_drops_what_waits(open_ladder_bench):
    bench = open_ladder_bench(names=("first",), first={"slow": 100})
    bench.start()
    bench.offer()
    bench.until(lambda: bench.status("first").request, "it is at work")
    bench.offer()
    assert bench.pipeline.close(begin_waiting=False)
    assert once_each(bench) == {"ok": 1, "dropped": 1}
    assert "ended before work" in str(bench.reports.of(1).reason)


def test_a_budget_of_centuries_does_not_end_the_watch(open_ladder_bench):
    bench = open_ladder_bench(settings=PipelineSettings(budget_ms=1e12), names=("first",))
    bench.start()
    assert bench.frame().outcome.value == "ok"
    assert bench.pipeline.close()


def test_closing_with_a_hung_worker_returns_in_time_and_says_so(open_ladder_bench):
    bench = open_ladder_bench(names=("first",))
    bench.start()
    bench.frame()
    bench.order("first", answer="stop")
    bench.offer()
    bench.until(lambda: bench.status("first").request, "it is at work")
    begun = time.monotonic()
    tidy = bench.pipeline.close(patience_s=0.2)
    assert time.monotonic() - begun < BUDGET.budget_ms / 1000 + 0.2 + 3
    assert once_each(bench) == {"ok": 1, "timeout": 1}
    assert not tidy
    begun = time.monotonic()
    assert bench.pool.close(0.2) == ()  # the kernel ends even one that stands still
    assert time.monotonic() - begun < 3


def test_what_publishing_raises_ends_the_pipeline_at_the_next_offer(open_ladder_bench):
    raised = threading.Event()

    def publish(report, image):
        raised.set()
        raise KeyError("ours")

    bench = open_ladder_bench(names=("first",), publish=publish)
    bench.start()
    bench.offer()
    assert raised.wait(FOREVER_S)
    with pytest.raises(KeyError, match="ours"):
        for _ in range(1000):  # it takes a moment from raising to being known
            bench.offer()
            time.sleep(0.01)
    with pytest.raises(KeyError, match="ours"):
        bench.pipeline.close(patience_s=0.1)


def test_who_takes_reports_slowly_delays_none(open_ladder_bench):
    slow = threading.Event()
    times = []

    def publish(report, image):
        slow.wait(0.3)
        times.append(report.latency_ms)

    bench = open_ladder_bench(names=("first",), publish=publish)
    bench.start()
    for _ in range(5):
        bench.offer()
        bench.until(lambda: bench.status("first").request is None, "it is done")
        time.sleep(0.05)
    assert bench.pipeline.close(patience_s=FOREVER_S)
    assert len(times) == 5
    assert max(times) < 300


def test_a_pool_serves_one_pipeline_after_the_other(open_ladder_bench):
    bench = open_ladder_bench(names=("first",))
    bench.start()
    for _ in range(3):
        assert bench.frame().outcome.value == "ok"
    assert bench.pipeline.close()
    assert bench.pool.memory.free == bench.pool.memory.slots
    bench.renew()
    bench.offer()
    assert bench.pipeline.close()
    assert once_each(bench) == {"ok": 4}
