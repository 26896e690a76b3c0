"""`vlm-driving node`: the whole node in a process of its own, on a real middleware."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")

from support.node_bench import raw

from vlm_driving.core import UserError
from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.dds_command import parameters
from vlm_driving.ros.messages import Kind, TextMessage
from vlm_driving.ros.parameters import preset
from vlm_driving.ros.port import RELIABLE, SENSOR

DOMAIN = 101 + os.getpid() % 100  # apart from another test run on this machine
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch):
    monkeypatch.setenv("ROS_LOCALHOST_ONLY", "1")
    monkeypatch.setenv("ROS_DOMAIN_ID", str(DOMAIN))


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "vlm_driving", "node", *args]


def children_of(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[1]) == pid:
            found.append(int(status.parent.name))
    return found


def test_the_node_answers_frames_and_questions_and_ends_with_nothing_left_behind():
    process = subprocess.Popen(
        command("-p", "camera.front.topic:=/camera/image", "-p", "budget_ms:=5000.0"),
        stderr=subprocess.PIPE,
        text=True,
    )
    port = DdsPort("test", domain=DOMAIN)
    heard: queue.Queue = queue.Queue()
    answers: queue.Queue = queue.Queue()
    try:
        port.subscribe("/vlm_driving/front/report", Kind.TEXT, heard.put, RELIABLE)
        port.subscribe("/vlm_driving/front/answer", Kind.TEXT, answers.put, RELIABLE)
        camera = port.publisher("/camera/image", Kind.IMAGE, SENSOR)
        question = port.publisher("/vlm_driving/front/question", Kind.TEXT, RELIABLE)
        end_s = time.monotonic() + PATIENCE_S
        number = 0
        while heard.empty() and time.monotonic() < end_s and process.poll() is None:
            number += 1
            camera.publish(raw(time.time_ns(), number))
            time.sleep(0.1)  # the camera's period
        report = json.loads(heard.get(timeout=1).data)
        assert report["camera"] == "front" and report["outcome"] in ("ok", "unsure", "truncated")
        question.publish(TextMessage("前に何が見えますか。"))
        assert json.loads(answers.get(timeout=PATIENCE_S).data)["answer"]
        workers = children_of(process.pid)
        assert workers
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        assert "Traceback" not in log and "is loaded and warm on" in log
        assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    finally:
        process.kill()
        process.wait()
        port.shutdown()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["-p", "model:=nowhere"], "nowhere"),
        (["-p", "budget_ms:=fast"], "budget_ms is"),
        (["-p", "budget_ms:=0.001"], "budget_ms is 0.001"),
        (["-p", "budget"], "write NAME:=VALUE"),
        (["-p", "budged_ms:=200.0"], "did you mean budget_ms"),
        (["--params-file", "nowhere.yaml"], "nowhere.yaml"),
        (["--preset", "carla"], "carla_bridge"),
        (["--namespace", "/9"], "9"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_code_2(args, words):
    done = subprocess.run(command(*args), capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert words in last and "Traceback" not in done.stderr
    assert re.match(r"vlm-driving( node)?: ", last)


def test_later_parameters_win_over_files_and_files_over_the_preset(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("/**:\n  ros__parameters:\n    budget_ms: 150.0\n    hold_ms: 500.0\n")
    given = parameters("awsim", [file], ["budget_ms:=120.0"], "/vlm_driving")
    assert given["budget_ms"] == 120.0 and given["hold_ms"] == 500.0
    assert given["use_sim_time"] is preset("awsim").parameters["use_sim_time"] is True


def test_a_value_is_yaml_as_it_is_for_ros():
    given = parameters(None, [], ["cameras:=[front, left]", "annotated:=false"], "/vlm_driving")
    assert given == {"cameras": ["front", "left"], "annotated": False}
    with pytest.raises(UserError, match="no YAML"):
        parameters(None, [], ["cameras:=[front"], "/vlm_driving")
