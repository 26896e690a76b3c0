"""What a worker asks of the system for itself: to die with its parent, a name, its share."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Collection
from pathlib import Path

from vlm_driving.core import UserError
from vlm_driving.pipeline.workers.settings import WorkerSettings

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_NAME_BYTES = 15
_FIRST_TO_GO = "500"
_STDERR = 2


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, even by SIGKILL.

    Raises:
        SystemExit: if the parent has ended before it could be asked.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)


def close_inherited(keep: Collection[int]) -> None:
    """Give back every descriptor that came from the parent by accident, but for the first three.

    A library there may have opened it without a mark: a port or a lock would be held from here.
    What this process opened itself is marked, as Python marks everything.
    """
    for fd in _open_descriptors():
        if fd > _STDERR and fd not in keep:
            with contextlib.suppress(OSError):  # the one that listed them is gone already
                if os.get_inheritable(fd):
                    os.close(fd)


def _open_descriptors() -> list[int]:
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir("/proc/self/fd")]
    return []


def ignore_goodbyes() -> None:
    """Leave signals for the whole program to the parent: it still needs its worker's answer."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def settle(settings: WorkerSettings) -> None:
    """Take the name, the processors and the niceness that the parent wants.

    Raises:
        UserError: for processors that there are not.
    """
    with contextlib.suppress(OSError, AttributeError):
        name = f"vlm-{settings.name}".encode()[:_NAME_BYTES]
        ctypes.CDLL(None).prctl(_PR_SET_NAME, ctypes.c_char_p(name), 0, 0, 0)
    # Writing gigabytes to a disk would keep a crashed worker from being started again.
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    with contextlib.suppress(OSError):  # short of memory, let a worker go and not the parent
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
    if settings.cpus:
        try:
            os.sched_setaffinity(0, settings.cpus)
        except OSError:
            usable = ", ".join(map(str, sorted(os.sched_getaffinity(0))))
            raise UserError(
                f"worker {settings.name} cannot be bound to processors "
                f"{', '.join(map(str, settings.cpus))}; name some of {usable}."
            ) from None
    if settings.nice:
        with contextlib.suppress(OSError):  # a smaller one is for root alone
            os.nice(settings.nice)
