"""The program itself, as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="needs rclpy: source a ROS 2 workspace")

# ruff: noqa: E402 - what follows needs it
from support.spun import LOOPBACK
from support.tiny_bundle import make_tiny_bundle

PATIENCE_S = 30.0
PROGRAM = (sys.executable, "-m", "vlm_driving.ros.rclpy_main")


@pytest.fixture
def environment(repository) -> dict[str, str]:
    path = os.pathsep.join([str(repository), *(part for part in sys.path if part)])
    return {
        **os.environ,
        "PYTHONPATH": path,
        "CYCLONEDDS_URI": LOOPBACK,
        "RCUTILS_COLORIZED_OUTPUT": "0",
    }


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    return make_tiny_bundle(tmp_path_factory.mktemp("model") / "tiny")


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order_with_code_0_and_its_workers_are_gone(
    environment, bundle, number
):
    given = ("autostart:=true", f"model:={bundle}", "backends:=onnx-cpu")
    words = [word for one in given for word in ("-p", one)]
    process: Any = subprocess.Popen(
        [*PROGRAM, "--ros-args", *words, "--log-level", "vlm_driving:=info"],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        lines: list[str] = []
        while not any("is loaded and warm" in line for line in lines):
            lines.append(process.stderr.readline())
            assert lines[-1], lines
        workers = children(process.pid)
        assert workers
        process.send_signal(number)
        _, rest = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, rest
    assert "Traceback" not in rest and "Error" not in rest
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_without_autostart_it_says_what_it_waits_for(environment):
    process: Any = subprocess.Popen(
        [*PROGRAM, "--ros-args", "-r", "__ns:=/car"],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        line = next((one for one in process.stderr if "unconfigured" in one), "")
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.communicate()
    assert "`ros2 lifecycle set /car/vlm_driving configure`" in line and "autostart" in line


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--ros-args", "--params-file", "/no/such.yaml"), "ROS arguments were refused"),
        (("--ros-args", "-p", "use_sim_time:=perhaps"), "use_sim_time"),
        (("--ros-args", "-r", "__node:=a-b"), "a-b"),
    ],
)
def test_what_it_cannot_start_with_is_one_sentence_and_code_2(environment, words, sentence):
    done = subprocess.run(
        [*PROGRAM, *words], capture_output=True, text=True, env=environment, timeout=PATIENCE_S
    )
    assert done.returncode == 2, done.stderr
    (line,) = (one for one in done.stderr.splitlines() if one.startswith("vlm_driving_node: "))
    assert sentence in line and "Traceback" not in done.stderr


def test_without_rclpy_it_says_what_to_source(environment):
    code = "import sys; sys.modules['rclpy'] = None\nfrom vlm_driving.ros.rclpy_main import main\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}sys.exit(main())"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 2
    assert "source a ROS 2 workspace" in done.stderr and "Traceback" not in done.stderr
