"""How many processors this process may use."""

from __future__ import annotations

import os
from pathlib import Path

MOST_THREADS = 8
"""A small decoder's layers are too short to share out further."""


def usable_threads(limit: int = MOST_THREADS) -> int:
    """Processors that this process may use, at most `limit`.

    A container's quota counts too: threads beyond it only wait for each other.
    """
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota = _cgroup_quota()
    if quota is not None:
        count = min(count or 1, max(1, int(quota + 0.5)))
    return max(1, min(count or 1, limit))


def _cgroup_quota() -> float | None:
    """Processors that cgroup v2 grants, or None without a limit."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError):
        return None
