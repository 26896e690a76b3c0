"""Recorded drives from real roads, answered by a tiny model."""

from __future__ import annotations

import json

import pytest

from vlm_driving import cli
from vlm_driving.replay.asking.plan_replay import load_frame_questions, plan_replay
from vlm_driving.replay.options import ReplayOptions
from vlm_driving.replay.source import open_bag_source


@pytest.mark.parametrize(
    ("name", "part", "frames"),
    [("i280_highway_1hz", [], 51), ("white_lane_25fps", ["--duration", "2"], 50)],
)
def test_recorded_drives_are_read_and_answered(
    capsys, shared_dir, tiny_model, tmp_path, name, part, frames
):
    bag = shared_dir / "bags" / name
    if not bag.is_dir():
        pytest.skip(f"no {bag}")
    out = tmp_path / "run"
    arguments = [bag, "--model", tiny_model, "--out", out, "--pace", "every-frame", *part]
    assert cli.main(["replay", *map(str, arguments)]) == 0
    summary = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert summary["frames_offered"] == summary["reports"] == frames
    assert summary["outcomes"]["ok"] + summary["outcomes"]["truncated"] == frames
    assert summary["problems"] == []
    assert 1 <= len(list((out / "thumbnails").iterdir())) <= 60


@pytest.mark.parametrize(
    ("name", "questions"),
    [
        ("i280_highway_1hz", "questions_i280.jsonl"),
        ("white_lane_25fps", "questions_white_lane.jsonl"),
    ],
)
def test_every_question_about_a_recorded_drive_is_about_a_frame_of_it(
    shared_dir, repository, tmp_path, name, questions
):
    bag = shared_dir / "bags" / name
    if not bag.is_dir():
        pytest.skip(f"no {bag}")
    options = ReplayOptions(bag=bag, model=tmp_path, out=tmp_path)
    with open_bag_source(options) as source:
        plan = plan_replay(load_frame_questions(repository / "test/data" / questions), source)
    assert plan.missing == ()
    asked = [question for sheet in plan.sheets.values() for question in sheet.foreign]
    assert len(asked) == len(plan.questions) >= 40


def test_the_shipped_model_is_asked_about_a_recorded_drive(
    capsys, shared_dir, repository, tmp_path
):
    bag = shared_dir / "bags" / "i280_highway_1hz"
    if not bag.is_dir():
        pytest.skip(f"no {bag}")
    questions = repository / "test/data/questions_i280.jsonl"
    arguments = [bag, "--questions", questions, "--out", tmp_path / "run", "--duration", "10"]
    assert cli.main(["replay", *map(str, arguments), "--pace", "every-frame"]) == 0
    asked = json.loads(capsys.readouterr().out.strip().splitlines()[-1])["questions"]
    assert set(asked["outcomes"]) == {"ok", "missing"}
    assert asked["outcomes"]["ok"] >= 5
    assert asked["judge"]["name"] == "keyfact"
    assert {"other_scene", "echo_question"} <= set(asked["baselines"])
