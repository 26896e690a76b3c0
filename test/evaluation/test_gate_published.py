"""What was published against what another run published: texts, truth, outcomes, latency."""

from __future__ import annotations

import dataclasses

import pytest
from support.gates import gate, held, rows, states
from support.scored_runs import report, timeout, truth_row, write_scored_run

from vlm_driving.core import Advice, PathAdvice, SpeedAdvice
from vlm_driving.evaluation.gate.comparison import compare
from vlm_driving.evaluation.gate.gate_file import built_in_gate
from vlm_driving.evaluation.gate.reference_run import load_sides
from vlm_driving.evaluation.gate.verdicts import State

BRAKE = Advice(SpeedAdvice.DECELERATE, PathAdvice.KEEP, 0.8)


@pytest.fixture
def runs(tmp_path):
    """Writes the run and the reference; each is given what it has."""

    def write(run, reference):
        write_scored_run(tmp_path / "new", **run)
        write_scored_run(tmp_path / "old", **reference)
        return load_sides(tmp_path / "new", tmp_path / "old", "keyfact")

    return write


def test_texts_and_advice_that_differ_are_counted_frame_by_frame(runs):
    mine = [report(i) for i in range(20)]
    mine[3] = report(3, description_ja="別の文です。")
    mine[4] = report(4, advice=BRAKE)
    sides = runs({"reports": mine}, {"reports": [report(i) for i in range(20)]})
    result = held(sides, gate(descriptions_changed_share_max=0, advice_changed_share_max=0.05))
    assert states(result) == {
        ("descriptions_changed_share_max", "descriptions_changed_share"): "broken",
        ("advice_changed_share_max", "advice_changed_share"): "kept",
    }
    assert result.comparison.changed == {
        "answers": 0,
        "descriptions": 1,
        "advice": 1,
        "outcomes": 0,
    }


def test_frames_are_paired_by_stamp_where_numbers_have_moved(runs):
    mine = [dataclasses.replace(report(i), sequence=i - 5) for i in range(5, 20)]
    sides = runs({"reports": mine}, {"reports": [report(i) for i in range(20)]})
    result = held(sides, gate(frames_missing_share_max=0, advice_changed_share_max=0))
    assert len(result.comparison.frames.both) == 15
    assert states(result)[("frames_missing_share_max", "frames_missing_share")] == "broken"
    assert "5 frames of the reference have no report" in " ".join(result.notes)


def test_frames_are_paired_by_number_where_no_stamp_is_in_both(runs):
    mine = [report(i, stamp_ns=i * 100_000_000) for i in range(20)]
    result = compare(*runs({"reports": mine}, {"reports": [report(i) for i in range(20)]}))
    assert len(result.frames.both) == 20
    assert any("paired by their number" in note for note in result.notes)


def test_equal_stamps_are_paired_in_their_order(runs):
    mine = [report(i, stamp_ns=0) for i in range(4)]
    result = compare(*runs({"reports": mine}, {"reports": mine}))
    assert [(a.sequence, b.sequence) for a, b in result.frames.both] == [(i, i) for i in range(4)]


def test_timeouts_break_by_their_share(runs):
    mine = [timeout(i) if i < 4 else report(i) for i in range(40)]
    sides = runs({"reports": mine}, {"reports": [report(i) for i in range(40)]})
    result = held(sides, gate(ok_share_drop_max=0.02, timeout_share_rise_max=0.05))
    assert result.passed is False
    assert {v.value for v in result.verdicts} == {0.1}


def test_a_late_report_breaks_the_built_in_gate(runs):
    mine = [report(i, latency_ms=250.0 if i == 7 else 90.0) for i in range(40)]
    sides = runs({"reports": mine}, {"reports": [report(i) for i in range(40)]})
    assert "late_reports_max" in {v.key for v in held(sides, built_in_gate()).of(State.BROKEN)}


def test_advice_that_is_right_less_often_breaks_only_beyond_noise(runs):
    mine = [truth_row(i, advice_right=i % 4 != 0) for i in range(200)]
    sides = runs({"truth": mine}, {"truth": [truth_row(i) for i in range(200)]})
    result = held(sides, gate(advice_right_share_drop_max=0.02))
    line = result.comparison.lines["advice_right_share"]
    assert (line.run, line.reference, line.paired.significant) == (0.75, 1.0, True)
    assert result.passed is False


def test_frames_with_another_truth_are_not_held_against_each_other(runs):
    # Half of the labels are another drive's; there advice is wrong in the run.
    due = {"truth": {"speed": "STOP", "path": "KEEP"}}
    mine = [truth_row(i, **({"advice_right": False, **due} if i < 100 else {})) for i in range(200)]
    sides = runs({"truth": mine}, {"truth": [truth_row(i) for i in range(200)]})
    result = held(sides, gate(advice_right_share_drop_max=0, stop_recall_drop_max=0))
    assert states(result) == {
        ("advice_right_share_drop_max", "advice_right_share"): "kept",
        ("stop_recall_drop_max", "stop_recall"): "broken",
    }
    assert result.comparison.lines["advice_right_share"].paired.n == 100
    told = " ".join(result.notes)
    assert "100 frames have no truth in one of the runs, or another one" in told
    assert "over the 100 frames whose truth is the same" in told


