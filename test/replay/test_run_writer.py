"""A run directory is readable at any moment, and a full disk is one sentence."""

from __future__ import annotations

import dataclasses
import errno
import json
import os

import numpy as np
import pytest
from support.scripted_answerer import ADVICE

from vlm_driving.core import Outcome, SceneReport, UserError
from vlm_driving.replay.run_writer import (
    RunWriter,
    ThumbnailPlan,
    create_run_dir,
    thumbnail,
    write_error,
    write_json,
)

S = 1_000_000_000


def report(sequence: int, stamp_ns: int | None = None) -> SceneReport:
    return SceneReport(
        camera="front",
        frame_id="",
        stamp_ns=sequence * S if stamp_ns is None else stamp_ns,
        sequence=sequence,
        outcome=Outcome.OK,
        advice=ADVICE,
        advice_ja="減速してください。",
    )


def test_lines_thumbnails_and_settings_are_written(tmp_path):
    run = create_run_dir(tmp_path / "runs" / "a")
    writer = RunWriter(run, {"pace": "realtime"})
    for sequence in range(3):
        writer.put(report(sequence), np.zeros((360, 640, 3), np.uint8))
    writer.close()
    assert writer.failure is None
    lines = (run / "frames.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == [0, 1, 2]
    assert "減速してください。" in lines[0]
    assert json.loads((run / "run.json").read_text())["pace"] == "realtime"
    names = sorted(file.name for file in (run / "thumbnails").iterdir())
    assert names == ["000000.jpg", "000001.jpg", "000002.jpg"]


def test_a_picture_that_is_asked_about_has_a_thumbnail_whatever_the_plan_says(tmp_path):
    run = create_run_dir(tmp_path / "a")
    writer = RunWriter(run, {})
    for sequence in range(3):
        writer.put(report(sequence, stamp_ns=sequence), np.zeros((36, 64, 3), np.uint8))
    writer.picture(2, np.zeros((36, 64, 3), np.uint8))
    writer.close()
    names = sorted(file.name for file in (run / "thumbnails").iterdir())
    assert names == ["000000.jpg", "000002.jpg"]
    assert len((run / "frames.jsonl").read_text(encoding="utf-8").splitlines()) == 3


def test_an_existing_directory_is_not_touched(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(UserError, match="exists; name a new one with --out"):
        create_run_dir(tmp_path / "a")


def test_a_directory_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="name a writable directory with --out"):
        create_run_dir(tmp_path / "file" / "run")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_disk_that_fills_up_is_told_and_holds_up_no_report(tmp_path):
    run = create_run_dir(tmp_path / "a")
    (run / "frames.jsonl").symlink_to("/dev/full")
    writer = RunWriter(run, {})
    for sequence in range(5):
        writer.put(report(sequence), np.zeros((36, 64, 3), np.uint8))
    writer.close()
    assert "is full; free some space" in str(writer.failure)


def test_the_sentence_for_a_full_disk_says_so(tmp_path):
    sentence = str(write_error(tmp_path, OSError(errno.ENOSPC, "No space left on device")))
    assert "is full; free some space" in sentence
    sentence = str(write_error(tmp_path, OSError(errno.EACCES, "Permission denied")))
    assert "Permission denied" in sentence


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (70000, 100), (2000, 1)])
def test_a_picture_of_any_shape_has_a_thumbnail(shape):
    data = thumbnail(np.zeros((*shape, 3), np.uint8))
    assert data.startswith(b"\xff\xd8")
    assert len(data) < 20_000


def test_reports_that_cannot_be_written_are_not_lost_in_silence(tmp_path, monkeypatch):
    """A run that ends as if whole, with fewer lines than reports, would be a lie."""

    def broken(image):
        raise ZeroDivisionError

    monkeypatch.setattr("vlm_driving.replay.run_writer.thumbnail", broken)
    writer = RunWriter(create_run_dir(tmp_path / "a"), {})
    writer.put(report(0), np.zeros((36, 64, 3), np.uint8))
    writer.put(report(1))
    with pytest.raises(ZeroDivisionError):
        writer.close()
    assert writer.stopped


def test_names_that_are_not_utf8_can_be_written(tmp_path):
    """As an archive made on Windows leaves them."""
    name = os.fsdecode(b"\x83h\x83\x89\x83C\x83u")
    run = create_run_dir(tmp_path / "a")
    writer = RunWriter(run, {"bag": name})
    writer.put(dataclasses.replace(report(0), reason=name))
    writer.close()
    writer.write_summary({"bag": name, "problems": [f"{name} is missing."]})
    for file in ("run.json", "frames.jsonl", "summary.json"):
        json.loads((run / file).read_text(encoding="utf-8"))


def test_json_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "summary.json"
    write_json(target, {"a": "日本"})
    with pytest.raises(TypeError):
        write_json(target, {"a": object()})
    assert json.loads(target.read_text(encoding="utf-8")) == {"a": "日本"}
    assert [file.name for file in tmp_path.iterdir()] == ["summary.json"]


def test_thumbnails_are_about_one_a_second():
    plan = ThumbnailPlan(expected_s=10)
    chosen = [i for i in range(250) if plan.wants(i * 40_000_000)]
    assert chosen == list(range(0, 250, 25))


def test_a_long_recording_has_not_more_than_sixty():
    plan = ThumbnailPlan(expected_s=3600)
    chosen = [i for i in range(3600) if plan.wants(i * S)]
    assert 55 <= len(chosen) <= 60
    assert chosen[-1] > 3500


def test_stamps_that_go_backwards_do_not_stop_the_thumbnails():
    plan = ThumbnailPlan(expected_s=None)
    assert [plan.wants(stamp * S) for stamp in (100, 50, 50, 51)] == [True, True, False, True]
