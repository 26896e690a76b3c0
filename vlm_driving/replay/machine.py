"""What a run ran on, for its summary: names and numbers that cost nothing to find out."""

from __future__ import annotations

import os
import platform
import time
from importlib import metadata
from pathlib import Path

from vlm_driving.backends.onnx.sessions import installed_flavours


def describe_machine() -> dict[str, str | int | None]:
    """Processor, usable cores, system, Python and onnxruntime."""
    return {
        "cpu": cpu_name(),
        "cores": usable_cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "onnxruntime": _onnxruntime(),
    }


def process_age_s() -> float | None:
    """Seconds since this process was started, or None where the system does not tell."""
    try:
        stat = Path("/proc/self/stat").read_text(encoding="utf-8")
        started_ticks = int(stat.rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started_ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def cpu_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name as the kernel tells it, else what Python knows."""
    try:
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Model"):
                return value.strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _onnxruntime() -> str | None:
    for name in installed_flavours():
        return f"{name} {metadata.version(name)}"
    return None
