"""`ros2 bag play` into the node: the advice and the text of the offline harness.

The same without ROS, frame by frame: test_replay_over_dds.py.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess

import pytest

# ruff: noqa: E402 - what follows needs them
pytest.importorskip("rclpy", reason="needs rclpy: source a ROS 2 workspace")
if shutil.which("ros2") is None or importlib.util.find_spec("launch_ros") is None:
    pytest.skip("needs launch_ros and ros2: source a ROS 2 workspace", allow_module_level=True)

from support.launch_prefix import LAUNCH, launch_environment
from support.replayed import RAW, SPEED, drive, offline

from vlm_driving.replay.compare_outputs import main as compare

FRAMES = 10
LIMIT_S = 90.0
RATE = 0.5
# A slow machine must not cut what is compared, nor forget a speed that is played slowly.
PARAMETERS = """
/**:
  ros__parameters:
    budget_ms: 20000.0
    speed: {valid_ms: 60000.0}
"""


def test_a_bag_that_is_played_into_the_node_gives_what_the_offline_harness_gives(tmp_path, capsys):
    bag, recorded = drive(tmp_path / "drive", FRAMES), tmp_path / "recorded"
    said = offline(bag, tmp_path / "said")
    file = tmp_path / "my.yaml"
    file.write_text(PARAMETERS)
    # The raw topic's name: the node is to find the compressed one by itself.
    given = [f"bag:={bag}", f"image:={RAW}", f"speed:={SPEED}", f"record:={recorded}"]
    given += [f"params_file:={file}", f"rate:={RATE}", "backends:=onnx-cpu", "drain:=3"]
    (tmp_path / "launch").mkdir()
    done = subprocess.run(
        ["ros2", "launch", str(LAUNCH / "replay.launch.py"), *given],
        env=launch_environment(tmp_path / "launch", 29),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    capsys.readouterr()
    code = compare([str(said), str(recorded)])
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert (code, err) == (0, "")
    # A busy machine may take fewer frames, but answers those that it takes.
    assert found["compared"] + found["missing"] == FRAMES and found["compared"] >= FRAMES // 2
    assert found["other_speed"] == found["unanswered"] == found["truncated"] == 0
