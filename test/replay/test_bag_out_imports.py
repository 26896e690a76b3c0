"""Replays take from the ROS part what is pure: messages, their bytes, and what a report says."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

PURE = {"cdr", "codecs", "messages", "outputs"}
"""Of vlm_driving.ros."""
BELOW = ("vlm_driving.core", "vlm_driving.pipeline.vehicle")


def imported(file: Path) -> set[str]:
    """Modules of this package that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from vlm_driving.ros import messages` names a module, too.
            whole = node.module == "vlm_driving.ros"
            names |= {f"{node.module}.{a.name}" for a in node.names} if whole else {node.module}
    return {name for name in names if name.startswith("vlm_driving")}


def test_replays_import_nothing_of_the_nodes_but_what_is_pure(repository: Path):
    allowed = {f"vlm_driving.ros.{name}" for name in PURE}
    files = sorted((repository / "vlm_driving" / "replay").glob("*.py"))
    found = {name for file in files for name in imported(file) if ".ros" in name}
    assert found  # or this looks in the wrong place
    assert found <= allowed


@pytest.mark.parametrize("name", sorted(PURE))
def test_what_is_pure_imports_only_what_is_pure(repository: Path, name: str):
    allowed = {f"vlm_driving.ros.{one}" for one in PURE}
    found = imported(repository / "vlm_driving" / "ros" / f"{name}.py")
    assert {one for one in found if one not in allowed and not one.startswith(BELOW)} == set()


def test_writing_a_bag_brings_in_no_middleware(repository: Path):
    program = (
        "import json, sys, vlm_driving.replay.bag_out, vlm_driving.replay.compare_outputs; "
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, cwd=repository
    )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert loaded.isdisjoint({"rclpy", "cyclonedds", "onnxruntime", "torch"})
