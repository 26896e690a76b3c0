"""What a camera's window counts."""

from __future__ import annotations

import pytest

from vlm_driving.core import Outcome, SceneReport
from vlm_driving.pipeline.accounts import CameraAccount, CameraShare, SharingState, above_rate
from vlm_driving.ros.outcome_window import MOST_ENTRIES, OutcomeWindow, quantile

S = 1_000_000_000
MS = 1_000_000


def report(outcome=Outcome.OK, latency=100.0, **more) -> SceneReport:
    return SceneReport("front", "", 0, 0, outcome, latency_ms=latency, budget_ms=200.0, **more)


def skipped() -> SceneReport:
    """As the pipeline drops a frame above its camera's rate."""
    front = SharingState((CameraAccount(CameraShare("front", 1.0, 5.0), rate_from_ns=S),))
    return report(Outcome.DROPPED, reason=above_rate(front, "front", 0))


def test_the_rate_is_that_of_the_window_and_not_known_in_the_first_second():
    window = OutcomeWindow("front", 0)
    assert window.figures(S // 2).rate_hz is None
    for k in range(300):
        window.arrived(k * 100 * MS)
    assert window.figures(30 * S).rate_hz == pytest.approx(10, abs=0.2)
    assert window.figures(45 * S).rate_hz == 0.0


def test_what_left_the_window_is_forgotten_but_not_who_answered():
    window = OutcomeWindow("front", 0)
    window.ended(report(Outcome.TIMEOUT, backend="onnx-cpu", model="m"), S)
    window.ended(skipped(), S)
    assert window.figures(2 * S).lost == 2
    later = window.figures(12 * S)
    assert (later.lost, later.reports, later.miss_ratio) == (0, 0, None)
    assert (later.backend, later.model) == ("onnx-cpu", "m")


def test_every_frame_without_an_answer_is_a_loss_with_a_reason():
    window = OutcomeWindow("front", 0)
    for outcome in Outcome:
        window.ended(report(outcome), S)
    window.ended(skipped(), S)
    window.lost(4, "gaps in the stamps", S)
    figures = window.figures(2 * S)
    unanswered = {one.value for one in Outcome if not one.answered}
    assert {one.what for one in figures.losses} == unanswered | {"skipped", "lost_on_the_way"}
    assert all(one.why for one in figures.losses)
    assert figures.lost == len(unanswered) + 5 and figures.losses[0].count == 4


def test_a_frame_that_its_user_did_not_want_is_no_shortage():
    window = OutcomeWindow("front", 0)
    window.ended(report(), S)
    window.ended(skipped(), S)
    figures = window.figures(S)
    assert figures.drop_ratio == 0 and figures.reports == 1
    assert [(one.what, one.count) for one in figures.losses] == [("skipped", 1)]


def test_the_reason_is_the_one_that_was_given_most_often():
    window = OutcomeWindow("front", 0)
    for reason in ("a", "b", "b"):
        window.ended(report(Outcome.TIMEOUT, reason=reason), S)
    assert window.figures(S).losses[0].why == "b"


def test_ages_are_those_of_answered_frames_alone():
    window = OutcomeWindow("front", 0)
    for k in range(1, 101):
        window.ended(report(latency=float(k)), S)
    window.ended(report(Outcome.TIMEOUT, latency=5000.0), S)
    figures = window.figures(S)
    assert (figures.age_p50_ms, figures.age_p99_ms) == (50.0, 99.0)
    assert figures.late == 1


def test_the_miss_ratio_leaves_frames_out_that_a_newer_one_replaced():
    window = OutcomeWindow("front", 0)
    for outcome in (Outcome.OK, Outcome.UNSURE, Outcome.TRUNCATED, Outcome.TIMEOUT):
        window.ended(report(outcome), S)
    for _ in range(4):
        window.ended(report(Outcome.DROPPED), S)
    figures = window.figures(S)
    assert figures.miss_ratio == 0.25 and figures.drop_ratio == 0.5


def test_a_camera_that_runs_wild_costs_no_memory_and_keeps_its_rate():
    window = OutcomeWindow("front", 0)
    for k in range(3 * MOST_ENTRIES):
        window.arrived(k * MS)
    figures = window.figures(3 * MOST_ENTRIES * MS)
    assert figures.arrived == MOST_ENTRIES and figures.rate_hz == pytest.approx(1000, rel=0.01)


def test_a_quantile_is_a_value_that_was_measured():
    assert quantile([], 0.5) is None
    assert quantile([3.0], 0.99) == 3.0
    assert quantile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
