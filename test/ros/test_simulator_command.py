"""`vlm-driving sim-node`: a program of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")

from support.simulator_nodes import PATIENCE_S, Listener, scenario

from vlm_driving import cli
from vlm_driving.core import Advice, PathAdvice, SpeedAdvice
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.port import Qos

DOMAIN = 50 + os.getpid() % 5
SMALL = ("--width", "160", "--height", "90")


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch):
    monkeypatch.setenv("ROS_LOCALHOST_ONLY", "1")
    monkeypatch.setenv("ROS_DOMAIN_ID", str(DOMAIN))
    monkeypatch.delenv("CYCLONEDDS_URI", raising=False)
    path = os.pathsep.join(part for part in sys.path if part)
    monkeypatch.setenv("PYTHONPATH", path)


@pytest.fixture
def listener():
    made = Listener(DOMAIN)
    yield made
    made.port.shutdown()


def start(*words):
    command = [sys.executable, "-m", "vlm_driving", "sim-node", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_process_of_its_own_is_driven_by_advice_and_prints_the_score(tmp_path, listener):
    path = scenario(tmp_path, seconds=2)
    process = start("--scenario", path, "--rate", 0, "--advice-wait-ms", 20000, *SMALL)
    listener.advise(Advice(SpeedAdvice.STOP, PathAdvice.KEEP, 1.0))
    out, err = process.communicate(timeout=PATIENCE_S * 2)
    assert process.returncode == 0, err
    score = json.loads(out.splitlines()[-1])
    assert (score["scenario"], score["frames"], score["without_advice"]) == ("short", 20, 0)
    assert "short, seed 1: 0 collisions" in err.splitlines()[-1]


def test_ctrl_c_ends_it_cleanly(tmp_path, listener):
    pictures = listener.hear("/simulator/front/image_raw", Kind.IMAGE, Qos(depth=20))
    process = start("--scenario", scenario(tmp_path, 60), "--no-closed-loop", *SMALL)
    pictures.get(timeout=PATIENCE_S)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert out == "" and "Traceback" not in err
    assert "Ended early" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--scenario", "signls"], "did you mean signals?"),
        (["--seed", "-1"], "seed is -1"),
        (["--rate", "fast"], "invalid float value"),
        (["--width", "1"], "from 64 to 3840"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_2(words, what, capsys):
    assert cli.main(["sim-node", *words]) == 2
    printed = capsys.readouterr()
    (line,) = [one for one in printed.err.splitlines() if one.startswith("vlm-driving: ")]
    assert what in line and printed.out == ""


def test_without_cyclonedds_it_says_what_to_install():
    code = (
        "import sys\nsys.modules['cyclonedds'] = None\nfrom vlm_driving import cli\n"
        "sys.exit(cli.main(['sim-node']))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 2
    assert '".[dds]"' in ended.stderr and len(ended.stderr.splitlines()) == 1
