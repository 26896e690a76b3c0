"""What the package says of itself, to pip and to ROS, agrees."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from vlm_driving import __version__

# The keys that we use, as rosdep/base.yaml and rosdep/python.yaml of ros/rosdistro have them, and
# the packages that every distribution from Humble on releases.
ROSDEP_KEYS = {
    "python3-numpy",
    "python3-opencv",
    "python3-pytest",
    "python3-yaml",
    "geometry_msgs",
    "launch",
    "launch_ros",
    "nav_msgs",
    "rclpy",
    "sensor_msgs",
    "std_msgs",
}


@pytest.fixture(scope="module")
def package(repository: Path) -> ElementTree.Element:
    return ElementTree.parse(repository / "package.xml").getroot()


def test_one_version(package: ElementTree.Element, repository: Path):
    assert package.findtext("version") == __version__
    changelog = (repository / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(__version__)}\b", changelog, re.MULTILINE)
    result = subprocess.run(
        [sys.executable, "setup.py", "--version"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip().splitlines()[-1] == __version__


def test_ros_sees_an_ament_python_package(package: ElementTree.Element, repository: Path):
    assert package.get("format") == "3"
    assert package.findtext("name") == "vlm_driving"
    assert package.findtext("export/build_type") == "ament_python"
    assert package.findtext("license") == "Apache-2.0"
    assert (repository / "resource" / "vlm_driving").is_file()


def test_every_dependency_is_a_rosdep_key(package: ElementTree.Element):
    named = {
        element.text
        for element in package
        if element.tag == "depend" or element.tag.endswith("_depend")
    }
    assert named == ROSDEP_KEYS


def test_both_readmes_show_the_two_commands(repository: Path):
    for name in ("README.md", "README.ja.md"):
        text = (repository / name).read_text(encoding="utf-8")
        assert "make demo" in text and "make test" in text
