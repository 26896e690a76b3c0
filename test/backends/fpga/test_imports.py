"""The contract runs wherever numpy does: nothing of it needs onnx or onnxruntime."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"onnx", "onnxruntime", "torch", "cv2", "tokenizers"}
PROGRAM = """
import json, sys
import vlm_driving.backends.fpga, vlm_driving.backends.fpga.emulator
from vlm_driving.backends.fpga import pack
from vlm_driving.runtime.bundle import ModelBundle
pack(ModelBundle.load("models/driving-ja"))
print(json.dumps(sorted(sys.modules)))
"""


def test_packing_and_emulating_bring_in_nothing_heavy(repository):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, check=True, cwd=repository
    )
    assert HEAVY.isdisjoint(name.partition(".")[0] for name in json.loads(done.stdout))
