"""`vlm-driving replay` as a user runs it: exit codes, sentences, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from vlm_driving import cli
from vlm_driving.evaluation.run import load_run
from vlm_driving.replay.command import default_out


def replay(capsys, *arguments):
    """Exit code, the last stdout line and stderr of one replay in this process."""
    code = cli.main(["replay", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out.strip().splitlines()[-1] if out.strip() else "", err


def start(repository: Path, *arguments) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "vlm_driving", "replay", *map(str, arguments)],
        cwd=repository,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for_lines(path: Path, count: int, timeout_s: float = 60) -> None:
    until = time.monotonic() + timeout_s
    while not path.exists() or path.read_bytes().count(b"\n") < count:
        assert time.monotonic() < until, f"no {count} lines in {path}"
        time.sleep(0.01)


def test_the_last_line_is_the_summary(capsys, make_camera_bag, tiny_model, tmp_path):
    code, last, err = replay(
        capsys, make_camera_bag(), "--model", tiny_model, "--out", tmp_path / "run"
    )
    assert code == 0
    summary = json.loads(last)
    assert summary == json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["frames_offered"] == sum(summary["outcomes"].values()) == 12
    assert summary["model"] == "tiny"
    assert set(summary["backends"]) == {"onnx-cpu"}
    assert str(tmp_path / "run" / "report.html") in err


def test_two_every_frame_replays_of_a_real_model_are_the_same(
    capsys, make_camera_bag, tiny_model, tmp_path
):
    bag = make_camera_bag()
    runs = []
    for name in ("one", "two"):
        code, _, _ = replay(
            capsys, bag, "--model", tiny_model, "--out", tmp_path / name, "--pace", "every-frame"
        )
        assert code == 0
        lines = (tmp_path / name / "frames.jsonl").read_text().splitlines()
        reports = [json.loads(line) for line in lines]
        for report in reports:
            del report["latency_ms"], report["stages_ms"]
        runs.append(reports)
    assert runs[0] == runs[1]
    assert len(runs[0]) == 12


def test_the_run_lists_the_backends_that_were_named(capsys, make_camera_bag, tiny_model, tmp_path):
    code, last, said = replay(
        capsys,
        make_camera_bag(),
        *("--model", tiny_model, "--out", tmp_path / "run", "--threads", "1"),
        *("--backends", "fpga,onnx-cpu,onnx-cpu"),
    )
    assert code == 0
    assert "fpga cannot answer: no device: nothing is at" in said
    fpga, *ready = json.loads((tmp_path / "run" / "run.json").read_text())["line_up"]
    assert (fpga["name"], fpga["ready"]) == ("fpga", False)
    assert fpga["reason"].startswith("no device")
    assert ready == [
        {"name": name, "ready": True, "reason": None} for name in ("onnx-cpu", "onnx-cpu-2")
    ]
    assert set(json.loads(last)["backends"]) <= {"onnx-cpu", "onnx-cpu-2"}


def test_a_configuration_file_sets_and_the_command_line_wins(
    capsys, make_camera_bag, tiny_model, tmp_path
):
    config = tmp_path / "replay.yaml"
    config.write_text(f"model: {tiny_model}\nbudget_ms: 500\nrate: 2.0\nbackends: onnx-cpu\n")
    code, last, _ = replay(
        capsys, make_camera_bag(), "--config", config, "--rate", "4", "--out", tmp_path / "run"
    )
    assert code == 0
    assert (json.loads(last)["budget_ms"], json.loads(last)["rate"]) == (500, 4)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--budget-ms", "0"], "budget is a positive number"),
        (["--budget-ms", "nan"], "budget is a positive number"),
        (["--budget-ms", "soon"], "invalid float value"),
        (["--rate", "0"], "rate is a positive number"),
        (["--duration", "-1"], "duration is more than zero"),
        (["--camera-topic", "/nowhere"], "/sensing/camera/front/image_raw/compressed"),
        (["--pace", "slow"], "invalid choice"),
        (["--model", "/no/such/bundle"], "/no/such/bundle"),
        (["--start", "3600"], "start earlier"),
        (["--backends", "onnx-tpu"], "No backend is called 'onnx-tpu'; name auto, or"),
        (["--backends", "fpga"], "No backend can be used (fpga: no device"),
        (["--backends", "fpga", "--pace", "every-frame"], "no device: nothing is at"),
        (["--backends", "onnx-cpu,onnx-cpu", "--pace", "every-frame"], "runs one backend"),
    ],
    ids=str,
)
def test_mistakes_are_one_sentence_and_exit_code_2(
    capsys, make_camera_bag, tiny_model, tmp_path, arguments, says
):
    bag = make_camera_bag()
    if "--model" not in arguments:
        arguments = [*arguments, "--model", str(tiny_model)]
    try:
        code, last, err = replay(capsys, bag, "--out", tmp_path / "run", *arguments)
    except SystemExit as exit_:
        code, last, err = exit_.code, "", capsys.readouterr().err
    assert code == 2
    assert last == ""
    assert says in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_an_output_directory_that_exists_is_refused(capsys, make_camera_bag, tiny_model, tmp_path):
    (tmp_path / "run").mkdir()
    code, _, err = replay(
        capsys, make_camera_bag(), "--model", tiny_model, "--out", tmp_path / "run"
    )
    assert code == 2
    assert "exists; name a new one with --out" in err


def test_an_output_directory_that_is_not_writable(capsys, make_camera_bag, tiny_model, tmp_path):
    """A file in its way stands for missing rights, which root does not miss."""
    (tmp_path / "file").write_text("")
    code, _, err = replay(
        capsys, make_camera_bag(), "--model", tiny_model, "--out", tmp_path / "file" / "run"
    )
    assert code == 2
    assert "name a writable directory with --out" in err


def test_no_such_bag(capsys, tiny_model, tmp_path):
    code, _, err = replay(capsys, tmp_path / "none", "--model", tiny_model)
    assert code == 2
    assert str(tmp_path / "none") in err


def test_ctrl_c_writes_the_summary_and_exits_130(make_camera_bag, tiny_model, tmp_path, repository):
    run = tmp_path / "run"
    process = start(repository, make_camera_bag(frames=900), "--model", tiny_model, "--out", run)
    wait_for_lines(run / "frames.jsonl", 5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    summary = json.loads(out.strip().splitlines()[-1])
    assert summary["interrupted"] is True
    assert summary["frames_offered"] == summary["reports"] == len(load_run(run).reports) < 900
    assert "Traceback" not in err


def test_a_killed_run_stays_readable(make_camera_bag, tiny_model, tmp_path, repository):
    run = tmp_path / "run"
    process = start(repository, make_camera_bag(frames=900), "--model", tiny_model, "--out", run)
    wait_for_lines(run / "frames.jsonl", 5)
    process.kill()
    process.communicate(timeout=30)
    loaded = load_run(run)
    assert len(loaded.reports) >= 5
    assert loaded.summary["interrupted"] is True
    assert loaded.summary["pace"] == "realtime"
    assert cli.main(["report", str(run)]) == 0
    assert (run / "report.html").exists()


def test_the_default_directory_is_named_after_bag_and_time(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    now = datetime(2025, 4, 5, 6, 7, 8)
    assert default_out(tmp_path / "drive.mcap", now) == Path("runs/drive-20250405-060708")
    Path("runs/drive-20250405-060708").mkdir(parents=True)
    assert default_out(tmp_path / "drive", now) == Path("runs/drive-20250405-060708-2")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_model_loads_leaves_nothing_behind(
    capsys, make_camera_bag, tiny_model, tmp_path, monkeypatch, number, code
):
    """There is no report yet to be saved, and a large model loads for minutes."""

    def load(options):
        signal.raise_signal(number)
        raise AssertionError("went on")

    monkeypatch.setattr("vlm_driving.replay.model.open_model", load)
    out = tmp_path / "run"
    assert replay(capsys, make_camera_bag(), "--model", tiny_model, "--out", out)[:2] == (code, "")
    assert not out.exists()


def test_threads_without_number_are_refused(capsys, make_camera_bag, tiny_model, tmp_path):
    code, _, err = replay(capsys, make_camera_bag(), "--model", tiny_model, "--threads", "100000")
    assert code == 2
    assert "Threads are from 0 (choose for me) to 256" in err


def test_names_that_are_not_utf8(make_camera_bag, tiny_model, tmp_path, repository):
    """As an archive made on Windows leaves them."""
    bag = tmp_path / os.fsdecode(b"\x83h\x83\x89\x83C\x83u")
    make_camera_bag().rename(bag)
    run = tmp_path / os.fsdecode(b"run \xff")
    process = start(repository, bag, "--model", tiny_model, "--out", run)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out.splitlines()[-1])["frames_offered"] == 12
    assert (run / "report.html").read_text(encoding="utf-8").endswith("</html>\n")


def test_the_summary_comes_even_if_nobody_reads_the_progress(
    make_camera_bag, tiny_model, tmp_path, repository
):
    process = start(repository, make_camera_bag(), "--model", tiny_model, "--out", tmp_path / "a")
    assert process.stderr is not None
    process.stderr.close()
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(out.splitlines()[-1])["frames_offered"] == 12
