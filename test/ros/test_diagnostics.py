"""Statuses that say why, and levels that do not flicker."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vlm_driving.core import Outcome, SceneReport, UserError
from vlm_driving.pipeline.health import BackendHealth, PipelineHealth
from vlm_driving.pipeline.stalls import Stall, StallKind
from vlm_driving.ros.diagnostic_status import DiagnosticThresholds, Steady, steadied
from vlm_driving.ros.diagnostics import camera_status, pipeline_status, statuses
from vlm_driving.ros.messages import DiagnosticLevel as Level
from vlm_driving.ros.messages import DiagnosticStatus as Status
from vlm_driving.ros.outcome_window import CameraFigures, Loss, OutcomeWindow
from vlm_driving.ros.pipeline_window import PipelineFigures, PipelineHistory, counted
from vlm_driving.ros.preflight_causes import Cause, CauseKind

S = 1_000_000_000
MS = 1_000_000
LIMITS = DiagnosticThresholds()
GOOD = CameraFigures(
    "front",
    arrived=100,
    rate_hz=10.0,
    since_frame_ms=50.0,
    outcomes=((Outcome.OK, 100),),
    age_p50_ms=90.0,
    age_p99_ms=150.0,
    backend="onnx-cpu",
    model="m",
    ever=True,
)
CPU = BackendHealth("onnx-cpu", "ready", None, 12, 1, "closed", None, 0, None, 60.0, 90.0, None, 0)
GPU = replace(CPU, name="onnx-gpu")
HEALTH = PipelineHealth((GPU, CPU), 0, 0, (), (), 0.5, 0)


def camera(causes=(), **more) -> Status:
    return camera_status("node", replace(GOOD, **more), causes, LIMITS)


def named(found, name) -> Status:
    return next(one for one in found if one.name == f"node: {name}")


def node(health=HEALTH, figures=None) -> tuple[Status, ...]:
    return statuses("node", (GOOD,), (), health, figures or PipelineFigures(), LIMITS)


def test_a_camera_that_is_well_says_so_with_its_figures():
    status = camera()
    assert (status.level, status.name, status.message) == (Level.OK, "node: camera front", "OK")
    values = dict(status.values)
    assert values["rate_hz"] == "10.0" and values["age_p99_ms"] == "150.0"
    assert values["backend"] == "onnx-cpu" and values["model"] == "m" and values["drops"] == "0"
    assert values["miss_ratio"] == "0.000" and values["age_p50_ms"] == "90.0"


@pytest.mark.parametrize(
    ("changes", "level", "said"),
    [
        ({"rate_hz": 4.0}, Level.WARN, "4.0 frames a second"),
        ({"rate_hz": 0.5}, Level.ERROR, "0.5 frames a second"),
        ({"age_p99_ms": 250.0}, Level.WARN, "250.0 ms"),
        ({"age_p99_ms": 450.0}, Level.ERROR, "450.0 ms"),
        ({"outcomes": ((Outcome.OK, 90), (Outcome.TIMEOUT, 10))}, Level.WARN, "10 %"),
        ({"outcomes": ((Outcome.OK, 50), (Outcome.STALE, 50))}, Level.ERROR, "50 %"),
        ({"outcomes": ((Outcome.OK, 50), (Outcome.DROPPED, 50))}, Level.WARN, "dropped"),
        ({"late": 1}, Level.WARN, "1 reports late"),
        ({"since_frame_ms": 2500.0, "rate_hz": 0.1}, Level.STALE, "no frame for 2.5 s"),
        ({"ever": False, "rate_hz": 0.0}, Level.STALE, "waiting for the first frame"),
    ],
)
def test_each_figure_has_its_level(changes, level, said):
    status = camera(**changes)
    assert status.level is level and said in status.message


def test_a_share_of_a_few_reports_means_nothing_yet():
    assert camera(outcomes=((Outcome.TIMEOUT, 1), (Outcome.OK, 5))).level is Level.OK


def test_a_silent_camera_with_a_known_cause_says_the_cause():
    cause = Cause(CauseKind.NO_PUBLISHER, "front", "Camera front: nobody.")
    other = Cause(CauseKind.ENCODING, "rear", "Camera rear: p010.")
    status = camera((cause, other), since_frame_ms=9e9, ever=False)
    assert status.level is Level.ERROR and status.message == "Camera front: nobody."
    assert dict(status.values)["causes"] == "no_publisher"


@pytest.mark.parametrize("outcome", [one for one in Outcome if not one.answered])
def test_one_lost_frame_is_enough_for_a_reason_in_the_message(outcome):
    window = OutcomeWindow("front", 0)
    for k in range(100):
        window.arrived(k * 100 * MS)
        ending = outcome if k == 99 else Outcome.OK
        report = SceneReport("front", "", 0, k, ending, latency_ms=99.0, reason="the very reason")
        window.ended(report, k * 100 * MS)
    status = camera_status("node", window.figures(99 * 100 * MS), (), LIMITS)
    assert f"1 {outcome.value} (the very reason)" in status.message
    assert dict(status.values)[f"lost/{outcome.value}"] == "1: the very reason"


def test_frames_that_never_arrived_stand_beside_those_that_were_not_answered():
    losses = (Loss("lost_on_the_way", 3, "gaps in the stamps"), Loss("skipped", 1, "max_rate_hz"))
    status = camera(losses=losses)
    assert "3 lost_on_the_way (gaps in the stamps); 1 skipped (max_rate_hz)" in status.message


def test_a_long_reason_is_one_short_line():
    status = camera(losses=(Loss("malformed", 1, "x\n" * 500),))
    assert "\n" not in status.message and len(status.message) < 300


def test_a_broken_backend_is_a_warning_while_another_answers_and_an_error_when_none_does():
    broken = replace(GPU, state="broken", reason="out of memory")
    found = node(replace(HEALTH, backends=(broken, CPU)))
    assert named(found, "backend onnx-gpu").level is Level.WARN
    assert "out of memory" in named(found, "backend onnx-gpu").message
    assert "onnx-cpu answers in place of onnx-gpu" in named(found, "pipeline").message
    alone = node(replace(HEALTH, backends=(broken,)))
    assert named(alone, "backend onnx-gpu").level is Level.ERROR
    assert named(alone, "pipeline").level is Level.ERROR


def test_an_open_breaker_says_what_opened_it():
    faulty = replace(GPU, breaker="open", cause="hang", last_failure="no answer for 900 ms")
    status = named(node(replace(HEALTH, backends=(faulty, CPU))), "backend onnx-gpu")
    assert status.level is Level.WARN
    assert status.message == "breaker open after hang: no answer for 900 ms"


def test_a_backend_that_warms_up_is_no_error_yet():
    found = node(replace(HEALTH, backends=(replace(CPU, state="warming"),)))
    assert {one.level for one in found[:2]} == {Level.WARN}


def test_lateness_of_ours_is_an_error_and_that_of_the_machine_a_warning():
    ours = pipeline_status("node", HEALTH, PipelineFigures(late=3, explained=1))
    machine = pipeline_status("node", HEALTH, PipelineFigures(late=1, explained=1))
    assert ours.level is Level.ERROR and "2 reports late by our own doing" in ours.message
    assert machine.level is Level.WARN and "machine stood still" in machine.message


def test_stalls_are_told_without_being_a_fault():
    stalls = (Stall(8 * S, 8 * S + 70 * MS, StallKind.NO_CPU), Stall(-9 * S, -8 * S))
    _, figures = counted(PipelineHistory(), replace(HEALTH, stalls=stalls), 10 * S)
    status = pipeline_status("node", HEALTH, figures)
    assert figures.stalls == 1 and status.level is Level.OK
    assert "1 stalls, the longest 70 ms (1 no_cpu)" in status.message


def test_running_counts_become_those_of_the_window():
    history, late = PipelineHistory(), []
    for second in range(40):
        health = replace(HEALTH, late_reports=5 if second >= 10 else 0)
        history, figures = counted(history, health, second * S)
        late.append(figures.late)
    assert late[9:20] == [0, *[5] * 10] and late[20:] == [0] * 20
    assert len(history.samples) <= 12


def test_a_pipeline_made_anew_counts_from_zero():
    history, _ = counted(PipelineHistory(), replace(HEALTH, late_reports=9), 0)
    _, figures = counted(history, replace(HEALTH, late_reports=1), S)
    assert figures.late == 1


def shown(levels, hold_ms=3000.0) -> list[Level]:
    """What is shown when each of `levels` is measured for a second."""
    steady, seen = Steady(), []
    for second, level in enumerate(levels):
        measured = Status(level, "x", level.name)
        steady, (status,) = steadied(steady, (measured,), second * S, hold_ms)
        seen.append(Level(status.level))
    return seen


O, W, E, T = Level.OK, Level.WARN, Level.ERROR, Level.STALE  # noqa: E741


def test_worse_is_shown_at_once_and_better_only_when_it_lasts():
    assert shown([O, W, O, O, O, O, O]) == [O, W, W, W, W, O, O]


def test_a_level_that_flickers_is_shown_as_its_worse_one():
    assert shown([W, O] * 10) == [W] * 20


def test_from_an_error_it_goes_to_what_was_worst_since():
    assert shown([E, O, W, O, O, O, O, O, O]) == [E, E, E, E, W, W, W, O, O]


def test_a_frame_refutes_that_there_is_none_at_once():
    assert shown([T, O, E, T]) == [T, O, E, E]


def test_a_held_level_says_what_it_was_and_what_is_now():
    steady, _ = steadied(Steady(), (Status(E, "x", "no frames"),), 0, 3000)
    _, (status,) = steadied(steady, (Status(O, "x", "OK", values=(("a", "1"),)),), S, 3000)
    assert status.message == "no frames (recovering; now: OK)" and status.values == (("a", "1"),)


def test_a_status_that_is_gone_is_forgotten():
    steady, _ = steadied(Steady(), (Status(E, "x", ""),), 0, 3000)
    steady, none = steadied(steady, (), S, 3000)
    assert none == () and not steady.held


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_warn_hz": -1.0},
        {"hold_ms": float("nan")},
        {"miss_error": 1.5},
        {"rate_warn_hz": 0.5},
        {"age_p99_warn_ms": 900.0},
    ],
)
def test_thresholds_that_cannot_be_are_refused_with_their_names(wrong):
    with pytest.raises(UserError, match=next(iter(wrong))):
        DiagnosticThresholds(**wrong)
