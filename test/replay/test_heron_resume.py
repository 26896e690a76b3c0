"""A run of `vlm-driving heron` that was stopped, killed or damaged goes on."""

from __future__ import annotations

import json

import pytest
from support.asked import asking_bundle, rows_of


def texts(run, name="answers.jsonl"):
    return [(row["question_id"], row["text"], row["outcome"]) for row in rows_of(run / name)]


def test_a_stopped_run_goes_on_and_ends_as_if_it_had_not_been_stopped(run_heron, heron, tmp_path):
    _, whole, _, run = run_heron(heron, "--judge", "reference", out="whole")
    _, _, _, stopped = run_heron(heron, "--judge", "reference", out="stopped")
    lines = (stopped / "answers.jsonl").read_bytes().split(b"\n")
    (stopped / "answers.jsonl").write_bytes(b"\n".join(lines[:3]) + b"\n" + lines[3][:20])
    (stopped / "other_scene.jsonl").unlink()
    (stopped / "summary.json").unlink()
    kept = rows_of_first(stopped, 3)
    code, result, _, _ = run_heron("--resume", stopped, "--judge", "reference")
    assert code == 0
    assert result["score"] == whole["score"]
    for name in ("answers.jsonl", "other_scene.jsonl"):
        assert texts(stopped, name) == texts(run, name)
    assert rows_of(stopped / "answers.jsonl")[:3] == kept  # not asked again: latencies and all
    assert len(json.loads((stopped / "run.json").read_text())["resumed"]) == 1


def rows_of_first(run, count):
    lines = (run / "answers.jsonl").read_text(encoding="utf-8").split("\n")[:count]
    return [json.loads(line) for line in lines]


def test_a_run_goes_on_with_its_own_questions_and_model_only(run_heron, heron, tmp_path):
    _, _, _, run = run_heron(heron, "--judge", "reference")
    other = asking_bundle(tmp_path / "other")
    (other / "bundle.json").write_text((other / "bundle.json").read_text() + "\n")
    code, _, err, _ = run_heron("--resume", run, "--model", other)
    assert code == 2
    assert "asked another model" in err
    questions = heron / "questions_ja.jsonl"
    questions.write_text(questions.read_text(encoding="utf-8").replace("問1は", "問壱は"))
    code, _, err, _ = run_heron("--resume", run)
    assert code == 2
    assert "asked other questions" in err
    code, _, err, _ = run_heron("--resume", tmp_path)
    assert code == 2
    assert "no run of `vlm-driving heron`" in err


NEXT = b"\n"
DAMAGES = {
    "its only line was cut": lambda lines: lines[0][:30],
    "a line in the middle was cut": lambda lines: NEXT.join([lines[0], lines[1][:20], *lines[2:]]),
    "power failed": lambda lines: NEXT.join(lines[:2]) + NEXT + bytes(500),
    "no id": lambda lines: NEXT.join([b'{"text": "x", "outcome": "ok"}', *lines[1:]]),
    "no outcome": lambda lines: NEXT.join([b'{"question_id": "0", "text": "x"}', *lines[1:]]),
    "an outcome that is none": lambda lines: NEXT.join(
        [b'{"question_id": "0", "text": "x", "outcome": ["ok"]}', *lines[1:]]
    ),
    "a time that is none": lambda lines: NEXT.join(
        [b'{"question_id": "0", "text": "x", "outcome": "ok", "latency_ms": "5"}', *lines[1:]]
    ),
    "written twice": lambda lines: NEXT.join([lines[0], *lines]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_question_whose_row_is_damaged_is_asked_again(run_heron, heron, damage):
    _, _, _, run = run_heron(heron, "--judge", "reference")
    answers = run / "answers.jsonl"
    before = texts(run)
    answers.write_bytes(DAMAGES[damage](answers.read_bytes().split(NEXT)))
    code, _, err, _ = run_heron("--resume", run, "--judge", "reference")
    assert code == 0, err
    assert texts(run) == before


@pytest.mark.parametrize(
    "settings", [{}, {"questions": {"path": 3}}, {"questions": {"path": "set"}, "model_path": None}]
)
def test_a_run_that_does_not_say_what_it_asked_does_not_go_on(run_heron, tmp_path, settings):
    (tmp_path / "run.json").write_text(json.dumps({"kind": "heron", **settings}))
    code, _, err, _ = run_heron("--resume", tmp_path)
    assert code == 2
    assert "no run of `vlm-driving heron`" in err


def test_a_baseline_that_was_begun_is_not_left_half_asked(run_heron, heron):
    _, _, _, run = run_heron(heron, "--judge", "reference")
    code, _, err, _ = run_heron("--resume", run, "--no-other-scene")
    assert code == 2
    assert "leave --no-other-scene out" in err
