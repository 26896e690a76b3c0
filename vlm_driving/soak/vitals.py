"""What a soak reads from /proc: memory of processes, and what is left behind at the end."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TEMP_PREFIX = "vlm-soak-"
WARM_S = 5.0
"""A process that was ready for so long has allocated what it works with."""
LEAST_WATCHED_S = 10.0
"""Growth within less says nothing."""
_SHM = Path("/dev/shm")
_PROC = Path("/proc")
_KB_PER_MB = 1024.0


def anonymous_mb(pid: int) -> float | None:
    """Memory that is a process's own, without files and shared frames; None if it has ended."""
    try:
        text = (_PROC / str(pid) / "status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / _KB_PER_MB
    return None


class Growth:
    """Follows the memory of processes, each from when it was warm."""

    def __init__(self) -> None:
        self._first_s: dict[tuple[str, int], float] = {}
        self._warm: dict[tuple[str, int], tuple[float, float]] = {}
        self._last: dict[tuple[str, int], tuple[float, float]] = {}

    def note(self, name: str, pid: int, now_s: float) -> None:
        """Measure the process `pid` of `name`, which is ready, at `now_s`."""
        mb = anonymous_mb(pid)
        if mb is None:
            return
        key = (name, pid)
        first_s = self._first_s.setdefault(key, now_s)
        if now_s - first_s >= WARM_S:
            self._warm.setdefault(key, (now_s, mb))
            self._last[key] = (now_s, mb)

    def worst(self) -> dict[str, float]:
        """By name, the growth in MB of the process that grew most; those watched long enough."""
        found: dict[str, float] = {}
        for key, (warm_s, warm_mb) in self._warm.items():
            last_s, last_mb = self._last[key]
            if last_s - warm_s >= LEAST_WATCHED_S:
                name = key[0]
                found[name] = max(found.get(name, last_mb - warm_mb), last_mb - warm_mb)
        return found


@dataclass(frozen=True, slots=True)
class Traces:
    """What this process has to its name.

    Attributes:
        children: processes, with their names.
        files: open ones, by descriptor.
        shared: files in /dev/shm that are this user's.
        temporary: files of a soak in the folder for temporary ones.
    """

    children: dict[int, str] = field(default_factory=dict)
    files: dict[int, str] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    temporary: frozenset[str] = frozenset()


def take_traces() -> Traces:
    """What is there now."""
    here = {pid: name for pid, name, parent, _ in processes() if parent == os.getpid()}
    files = {}
    for entry in (_PROC / "self" / "fd").iterdir():
        try:
            files[int(entry.name)] = os.readlink(entry)
        except OSError:  # the one that reads the folder
            continue
    return Traces(here, files, frozenset(_shared()), frozenset(_temporary()))


def left_behind(before: Traces, after: Traces) -> list[str]:
    """What came between the two and did not go, in words."""
    new = {fd: what for fd, what in after.files.items() if before.files.get(fd) != what}
    return [
        *(
            f"process {n} ({name})"
            for n, name in after.children.items()
            if n not in before.children
        ),
        *(f"open file {fd} ({what})" for fd, what in sorted(new.items())),
        *(f"/dev/shm/{name}" for name in sorted(after.shared - before.shared)),
        *(f"temporary {name}" for name in sorted(after.temporary - before.temporary)),
    ]


def processes() -> Iterator[tuple[int, str, int, bool]]:
    """Every process: its number, name, parent, and whether it has ended (a zombie)."""
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        name, _, rest = text.partition("(")[2].rpartition(")")
        state, parent = rest.split()[:2]
        yield int(entry.name), name, int(parent), state in "ZX"


def descendants(root: int) -> set[int]:
    """All processes below `root`, without itself."""
    below: dict[int, list[int]] = {}
    for pid, _, parent, _ in processes():
        below.setdefault(parent, []).append(pid)
    found: set[int] = set()
    open_ends = [root]
    while open_ends:
        for pid in below.get(open_ends.pop(), []):
            if pid not in found:
                found.add(pid)
                open_ends.append(pid)
    return found


def alive(pids: set[int]) -> set[int]:
    """Those of `pids` that still run; a zombie does not."""
    return {pid for pid, _, _, ended in processes() if pid in pids and not ended}


def _shared() -> Iterator[str]:
    """Names in /dev/shm that no process but this one could have made."""
    try:
        entries = list(_SHM.iterdir())
    except OSError:
        return
    for entry in entries:
        try:
            mine = entry.stat().st_uid == os.getuid()
        except OSError:
            continue
        if mine and not _held_elsewhere(str(entry)):
            yield entry.name


def _held_elsewhere(path: str) -> bool:
    """Whether a process that is no child of this one has the file mapped."""
    mine = {os.getpid()} | descendants(os.getpid())
    for pid, _, _, _ in processes():
        if pid in mine:
            continue
        try:
            maps = (_PROC / str(pid) / "maps").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if path in maps:
            return True
    return False


def _temporary() -> Iterator[str]:
    """Of this process: the number is in the name."""
    folder = Path(tempfile.gettempdir())
    prefix = f"{TEMP_PREFIX}{os.getpid()}-"
    return (entry.name for entry in folder.iterdir() if entry.name.startswith(prefix))
