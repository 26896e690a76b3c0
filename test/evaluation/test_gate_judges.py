"""Scores are compared where the same judge gave them, and files are read as they lie."""

from __future__ import annotations

import json
import time

import pytest
from support.gates import gate, held, rows
from support.question_sets import write_rows
from support.scored_runs import report, truth_row, write_scored_run

from vlm_driving.core import UserError
from vlm_driving.evaluation.gate.comparison import compare
from vlm_driving.evaluation.gate.gate_file import built_in_gate
from vlm_driving.evaluation.gate.reference_run import load_sides


def write_both(tmp_path, version):
    judged = {"judge": {"name": "keyfact", "version": version}}
    write_scored_run(tmp_path / "new", rows=rows([8.0] * 9))
    write_scored_run(tmp_path / "old", rows=rows([5.0] * 9), score=judged)
    return tmp_path / "new", tmp_path / "old", "keyfact"


def test_scores_of_another_version_of_the_judge_are_not_compared(tmp_path):
    with pytest.raises(UserError, match="scored by keyfact 1, .* by keyfact 2.*vlm-driving score"):
        load_sides(*write_both(tmp_path, "1"))


def test_a_reference_is_scored_again_where_that_costs_nothing(tmp_path):
    def again(run, out):
        write_rows(out / "scores.jsonl", rows([8.0] * 9))
        return {"score": {"overall": 8.0}, "judge": {"name": "keyfact", "version": "2"}}

    run, reference, name = write_both(tmp_path, "1")
    before = (reference / "scores" / "keyfact" / "scores.jsonl").read_bytes()
    result = compare(*load_sides(run, reference, name, again))
    assert result.lines["score"].difference == 0
    assert any("was scored by keyfact 1; scored here by keyfact 2" in n for n in result.notes)
    assert (reference / "scores" / "keyfact" / "scores.jsonl").read_bytes() == before


def test_a_reference_without_answers_or_scores_is_told(tmp_path):
    write_scored_run(tmp_path / "new", rows=rows([8.0] * 9))
    write_scored_run(tmp_path / "old", reports=[report(0)])
    sides = load_sides(tmp_path / "new", tmp_path / "old", "keyfact")
    assert any("has no scores of keyfact 2" in n for n in compare(*sides).notes)
    result = held(sides, gate(score_drop_max=0.3, late_reports_max=0))
    assert result.passed is False  # a reference that was never scored lets nothing pass
    assert "the reference does not have it: make a new one" in result.verdicts[0].reason


def test_truth_by_another_version_is_refused(tmp_path):
    for name, version in (("new", "2"), ("old", "1")):
        path = write_scored_run(tmp_path / name, truth=[truth_row(i) for i in range(9)])
        file = path / "scores" / "truth" / "score.json"
        found = json.loads(file.read_text("utf-8"))
        found["judge"]["version"] = version
        file.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(UserError, match="held against truth by keyfact 1"):
        load_sides(tmp_path / "new", tmp_path / "old", "keyfact")


def test_a_run_is_not_its_own_reference(tmp_path):
    path = write_scored_run(tmp_path / "new", rows=rows([8.0] * 9))
    with pytest.raises(UserError, match="its own reference"):
        load_sides(path, tmp_path / ".." / tmp_path.name / "new", "keyfact")


@pytest.mark.parametrize("content", ["{", "[1]", '{"a":' * 100_000])
def test_a_broken_score_file_is_one_sentence(tmp_path, content):
    write_scored_run(tmp_path / "new", rows=rows([8.0] * 9))
    old = write_scored_run(tmp_path / "old", rows=rows([8.0] * 9))
    (old / "scores" / "keyfact" / "score.json").write_text(content)
    with pytest.raises(UserError, match=r"score\.json.*score the run again"):
        load_sides(tmp_path / "new", old, "keyfact")


def test_values_that_are_no_numbers_are_no_figures(tmp_path):
    nonsense = {"score": {"overall": "high"}, "flags": 3, "missing": None, "latency_ms": [1]}
    write_scored_run(tmp_path / "new", rows=rows([8.0] * 9), score=nonsense)
    write_scored_run(tmp_path / "old", rows=rows([8.0] * 9))
    lines = compare(*load_sides(tmp_path / "new", tmp_path / "old", "keyfact")).lines
    for name in ("score", "baseline_flags", "questions_missing", "question_latency_p99_ms"):
        assert lines[name].run is None


def test_ten_thousand_frames_are_compared_in_seconds(tmp_path):
    for name in ("new", "old"):
        frames = [report(i) for i in range(10_000)]
        write_scored_run(
            tmp_path / name, reports=frames, truth=[truth_row(i) for i in range(10_000)]
        )
    start = time.perf_counter()
    result = held(load_sides(tmp_path / "new", tmp_path / "old", "keyfact"), built_in_gate())
    assert result.passed is True
    assert time.perf_counter() - start < 15  # 2 s on an idle machine
