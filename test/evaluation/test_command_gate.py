"""`vlm-driving score RUN --against REFERENCE`, as a user and a CI job meet it."""

from __future__ import annotations

import json

import pytest
from support.gates import rows
from support.question_sets import write_rows
from support.scored_runs import report, score_row, timeout, write_scored_run

from vlm_driving import cli


def asked(i):
    """A question about a signal, in turn conv, detail and complex."""
    colour = "赤青黄"[i % 3]
    return score_row(
        i,
        None,
        question="信号は何色ですか。",
        reference=f"信号は{colour}です。",
        answer=f"信号は{colour}です。",
    )


def write(path, wrong=0, reports=(), **settings):
    """A run that was not scored yet; the first answers are wrong."""
    found = [asked(i) for i in range(30)]
    for row in found[:wrong]:
        row["answer"] = "信号は白です。"
    write_scored_run(path, rows=found, reports=reports, settings=settings)
    questions = [json.loads(x) for x in (path / "questions.jsonl").read_text("utf-8").splitlines()]
    for question in questions:
        question["facts"] = {"must": [[question["reference"][3]]]}
    write_rows(path / "questions.jsonl", questions)
    answers = [
        {"question_id": r["question_id"], "text": r["answer"], "outcome": "ok", "latency_ms": 300}
        for r in found
    ]
    write_rows(path / "answers.jsonl", answers)
    for file in (path / "scores" / "keyfact").iterdir():
        file.unlink()
    return path


@pytest.fixture
def pair(tmp_path):
    return write(tmp_path / "new", wrong=12), write(tmp_path / "old")


def score(run, *more):
    return cli.main(["score", str(run), *map(str, more)])


def last(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_broken_gate_exits_1_and_the_object_says_which(pair, capsys):
    run, reference = pair
    assert score(reference) == 0
    capsys.readouterr()
    assert score(run, "--against", reference, "--gate", "default") == 1
    captured = capsys.readouterr()
    printed = json.loads(captured.out.splitlines()[-1])
    assert printed["judge"]["name"] == "keyfact"  # the object of score, with one key more
    gate = printed["gate"]
    assert (gate["schema"], gate["passed"]) == ("vlm_driving/gate/1", False)
    assert "score_drop_max" in gate["broken"]
    assert gate["figures"]["score"]["significant"] is True
    assert gate["answers"]["worse_n"] == gate["answers"]["changed"] == 12
    assert "BROKEN: " in captured.err and "! BROKEN: score_drop_max 0.3 (is 3.6)" in captured.err
    assert "…" not in captured.err


def test_the_same_answers_pass(tmp_path, capsys):
    run, reference = write(tmp_path / "new"), write(tmp_path / "old")
    score(reference)
    assert score(run, "--against", reference, "--gate", "default") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out.splitlines()[-1])["gate"]["passed"] is True
    assert "Passed: all" in captured.err


def test_without_a_gate_runs_are_only_compared(pair, capsys):
    run, reference = pair
    score(reference)
    capsys.readouterr()
    assert score(run, "--against", reference) == 0
    captured = capsys.readouterr()
    gate = json.loads(captured.out.splitlines()[-1])["gate"]
    assert gate["passed"] is None and gate["gates"] == []
    assert "No gate was set" in captured.err
    assert "12 of 30 in other words, 12 scored lower" in captured.err


def test_a_reference_that_was_never_scored_is_scored_in_passing(pair, capsys):
    run, reference = pair
    assert score(run, "--against", reference, "--gate", "default") == 1
    told = last(capsys)["gate"]
    assert told["figures"]["score"]["reference"] == 10.0
    assert any("scored here by keyfact" in note for note in told["notes"])
    assert list((reference / "scores" / "keyfact").iterdir()) == []  # it is left as it was


def test_scores_that_went_elsewhere_are_the_ones_compared(pair, tmp_path, capsys):
    run, reference = pair
    assert score(run, "--out", tmp_path / "out", "--against", reference, "--gate", "default") == 1
    assert last(capsys)["gate"]["figures"]["score"]["n"] == 30


