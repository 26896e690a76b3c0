"""What changes while frames run is for the frames that come after it, and costs none its report."""

from __future__ import annotations

import threading
import time
from collections import Counter

import numpy as np
import pytest
from support.fake_ladder import SETTINGS, FakeLadder
from support.ladder_bench import MS

from vlm_driving.core import Deadline, UserError
from vlm_driving.pipeline import (
    LadderOptions,
    LadderPipeline,
    PipelineSettings,
    PoolOptions,
    Tuning,
)
from vlm_driving.pipeline.accounts import CameraShare
from vlm_driving.pipeline.desk import ReportDesk
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.pool import WorkerPool
from vlm_driving.pipeline.punctuality import Punctuality
from vlm_driving.pipeline.questions import QuestionSettings
from vlm_driving.pipeline.vehicle import VehicleSettings
from vlm_driving.pipeline.vehicle_desk import VehicleDesk
from vlm_driving.pipeline.watch import Watch
from vlm_driving.pipeline.workers.settings import WorkerSettings

TASK = "歩行者に注意。"


def tuned(desk, **changes):
    desk.settings = Tuning(**changes).of(desk.settings)


def test_what_is_not_named_stays_as_it_is():
    old = PipelineSettings(150.0, 7.0, "onnx-cpu", "tiny", 0, TASK)
    assert Tuning().of(old) == old
    new = Tuning(budget_ms=300.0, guard_ms=0.0, task_prompt="").of(old)
    assert new == PipelineSettings(300.0, 0.0, "onnx-cpu", "tiny", 0, "")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"budget_ms": 0.0}, "budget is a positive"),
        ({"guard_ms": -1.0}, "guard is zero or more"),
        ({"task_prompt": "\x07"}, "U\\+0007, a code that is no text"),
        ({"task_prompt": "あ" * 401}, "has 401 characters, most is 400"),
    ],
)
def test_a_value_that_is_none_is_told_in_a_sentence(changes, says):
    with pytest.raises(UserError, match=says):
        Tuning(**changes).of(PipelineSettings())


def test_who_waits_for_ever_is_given_no_budget():
    with pytest.raises(ValueError, match="without a budget"):
        Tuning(budget_ms=100.0).of(PipelineSettings(budget_ms=None))
    assert Tuning(task_prompt=TASK).of(PipelineSettings(budget_ms=None)).task == TASK


def test_a_frame_keeps_its_deadline_and_the_budget_of_its_report(published, clock, make_frame):
    desk = ReportDesk(published, PipelineSettings(budget_ms=200.0, guard_ms=8.0), clock)
    before = desk.admit(make_frame(0))
    tuned(desk, budget_ms=100.0, guard_ms=4.0)
    after = desk.admit(make_frame(1))
    for job, budget_ms, guard_ms in ((before, 200, 8), (after, 100, 4)):
        assert job is not None
        assert job.deadline == Deadline(clock() + budget_ms * MS)
        assert job.closes_at() == Deadline(clock() + (budget_ms - guard_ms) * MS)
        assert desk.close(job)
    assert [report.budget_ms for report in published.reports] == [200.0, 100.0]


def test_a_frame_is_stale_by_the_budget_of_its_time(published, clock, make_frame):
    desk = ReportDesk(published, PipelineSettings(budget_ms=200.0), clock)
    assert desk.admit(make_frame(0, age_on_arrival_ms=150.0)) is not None
    tuned(desk, budget_ms=100.0)
    assert desk.admit(make_frame(1, age_on_arrival_ms=150.0)) is None
    (report,) = published.reports
    assert (report.outcome.value, report.budget_ms) == ("stale", 100.0)
    assert report.reason == "150 ms old on arrival, budget 100 ms"


