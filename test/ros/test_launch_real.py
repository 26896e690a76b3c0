"""The launch files with the real node: it starts by itself, comes back, and is played a bag."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

rclpy = pytest.importorskip("rclpy", reason="needs rclpy: source a ROS 2 workspace")
if shutil.which("ros2") is None or importlib.util.find_spec("launch_ros") is None:
    pytest.skip("needs launch_ros and ros2: source a ROS 2 workspace", allow_module_level=True)

from rosbags.highlevel import AnyReader  # noqa: E402
from rosbags.typesys import Stores, get_typestore  # noqa: E402
from support.launch_prefix import LAUNCH, REPOSITORY, launch_environment  # noqa: E402

IMAGE = "/sensing/camera/front/image_raw/compressed"
FRAMES = 10
LIMIT_S = 90.0
# A budget that a busy machine keeps: what is tested is that no frame is lost on the way.
BUDGET = "budget_ms:=20000"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return launch_environment(tmp_path, 63)


@pytest.fixture
def state_of() -> Iterator[Callable[[str], str]]:
    """Asks a node for its state; empty while it does not answer."""
    from lifecycle_msgs.srv import GetState

    context = rclpy.Context()
    rclpy.init(context=context, domain_id=63)
    node = rclpy.create_node("asks", context=context)
    executor = rclpy.executors.SingleThreadedExecutor(context=context)
    executor.add_node(node)

    def ask(name: str) -> str:
        client = node.create_client(GetState, f"{name}/get_state")
        try:
            if not client.wait_for_service(timeout_sec=1.0):
                return ""
            future = client.call_async(GetState.Request())
            executor.spin_until_future_complete(future, timeout_sec=1.0)
            return str(future.result().current_state.label) if future.done() else ""
        finally:
            node.destroy_client(client)

    yield ask
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown(context=context)


def until(met: Callable[[], bool], what: str) -> None:
    """Wait for something, with a limit."""
    end = time.monotonic() + LIMIT_S
    while not met():
        assert time.monotonic() < end, f"not {what} within {LIMIT_S:g} s"
        time.sleep(0.05)


def of_node(launch: subprocess.Popen[bytes]) -> list[int]:
    """Processes of a launch that are its node."""
    done = subprocess.run(
        ["pgrep", "-P", str(launch.pid), "-f", "rclpy_main"], capture_output=True, check=False
    )
    return [int(word) for word in done.stdout.split()]


def test_the_node_starts_by_itself_and_again_after_it_was_killed(
    environment: dict[str, str], state_of: Callable[[str], str]
):
    words = ["ros2", "launch", str(LAUNCH / "vlm_driving.launch.py")]
    launch = subprocess.Popen(
        [*words, "namespace:=car", f"image:={IMAGE}", "respawn:=true"], env=environment
    )
    try:
        until(lambda: state_of("/car/vlm_driving") == "active", "active")
        (first,) = of_node(launch)
        os.kill(first, signal.SIGKILL)
        until(lambda: of_node(launch) not in ([], [first]), "started again")
        until(lambda: state_of("/car/vlm_driving") == "active", "active again")
        launch.send_signal(signal.SIGINT)
        assert launch.wait(LIMIT_S) == 0
    finally:
        for number in of_node(launch):
            os.kill(number, signal.SIGKILL)
        launch.kill()
        launch.wait()


def test_a_played_bag_is_answered_and_recorded_from_its_first_frame_to_its_last(
    environment: dict[str, str], tmp_path: Path
):
    bag, recorded = tmp_path / "drive", tmp_path / "recorded"
    drive = ["simulate", "--out", str(bag), "--seconds", str(FRAMES / 10)]
    subprocess.run(
        [sys.executable, "-m", "vlm_driving", *drive],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
        timeout=LIMIT_S,
    )
    arguments = [f"bag:={bag}", f"image:={IMAGE}", "transport:=compressed", f"record:={recorded}"]
    launch = str(LAUNCH / "replay.launch.py")
    done = subprocess.run(
        ["ros2", "launch", launch, *arguments, BUDGET, "rate:=0.2", "drain:=3"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    store = get_typestore(Stores.ROS2_JAZZY)
    with AnyReader([recorded], default_typestore=store) as reader:
        (reports,) = (one for one in reader.connections if one.topic.endswith("/front/report"))
        read: list[tuple[int, Any]] = [
            (time_ns, reader.deserialize(raw, reports.msgtype))
            for _, time_ns, raw in reader.messages([reports])
        ]
    said = [(time_ns, json.loads(message.data)) for time_ns, message in read]
    stamps = [report["stamp_ns"] for _, report in said]
    assert len(stamps) == FRAMES
    assert stamps == sorted(set(stamps))
    # Recorded on the bag's clock: beside the pictures, not years after them.
    assert all(abs(time_ns - report["stamp_ns"]) < 5_000_000_000 for time_ns, report in said)