def test_runs_without_questions_or_truth_are_compared_in_what_they_said(tmp_path, capsys):
    frames = [report(i) for i in range(40)]
    late = [timeout(i) if i % 4 == 0 else report(i) for i in range(40)]
    run = write_scored_run(tmp_path / "new", reports=late, settings={"bag": "/none"})
    reference = write_scored_run(tmp_path / "old", reports=frames, settings={"bag": "/none"})
    assert score(run, "--against", reference, "--gate", "default") == 1
    printed = last(capsys)
    assert printed["score"]["overall"] is None
    assert set(printed["gate"]["broken"]) == {"ok_share_drop_max", "timeout_share_rise_max"}


def test_the_summary_is_markdown_that_models_cannot_break(tmp_path, capsys):
    run, reference = write(tmp_path / "new", wrong=12), write(tmp_path / "old")
    answers = [json.loads(x) for x in (run / "answers.jsonl").read_text("utf-8").splitlines()]
    answers[0]["text"] = "白 | <script>alert(1)</script>\n# 見出し `x` " + "長" * 500
    write_rows(run / "answers.jsonl", answers)
    file = tmp_path / "deep" / "gate.md"
    more = ("--against", reference, "--gate", "default", "--summary", file)
    assert score(run, *more) == 1
    text = file.read_text("utf-8")
    assert text.startswith("### vlm-driving: BROKEN: ")
    assert "**! BROKEN: score_drop_max 0.3 (is 3.6)**" in text
    assert "<script>" not in text and "\n# 見出し" not in text
    rows_of_table = [line for line in text.splitlines() if "script" in line]
    assert all(line.count("|") == 5 for line in rows_of_table) and rows_of_table
    assert "not a safety-rated component" in text


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--gate", "default"], "--gate compares with another run; name it with --against"),
        (["--summary", "x.md"], "--summary compares with another run"),
        (["--against", "nowhere"], "nowhere is no run directory"),
        (["--against", "OLD", "--gate", "none.yaml"], "cannot read the configuration none.yaml"),
        (["--against", "NEW"], "its own reference"),
    ],
)
def test_what_cannot_be_held_is_one_sentence_and_2_before_anything_is_scored(
    pair, capsys, more, sentence
):
    run, reference = pair
    named = {"OLD": str(reference), "NEW": str(run)}
    assert score(run, *(named.get(word, word) for word in more)) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err and captured.out == ""
    assert list((run / "scores" / "keyfact").iterdir()) == []


def test_a_file_of_answers_is_no_run(pair, capsys):
    run, reference = pair
    code = score(run / "answers.jsonl", "--questions", run / "questions.jsonl", "--against", run)
    assert code == 2
    assert "answers.jsonl is no run directory" in capsys.readouterr().err


def test_the_table_fits_a_log_without_a_terminal(pair, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    run, reference = pair
    score(run, "--against", reference, "--gate", "default")
    err = capsys.readouterr().err
    assert "score of the answers, 1 to 10" in err and "score_drop_max 0.3" in err


def test_names_with_brackets_are_not_markup(tmp_path, capsys):
    run, reference = write(tmp_path / "[red]new"), write(tmp_path / "[/]old")
    assert score(run, "--against", reference) == 0
    assert "[red]new" in capsys.readouterr().err


def test_an_unlike_set_is_told(tmp_path, capsys):
    run, reference = write(tmp_path / "new"), write(tmp_path / "old")
    for name in ("questions.jsonl", "answers.jsonl"):
        lines = (run / name).read_text("utf-8").splitlines(keepends=True)
        (run / name).write_text("".join(lines[:-3]), encoding="utf-8")
    assert score(run, "--against", reference, "--gate", "default") == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out.splitlines()[-1])["gate"]["broken"] == ["questions_gone_max"]
    assert "3 of the reference's questions are not in this run's set (27, 28, 29)" in captured.err


def test_rows_of_a_helper_are_as_scores_write_them(tmp_path, capsys):
    # The other tests of gates go by what `scored_runs` writes: hold it to the real thing.
    run = write(tmp_path / "new")
    assert score(run) == 0
    real = json.loads(
        (run / "scores" / "keyfact" / "scores.jsonl").read_text("utf-8").split("\n")[0]
    )
    assert set(rows([8.0])[0]) <= set(real)
