"""`vlm-driving soak`: real workers on the shipped bundle, and exit codes that scripts can trust."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vlm_driving import cli
from vlm_driving.soak import session
from vlm_driving.soak.children import OFFERING, read_small_soak

SOAK = [sys.executable, "-m", "vlm_driving", "soak", "--pictures", "4"]


def start(repository: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*SOAK, *words],
        env={**os.environ, "PYTHONPATH": str(repository)},
        cwd=repository,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_short_soak_keeps_its_promises(repository: Path):
    # A second of budget: what is checked here does not depend on how busy the machine is.
    words = "--frames 60 --faults raises,killed,burst --seed 1 --budget-ms 1000"
    process = start(repository, *words.split())
    out, told = process.communicate(timeout=60)
    result = json.loads(out.splitlines()[-1])
    assert process.returncode == 0 and result["kept"] is True and result["broken"] == []
    assert result["offered"] == result["reports"] == 60 and result["duplicates"] == 0
    faults = result["faults"]
    assert {name: faults[name]["applied"] for name in faults} == dict.fromkeys(faults, 1)
    assert set(faults) == {"raises", "killed", "burst"}
    assert result["backends"][0]["restarts"] >= 1
    assert OFFERING in told and "with advice" in told


def test_a_soak_that_is_sent_sigterm_ends_with_its_object(repository: Path):
    process = start(repository, "--frames", "3000", "--faults", "none")
    assert process.stderr is not None
    while OFFERING not in (line := process.stderr.readline()):
        assert line, "it ended early"
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert read_small_soak(out.encode(), process.returncode) == []
    assert process.returncode == 128 + signal.SIGTERM
    assert json.loads(out.splitlines()[-1])["broken"] == []


def test_what_went_wrong_with_an_end_by_sigterm_is_named():
    result = {"interrupted": True, "offered": 5, "reports": 4}
    assert read_small_soak(json.dumps(result).encode(), 143) == [
        "4 reports for 5 frames after SIGTERM"
    ]
    assert read_small_soak(b"", -9) == ["no object came after SIGTERM (exit -9)"]
    result = {"interrupted": False, "offered": 5, "reports": 5}
    assert len(read_small_soak(json.dumps(result).encode(), 0)) == 2


@pytest.mark.parametrize(("kept", "code"), [(True, 0), (False, 1)])
def test_a_broken_promise_is_the_exit_code(
    kept: bool, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(session, "run_soak", lambda *_: {"kept": kept})
    assert cli.main(["soak", "--quiet"]) == code
    out = capsys.readouterr()
    assert json.loads(out.out) == {"kept": kept} and out.err == ""


@pytest.mark.parametrize(
    "words",
    [
        "--frames 0",
        "--rate nan",
        "--rate 0.1",
        "--budget-ms -5",
        "--faults fire",
        "--pictures 1",
        "--model nowhere",
        "--frames many",
    ],
)
def test_what_a_user_can_mend_is_one_sentence_and_exit_code_2(
    words: str, capsys: pytest.CaptureFixture[str]
):
    assert cli.main(["soak", *words.split()]) == 2
    out = capsys.readouterr()
    assert out.out == "" and out.err.startswith("vlm-driving: ") and out.err.count("\n") == 1
