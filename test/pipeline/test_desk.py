"""A report is closed once, whoever comes first, and says what stood at that moment."""

from __future__ import annotations

import random
import threading
from collections import Counter

import numpy as np
import pytest
from support.fake_ladder import SETTINGS, advice
from support.scripted_answerer import MS

from vlm_driving.core import Outcome, StageTimes, TokenCounts
from vlm_driving.pipeline.answer import AnswerSoFar, Standing, Verdict
from vlm_driving.pipeline.desk import ReportDesk
from vlm_driving.pipeline.job import Job
from vlm_driving.runtime.events import Done, Finish, Sentence, Stage, StageBegun


@pytest.fixture
def desk(published, clock):
    return ReportDesk(published, SETTINGS, clock)


def admitted(desk, frame):
    job = desk.admit(frame)
    assert job is not None
    return job


def test_a_job_is_for_whoever_claims_it_first(make_frame):
    job = Job(make_frame(), SETTINGS)
    assert not job.closed
    assert [job.claim(), job.claim(), job.closed] == [True, False, True]


def test_what_comes_after_closing_changes_nothing(desk, published, make_frame):
    job = admitted(desk, make_frame())
    desk.open(job)
    answer = AnswerSoFar()
    job.stand(Standing(answer, "first", "tiny"))
    job.hear(answer, advice(0.3), 0)
    assert desk.close(job)
    other = AnswerSoFar()
    job.hear(answer, Sentence("advice_ja", "遅い。"), 0)
    job.hear(other, advice(0.9), 0)
    job.stand(Standing(other, "second", "tiny"))
    assert not desk.close(job)
    assert not desk.close(job, Verdict(Outcome.NO_BACKEND))
    (report,) = published.reports
    assert (report.backend, report.advice.confidence, report.advice_ja) == ("first", 0.3, "")
    assert (answer.sections, other.advice, job.standing.backend) == ({}, None, "first")