def test_the_watch_closes_each_frame_by_its_own_deadline(clock, make_frame):
    closed: list[Job] = []
    watch = Watch(closed.append, clock)
    slow = Job(make_frame(0), PipelineSettings(budget_ms=300.0, guard_ms=10.0))
    quick = Job(make_frame(1), PipelineSettings(budget_ms=100.0, guard_ms=10.0))
    watch.add(slow)
    watch.add(quick)
    assert watch.next_due_ns() == clock() + 90 * MS
    watch.close_due(clock() + 90 * MS)
    assert closed == [quick]
    watch.close_due(clock() + 289 * MS)
    assert closed == [quick]


def test_a_sleeping_watch_is_woken_by_a_frame_of_a_smaller_budget(make_frame):
    closed = threading.Event()
    watch = Watch(lambda job: closed.set() if job.frame.sequence else None, time.monotonic_ns)
    thread = threading.Thread(target=watch.run, daemon=True)
    thread.start()
    begun_ns = time.monotonic_ns()
    watch.add(Job(make_frame(0, arrived_ns=begun_ns), PipelineSettings(budget_ms=60_000.0)))
    watch.add(Job(make_frame(1, arrived_ns=begun_ns), PipelineSettings(budget_ms=100.0)))
    assert closed.wait(20.0)
    watch.stop()
    thread.join(20.0)


def test_lateness_is_measured_by_the_frames_own_deadline(clock, make_frame):
    punctuality = Punctuality(lambda since_ns: ())
    jobs = [Job(make_frame(n), PipelineSettings(budget_ms=ms)) for n, ms in ((0, 200.0), (1, 50.0))]
    for job in jobs:
        punctuality.note(job, clock() + 120 * MS)
    assert [one.sequence for one in punctuality.reports] == [1]


def test_a_worker_is_asked_what_the_frame_was_admitted_with(clock):
    ladder = FakeLadder(clock)
    own = ladder.offer(0)
    ladder.advise("first")
    ladder.finish("first")
    tuned(ladder.desk, task_prompt=f" {TASK}\n", budget_ms=400.0)
    asked = ladder.offer(1)
    tuned(ladder.desk, task_prompt="")
    ladder.fail("first", "RuntimeError", alive=True)  # the next backend is asked the same
    requests = [*ladder.workers["first"].requests, *ladder.workers["second"].requests]
    assert [(one.id, one.task) for one in requests] == [(1, None), (2, TASK), (2, TASK)]
    assert requests[1].deadline_ns == asked.work_until().monotonic_ns
    assert own.settings is SETTINGS


def test_the_time_that_advice_stands_is_new_at_once(clock):
    ladder = FakeLadder(clock)
    job = ladder.offer(0)
    ladder.advise("first")
    ladder.finish("first")
    desk = VehicleDesk(clock, VehicleSettings(validity_ms=500.0))
    desk.hear(job.frame, ladder.reports[0])
    clock.advance_ms(100.0)
    said = desk.advice()
    assert said is not None and said.valid_until_ns == clock() + 400 * MS
    desk.settings = VehicleSettings(validity_ms=50.0)
    assert desk.advice() is None


# --- the pipeline itself, with real processes


def test_under_fire_every_frame_has_one_report_with_the_budget_it_was_offered_with(
    open_ladder_bench,
):
    """Budgets, guards, rates and prompts change all the time, from two threads."""
    bench = open_ladder_bench(settings=PipelineSettings(400.0, 40.0, frozen_after_frames=0))
    bench.start()
    over, held_ms = threading.Event(), []

    def fire(number):
        while not over.is_set():
            begun = time.monotonic()
            bench.pipeline.retune(
                Tuning(
                    guard_ms=30.0 + number,
                    cameras=[CameraShare("front", 1.0 + number, (None, 500.0)[number])],
                    vehicle=VehicleSettings(validity_ms=300.0 + number),
                    questions=QuestionSettings(budget_ms=900.0),
                    task_prompt=("", TASK)[number],
                )
            )
            held_ms.append((time.monotonic() - begun) * 1000)
            time.sleep(0.002)

    threads = [threading.Thread(target=fire, args=(n,), daemon=True) for n in (0, 1)]
    for thread in threads:
        thread.start()
    budgets = {}
    for number in range(80):
        budget_ms = (400.0, 250.0, 600.0)[number % 3]
        bench.pipeline.retune(Tuning(budget_ms=budget_ms))
        assert bench.pipeline.settings.budget_ms == budget_ms
        budgets[bench.offer()] = budget_ms
        time.sleep((0.0, 0.02, 0.05)[number % 3])
    over.set()
    for thread in threads:
        thread.join(20.0)
    assert bench.pipeline.close()
    reports = bench.reports.all
    assert Counter(report.sequence for report in reports) == Counter(range(80))
    assert {report.sequence: report.budget_ms for report in reports} == budgets
    assert [one for one in bench.pipeline.health().late if not one.stalls] == []
    assert {report.outcome.value for report in reports} >= {"ok"}
    assert bench.pool.statuses()[0].starts == 1
    assert float(np.median(held_ms)) < 5.0


