"""`vlm-driving demo`: from nothing to a page, and quicker the second time."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest

from vlm_driving import cli
from vlm_driving.replay import demo


def run_demo(capsys, *arguments):
    code = cli.main(["demo", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, json.loads(out.strip().splitlines()[-1]) if code == 0 else None, err


def test_the_demo_ends_with_a_run_and_its_page(capsys, tiny_model, tmp_path):
    arguments = ["--out", tmp_path / "runs", "--model", tiny_model, "--seconds", "0.5"]
    code, summary, err = run_demo(capsys, *arguments)
    assert code == 0
    assert summary["frames_offered"] == 5
    assert summary["speed_topic"] is not None
    page = next(line for line in err.splitlines() if line.startswith("report page:")).split()[-1]
    assert Path(page).is_file()
    assert Path(page).is_relative_to(tmp_path / "runs")
    before = (tmp_path / "runs" / "sample-drive-0.5s").stat().st_mtime_ns

    code, again, _ = run_demo(capsys, *arguments)
    assert code == 0
    assert (tmp_path / "runs" / "sample-drive-0.5s").stat().st_mtime_ns == before
    assert again["frames_offered"] == 5


def test_a_drive_that_was_not_finished_is_not_used(monkeypatch, tmp_path):
    def interrupted(path, drive):
        path.mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr("vlm_driving.simulator_command.write_drive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        demo.make_sample_bag(tmp_path / "sample", 1.0)
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_written_is_one_sentence(capsys, tiny_model, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = run_demo(capsys, "--out", tmp_path / "file", "--model", tiny_model)
    assert code == 2
    assert "--out" in err


def test_a_drive_without_end_is_refused(capsys, tiny_model, tmp_path):
    code, _, err = run_demo(
        capsys, "--out", tmp_path / "runs", "--model", tiny_model, "--seconds", "1e9"
    )
    assert code == 2
    assert "at most 3600 s long" in err
    assert not (tmp_path / "runs").exists()


def test_a_drive_that_is_ended_by_sigterm_leaves_nothing(capsys, tiny_model, tmp_path, monkeypatch):
    def ended(path, drive):
        path.mkdir()
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("vlm_driving.simulator_command.write_drive", ended)
    code, _, _ = run_demo(capsys, "--out", tmp_path / "runs", "--model", tiny_model)
    assert code == 143
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_model_that_answers_questions_is_asked_about_the_drive(capsys, tmp_path, tiny_model):
    arguments = ["--out", tmp_path / "runs", "--seconds", "2"]
    code, summary, err = run_demo(capsys, *arguments)
    assert code == 0
    assert "Making questions" in err
    questions = tmp_path / "runs" / "sample-drive-2s-questions.jsonl"
    asked = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    assert summary["questions"]["n"] == len(asked) >= 20
    assert set(summary["score"]) == {"overall", "conv", "detail", "complex"}
    before = questions.stat().st_mtime_ns

    code, _, err = run_demo(capsys, *arguments)
    assert code == 0
    assert "Making questions" not in err
    assert questions.stat().st_mtime_ns == before

    # Questions about a drive that is rendered anew ask for other pictures.
    shutil.rmtree(tmp_path / "runs" / "sample-drive-2s")
    assert run_demo(capsys, *arguments, "--model", tiny_model)[0] == 0
    assert not questions.exists()


def test_questions_that_were_not_finished_are_not_used(monkeypatch, tmp_path):
    def interrupted(bag, seed):
        raise KeyboardInterrupt

    monkeypatch.setattr("vlm_driving.driving_questions.making.make_questions", interrupted)
    with pytest.raises(KeyboardInterrupt):
        demo.make_sample_questions(tmp_path / "bag", tmp_path / "questions.jsonl")
    assert list(tmp_path.iterdir()) == []
