"""What a soak breaks: the faults by name, and where each of them strikes."""

from __future__ import annotations

from enum import Enum

from vlm_driving.core import UserError


class Place(str, Enum):
    """Where a fault strikes."""

    BACKEND = "backend"
    """A worker, from inside or by a signal."""
    FEED = "feed"
    """What the camera delivers, and the ROS clock that its age is measured with."""
    MACHINE = "machine"
    """The machine around the pipeline, or a whole pipeline of its own."""


class Fault(str, Enum):
    """One kind of fault."""

    SLOW = "slow"
    """The backend takes ten times as long."""
    HANG = "hang"
    """Its process is stopped (SIGSTOP), as one that is stuck in native code."""
    KILLED = "killed"
    """Its process is killed (SIGKILL)."""
    RAISES = "raises"
    """It raises, before, in or behind its answer."""
    GARBAGE = "garbage"
    """It says what is no text, or no event at all."""
    EMPTY = "empty"
    """Its text is empty, or missing, and it says that it is done."""
    ENDLESS = "endless"
    """Its sentences do not end until it is told to stop."""
    SHAPES = "shapes"
    """Its session is given a tensor of the wrong shape."""
    MEMORY = "memory"
    """It is refused memory (RLIMIT_AS)."""
    PROVIDER = "provider"
    """The provider that it runs on disappears."""
    NO_START = "no-start"
    """It is killed, and cannot be started again for a while."""
    BURST = "burst"
    """Ten frames at once."""
    SILENT = "silent"
    """No frame for two seconds."""
    FROZEN = "frozen"
    """The same picture under new stamps."""
    STAMPS = "stamps"
    """Stamps jump back and forth."""
    CLOCK_PAUSED = "clock-paused"
    """The simulated clock stands still."""
    CLOCK_JUMPS = "clock-jumps"
    """The simulated clock jumps ahead, then back."""
    CLOCK_SLOW = "clock-slow"
    """The simulated clock runs at a tenth of its speed."""
    CLOCK_FAST = "clock-fast"
    """The simulated clock runs ten times as fast."""
    HOGS = "hogs"
    """Two processes use all the CPU they can get."""
    DISK_FULL = "disk-full"
    """The disk that reports are written to is full."""
    SIGTERM = "sigterm"
    """A soak of its own process is sent SIGTERM in a frame."""
    PARENT_KILLED = "parent-killed"
    """A soak of its own process is sent SIGKILL."""

    @property
    def place(self) -> Place:
        """Where it strikes."""
        if self in _FEED:
            return Place.FEED
        return Place.MACHINE if self in _MACHINE else Place.BACKEND


_FEED = frozenset(
    {
        Fault.BURST,
        Fault.SILENT,
        Fault.FROZEN,
        Fault.STAMPS,
        Fault.CLOCK_PAUSED,
        Fault.CLOCK_JUMPS,
        Fault.CLOCK_SLOW,
        Fault.CLOCK_FAST,
    }
)
_MACHINE = frozenset({Fault.HOGS, Fault.DISK_FULL, Fault.SIGTERM, Fault.PARENT_KILLED})
IN_WORKER = (
    Fault.SLOW,
    Fault.RAISES,
    Fault.GARBAGE,
    Fault.EMPTY,
    Fault.ENDLESS,
    Fault.SHAPES,
    Fault.MEMORY,
    Fault.PROVIDER,
)
"""What a worker does to its own answers; the position is the number in its control block."""
CHILDREN = (Fault.SIGTERM, Fault.PARENT_KILLED)
"""Faults that take a pipeline of their own, and so run beside the others."""


def parse_faults(text: str) -> tuple[Fault, ...]:
    """The faults of `all`, `none`, or names with commas between them, in this module's order.

    Raises:
        UserError: for a name that is none.
    """
    if text == "all":
        return tuple(Fault)
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    if wanted == ["none"]:
        return ()
    known = {fault.value for fault in Fault}
    if len(wanted) > 1 and {"all", "none"} & set(wanted):
        raise UserError("all and none stand alone; name one of them, or the faults themselves.")
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        what = f"{unknown[0]!r} is no fault" if unknown else "No fault is named"
        raise UserError(f"{what}; name all, none, or some of {', '.join(f.value for f in Fault)}.")
    return tuple(fault for fault in Fault if fault.value in wanted)