def test_a_truth_that_lost_its_hard_frames_is_no_pass(runs):
    rows = [truth_row(i) for i in range(200)]
    result = held(runs({"truth": rows[50:]}, {"truth": rows}), gate(stop_recall_drop_max=0))
    assert states(result)[("stop_recall_drop_max", "stop_recall")] == "broken"
    assert result.comparison.lines["stop_recall"].reason == (
        "the truth of 50 frames is not the same: score both by one truth"
    )


def test_one_stretch_of_wrong_frames_is_one_event_and_not_forty(runs):
    # 40 frames in a row are wrong: one red light that was not seen. Frames drawn one by one would
    # call that certain; stretches of the drive do not.
    mine = [truth_row(i, advice_right=not 50 <= i < 60) for i in range(200)]
    sides = runs({"truth": mine}, {"truth": [truth_row(i) for i in range(200)]})
    paired = compare(*sides).lines["advice_right_share"].paired
    assert paired is not None
    assert paired.significant is False


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"hazards": {"f1": 0.7}}, "hazards_f1_drop_max"),
        (
            {
                "advice": {
                    "speed": {"macro_f1": 0.9},
                    "path": {"macro_f1": 0.9},
                    "stop_recall": 0.9,
                    "flicker_per_minute": 2.0,
                }
            },
            "stop_recall_drop_max",
        ),
        (
            {
                "advice": {
                    "speed": {"macro_f1": 0.8},
                    "path": {"macro_f1": 0.9},
                    "stop_recall": 0.95,
                    "flicker_per_minute": 2.0,
                }
            },
            "speed_macro_f1_drop_max",
        ),
        (
            {
                "advice": {
                    "speed": {"macro_f1": 0.9},
                    "path": {"macro_f1": 0.9},
                    "stop_recall": 0.95,
                    "flicker_per_minute": 9.0,
                }
            },
            "flicker_per_minute_rise_max",
        ),
    ],
)
def test_each_figure_against_truth_has_its_gate(runs, changes, key):
    frames = [truth_row(i) for i in range(200)]
    sides = runs({"truth": frames, "truth_changes": changes}, {"truth": frames})
    assert [v.key for v in held(sides, built_in_gate()).of(State.BROKEN)] == [key]


def test_a_run_that_lost_its_truth_is_broken(runs):
    frames = [report(i) for i in range(40)]
    whole = {"reports": frames, "truth": [truth_row(i) for i in range(40)]}
    result = held(runs({"reports": frames}, whole), built_in_gate())
    broken = {v.key: v.reason for v in result.of(State.BROKEN)}
    assert broken["stop_recall_drop_max"] == "the reference has it, this run does not"


# --- latency and what runs were made with --------------------------------------------------------


def slower(factor):
    return [report(i, latency_ms=90.0 * factor) for i in range(40)]


def test_latency_is_held_by_ratio_and_by_milliseconds(runs):
    sides = runs({"reports": slower(1.6)}, {"reports": slower(1)})
    result = held(sides, gate(latency_p99_ratio_max=1.5, latency_p99_ms_max=150))
    assert {v.key: v.value for v in result.verdicts} == {
        "latency_p99_ms_max": 144.0,
        "latency_p99_ratio_max": 1.6,
    }
    assert [v.key for v in result.of(State.BROKEN)] == ["latency_p99_ratio_max"]


def test_latency_of_another_machine_is_told_and_not_held(runs):
    machine = {"machine": {"cpu": "another CPU", "cores": 2}}
    sides = runs({"reports": slower(3), "settings": machine}, {"reports": slower(1)})
    limits = {"latency_p99_ratio_max": 1.5, "latency_p99_ms_max": 300}
    result = held(sides, gate(**limits))
    assert result.passed is True
    assert [(v.key, v.reason) for v in result.of(State.SKIPPED)] == [
        ("latency_p99_ratio_max", "the machines differ")
    ]
    assert any("different machines" in note for note in result.notes)
    assert held(sides, gate(**limits, skipped_fails=True)).passed is False
    forced = held(sides, gate(**limits, latency_across_machines=True))
    assert [v.key for v in forced.of(State.BROKEN)] == ["latency_p99_ratio_max"]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"budget_ms": 500.0}, "the budgets differ (500, reference 200)"),
        ({"rate": 0.5}, "the rates differ (0.5, reference 1)"),
        ({"pace": "every-frame"}, "the paces differ (every-frame, reference realtime)"),
    ],
)
def test_what_was_timed_otherwise_is_not_held_against_it(runs, settings, reason):
    sides = runs({"reports": slower(3), "settings": settings}, {"reports": slower(1)})
    result = held(sides, built_in_gate())
    skipped = {v.key: v.reason for v in result.of(State.SKIPPED)}
    for key in ("latency_p99_ratio_max", "ok_share_drop_max", "timeout_share_rise_max"):
        assert skipped[key] == reason
    assert list(result.comparison.unlike) == list(settings)


def test_another_model_is_what_is_compared_and_is_told(runs):
    settings = {"model": "another", "bag": "/elsewhere/tokyo"}  # the same bag on another disk
    sides = runs({"rows": rows([8.0] * 9), "settings": settings}, {"rows": rows([8.0] * 9)})
    result = held(sides, gate(score_drop_max=0.3))
    assert result.passed is True
    assert result.to_json()["unlike"] == {"model": {"run": "another", "reference": "driving-ja"}}
