"""A run is read whatever way it ended."""

from __future__ import annotations

import json

import pytest

from vlm_driving import cli
from vlm_driving.core import Outcome, UserError
from vlm_driving.evaluation.run import load_run


def test_reports_come_in_the_order_of_frames(answered, numbered, without_answer, write_run):
    reports = numbered([answered, without_answer(Outcome.DROPPED), answered])
    run = load_run(write_run([reports[1], reports[0], reports[2]], thumbnails=[0, 2]))
    assert list(run.reports) == reports
    assert sorted(run.thumbnails) == [0, 2]
    assert run.settings["model"] == "driving-ja"
    assert run.problems == ()


@pytest.mark.parametrize("kept", [1, 40, 300])
def test_a_cut_last_line_is_left_out_and_told(answered, numbered, write_run, kept):
    path = write_run(numbered([answered] * 3), ending=None)
    lines = (path / "frames.jsonl").read_bytes().splitlines(keepends=True)
    (path / "frames.jsonl").write_bytes(b"".join(lines[:2]) + lines[2][:kept])
    run = load_run(path)
    assert len(run.reports) == 2
    assert "was cut off" in run.problems[0]


def test_a_line_cut_inside_a_character_is_left_out(answered, numbered, write_run):
    path = write_run(numbered([answered] * 2))
    data = (path / "frames.jsonl").read_bytes()
    cut = data.rindex("歩行者".encode()) + 1
    (path / "frames.jsonl").write_bytes(data[:cut])
    assert len(load_run(path).reports) == 1


def test_a_killed_run_has_figures_all_the_same(answered, numbered, write_run):
    run = load_run(write_run(numbered([answered] * 3), ending=None))
    assert run.summary["reports"] == 3
    assert run.summary["interrupted"] is True
    assert run.summary["budget_ms"] == 200.0
    assert "stopped before it wrote its summary" in " ".join(run.problems)


def test_damage_in_the_middle_is_one_sentence_with_its_line(answered, numbered, write_run):
    path = write_run(numbered([answered] * 3))
    lines = (path / "frames.jsonl").read_text().splitlines()
    (path / "frames.jsonl").write_text("\n".join([lines[0], "{}", lines[2]]) + "\n")
    with pytest.raises(UserError, match="Line 2 of"):
        load_run(path)


def test_another_directory_is_no_run(tmp_path):
    with pytest.raises(UserError, match="no frames.jsonl"):
        load_run(tmp_path)


def test_an_empty_run_is_a_run(write_run):
    run = load_run(write_run([]))
    assert run.reports == ()
    assert run.summary["frames_offered"] == 0


def test_the_report_command_builds_the_page_again(answered, numbered, write_run, capsys):
    path = write_run(numbered([answered] * 3))
    assert cli.main(["report", str(path)]) == 0
    assert capsys.readouterr().out.strip() == str(path / "report.html")
    assert "減速してください。" in (path / "report.html").read_text(encoding="utf-8")


def test_the_report_command_takes_another_file(answered, write_run, tmp_path):
    assert cli.main(["report", str(write_run([answered])), "--out", str(tmp_path / "p.html")]) == 0
    assert (tmp_path / "p.html").exists()


def test_the_report_command_says_what_is_wrong(tmp_path, capsys):
    assert cli.main(["report", str(tmp_path / "none")]) == 2
    assert "is no run" in capsys.readouterr().err


def test_a_summary_that_is_not_json_is_one_sentence(answered, write_run):
    path = write_run([answered])
    (path / "summary.json").write_text("{")
    with pytest.raises(UserError, match="is not JSON"):
        load_run(path)
    (path / "summary.json").write_text(json.dumps([1]))
    with pytest.raises(UserError, match="not a JSON object"):
        load_run(path)


@pytest.mark.parametrize("line", ["5", "[]", "null", '{"a":' * 100_000])
def test_a_line_that_is_no_object_is_one_sentence(answered, numbered, write_run, line):
    path = write_run(numbered([answered] * 2))
    with (path / "frames.jsonl").open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(UserError, match="Line 3 of"):
        load_run(path)


def test_a_summary_of_another_kind_is_refused(answered, write_run):
    path = write_run([answered])
    (path / "summary.json").write_text('{"schema": "vlm_driving/summary/9"}')
    with pytest.raises(UserError, match="summary/9.*remove it"):
        load_run(path)


def test_pictures_of_somebody_else_are_left_alone(answered, write_run):
    path = write_run([answered], thumbnails=[0])
    for name in ("²", "cover", "1.5"):
        (path / "thumbnails" / f"{name}.jpg").write_bytes(b"")
    assert sorted(load_run(path).thumbnails) == [0]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_what_is_no_number_gets_into_no_figure(answered, numbered, write_run, number):
    path = write_run(numbered([answered] * 2))
    frames = (path / "frames.jsonl").read_text(encoding="utf-8")
    (path / "frames.jsonl").write_text(
        frames.replace('"latency_ms": 90.0', f'"latency_ms": {number}', 1), encoding="utf-8"
    )
    with pytest.raises(UserError, match=rf"Line 1 of .* is no report \({number} is no number\)"):
        load_run(path)
