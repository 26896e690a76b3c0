"""Install vlm_driving, as a pip package and as a ROS 2 ament_python package.

Launch files, configuration and model bundles go to `share/vlm_driving/` either way; they are
listed from the folders as they are, so that a new file needs no entry here.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from setuptools import find_packages, setup

NAME = "vlm_driving"
HERE = Path(__file__).resolve().parent
SHARED_FOLDERS = ("config", "launch", "models")
FONT_LICENSE = f"{NAME}/annotate/fonts/OFL.txt"
ROS_REQUIREMENTS = "requirements-ros.txt"


def version() -> str:
    """The version that the package itself states."""
    text = (HERE / NAME / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{NAME}/__init__.py states no __version__")
    return found.group(1)


def shared_files() -> list[tuple[str, list[str]]]:
    """Pairs of (folder below the prefix, files relative to this folder) for `data_files`."""
    share = f"share/{NAME}"
    pairs = [
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (share, ["package.xml", "LICENSE", ROS_REQUIREMENTS]),
        # Where package.xml says that it is.
        (f"{share}/{Path(FONT_LICENSE).parent.as_posix()}", [FONT_LICENSE]),
    ]
    for top in SHARED_FOLDERS:
        for folder, subfolders, names in os.walk(HERE / top):
            subfolders[:] = sorted(
                name for name in subfolders if not name.startswith((".", "__pycache__"))
            )
            where = Path(folder).relative_to(HERE).as_posix()
            kept = sorted(name for name in names if not name.startswith("."))
            if kept:
                pairs.append((f"{share}/{where}", [f"{where}/{name}" for name in kept]))
    return pairs


# Tests write tiny graphs with onnx and compare resized images with Pillow; neither needs torch.
# Bare DDS is tested wherever a wheel of it exists, and skipped with that reason elsewhere.
DDS = "cyclonedds>=11.0.1"
DDS_WHEELS = 'python_version < "3.14" and (sys_platform != "linux" or platform_machine == "x86_64")'
TEST = [f"{DDS}; {DDS_WHEELS}", "onnx>=1.17", "pillow>=10", "pytest>=7", "pytest-cov"]
# Drives a Chromium that the system has; where there is none, those tests are skipped.
TEST.append("playwright>=1.40")
setup(
    name=NAME,
    version=version(),
    description="Japanese driving advice from camera frames with an on-board vision-language model",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="vlm_driving maintainers",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=find_packages(include=[NAME, f"{NAME}.*"]),
    package_data={
        "": ["py.typed", "*.css", "*.html", "*.js", "*.json", "*.jsonl", "*.yaml"],
        f"{NAME}.annotate": ["fonts/*.ttf", "fonts/OFL.txt"],
        f"{NAME}.evaluation": ["rubrics/*.jsonl"],
        f"{NAME}.evaluation.report": ["js/*.js"],
    },
    data_files=shared_files(),
    zip_safe=False,
    # The last three need rclpy, and say so where it is missing.
    entry_points={
        "console_scripts": [
            "vlm-driving = vlm_driving.cli:main",
            "vlm_driving_node = vlm_driving.ros.rclpy_main:main",
            "vlm_driving_simulator = vlm_driving.ros.simulator.rclpy_main:main",
            "vlm_driving_wait = vlm_driving.ros.rclpy_wait:main",
        ]
    },
    # The least versions are those that the tests have passed with.
    # onnxruntime is no requirement: its CPU and GPU wheels overwrite each other, so the user says
    # which one, by [cpu] or [gpu], and an installed one is left alone.
    install_requires=[
        'backports.zstd; python_version < "3.14"',
        "lz4>=4",
        "numpy>=1.26",
        "opencv-python-headless>=4.8",
        # Its chart script alone is used: carried along in every report page, never imported.
        "plotly>=6",
        "PyYAML>=6.0",
        "rich>=13",
        "rosbags>=0.11.7,<0.12",
        "tokenizers>=0.20",
    ],
    extras_require={
        "cpu": ["onnxruntime>=1.23.2"],
        # onnx converts graphs to fp16 in `vlm-driving backends --build`; nothing else needs it.
        "gpu": ["onnx>=1.17", "onnxruntime-gpu>=1.23.2"],
        # The nodes without ROS. Wheels: Linux x86-64, macOS and Windows, Python 3.10 to 3.13; none
        # for aarch64 Linux, where the nodes run under ROS.
        "dds": [DDS],
        "train": [
            "torch>=2.9",
            "transformers>=5",
            "jinja2",
            "matplotlib",
            "onnx",
            "onnxruntime-genai",
            "onnxscript",
            "safetensors",
        ],
        "test": TEST,
        "dev": [
            *TEST,
            "coverage[toml]>=7.2",
            "mypy>=1.18",
            "ruff>=0.14",
            "types-PyYAML",
            # What test/packaging builds and installs with, without a network.
            "colcon-core>=0.19",
            "colcon-library-path",
            "colcon-python-setup-py",
            "colcon-recursive-crawl",
            "colcon-ros",
            "setuptools>=64",
            "wheel",
        ],
    },
)
