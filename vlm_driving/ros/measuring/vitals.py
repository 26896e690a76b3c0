"""What /proc says about the node's process and about those below it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vlm_driving.soak.vitals import descendants

_PROC = Path("/proc")
_KB_PER_MB = 1024.0
_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12  # of the fields behind the name


def cpu_seconds(pid: int) -> float | None:
    """User and system time that a process's threads have used; None if it has ended."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS


def memory_mb(pid: int) -> float | None:
    """Its memory, shared pages by share (PSS); None if it has ended, or may not be looked at."""
    try:
        text = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / _KB_PER_MB
    return None


def threads(pid: int) -> int:
    """How many it has; 0 if it has ended."""
    return _entries(pid, "task")


def files(pid: int) -> int:
    """How many file descriptors it has open; 0 if it has ended."""
    return _entries(pid, "fd")


def _entries(pid: int, folder: str) -> int:
    try:
        return len(os.listdir(_PROC / str(pid) / folder))
    except OSError:
        return 0


@dataclass(frozen=True, slots=True)
class Held:
    """What a node holds at one moment.

    Attributes:
        processes: below it.
        threads: of its own.
        files: that it has open.
        memory_mb: its own, without those below it (PSS); 0 if it has ended.
    """

    processes: int
    threads: int
    files: int
    memory_mb: float

    @classmethod
    def by(cls, pid: int) -> Held:
        """What the process `pid` holds now."""
        return cls(len(descendants(pid)), threads(pid), files(pid), memory_mb(pid) or 0.0)


class Sampler:
    """Follows a node and its workers. One thread."""

    def __init__(self, pid: int) -> None:
        """Follow the process `pid`."""
        self._pid = pid
        self.node_mb: list[tuple[float, float]] = []
        self.workers_mb: list[tuple[float, float]] = []
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._begin_s: float | None = None
        self._end_s = 0.0

    def note(self, now_s: float) -> None:
        """Measure, at `now_s` of the monotonic clock."""
        below = descendants(self._pid)
        for pid in (self._pid, *below):
            used = cpu_seconds(pid)
            if used is not None:
                # One that came later has used all it has since the beginning.
                self._first.setdefault(pid, used if self._begin_s is None else 0.0)
                self._last[pid] = used
        if self._begin_s is None:
            self._begin_s = now_s
        self._end_s = now_s
        own = memory_mb(self._pid)
        if own is not None:
            self.node_mb.append((now_s, own))
            self.workers_mb.append((now_s, sum(memory_mb(pid) or 0.0 for pid in below)))

    @property
    def node_share(self) -> float | None:
        """CPU of the node's process alone, as a share of one core; None before the second note."""
        return self._share([self._pid])

    @property
    def workers_share(self) -> float | None:
        """CPU of all processes below it."""
        return self._share(pid for pid in self._last if pid != self._pid)

    def _share(self, pids: Iterable[int]) -> float | None:
        if self._begin_s is None or self._end_s <= self._begin_s:
            return None
        used = sum(self._last[pid] - self._first[pid] for pid in pids if pid in self._last)
        return used / (self._end_s - self._begin_s)
