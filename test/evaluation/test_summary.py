"""The figures of a run add up, and say only what the reports say."""

from __future__ import annotations

import dataclasses

import pytest

from vlm_driving.core import Outcome
from vlm_driving.evaluation.summary import Ending, quantiles, summarize

REALTIME = {"pace": "realtime", "budget_ms": 200.0, "model": "m", "bag": "b"}


def test_outcomes_add_up_to_the_reports(answered, without_answer):
    others = [o for o in Outcome if o not in (Outcome.OK, Outcome.TRUNCATED)]
    reports = [answered, *map(without_answer, others)]
    summary = summarize(reports, REALTIME, Ending())
    assert summary["frames_offered"] == summary["reports"] == len(reports) == 7
    assert sum(summary["outcomes"].values()) == len(reports)
    assert list(summary["outcomes"]) == [outcome.value for outcome in Outcome]
    assert summary["dropped"] == 1


def test_latency_counts_answers_alone(answered, without_answer):
    reports = [
        dataclasses.replace(answered, latency_ms=80.0),
        dataclasses.replace(answered, latency_ms=120.0),
        without_answer(Outcome.TIMEOUT, latency_ms=199.0),
        without_answer(Outcome.DROPPED, latency_ms=1.0),
        without_answer(Outcome.STALE, latency_ms=9000.0),
        # a frozen picture: nothing was asked
        dataclasses.replace(
            answered, outcome=Outcome.UNSURE, advice=None, backend=None, latency_ms=0.5
        ),
    ]
    latency = summarize(reports, REALTIME, Ending())["latency_ms"]
    assert latency == {"p50": 100.0, "p90": 116.0, "p99": 119.6, "max": 120.0}


def test_late_counts_what_was_taken_into_work_and_missed_its_deadline(answered, without_answer):
    reports = [
        dataclasses.replace(answered, latency_ms=201.0),
        without_answer(Outcome.TIMEOUT, latency_ms=230.0),
        without_answer(Outcome.STALE, latency_ms=9000.0),
        answered,
    ]
    assert summarize(reports, REALTIME, Ending())["late_reports"] == 2


def test_metres_are_what_a_car_covers_at_100_kmh(answered):
    reports = [dataclasses.replace(answered, latency_ms=180.0)]
    assert summarize(reports, REALTIME, Ending())["metres_at_100kmh_p99"] == 5.0


def test_nothing_answered_leaves_figures_open(without_answer):
    summary = summarize([without_answer(Outcome.NO_BACKEND)], REALTIME, Ending())
    assert set(summary["latency_ms"].values()) == {None}
    assert summary["metres_at_100kmh_p99"] is None


def test_an_empty_run_has_figures_too():
    summary = summarize([], {}, Ending(frames_offered=0))
    assert summary["frames_offered"] == 0
    assert sum(summary["outcomes"].values()) == 0
    assert summary["score"] is None


def test_every_frame_says_that_it_keeps_no_budget(answered):
    settings = {**REALTIME, "pace": "every-frame", "budget_ms": None}
    assert "without deadlines" in summarize([answered], settings, Ending())["pace_note"]
    assert summarize([answered], REALTIME, Ending())["pace_note"] is None


def test_the_ending_is_told(answered):
    ending = Ending(12, True, 10.0, 4.0, 1.23456, ("The bag is cut.",))
    summary = summarize([answered], REALTIME, ending)
    assert summary["frames_offered"] == 12
    assert summary["interrupted"] is True
    assert summary["realtime_factor"] == 0.4
    assert summary["first_report_s"] == 1.235
    assert summary["problems"] == ["The bag is cut."]


def test_advice_is_counted(answered):
    summary = summarize([answered, answered], REALTIME, Ending())
    assert summary["advice"] == {"speed": {"DECELERATE": 2}, "path": {"KEEP": 2}}
    assert summary["backends"] == {"onnx-cpu": 2}


@pytest.mark.parametrize(
    ("values", "p50", "most"), [([1.0], 1.0, 1.0), ([3.0, 1.0, 2.0], 2.0, 3.0)]
)
def test_quantiles(values, p50, most):
    figures = quantiles(values)
    assert (figures["p50"], figures["max"]) == (p50, most)
