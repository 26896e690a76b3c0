"""How a soak tells its workers what to do wrong: a few numbers in memory that both map.

The memory has no name in the file system. A worker finds it as an open file of its parent, so that
it goes with the parent, however that ends.
"""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path

from vlm_driving.soak.kinds import IN_WORKER, Fault

_WORDS = struct.Struct("5q")  # mode, strikes left, strikes done, starts refused, variant
_REFUSE = 1000


class Control:
    """One worker's block. The parent writes mode and strikes, the worker counts them."""

    def __init__(self, fd: int) -> None:
        """Map the block that is open as `fd`; the file may be closed then."""
        self._map = mmap.mmap(fd, _WORDS.size)

    @classmethod
    def open(cls, path: str) -> Control:
        """Map a block by the path that `ControlFile` gives. Raises OSError."""
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            return cls(fd)
        finally:
            os.close(fd)

    def close(self) -> None:
        """Let go of the memory."""
        self._map.close()

    def arm(self, fault: Fault, strikes: int, variant: int) -> None:
        """Have the next `strikes` answers spoilt, or every start refused."""
        mode = _REFUSE if fault is Fault.NO_START else 1 + IN_WORKER.index(fault)
        self._map[:] = _WORDS.pack(mode, strikes, 0, 0, variant)

    def disarm(self) -> int:
        """End the fault; how often it struck."""
        struck = self.struck
        self._map[:] = _WORDS.pack(0, 0, 0, 0, 0)
        return struck

    @property
    def struck(self) -> int:
        """How often the fault has struck since it was armed."""
        _, _, done, refused, _ = _WORDS.unpack(self._map[:])
        return int(done + refused)

    @property
    def spent(self) -> bool:
        """Whether the fault has struck as often as it should."""
        mode, left, _, _, _ = _WORDS.unpack(self._map[:])
        return bool(0 < mode < _REFUSE and left <= 0)

    def strike(self) -> tuple[Fault, int] | None:
        """In the worker: the fault of this answer and its variant, counted; or None."""
        mode, left, done, refused, variant = _WORDS.unpack(self._map[:])
        if not 0 < mode < _REFUSE or left <= 0:
            return None
        self._map[:] = _WORDS.pack(mode, left - 1, done + 1, refused, variant + 1)
        return IN_WORKER[mode - 1], variant

    def refuse(self) -> bool:
        """In the worker: whether it must not start, counted."""
        mode, left, done, refused, variant = _WORDS.unpack(self._map[:])
        if mode != _REFUSE:
            return False
        self._map[:] = _WORDS.pack(mode, left, done, refused + 1, variant)
        return True


class ControlFile:
    """The parent's end: makes the memory, and keeps it open for workers to come."""

    def __init__(self) -> None:
        """Make a block of zeros: nothing is wrong."""
        self._fd = os.memfd_create("vlm-soak-control")
        os.ftruncate(self._fd, _WORDS.size)
        self.block = Control(self._fd)

    @property
    def path(self) -> str:
        """Where a worker finds it."""
        return str(Path("/proc") / str(os.getpid()) / "fd" / str(self._fd))

    def close(self) -> None:
        """Give it back."""
        self.block.close()
        os.close(self._fd)
