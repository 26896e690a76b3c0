"""The ground-truth topic of a simulated bag as truth, and a run scored by it end to end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from vlm_driving import cli
from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.truth.judging import question_of
from vlm_driving.replay.bag_writer import BagWriter
from vlm_driving.simulator_recording import IMAGE_TOPIC, START_NS, TRUTH_TOPIC
from vlm_driving.simulator_truth import bag_truth, has_truth


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a simulated drive, eight pictures."""
    out = tmp_path_factory.mktemp("truth") / "drive"
    assert cli.main(["simulate", "--out", str(out), "--seconds", "2", "--fps", "4"]) == 0
    return out


@pytest.fixture(scope="module")
def run(drive: Path) -> Path:
    """The drive as the shipped model saw it."""
    out = drive.parent / "run"
    made = cli.main(["replay", str(drive), "--pace", "every-frame", "--out", str(out)])
    assert made == 0
    return out


def rewritten(drive: Path, out: Path, change) -> Path:
    """The bag's pictures with ground truth that `change` made of its own; None leaves it out."""
    from vlm_driving.driving_questions.scenes import _string
    from vlm_driving.replay.bag import open_bag

    with open_bag(drive) as bag, BagWriter(out) as written:
        for message in bag.messages([IMAGE_TOPIC, TRUTH_TOPIC]):
            if message.topic == IMAGE_TOPIC:
                image = bag.image(message)
                written.image(IMAGE_TOPIC, image.stamp_ns, image.frame_id, image.bgr())
            elif (told := change(json.loads(_string(bytes(message.raw))))) is not None:
                written.string(TRUTH_TOPIC, message.log_time_ns, json.dumps(told))
    return out


def test_every_picture_has_its_truth(drive: Path) -> None:
    truths = bag_truth(drive)
    assert [truth.stamp_ns for truth in truths] == [
        START_NS + i * 250_000_000 for i in range(len(truths))
    ]
    assert len(truths) == 8
    assert {truth.camera for truth in truths} == {IMAGE_TOPIC}
    assert all(truth.advised and truth.course and truth.hazards is not None for truth in truths)
    judge = KeyfactJudge()
    scores = [judge.judge(question_of(truth), truth.reference).score for truth in truths]
    assert min(scores) >= 9.0


def test_a_bag_of_before_that_lists_no_things_is_read_with_a_word_about_it(
    drive: Path, tmp_path: Path
) -> None:
    def older(told):
        del told["things"], told["facts"]["blind"]
        return told

    (note,) = bag_truth(rewritten(drive, tmp_path / "old", older)).notes
    assert "no list of things" in note


def test_a_blind_picture_asks_for_no_advice(drive: Path, tmp_path: Path) -> None:
    def blind(told):
        told["facts"]["blind"] = "mud"
        return told | {"advice": None, "hazards": []}

    truths = bag_truth(rewritten(drive, tmp_path / "blind", blind))
    assert all(truth.advised and truth.course is None for truth in truths)


def test_a_bag_without_ground_truth_has_none(drive: Path, tmp_path: Path) -> None:
    bag = rewritten(drive, tmp_path / "bare", lambda told: None)
    assert not has_truth(bag)
    assert has_truth(drive)
    with pytest.raises(UserError, match="has no ground truth"):
        bag_truth(bag)


def test_ground_truth_of_another_version_is_refused_in_a_sentence(
    drive: Path, tmp_path: Path
) -> None:
    bag = rewritten(drive, tmp_path / "new", lambda t: t | {"advice": {"speed": "FLY", "path": 0}})
    with pytest.raises(UserError, match=r"is no ground truth of this version .*FLY"):
        bag_truth(bag)


def test_a_run_is_scored_by_the_bag_that_was_replayed(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["score", str(run)]) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out.splitlines()[-1])
    assert found["schema"] == "vlm_driving/truth/1"
    assert found["n"] == found["truth"]["frames"] == 8
    assert found["truth"]["without_truth"] == 0
    assert 1.0 < found["score"]["detail"] <= 10.0
    assert set(found["baselines"]) == {"best_constant", "other_scene"}
    assert found["latency_ms"]["p50"] > 0
    for words in ("What was published, 8 frames", "best constant", "STOP", "flicker"):
        assert words in captured.err
    on_disk = json.loads((run / "scores" / "truth" / "score.json").read_text(encoding="utf-8"))
    assert on_disk == found


def test_a_bag_that_is_gone_is_named_with_the_remedy(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "frames.jsonl").write_bytes((run / "frames.jsonl").read_bytes())
    settings = json.loads((run / "run.json").read_text(encoding="utf-8"))
    settings["bag"] = str(tmp_path / "gone")
    del settings["bag_from_run"]
    (moved / "run.json").write_text(json.dumps(settings), encoding="utf-8")
    assert cli.main(["score", str(moved)]) == 2
    told = capsys.readouterr().err
    assert "gone, is not there" in told
    assert "--truth" in told
    bag = json.loads((run / "run.json").read_text(encoding="utf-8"))["bag"]
    assert cli.main(["score", str(moved), "--truth", bag]) == 0


def test_another_drive_with_the_same_stamps_is_found_out_by_its_speeds(
    run: Path, drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bag = rewritten(drive, tmp_path / "faster", lambda t: t | {"ego_speed_kmh": 61.0})
    assert cli.main(["score", str(run), "--truth", str(bag)]) == 2
    assert "is another drive than the run's" in capsys.readouterr().err


def test_a_drive_that_shows_something_else_at_the_same_speeds_is_found_out_by_its_pictures(
    run: Path, drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wet = tmp_path / "wet"
    options = ["--seconds", "2", "--fps", "4", "--weather", "rain"]
    assert cli.main(["simulate", "--out", str(wet), *options]) == 0
    assert cli.main(["score", str(run), "--truth", str(wet)]) == 2
    assert "shows other pictures than the run's thumbnails" in capsys.readouterr().err
    cut = tmp_path / "run"
    shutil.copytree(run, cut)
    for thumbnail in (cut / "thumbnails").iterdir():  # killed while it wrote them
        thumbnail.write_bytes(thumbnail.read_bytes()[:-200])
    assert cli.main(["score", str(cut), "--truth", str(drive)]) == 0


def test_the_bag_is_found_from_every_directory_and_moves_with_the_run(
    tmp_path: Path,
    drive: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    shutil.copytree(drive, here / "drives" / "one")
    elsewhere.mkdir()
    monkeypatch.chdir(here)
    replay = ["replay", "drives/one", "--pace", "every-frame", "--out", "runs/new"]
    assert cli.main(replay) == 0
    monkeypatch.chdir(elsewhere)
    capsys.readouterr()
    assert cli.main(["score", "../here/runs/new"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert first["truth"]["source"] == "drives/one"
    here.rename(tmp_path / "there")
    assert cli.main(["score", "../there/runs/new"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == first


def test_a_run_of_before_that_knows_no_more_than_what_was_typed_finds_its_bag_beside_it(
    run: Path, drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(run, tmp_path / "runs" / "old")
    shutil.copytree(drive, tmp_path / "drive")
    path = tmp_path / "runs" / "old" / "run.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    del settings["bag_from_run"]
    path.write_text(json.dumps(settings | {"bag": "drive"}), encoding="utf-8")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert cli.main(["score", "../runs/old"]) == 0
