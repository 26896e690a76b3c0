"""`vlm-driving replay BAG --questions FILE` with a real model, as a user runs it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest
from support.asked import CAMERA, about, rows_of, write_set

from vlm_driving import cli
from vlm_driving.core import UserError
from vlm_driving.evaluation.questions import load_questions
from vlm_driving.evaluation.run import load_run
from vlm_driving.replay.asking.rows import AnswerFile

BEGIN_NS = 1_700_000_000_000_000_000 + 1
PERIOD_NS = 20_000_000
FACTS = {"must": [["車両"]]}


def stamp(frame: int) -> int:
    """Of a frame of `make_camera_bag`; the one numbered 2 is damaged."""
    return BEGIN_NS + frame * PERIOD_NS


@pytest.fixture
def ask(capsys, make_camera_bag, asked_model, tmp_path):
    """Replays a small bag with these questions: exit code, summary, stderr and the run."""

    def run(rows, *more, pace="every-frame", bag=None):
        questions = write_set(tmp_path / "set.jsonl", rows)
        arguments = [bag or make_camera_bag(), "--questions", questions, "--model", asked_model]
        arguments += ["--out", tmp_path / "run", "--pace", pace, "--threads", "1", *more]
        code = cli.main(["replay", *map(str, arguments)])
        out, err = capsys.readouterr()
        summary = json.loads(out.strip().splitlines()[-1]) if out.strip() else None
        return code, summary, err, tmp_path / "run"

    return run


ROWS = [about(0, stamp(1), facts=FACTS), about(1, stamp(1), facts=FACTS)]
ROWS += [about(2, stamp(7), facts=FACTS), about(3, stamp(9), facts=FACTS)]


@pytest.mark.parametrize("pace", ["every-frame", "realtime"])
def test_questions_are_asked_scored_and_summed_up(ask, pace):
    code, summary, _, run = ask(ROWS, "--question-budget-ms", "900", pace=pace)
    assert code == 0
    own, other = rows_of(run / "answers.jsonl"), rows_of(run / "other_scene.jsonl")
    assert [row["question_id"] for row in own] == [row["question_id"] for row in other]
    assert [row["sequence"] for row in own] == [1, 1, 7, 9]
    assert [row["shown"]["sequence"] for row in other] == [7, 7, 9, 1]
    # A model of random weights may come to no sentence, which is tried again until time is up.
    assert {row["outcome"] for row in own + other} <= {"ok", "truncated", "no_backend", "timeout"}
    assert {row["outcome"] for row in own + other} & {"ok", "truncated"}
    assert {row["backend"] for row in own + other} <= {"onnx-cpu", None}
    asked = summary["questions"]
    assert asked["n"] == sum(asked["outcomes"].values()) == 4
    assert asked["judge"]["name"] == "keyfact"
    assert asked["budget_ms"] == (900 if pace == "realtime" else None)
    assert set(summary["score"]) == {"overall", "conv", "detail", "complex"}
    assert summary["score"]["overall"] >= 1.0
    scored = json.loads((run / "scores" / "keyfact" / "score.json").read_text())
    assert scored["score"] == summary["score"]
    assert "other_scene" in scored["baselines"]
    settings = json.loads((run / "run.json").read_text())
    assert settings["questions"]["digest"] == asked["digest"]
    thumbnails = {int(file.stem) for file in (run / "thumbnails").iterdir()}
    assert thumbnails >= {1, 7, 9}  # of a fifth of a second: the plan itself takes the first alone
    loaded = load_run(run)
    assert len(loaded.asked.answers) == 4
    assert loaded.problems == ()
    questions = [(q.id, q.text, q.facts) for q in load_questions(run / "questions.jsonl")]
    assert questions == [(q.id, q.text, q.facts) for q in load_questions(run.parent / "set.jsonl")]


def test_two_every_frame_runs_say_the_same(ask, tmp_path):
    def stripped(run):
        rows = rows_of(run / "answers.jsonl") + rows_of(run / "other_scene.jsonl")
        return [{**row, "latency_ms": None} for row in rows]

    bag = None
    said = []
    for _ in range(2):
        _, summary, _, run = ask(ROWS, bag=bag)
        bag = tmp_path / "drive"
        said.append((stripped(run), summary["score"]))
        run.rename(tmp_path / f"run{len(said)}")
    assert said[0] == said[1]


def test_a_run_without_questions_is_as_before(ask, make_camera_bag, tiny_model, tmp_path):
    out = tmp_path / "plain"
    words = [make_camera_bag(), "--model", tiny_model, "--out", out, "--pace", "every-frame"]
    assert cli.main(["replay", *map(str, words)]) == 0
    assert not (out / "questions.jsonl").exists()
    assert not (out / "answers.jsonl").exists()
    assert json.loads((out / "summary.json").read_text())["score"] is None


def test_the_baseline_can_be_left_out(ask):
    _, summary, _, run = ask(ROWS, "--no-other-scene")
    assert not (run / "other_scene.jsonl").exists()
    assert summary["questions"]["other_scene"] is None
    assert "other_scene" not in summary["questions"]["baselines"]


@pytest.mark.parametrize("pace", ["every-frame", "realtime"])
def test_a_damaged_frame_and_a_stamp_without_a_frame_are_rows(ask, pace):
    rows = [*ROWS, about(4, stamp(2)), about(5, stamp(3) + 1)]
    code, summary, err, run = ask(rows, pace=pace)
    assert code == 0
    told = {row["question_id"]: row for row in rows_of(run / "answers.jsonl")}
    assert (told["4"]["outcome"], told["5"]["outcome"]) == ("malformed", "missing")
    assert f"has the stamp_ns {stamp(3) + 1}" in told["5"]["reason"]
    assert "1 of 6 questions are not asked; the first is 5" in err
    assert any("1 of 6 questions are not asked" in one for one in summary["problems"])


def test_without_facts_the_reference_judges(ask):
    _, summary, _, run = ask([about(0, stamp(1)), about(1, stamp(5))])
    assert summary["questions"]["judge"]["name"] == "reference"
    assert (run / "scores" / "reference" / "scores.jsonl").exists()


def test_without_facts_and_references_nothing_is_scored_and_that_is_told(ask):
    code, summary, _, run = ask([about(0, stamp(1), reference="")])
    assert code == 0
    assert summary["score"] is None
    assert any("neither facts nor references" in one for one in summary["problems"])
    assert len(rows_of(run / "answers.jsonl")) == 1


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([about(0, stamp(1), camera="/rear/image_raw")], "with --camera-topic"),
        ([about(0, 17)], "None of the 1 questions"),
        ([about(0, stamp(1)), about(0, stamp(2))], "more than once"),
        ([{**about(0, stamp(1)), "camera": None}], "about an image, or about a camera"),
        (
            [{**about(0, 0), "camera": None, "stamp_ns": None, "image": "1.jpg"}],
            "run `vlm-driving heron`",
        ),
    ],
)
def test_a_wrong_set_is_a_sentence_before_anything_is_written(ask, rows, says):
    code, _, err, run = ask(rows)
    assert code == 2
    assert says in err
    assert not run.exists()


def test_a_model_that_answers_no_questions_is_a_sentence(ask, tiny_model):
    code, _, err, run = ask(ROWS, "--model", str(tiny_model))
    assert code == 2
    assert "answers no questions" in err
    assert not run.exists()


def test_a_question_budget_that_is_none_is_a_sentence(ask):
    code, _, err, _ = ask(ROWS, "--question-budget-ms", "0")
    assert code == 2
    assert "budget of a question is a positive number" in err


def test_a_configuration_file_may_name_the_questions(ask, tmp_path, capsys, asked_model):
    ask(ROWS)
    config = tmp_path / "replay.yaml"
    config.write_text(f"questions: {tmp_path / 'set.jsonl'}\nother_scene: false\n")
    words = [tmp_path / "drive", "--config", config, "--model", asked_model]
    words += ["--out", tmp_path / "again", "--pace", "every-frame"]
    assert cli.main(["replay", *map(str, words)]) == 0
    assert len(rows_of(tmp_path / "again" / "answers.jsonl")) == 4
    assert not (tmp_path / "again" / "other_scene.jsonl").exists()


@pytest.mark.parametrize("pace", ["every-frame", "realtime"])
def test_a_disk_that_takes_no_more_rows_ends_the_run_with_a_sentence(ask, monkeypatch, pace):
    def full(*_):
        raise UserError("The disk is full; free some space.")

    monkeypatch.setattr(AnswerFile, "add", full)
    code, summary, err, run = ask(ROWS, pace=pace)
    assert (code, summary) == (2, None)
    assert "The disk is full" in err
    written = json.loads((run / "summary.json").read_text())
    assert written["interrupted"] is True
    assert "questions" not in written
    assert not any("could not be read" in one for one in written["problems"])


def test_an_interrupted_run_has_a_row_for_every_question(
    make_camera_bag, asked_model, tmp_path, repository
):
    bag = make_camera_bag(frames=1500)
    rows = [about(n, stamp(n * 100 + 1)) for n in range(15)]
    questions = write_set(tmp_path / "set.jsonl", rows)
    words = [bag, "--questions", questions, "--model", asked_model, "--out", tmp_path / "run"]
    process = subprocess.Popen(
        [sys.executable, "-m", "vlm_driving", "replay", *map(str, words)],
        cwd=repository,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    answers = tmp_path / "run" / "answers.jsonl"
    until = time.monotonic() + 60
    while not answers.exists() or not answers.read_bytes().count(b"\n"):
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    summary = json.loads(out.strip().splitlines()[-1])
    assert summary["interrupted"] is True
    outcomes = summary["questions"]["outcomes"]
    assert sum(outcomes.values()) == len(rows_of(answers)) == 15
    assert outcomes["dropped"] >= 10
    assert any("questions" in one and "not asked" in one for one in summary["problems"])
    assert rows_of(answers)[0]["camera"] == CAMERA


def test_a_simulated_drive_is_asked_from_its_ground_truth(capsys, asked_model, tmp_path):
    def run(*words):
        assert cli.main([str(word) for word in words]) == 0
        return json.loads((capsys.readouterr().out.strip().splitlines() or ["null"])[-1])

    bag, questions, out = tmp_path / "drive", tmp_path / "set.jsonl", tmp_path / "out"
    assert cli.main(["simulate", "--out", str(bag), "--seconds", "2"]) == 0
    capsys.readouterr()
    run("questions", bag, "--out", questions, "--count", "2")
    summary = run(
        *("replay", bag, "--questions", questions, "--out", out, "--pace", "every-frame"),
        *("--model", asked_model, "--bag-out", tmp_path / "said"),
    )
    asked = summary["questions"]
    assert asked["n"] == sum(asked["outcomes"].values()) >= 3
    assert "missing" not in asked["outcomes"]
    assert "shuffled_references" in asked["baselines"]
