"""Where `ros2 launch` finds our programs: this checkout, without an installation."""

from __future__ import annotations

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
LAUNCH = REPOSITORY / "launch"
MODULES = {"vlm_driving_node": "rclpy_main", "vlm_driving_wait": "rclpy_wait"}


def launch_environment(folder: Path, domain: int) -> dict[str, str]:
    """The environment of a launch whose programs are run by this Python.

    Args:
        folder: an empty one, for the programs and the logs.
        domain: ROS_DOMAIN_ID.
    """
    prefix = folder / "prefix"
    index = prefix / "share" / "ament_index" / "resource_index" / "packages"
    index.mkdir(parents=True)
    (index / "vlm_driving").touch()
    programs = prefix / "lib" / "vlm_driving"
    programs.mkdir(parents=True)
    for name, module in MODULES.items():
        file = programs / name
        file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m vlm_driving.ros.{module} "$@"\n')
        file.chmod(0o755)
    return os.environ | {
        "AMENT_PREFIX_PATH": f"{prefix}{os.pathsep}{os.environ.get('AMENT_PREFIX_PATH', '')}",
        "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        "ROS_LOG_DIR": str(folder / "log"),
        "ROS_DOMAIN_ID": str(domain),
    }
