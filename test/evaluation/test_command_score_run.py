"""`vlm-driving score RUN`: what of a run can be scored is, and the rest is told."""

from __future__ import annotations

import json

import pytest
from support.judged import CAR, said
from support.question_sets import write_rows

from vlm_driving import cli


@pytest.fixture
def run(write_run):
    """Four frames; nobody was asked anything, and the bag is not there."""
    reports = [said(i, "KEEP", description_ja="前に車がいます。") for i in range(4)]
    return write_run(reports)


@pytest.fixture
def labels(tmp_path):
    rows = [
        {
            "camera": "front",
            "stamp_ns": said(i, "KEEP").stamp_ns,
            "advice": {"speed": "KEEP", "path": "KEEP"},
            "facts": CAR,
        }
        for i in range(4)
    ]
    return write_rows(tmp_path / "labels.jsonl", rows)


@pytest.fixture
def ask(run):
    """Puts a question and its answer into the run."""

    def put(answer="青です。", **more):
        question = {
            "question_id": 1,
            "camera": "front",
            "stamp_ns": said(0, "KEEP").stamp_ns,
            "category": "conv",
            "text": "信号は何色ですか。",
            "reference": "青です。",
            "facts": {"must": [["青"]]},
        }
        write_rows(run / "questions.jsonl", [question])
        if answer is not None:
            write_rows(run / "answers.jsonl", [{"question_id": 1, "text": answer, **more}])
        return run

    return put


def score(capsys, *arguments):
    code = cli.main(["score", *map(str, arguments)])
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    return code, json.loads(lines[-1]) if lines else None, captured.err


def test_truth_alone_is_the_object(run, labels, capsys):
    code, found, _ = score(capsys, run, "--truth", labels)
    assert code == 0
    assert found["schema"] == "vlm_driving/truth/1"
    assert found["score"]["detail"] == 10.0
    assert (run / "scores" / "truth" / "scores.jsonl").is_file()


def test_questions_alone_are_the_object_and_why_reports_are_not_judged_is_told(ask, capsys):
    run = ask()
    code, found, told = score(capsys, run)
    assert code == 0
    assert found["score"]["conv"] == 10.0
    assert "truth" not in found
    assert "Reports are not judged: the bag that was replayed, /bags/tokyo, is not there." in told
    on_disk = json.loads((run / "scores" / "keyfact" / "score.json").read_text("utf-8"))
    assert on_disk == found


def test_with_both_the_truth_stands_in_the_object_of_the_questions(ask, labels, capsys):
    run = ask()
    _, found, told = score(capsys, run, "--truth", labels)
    assert found["score"]["conv"] == 10.0
    assert found["truth"]["score"]["detail"] == 10.0
    assert "What was published" in told
    assert "scores of 1 to 10" in told


def test_the_runs_own_answers_to_another_scene_are_a_baseline(ask, capsys):
    run = ask()
    write_rows(run / "other_scene.jsonl", [{"question_id": 1, "text": "赤です。"}])
    assert score(capsys, run)[1]["baselines"]["other_scene"]["conv"] == 1.0
    assert score(capsys, run, "--no-baselines")[1]["baselines"] == {}


def test_another_judge_writes_beside_the_first(ask, capsys):
    run = ask()
    score(capsys, run)
    score(capsys, run, "--judge", "reference")
    assert sorted(path.name for path in (run / "scores").iterdir()) == ["keyfact", "reference"]


def test_out_takes_everything_elsewhere(ask, labels, capsys, tmp_path):
    run, out = ask(), tmp_path / "elsewhere"
    score(capsys, run, "--truth", labels, "--out", out)
    assert sorted(path.name for path in out.iterdir()) == ["keyfact", "truth"]
    assert not (run / "scores").exists()


def test_truth_is_judged_and_kept_although_the_answers_cannot_be_read(ask, labels, capsys):
    run = ask()
    (run / "answers.jsonl").write_text("{}\n", encoding="utf-8")
    code, found, told = score(capsys, run, "--truth", labels)
    assert (code, found) == (2, None)
    assert "question_id is a whole number or a string" in told
    assert (run / "scores" / "truth" / "score.json").is_file()


def test_a_run_that_was_stopped_before_its_first_answer_is_judged_by_truth(ask, labels, capsys):
    code, found, _ = score(capsys, ask(answer=None), "--truth", labels)
    assert code == 0
    assert found["schema"] == "vlm_driving/truth/1"


def test_a_run_of_images_has_answers_and_no_frames(ask, labels, capsys):
    run = ask()
    (run / "frames.jsonl").unlink()
    assert score(capsys, run)[1]["score"]["conv"] == 10.0
    code, _, told = score(capsys, run, "--truth", labels)
    assert code == 2
    assert "so --truth has nothing to judge" in told


def test_questions_that_a_run_was_never_asked_are_not_passed_over(run, labels, capsys, tmp_path):
    asked = write_rows(tmp_path / "asked.jsonl", [])
    code, _, told = score(capsys, run, "--truth", labels, "--questions", asked)
    assert code == 2
    assert "so --questions has nothing to judge there" in told
    assert not (run / "scores").exists()


def test_a_run_with_neither_is_told_in_one_sentence(run, capsys):
    code, found, told = score(capsys, run)
    assert (code, found) == (2, None)
    assert told.count("\n") == 1
    assert "it has no questions with answers" in told
    assert "is not there" in told
    assert "--truth" in told


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["{tmp}"], "is no run"),
        (["{tmp}/labels.jsonl"], "name the questions"),
        (["{tmp}/labels.jsonl", "--truth", "x"], "--truth is for a run"),
        (["{run}", "--truth", "{tmp}/nothing.jsonl"], "There is no file"),
        (["{run}", "--truth", "{tmp}/nothing"], "nothing"),
    ],
)
def test_what_cannot_be_is_told_with_the_remedy(run, labels, tmp_path, capsys, arguments, sentence):
    named = [text.format(tmp=tmp_path, run=run) for text in arguments]
    code, _, told = score(capsys, *named)
    assert code == 2
    assert sentence in told


def test_a_place_that_cannot_be_written_is_named(run, labels, capsys, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, _, told = score(capsys, run, "--truth", labels, "--out", tmp_path / "file")
    assert code == 2
    assert "--out" in told


def test_a_frames_file_cut_in_the_middle_of_a_line_is_judged_up_to_there(run, labels, capsys):
    frames = run / "frames.jsonl"
    frames.write_bytes(frames.read_bytes()[:-30])
    (run / "summary.json").unlink()
    _, found, _ = score(capsys, run, "--truth", labels)
    assert found["n"] == 3
    assert any("cut off" in note for note in found["notes"])
