"""The lower floors of the house start quickly and anywhere: they know no engine and no ROS."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("onnxruntime", "cv2", "torch", "transformers", "rclpy", "tokenizers", "rosbags")


@pytest.mark.parametrize(
    "module",
    [
        "vlm_driving.core",
        "vlm_driving.pipeline",
        "vlm_driving.pipeline.lineup",
        "vlm_driving.pipeline.opening",
    ],
)
def test_importing_brings_in_nothing_heavy(module, repository):
    program = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, cwd=repository
    )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert loaded.isdisjoint(HEAVY)
