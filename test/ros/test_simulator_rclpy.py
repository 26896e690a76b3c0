"""The simulator as a program under rclpy, heard and advised over DDS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

# ruff: noqa: E402 - what follows needs them
pytest.importorskip("rclpy", reason="needs rclpy: source a ROS 2 workspace")
pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")

from support.simulator_nodes import PATIENCE_S, Listener, all_of, offline, scenario

from vlm_driving.core import Advice, PathAdvice, SpeedAdvice
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.port import LATCHED, Qos
from vlm_driving.ros.simulator.clock import TICK_NS
from vlm_driving.simulator.scenario.loop import Constant
from vlm_driving.simulator_recording import START_NS

DOMAIN = 50 + os.getpid() % 5
SMALL = ("width:=160", "height:=90")
STOP = Advice(SpeedAdvice.STOP, PathAdvice.KEEP, 1.0)


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    monkeypatch.setenv("ROS_DOMAIN_ID", str(DOMAIN))
    monkeypatch.setenv("RMW_IMPLEMENTATION", "rmw_cyclonedds_cpp")
    monkeypatch.setenv("ROS_LOG_DIR", str(tmp_path / "log"))
    monkeypatch.delenv("CYCLONEDDS_URI", raising=False)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(part for part in sys.path if part))


@pytest.fixture
def listener():
    made = Listener(DOMAIN)
    yield made
    made.port.shutdown()


@pytest.fixture
def start():
    started: list[subprocess.Popen[str]] = []

    def make(*parameters):
        given = [word for one in parameters for word in ("-p", str(one))]
        code = "import sys\nfrom vlm_driving.ros.simulator.rclpy_main import main\nsys.exit(main())"
        words = [sys.executable, "-c", code, "--ros-args", *given]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        started.append(subprocess.Popen(words, text=True, **pipes))  # type: ignore[call-overload]
        return started[-1]

    yield make
    for process in started:
        process.kill()
        process.communicate()


def ended(process) -> tuple[int, str]:
    said, _ = process.communicate(timeout=PATIENCE_S * 2)
    return process.returncode, said


def test_it_drives_by_advice_and_tells_the_score(tmp_path, listener, start):
    path = scenario(tmp_path, seconds=2)
    scores = listener.hear("/simulator/score", Kind.TEXT, LATCHED)
    times = listener.hear("/clock", Kind.CLOCK, Qos(depth=1000))
    speeds = listener.hear("/simulator/twist", Kind.TWIST, Qos(depth=100))
    process = start(f"scenario:={path}", "rate:=0", "advice_wait_ms:=20000", *SMALL)
    listener.advise(STOP)
    code, said = ended(process)
    assert code == 0, said
    assert "short, seed 1: 0 collisions" in said
    score = json.loads(scores.get(timeout=PATIENCE_S).data)
    whole = offline(path, Constant("stop", STOP))
    assert {key: score[key] for key in whole} == whole
    heard = [times.get().now_ns for _ in range(times.qsize())]
    assert heard == sorted(heard) and len(set(heard)) > 300
    assert all((one - START_NS) % TICK_NS == 0 for one in heard)
    first, second = all_of(speeds, 2)
    assert second.stamp_ns - first.stamp_ns == 100_000_000
    assert second.speed_kmh < first.speed_kmh == pytest.approx(36.0)


def test_ctrl_c_ends_it_cleanly(tmp_path, listener, start):
    pictures = listener.hear("/simulator/front/image_raw", Kind.IMAGE, Qos(depth=20))
    process = start(f"scenario:={scenario(tmp_path, 60)}", "closed_loop:=false", *SMALL)
    image = pictures.get(timeout=PATIENCE_S)
    assert (image.encoding, image.step, len(image.data)) == ("bgr8", 480, 480 * 90)
    process.send_signal(signal.SIGINT)
    code, said = ended(process)
    assert code == 0, "a launch would tell of a process that died"
    assert "Traceback" not in said and "Ended early" in said


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("scenario:=signls", "did you mean signals?"),
        ("rate:=fast", "rate is 'fast', but takes a number from 0 to 100"),
    ],
)
def test_what_cannot_be_is_a_line_in_the_log_and_exit_2(given, what, start):
    code, said = ended(start(given))
    assert code == 2
    assert what in said and "Traceback" not in said
