"""Runs are read with whatever a command has written into them so far."""

from __future__ import annotations

import json
import shutil

import pytest

from vlm_driving.bench.made_up_run import MadeUp, make_up_run
from vlm_driving.evaluation.report import render_page
from vlm_driving.evaluation.run import load_run


@pytest.fixture
def asked(tmp_path):
    return make_up_run(tmp_path / "run", MadeUp(frames=30, questions=6, pictures=4))


def test_everything_of_the_contract_is_read(asked):
    found = load_run(asked).asked
    assert len(found.questions) == len(found.answers) == len(found.other_scene) == 6
    assert [one.name for one in found.scores] == ["keyfact", "reference"]
    assert found.truth is not None and len(found.truth.rows) == 30
    assert found.problems == ()


def test_a_run_of_before_has_no_questions(answered, write_run):
    found = load_run(write_run([answered])).asked
    assert found.questions == () and found.scores == () and found.truth is None


def test_questions_on_image_files_need_no_frames(tmp_path):
    run = load_run(make_up_run(tmp_path / "run", MadeUp(frames=0, questions=6, pictures=6)))
    assert run.kind == "heron"
    assert run.reports == () and run.problems == ()
    assert len(run.asked.pictures) == 6


def test_questions_without_answers_yet_are_told(asked):
    lines = (asked / "answers.jsonl").read_text().splitlines(keepends=True)
    (asked / "answers.jsonl").write_text("".join(lines[:2]))
    assert "4 of 6 questions have no answer yet." in load_run(asked).problems


@pytest.mark.parametrize("name", ["questions.jsonl", "answers.jsonl", "scores/truth/scores.jsonl"])
def test_a_cut_last_line_is_left_out_and_told(asked, name):
    data = (asked / name).read_bytes()
    (asked / name).write_bytes(data[:-20])
    problems = " ".join(load_run(asked).problems)
    assert f"The last line of {name.rpartition('/')[2]} was cut off" in problems


def test_lines_that_are_no_rows_cost_themselves(asked):
    with (asked / "answers.jsonl").open("a") as file:
        file.write("5\n{\n" + json.dumps({"no": "id"}) + "\n")
    run = load_run(asked)
    assert len(run.asked.answers) == 6
    assert any("2 lines of answers.jsonl" in problem for problem in run.problems)


def test_a_judge_that_was_stopped_leaves_what_it_judged(asked):
    folder = asked / "scores" / "reference"
    (folder / "scores.jsonl").rename(folder / "scores.partial.jsonl")
    (folder / "score.json").unlink()
    run = load_run(asked)
    assert [len(one.rows) for one in run.asked.scores] == [6, 6]
    assert any("reference was stopped half way" in problem for problem in run.problems)


@pytest.mark.parametrize("text", ["{", "[1]", "\ud800"])
def test_figures_that_cannot_be_read_are_told(asked, text):
    (asked / "scores" / "keyfact" / "score.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    run = load_run(asked)
    assert any("score.json cannot be read" in problem for problem in run.problems)
    assert len(run.asked.scores) == 2


@pytest.mark.parametrize(
    "lost",
    ["questions.jsonl", "answers.jsonl", "scores", "thumbnails", "summary.json", "frames.jsonl",
     "scores/keyfact/score.json", "scores/truth/score.json", "run.json"],
)  # fmt: skip
def test_whatever_is_missing_there_is_a_page(asked, lost):
    path = asked / lost
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    assert render_page(load_run(asked)).endswith("</html>\n")


@pytest.mark.parametrize("row", [{"sequence": True}, {"sequence": [1]}, {"latency_ms": "soon"},
    {"hits": 5}, {"truth": "x"}, {"question_id": None}])  # fmt: skip
def test_rows_of_another_make_do_no_harm(asked, row):
    for name in ("answers.jsonl", "scores/keyfact/scores.jsonl", "scores/truth/scores.jsonl"):
        rows = [json.loads(line) for line in (asked / name).read_text().splitlines()]
        lines = [json.dumps({**one, **row}) + "\n" for one in rows]
        (asked / name).write_text("".join(lines))
    assert render_page(load_run(asked)).endswith("</html>\n")