def test_a_smaller_budget_closes_what_comes_after_it_although_an_older_frame_has_longer(
    open_ladder_bench,
):
    bench = open_ladder_bench(
        settings=PipelineSettings(20_000.0, 40.0, frozen_after_frames=0), names=("first",)
    )
    bench.start()
    bench.order("first", answer="stop")
    old = bench.offer()
    bench.until(lambda: bench.status("first").request, "it is at work")
    bench.pipeline.retune(Tuning(budget_ms=300.0))
    report = bench.frame()
    assert (report.outcome.value, report.budget_ms) == ("timeout", 300.0)
    assert report.latency_ms < 5_000
    assert old not in [one.sequence for one in bench.reports.all]
    bench.pool.handles["first"].kill("the test is over")
    assert bench.reports.of(old).budget_ms == 20_000.0
    assert bench.pipeline.close()


def idle_pipeline(reply, kept_frames):
    """A pipeline on a pool that nobody has started."""
    workers = [WorkerSettings("first", "support.ordered_backend:open_ordered")]
    pool = WorkerPool(PoolOptions(workers, most_pixels=64, kept_frames=kept_frames))
    options = LadderOptions([CameraShare("front"), CameraShare("left")], reply=reply)
    return LadderPipeline(pool, options, lambda report, image: None, SETTINGS), pool


def test_all_of_a_change_is_made_or_nothing():
    pipeline, pool = idle_pipeline(lambda answer: None, kept_frames=12)
    both = [CameraShare("front", 2.0), CameraShare("left", 3.0)]
    for changes, error in (
        ({"cameras": both[:1]}, "the cameras are front, left, got front"),
        ({"cameras": both, "questions": QuestionSettings(most_waiting=9)}, "13 kept frames"),
        ({"cameras": both, "task_prompt": "\x07"}, "no text"),
    ):
        with pytest.raises((ValueError, UserError), match=error):
            pipeline.retune(Tuning(budget_ms=100.0, **changes))
        assert pipeline.settings == SETTINGS
        assert [one.settings.share for one in pipeline._slots.state.cameras] == [1.0, 1.0]
    pipeline.retune(
        Tuning(
            budget_ms=100.0,
            cameras=both,
            questions=QuestionSettings(budget_ms=500.0),
            vehicle=VehicleSettings(250.0),
        )
    )
    assert pipeline.settings.budget_ms == 100.0
    assert [one.settings.share for one in pipeline._slots.state.cameras] == [2.0, 3.0]
    assert pipeline._questions.settings.budget_ms == 500.0
    assert pipeline._vehicle.settings.validity_ms == 250.0
    pool.close()


def test_a_question_keeps_its_deadline(clock):
    ladder = FakeLadder(clock, reply=lambda answer: None)
    ladder.offer(0)
    ladder.advise("first")
    ladder.finish("first")
    ladder.questions.ask("信号は何色ですか。")
    due_ns = ladder.questions.next_due_ns()
    ladder.questions.settings = QuestionSettings(budget_ms=100.0)
    assert ladder.questions.next_due_ns() == due_ns == clock() + 992 * MS
    ladder.questions.ask("歩行者はいますか。")
    assert ladder.questions.next_due_ns() == clock() + 92 * MS