def test_in_a_race_of_many_threads_every_report_is_closed_once(make_frame, clock):
    """Watch, dispatcher and a listener at the same jobs, in every order that comes up."""
    reports = []
    lock = threading.Lock()

    def publish(report, image):
        with lock:
            reports.append(report)

    desk = ReportDesk(publish, SETTINGS, clock)
    jobs = [admitted(desk, make_frame(number)) for number in range(400)]
    won = []
    together = threading.Barrier(6)

    def take_part(seed):
        rng, mine = random.Random(seed), 0
        together.wait()
        for job in jobs:
            answer = AnswerSoFar()
            if rng.random() < 0.5:
                job.stand(Standing(answer, f"backend {seed}", "tiny"))
            job.hear(answer, advice(seed / 10), 0)
            job.hear(answer, Done(Finish.COMPLETE, StageTimes(), TokenCounts()), 0)
            mine += desk.close(job)
        with lock:
            won.append(mine)

    threads = [threading.Thread(target=take_part, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(won) == 400
    assert Counter(report.sequence for report in reports) == Counter(range(400))
    for report in reports:  # whose answer it is, and what was said, belong together
        if report.advice is not None:
            assert report.backend == f"backend {round(report.advice.confidence * 10)}"


def test_a_stale_frame_is_closed_on_arrival(desk, published, make_frame):
    assert desk.admit(make_frame(age_on_arrival_ms=250.4)) is None
    (report,) = published.reports
    assert (report.outcome, report.reason) == (
        Outcome.STALE,
        "250 ms old on arrival, budget 200 ms",
    )


def test_a_damaged_message_is_closed_as_such_and_the_camera_goes_on(desk, published, make_frame):
    def broken():
        raise ValueError("no\nimage")

    assert desk.open(admitted(desk, make_frame(0, load=broken))) is None
    assert desk.open(admitted(desk, make_frame(1))) is not None
    assert published.outcomes == ["malformed"]
    assert published.reports[0].reason == "no image"


@pytest.mark.parametrize(
    "decoded",
    [
        None,  # as OpenCV says that it could not
        np.zeros((4, 8), np.uint8),
        np.zeros((4, 8, 4), np.uint8),
        np.zeros((0, 8, 3), np.uint8),
        np.zeros((4, 8, 3), np.float32),
    ],
    ids=["nothing", "grey", "with alpha", "empty", "floats"],
)
def test_what_is_no_picture_is_malformed_too(desk, published, make_frame, decoded):
    assert desk.open(admitted(desk, make_frame(load=lambda: decoded))) is None
    assert published.outcomes == ["malformed"]


def test_a_fault_without_words_is_named_by_its_kind(desk, published, make_frame):
    def broken():
        raise MemoryError

    desk.open(admitted(desk, make_frame(load=broken)))
    assert published.reports[0].reason == "MemoryError"


def test_a_closed_job_is_not_decoded(desk, make_frame):
    loaded = []
    job = admitted(desk, make_frame(load=lambda: loaded.append(1)))
    desk.close(job)
    assert desk.open(job) is None
    assert not loaded


def test_the_picture_goes_with_the_report_from_decoding_on(desk, published, make_frame):
    desk.close(admitted(desk, make_frame(0)))
    job = admitted(desk, make_frame(1))
    image = desk.open(job)
    desk.close(job)
    assert published.images[0] is None
    assert published.images[1] is image


def test_stages_are_the_wait_the_decoding_and_what_the_model_says(
    desk, published, make_frame, clock
):
    def load():
        clock.advance_ms(3)
        return np.zeros((4, 8, 3), np.uint8)

    job = admitted(desk, make_frame(load=load))
    clock.advance_ms(7)
    desk.open(job)
    answer = AnswerSoFar()
    job.stand(Standing(answer, "first", "tiny"))
    job.hear(answer, StageBegun(Stage.ENCODE), clock())
    clock.advance_ms(20)
    desk.close(job)
    stages = published.reports[0].stages_ms
    assert (stages.wait, stages.preprocess, stages.encode) == (7, 3, 20)
    assert published.reports[0].latency_ms == 30


def test_a_frame_that_was_never_begun_has_only_waited(desk, published, make_frame, clock):
    job = admitted(desk, make_frame())
    clock.advance_ms(50)
    desk.close(job, Verdict(Outcome.DROPPED, reason="a newer frame took its place"))
    (report,) = published.reports
    assert report.stages_ms == StageTimes(wait=50)
    assert (report.backend, report.model, report.fallback_from) == (None, None, ())


def test_who_was_asked_is_named_only_where_it_had_its_chance(desk, published, make_frame, clock):
    standing = Standing(backend="first", model="tiny", outcome=Outcome.NO_BACKEND, why="nobody")
    for number, wait_ms in enumerate((0, 250)):
        job = admitted(desk, make_frame(number))
        desk.open(job)
        job.stand(standing)
        clock.advance_ms(wait_ms)
        desk.close(job)
    early, late = published.reports
    assert (early.outcome, early.backend, early.reason) == (Outcome.NO_BACKEND, None, "nobody")
    assert (late.outcome, late.backend) == (Outcome.TIMEOUT, "first")
    assert late.late() and late.reason == "closed 50.0 ms after the deadline, in preprocess; nobody"


def test_whoever_keeps_the_books_is_told_when_each_report_was_closed(published, make_frame, clock):
    noted = []

    def note(job, report, closed_ns):
        noted.append((job.frame.sequence, report.outcome.value, closed_ns))

    desk = ReportDesk(published, SETTINGS, clock, note)
    job = admitted(desk, make_frame(4))
    clock.advance_ms(5)
    desk.close(job, Verdict(Outcome.DROPPED))
    desk.close(job)
    assert noted == [(4, "dropped", job.frame.arrived_ns + 5 * MS)]
