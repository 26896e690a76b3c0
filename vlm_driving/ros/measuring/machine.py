"""The machine and the software that figures belong to."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from vlm_driving import __version__
from vlm_driving.replay.machine import cpu_name, usable_cores

_RMEM_MAX = Path("/proc/sys/net/core/rmem_max")


def machine(middleware: str) -> dict[str, Any]:
    """The JSON object; taken before anything is started, so that the load is others'."""
    return {
        "cpu": cpu_name(),
        "cores": usable_cores(),
        "load_1m": round(os.getloadavg()[0], 2),
        "os": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "vlm_driving": __version__,
        "cyclonedds": _version("cyclonedds"),
        "onnxruntime": _version("onnxruntime"),
        "ros_distro": os.environ.get("ROS_DISTRO") if middleware == "ros" else None,
        "rmw": os.environ.get("RMW_IMPLEMENTATION") if middleware == "ros" else None,
        "rmem_max": _number(_RMEM_MAX),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None
