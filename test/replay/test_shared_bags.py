"""Recorded drives from real roads, answered by a tiny model."""

from __future__ import annotations

import json

import pytest

from vlm_driving import cli


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
