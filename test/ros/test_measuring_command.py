"""The whole measurement, with real processes on a real middleware."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# ruff: noqa: E402 - what follows needs it
pytest.importorskip("cyclonedds", reason="needs cyclonedds: pip install 'vlm_driving[dds]'")

from rich.console import Console

from vlm_driving.core import UserError
from vlm_driving.ros.dds.port import DdsPort
from vlm_driving.ros.measuring import session, steady
from vlm_driving.ros.measuring.plan import NodePlan
from vlm_driving.ros.measuring.session import Session, keep_to_this_machine, node_command
from vlm_driving.ros.measuring.table import print_figures
from vlm_driving.ros.messages import Kind
from vlm_driving.soak.vitals import alive, descendants

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = 75 + os.getpid() % 5
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def this_machine_alone(monkeypatch):
    monkeypatch.setenv("ROS_LOCALHOST_ONLY", "1")
    monkeypatch.setenv("ROS_DOMAIN_ID", str(DOMAIN))
    monkeypatch.delenv("CYCLONEDDS_URI", raising=False)


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(steady, "WARM_UP_S", 0.2)
    monkeypatch.setattr(steady, "TAIL_S", 1.0)
    monkeypatch.setattr(session, "_DISCOVERY_S", 0.3)


@pytest.fixture
def others() -> set[int]:
    """Processes below this one that are none of the test's, such as multiprocessing's tracker."""
    return descendants(os.getpid())


def quiet() -> Console:
    return Console(quiet=True, stderr=True)


def test_a_short_measurement_has_every_figure_and_leaves_nothing(hurried, capsys, others):
    plan = NodePlan(2.0, cameras=2, rate_hz=5.0, cycles=2, transport="compressed", pictures=4)
    result = Session(plan, quiet()).run()
    assert descendants(os.getpid()) <= others
    assert result["wrong"] == []
    found = result["steady"]
    assert 14 <= found["sent"] <= 22  # two cameras, two seconds
    assert sum(found["outcomes"].values()) + found["unreported"] == found["sent"]
    assert found["outcomes"] and found["strange"] == 0
    assert found["callback_p99_ms"] > 0
    assert 0 < result["cpu"]["node"] < 2 and result["cpu"]["workers"] > 0
    assert result["memory_mb"]["node"]["begin"] > 10 < result["memory_mb"]["workers"]["begin"]
    assert [set(one["took_ms"]) for one in result["cycles"]] == [
        {"configure", "activate", "deactivate", "cleanup"}
    ] * 2
    assert all(one["first_report_ms"] > 0 for one in result["cycles"])
    assert all(one["held"]["processes"] == 0 for one in result["cycles"])
    figures = result["figures"]
    assert result["kept"] == all(one["kept"] is not False for one in figures.values())
    assert figures["ok_share"]["kept"] is None  # asked of one camera alone
    json.dumps(result)
    print_figures(result, Console(stderr=True, width=200))
    printed = capsys.readouterr().err
    for one in figures.values():
        assert one["text"] in printed and one["target"] in printed


def test_the_same_is_measured_under_ros(hurried):
    pytest.importorskip("rclpy", reason="needs rclpy: source a ROS 2 workspace")
    plan = NodePlan(1.0, cycles=1, middleware="ros", transport="compressed", pictures=4)
    result = Session(plan, quiet()).run()
    assert result["wrong"] == []
    found = result["steady"]
    assert found["outcomes"] and found["strange"] == 0 and found["diagnostics"] > 0
    assert result["cycles"][0]["first_report_ms"] > 0
    assert "ros_distro" in result["machine"]


def test_a_node_that_dies_is_a_sentence_with_its_last_lines(hurried, monkeypatch, others):
    dying = ["-c", "import sys, time; print('up'); time.sleep(1); sys.exit('no memory left')"]
    monkeypatch.setattr(session, "node_command", lambda plan: dying)
    with pytest.raises(
        UserError, match="(?s)^The node ended with exit code 1 .*up.*no memory left"
    ):
        Session(NodePlan(2.0, pictures=2), quiet()).run()
    assert descendants(os.getpid()) <= others


def test_a_node_that_runs_already_is_not_measured_beside():
    port = DdsPort("vlm_driving")
    try:
        port.publisher("~/front/report", Kind.TEXT)
        with pytest.raises(UserError, match="runs already: end it, or set ROS_DOMAIN_ID"):
            Session(NodePlan(1.0), quiet()).run()
    finally:
        port.shutdown()


def test_a_signal_ends_every_process():
    bench = subprocess.Popen(
        [sys.executable, "-m", "vlm_driving", "bench", "--node", "60", "--node-cycles", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert bench.stderr is not None
    try:
        assert "makes the pictures" in bench.stderr.readline()
        below: set[int] = set()
        give_up = time.monotonic() + PATIENCE_S
        while not below:
            assert time.monotonic() < give_up
            below = descendants(bench.pid)
        bench.send_signal(signal.SIGINT)
        out, err = bench.communicate(timeout=PATIENCE_S)
    finally:
        bench.kill()
    assert (bench.returncode, out) == (130, "")
    assert "interrupted" in err
    assert alive(below) == set()


def test_a_bundle_that_is_not_there_is_said_before_anything_starts(tmp_path, others):
    with pytest.raises(UserError, match="nowhere"):
        Session(NodePlan(1.0, model=tmp_path / "nowhere"), quiet()).run()
    assert descendants(os.getpid()) <= others


def test_without_rclpy_the_ros_middleware_is_refused_with_the_remedy(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match="needs rclpy, which .* cannot import: source the ROS 2"):
        Session(NodePlan(1.0, middleware="ros"), quiet()).run()


def test_the_node_is_started_as_a_user_starts_it():
    words = node_command(NodePlan(1.0))
    assert words[:3] == ["-m", "vlm_driving", "node"]
    assert "camera.front.topic:=/vlm_driving_bench/front/image" in words
    ros = node_command(NodePlan(1.0, middleware="ros"), autostart=False)
    assert ros[:3] == ["-m", "vlm_driving.ros.rclpy_main", "--ros-args"]
    assert "autostart:=false" in ros


def test_pictures_stay_on_this_machine_unless_the_user_says_otherwise(monkeypatch):
    monkeypatch.delenv("ROS_LOCALHOST_ONLY")
    monkeypatch.setenv("CYCLONEDDS_URI", "file:///mine.xml")
    monkeypatch.delenv("ROS_AUTOMATIC_DISCOVERY_RANGE", raising=False)
    keep_to_this_machine()
    assert "ROS_AUTOMATIC_DISCOVERY_RANGE" not in os.environ
    monkeypatch.delenv("CYCLONEDDS_URI")
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "")  # put back after the test
    keep_to_this_machine()
    assert os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"


def test_bench_without_the_node_knows_nothing_of_it():
    code = (
        "import argparse, sys\n"
        "from vlm_driving.bench import command\n"
        "from vlm_driving.core import UserError\n"
        "parser = argparse.ArgumentParser()\n"
        "command.configure(parser)\n"
        "try:\n"
        "    command.run(parser.parse_args(['--frames', '0']))\n"
        "except UserError as error:\n"
        "    print(error)\n"
        "print([name for name in sys.modules if name.startswith('vlm_driving.ros')])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    said, modules = found.stdout.strip().splitlines()
    assert said.startswith("--frames")
    assert modules == "[]"
