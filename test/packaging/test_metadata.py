"""What the package says of itself, to pip and to ROS, agrees."""

from __future__ import annotations

import ast
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
    "builtin_interfaces",
    "diagnostic_msgs",
    "geometry_msgs",
    "launch",
    "launch_ros",
    "lifecycle_msgs",
    "nav_msgs",
    "rcl_interfaces",
    "rclpy",
    "ros2bag",
    "ros2launch",
    "rosbag2_interfaces",
    "rosbag2_storage_default_plugins",
    "rosbag2_storage_mcap",
    "rosgraph_msgs",
    "sensor_msgs",
    "std_msgs",
    "std_srvs",
    "vision_msgs",
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


def test_every_licence_is_named_with_its_file(package: ElementTree.Element, repository: Path):
    licences = {element.text: element.get("file") for element in package.findall("license")}
    assert licences == {"Apache-2.0": "LICENSE", "OFL-1.1": "vlm_driving/annotate/fonts/OFL.txt"}
    for file in licences.values():
        assert file is not None and (repository / file).is_file()


def test_every_message_package_that_the_code_imports_is_a_dependency(repository: Path):
    imported = set()
    for file in (repository / "vlm_driving" / "ros").rglob("*.py"):
        found = re.findall(r"(?:from|import) (\w+_(?:msgs|srvs|interfaces))\b", file.read_text())
        imported |= set(found)
    assert "lifecycle_msgs" in imported
    assert imported - {"autoware_vehicle_msgs"} <= ROSDEP_KEYS


def test_under_ros_pip_installs_what_rosdep_does_not(repository: Path):
    """requirements-ros.txt has the requirements of setup.py but for apt's, and one onnxruntime."""
    tree = ast.parse((repository / "setup.py").read_text(encoding="utf-8"))
    (call,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setup"
    )
    given = {word.arg: word.value for word in call.keywords}
    required = set(ast.literal_eval(given["install_requires"]))
    extras = given["extras_require"]
    assert isinstance(extras, ast.Dict)
    (cpu,) = (
        ast.literal_eval(value)
        for key, value in zip(extras.keys, extras.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "cpu"
    )
    of_apt = {one for one in required if one.lower().startswith(("numpy", "opencv", "pyyaml"))}
    lines = (repository / "requirements-ros.txt").read_text(encoding="utf-8").splitlines()
    listed = {line for line in lines if line and not line.startswith("#")}
    assert listed == (required - of_apt) | set(cpu) | {"numpy>=1.26,<2"}


def test_the_image_copies_what_there_is_and_says_that_nobody_built_it(repository: Path):
    text = (repository / "docker" / "Dockerfile").read_text(encoding="utf-8")
    assert "NOT BUILT BY US YET" in text.partition("\nFROM ")[0]
    copied = re.findall(r"^COPY (\S+) ", text, re.MULTILINE)
    assert "." in copied
    for name in copied:
        assert (repository / name).exists()
    left_out = (repository / ".dockerignore").read_text(encoding="utf-8").split()
    needed = ("config", "docker", "launch", "models", "resource", "setup.cfg", "README.md")
    assert not set(needed) & set(left_out)


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
