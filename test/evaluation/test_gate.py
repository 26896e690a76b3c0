"""Answers against those of another run: what got worse, what is noise, what breaks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.gates import gate, held, rows, states
from support.question_sets import write_rows
from support.scored_runs import report, score_row, truth_row, write_scored_run

from vlm_driving.core import UserError
from vlm_driving.evaluation.gate.comparison import compare
from vlm_driving.evaluation.gate.differences import by_category
from vlm_driving.evaluation.gate.gate_file import built_in_gate
from vlm_driving.evaluation.gate.reference_run import load_sides
from vlm_driving.evaluation.gate.result import judge
from vlm_driving.evaluation.gate.verdicts import State


def paired(comparison, name) -> Any:
    """The difference over what both have; its figures are numbers here, or the test fails."""
    return comparison.lines[name].paired


@pytest.fixture
def runs(tmp_path):
    """Writes the run and the reference; each is given what it has."""

    def write(run, reference):
        write_scored_run(tmp_path / "new", **run)
        write_scored_run(tmp_path / "old", **reference)
        return load_sides(tmp_path / "new", tmp_path / "old", "keyfact")

    return write


def test_a_run_passes_against_its_copy(runs):
    whole = {
        "reports": [report(i) for i in range(40)],
        "rows": rows([8.0] * 30),
        "truth": [truth_row(i) for i in range(40)],
    }
    result = held(runs(whole, whole), built_in_gate())
    assert result.passed is True
    assert result.of(State.BROKEN) == result.of(State.SKIPPED) == []
    assert all(not line.difference for line in result.comparison.lines.values())


def test_a_drop_of_every_answer_is_real_and_breaks(runs):
    sides = runs({"rows": rows([6.0] * 30)}, {"rows": rows([8.0] * 30)})
    result = held(sides, gate(score_drop_max=0.3))
    assert result.passed is False
    (verdict,) = result.verdicts
    assert (verdict.key, verdict.value) == ("score_drop_max", 2.0)
    line = result.comparison.lines["score"]
    assert (line.run, line.reference, line.paired.significant) == (6.0, 8.0, True)


def test_a_drop_within_noise_is_forgiven_unless_the_file_is_strict(runs):
    before = [5.0] * 30
    after = [1.0 if i < 9 else 9.0 if i < 15 else 5.0 for i in range(30)]  # 9 worse, 6 better
    sides = runs({"rows": rows(after)}, {"rows": rows(before)})
    lenient = held(sides, gate(score_drop_max=0.3))
    assert lenient.comparison.lines["score"].difference == pytest.approx(-0.4)
    assert lenient.passed is True
    assert "within noise" in lenient.verdicts[0].reason
    assert held(sides, gate(score_drop_max=0.3, drop_beyond_noise_only=False)).passed is False


def test_too_few_questions_to_tell_are_not_forgiven(runs):
    sides = runs({"rows": rows([1.0, 9.0, 5.0])}, {"rows": rows([9.0, 5.0, 5.0])})
    result = held(sides, gate(score_drop_max=0.3))
    assert result.comparison.lines["score"].paired.significant is None
    assert result.passed is False


def test_a_small_drop_beyond_noise_breaks_where_the_file_says_so(runs):
    sides = runs({"rows": rows([7.8] * 30)}, {"rows": rows([8.0] * 30)})
    assert held(sides, gate(score_drop_max=0.3)).passed is True
    strict = held(sides, gate(score_drop_max=0.3, significant_drop_fails=True))
    assert [v.key for v in strict.of(State.BROKEN)] == ["significant_drop_fails"]


def test_a_rise_breaks_no_drop_gate(runs):
    sides = runs({"rows": rows([9.0] * 30)}, {"rows": rows([8.0] * 30)})
    strict = gate(score_drop_max=0, category_score_drop_max=0, significant_drop_fails=True)
    assert held(sides, strict).passed is True


def test_one_category_breaks_by_itself(runs):
    after = [3.0 if i % 3 == 0 else 9.0 for i in range(30)]  # conv falls, the others rise
    sides = runs({"rows": rows(after)}, {"rows": rows([7.0] * 30)})
    result = held(sides, gate(score_drop_max=0.3, category_score_drop_max=0.6))
    assert states(result) == {
        ("score_drop_max", "score"): "kept",
        ("category_score_drop_max", "score_conv"): "broken",
        ("category_score_drop_max", "score_detail"): "kept",
        ("category_score_drop_max", "score_complex"): "kept",
    }


def test_a_category_that_neither_set_has_is_left_out(runs):
    plain = [score_row(i, 8.0, category="conv") for i in range(9)]
    result = held(runs({"rows": plain}, {"rows": plain}), gate(category_score_drop_max=0.6))
    assert [v.figure for v in result.verdicts] == ["score_conv"]


def test_absolute_limits_hold_the_run_alone(runs):
    sides = runs({"rows": rows([6.0] * 9)}, {"rows": rows([6.0] * 9)})
    assert held(sides, gate(score_min=6.0)).passed is True
    assert held(sides, gate(score_min=6.1)).passed is False


def test_an_interval_is_the_same_every_time(runs):
    sides = runs({"rows": rows([1.0 + i % 9 for i in range(30)])}, {"rows": rows([5.0] * 30)})
    first, second = (paired(compare(*sides), "score") for _ in range(2))
    assert first == second and first.low < first.mean < first.high


def test_an_answer_that_the_judge_failed_on_is_in_no_pair(runs):
    mine = rows([8.0] * 30)
    mine[0] = score_row(0, None)
    sides = runs({"rows": mine}, {"rows": rows([8.0] * 30)})
    result = held(sides, gate(score_drop_max=0, judge_failed_max=0))
    assert result.comparison.lines["score"].paired.n == 29
    assert [v.key for v in result.of(State.BROKEN)] == ["judge_failed_max"]


def test_missing_answers_are_counted(runs):
    mine = rows([8.0] * 29) + [score_row(29, 1.0, outcome="missing", answer="", latency_ms=None)]
    sides = runs({"rows": mine}, {"rows": rows([8.0] * 30)})
    result = held(sides, gate(questions_missing_max=0, question_ok_share_drop_max=0.02))
    assert states(result)[("questions_missing_max", "questions_missing")] == "broken"
    assert result.comparison.lines["question_ok_share"].run == pytest.approx(29 / 30)
    assert states(result)[("question_ok_share_drop_max", "question_ok_share")] == "broken"


def test_a_baseline_that_has_become_no_worse_breaks(runs):
    flagged = {"flags": ["best_constant is no worse than the answers in conv"]}
    sides = runs({"rows": rows([8.0] * 9), "score": flagged}, {"rows": rows([8.0] * 9)})
    assert held(sides, gate(baseline_flags_rise_max=0)).passed is False
    assert held(sides, gate(baseline_flags_max=1)).passed is True


def test_what_got_worse_is_named_the_worst_first(runs):
    before, after = [8.0] * 30, [8.0] * 30
    after[4], after[7], after[9] = 2.0, 5.0, 9.0
    sides = runs({"rows": rows(after)}, {"rows": rows(before)})
    told = judge(compare(*sides), None).to_json()["answers"]
    assert [one["question_id"] for one in told["worse"]] == ["4", "7"]
    assert [one["question_id"] for one in told["better"]] == ["9"]
    assert told["worse"][0]["difference"] == -6.0


# --- sets that are not the same ------------------------------------------------------------------


def test_scores_are_compared_over_the_questions_that_are_the_same(runs):
    mine = [score_row(i, 8.0) for i in range(5, 40)]
    sides = runs({"rows": mine}, {"rows": rows([2.0] * 5 + [8.0] * 25)})
    result = held(sides, gate(score_drop_max=0.0, questions_gone_max=0))
    assert result.comparison.lines["score"].difference == 0
    assert states(result)[("questions_gone_max", "questions_gone")] == "broken"
    told = " ".join(result.notes)
    assert "5 of the reference's questions are not in this run's set (0, 1, 2, 3, 4)" in told
    assert "10 questions are not in the reference's set" in told
    assert "over the 25 questions that are the same" in told


@pytest.mark.parametrize("change", [{"question": "別の問?"}, {"reference": "別の正解"}])
def test_a_question_in_other_words_or_with_another_reference_is_another(runs, change):
    mine = rows([8.0] * 30)
    mine[3] = score_row(3, 1.0, **change)
    sides = runs({"rows": mine}, {"rows": rows([8.0] * 30)})
    result = compare(*sides)
    assert result.questions.changed == ("3",)
    assert result.lines["score"].difference == 0
    assert result.lines["questions_gone"].run == 1


def test_other_key_facts_are_another_question_too(tmp_path):
    for name in ("new", "old"):
        write_scored_run(tmp_path / name, rows=rows([8.0] * 9))
    file = tmp_path / "new" / "questions.jsonl"
    asked = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    asked[2]["facts"] = {"must": [["何でも"]]}
    write_rows(file, asked)
    assert compare(
        *load_sides(tmp_path / "new", tmp_path / "old", "keyfact")
    ).questions.changed == ("2",)


def test_sets_with_nothing_in_common_are_no_regression_and_no_pass(runs):
    other = [score_row(i, 2.0) for i in range(100, 130)]
    sides = runs({"rows": other}, {"rows": rows([8.0] * 30)})
    with pytest.raises(UserError, match="No gate of gate.yaml can be judged.*no question is in"):
        held(sides, gate(score_drop_max=0.3))
    assert held(sides, built_in_gate()).passed is False  # 30 questions are gone


def test_categories_of_one_size_are_not_lucky_at_once(runs):
    after = [2.0 if i % 2 else 8.0 for i in range(0, 60)]
    after = [after[i // 3] for i in range(60)]  # the same in each category, question by question
    found = compare(*runs({"rows": rows(after)}, {"rows": rows([8.0] * 60)}))
    widths = {
        name: paired(found, name).high - paired(found, name).low
        for name in ("score", "score_conv", "score_detail", "score_complex")
    }
    assert widths["score"] < 0.75 * widths["score_conv"]


def test_a_category_needs_ten_questions_and_all_need_twenty(runs):
    sides = runs({"rows": rows([6.0] * 18 + [7.0])}, {"rows": rows([8.0] * 19)})
    assert paired(compare(*sides), "score").low is None  # 19
    one = [score_row(i, 6.0 + i % 2, category="conv") for i in range(10)]
    other = [score_row(i, 8.0, category="conv") for i in range(10)]
    pair: Any = by_category(
        {"conv": [(a["score"], b["score"]) for a, b in zip(one, other, strict=True)]}
    )
    assert pair[0].low is None and pair[1]["conv"].high < 0
