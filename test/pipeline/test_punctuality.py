"""Late reports, and what explains them."""

from __future__ import annotations

import pytest
from support.scripted_answerer import MS

from vlm_driving.pipeline import PipelineSettings
from vlm_driving.pipeline.job import Job
from vlm_driving.pipeline.punctuality import MOST_LATE, Punctuality
from vlm_driving.pipeline.stalls import Stall, StallKind

SETTINGS = PipelineSettings(budget_ms=200.0, guard_ms=8.0)


@pytest.fixture
def job(make_frame):
    frame = make_frame(4)
    return Job(frame, SETTINGS)


def closed_after(job: Job, ms: float) -> int:
    return job.frame.arrived_ns + round(ms * MS)


def stall(job: Job, begin_ms: float, end_ms: float, kind: StallKind) -> Stall:
    return Stall(closed_after(job, begin_ms), closed_after(job, end_ms), kind)


def test_a_report_by_its_deadline_is_not_late(job):
    punctuality = Punctuality(lambda since_ns: ())
    punctuality.note(job, closed_after(job, 200.0))
    assert (punctuality.late, punctuality.reports) == (0, ())


def test_a_report_after_its_deadline_is_late_and_ours_without_a_stall(job):
    punctuality = Punctuality(lambda since_ns: ())
    punctuality.note(job, closed_after(job, 203.0))
    assert (punctuality.late, punctuality.explained) == (1, 0)
    assert punctuality.reports[0].to_json() == {
        "camera": "front",
        "sequence": 4,
        "late_ms": 3.0,
        "stalled_ms": 0,
        "kinds": [],
    }


@pytest.mark.parametrize(
    ("kind", "explained"), [(StallKind.STOOD_STILL, 1), (StallKind.OWN_WORK, 0)]
)
def test_only_the_standing_still_of_the_machine_explains_lateness(job, kind, explained):
    still = stall(job, 150.0, 260.0, kind)
    punctuality = Punctuality(lambda since_ns: (still,))
    punctuality.note(job, closed_after(job, 261.0))
    assert (punctuality.late, punctuality.explained) == (1, explained)


def test_all_late_reports_are_counted_and_the_first_remembered(job):
    punctuality = Punctuality(lambda since_ns: ())
    for _ in range(MOST_LATE + 5):
        punctuality.note(job, closed_after(job, 300.0))
    assert punctuality.late == MOST_LATE + 5
    assert len(punctuality.reports) == MOST_LATE


def test_without_a_budget_nothing_is_late(make_frame):
    punctuality = Punctuality(lambda since_ns: ())
    punctuality.note(Job(make_frame(), PipelineSettings(budget_ms=None)), 1 << 60)
    assert punctuality.late == 0
