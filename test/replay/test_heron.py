"""`vlm-driving heron` with a real model on pictures that the test draws."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest
from support.asked import rows_of
from support.chat_endpoint import chat_endpoint, fails, says
from support.drawn_pictures import CATEGORIES, draw
from support.llm_judging import plain_environment  # noqa: F401
from support.question_sets import row, write_rows

from vlm_driving.evaluation.run import load_run


def test_every_question_is_asked_on_its_picture_and_scored(run_heron, heron):
    code, result, err, run = run_heron(heron, "--judge", "reference")
    assert code == 0
    own, other = rows_of(run / "answers.jsonl"), rows_of(run / "other_scene.jsonl")
    assert [row["image"] for row in own] == [f"{n // 2:03d}.jpg" for n in range(8)]
    shown = [row["shown"]["image"] for row in other]
    assert shown == ["002.jpg"] * 2 + ["003.jpg"] * 2 + ["000.jpg"] * 2 + ["001.jpg"] * 2
    assert all(row["sequence"] is None and row["stamp_ns"] is None for row in own)
    assert result["n"] == 8
    assert result["judge"]["name"] == "reference"
    assert {"echo_question", "other_scene"} <= set(result["baselines"])
    assert result["run"] == str(run)
    assert json.loads((run / "scores" / "reference" / "score.json").read_text())["n"] == 8
    settings = json.loads((run / "run.json").read_text())
    assert (settings["kind"], settings["questions"]["layout"]) == ("heron", "heron")
    summary = json.loads((run / "summary.json").read_text())
    assert summary["score"] == result["score"]
    assert sum(summary["outcomes"].values()) == 8
    assert sorted(file.name for file in (run / "pictures").iterdir()) == [
        f"{n:03d}.jpg" for n in range(4)
    ]
    assert "questions 16/16" in err
    loaded = load_run(run)
    assert (loaded.kind, len(loaded.asked.answers), loaded.problems) == ("heron", 8, ())
    assert (run / "report.html").stat().st_size > 1000


def test_a_set_without_key_facts_is_judged_by_its_references(run_heron, tmp_path):
    rows = [row(n, CATEGORIES[n], "前方に車両がいます。") for n in range(3)]
    file = write_rows(tmp_path / "rows.jsonl", rows)
    for number in range(3):
        draw(tmp_path / f"{number:03d}.jpg", number)
    code, result, _, _ = run_heron(file)
    assert (code, result["judge"]["name"]) == (0, "reference")


def test_missing_pictures_are_named_with_where_they_belong(run_heron, heron):
    (heron / "images" / "001.jpg").unlink()
    code, _, err, run = run_heron(heron)
    assert code == 2
    assert "1 of the 4 images" in err
    assert "001.jpg" in err
    assert str(heron / "images") in err
    assert "--skip-missing-images" in err
    assert not run.exists()


def test_the_rest_is_asked_and_the_run_says_so(run_heron, heron):
    (heron / "images" / "001.jpg").unlink()
    code, result, err, run = run_heron(heron, "--skip-missing-images", "--judge", "reference")
    assert (code, result["n"]) == (0, 6)
    assert "2 of 8 questions are left out" in err
    assert [row["question_id"] for row in rows_of(run / "questions.jsonl")] == list("014567")
    assert json.loads((run / "run.json").read_text())["questions"]["left_out"] == 2
    problems = json.loads((run / "summary.json").read_text())["problems"]
    assert any("2 of 8 questions are left out" in one for one in problems)


def test_without_any_picture_nothing_is_skipped(run_heron, heron):
    for file in (heron / "images").iterdir():
        file.unlink()
    code, _, err, _ = run_heron(heron, "--skip-missing-images")
    assert code == 2
    assert "4 of the 4 images" in err


def test_a_picture_that_is_none_is_a_row(run_heron, heron):
    (heron / "images" / "001.jpg").write_bytes(b"no picture")
    code, _, _, run = run_heron(heron, "--judge", "reference")
    assert code == 0
    rows = {row["question_id"]: row for row in rows_of(run / "answers.jsonl")}
    assert [rows[i]["outcome"] for i in "23"] == ["malformed"] * 2
    assert rows["2"]["reason"] == "001.jpg holds no picture that can be decoded"
    assert "malformed" not in {rows[i]["outcome"] for i in "014567"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["/no/such/set"], "/no/such/set"),
        (["{set}", "--model", "/no/such/bundle"], "/no/such/bundle"),
        (["{set}", "--backends", "onnx-cpu,onnx-gpu"], "One backend answers"),
        (["{set}", "--judge", "llm"], "--llm-model"),
        ([], "Name the directory"),
    ],
)
def test_what_a_user_can_mend_is_a_sentence(run_heron, heron, words, says):
    code, _, err, run = run_heron(*(word.format(set=heron) for word in words))
    assert code == 2
    assert says in err
    assert not run.exists()


def test_questions_about_a_bag_are_sent_to_replay(run_heron, tmp_path):
    one = {**row(0, "conv", "はい。"), "image": None, "camera": "/c", "stamp_ns": 1}
    code, _, err, _ = run_heron(write_rows(tmp_path / "rows.jsonl", [one]))
    assert code == 2
    assert "vlm-driving replay BAG --questions" in err


def test_a_signal_ends_it_tidily(heron, asked_model, tmp_path, repository):
    rows = [row(n, CATEGORIES[n % 3], "前方に車両がいます。") for n in range(600)]
    file = write_rows(heron / "many.jsonl", [{**one, "image": "000.jpg"} for one in rows])
    run = tmp_path / "run"
    words = ["heron", file, "--model", asked_model, "--out", run, "--threads", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "vlm_driving", *map(str, words)],
        cwd=repository,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    answers = run / "answers.jsonl"
    until = time.monotonic() + 60
    while not answers.exists() or answers.read_bytes().count(b"\n") < 3:
        assert time.monotonic() < until
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    result = json.loads(out.strip().splitlines()[-1])
    assert (result["interrupted"], result["score"]) == (True, None)
    assert "goes on with --resume" in err
    assert len(rows_of(answers)) == 600
    assert rows_of(answers)[-1]["outcome"] == "dropped"


@pytest.mark.parametrize("behaviour", [says("[[7]]"), fails(401)])
def test_an_llm_judges_into_its_own_folder_and_costs_no_answer_when_it_fails(
    run_heron,
    heron,
    tmp_path,
    plain_environment,  # noqa: F811
    behaviour,
):
    with chat_endpoint() as endpoint:
        endpoint.script, endpoint.otherwise = [], behaviour
        where = ["--llm-endpoint", endpoint.address, "--llm-cache", tmp_path / "cache.jsonl"]
        code, _, err, run = run_heron(heron, "--judge", "llm", "--llm-model", "a/b", *where)
    assert code == 0
    assert len(rows_of(run / "answers.jsonl")) == 8
    assert [folder.name for folder in (run / "scores").iterdir()] == ["llm"]
    assert "tokens" in err


def test_pictures_of_one_name_are_not_taken_for_each_other(run_heron, tmp_path):
    rows = [row(n, "conv", "前方に車両がいます。") for n in range(3)]
    names = ["day/1.jpg", "night/1.jpg", "day/2.jpg"]
    file = write_rows(
        tmp_path / "rows.jsonl",
        [{**one, "image": name} for one, name in zip(rows, names, strict=True)],
    )
    for number, name in enumerate(names):
        draw(tmp_path / name, number)
    code, _, err, run = run_heron(file)
    assert code == 0
    assert [one.name for one in (run / "pictures").iterdir()] == ["2.jpg"]
    assert "2 pictures share their name with another one (the first is day/1.jpg)" in err
    assert len(rows_of(run / "answers.jsonl")) == 3


def test_a_signal_while_a_judge_is_at_work_ends_it_and_keeps_the_run(run_heron, heron, monkeypatch):
    def interrupted(*_, **__):
        signal.raise_signal(signal.SIGINT)
        time.sleep(10)  # a judge that would take its time

    monkeypatch.setattr("vlm_driving.replay.asking.heron.score_run", interrupted)
    code, last, _, run = run_heron(heron, "--judge", "reference")
    assert (code, last) == (130, None)
    summary = json.loads((run / "summary.json").read_text())
    assert (summary["score"], summary["interrupted"]) == (None, False)
    assert f"--resume {run} goes on with the judging" in summary["problems"][-1]
    assert (run / "report.html").exists()
