"""Cycles of configure, activate, deactivate and cleanup: how fast, and what they leave behind."""

from __future__ import annotations

import queue
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from vlm_driving.ros.measuring.children import Child, ChildFailed
from vlm_driving.ros.measuring.listener import Listener
from vlm_driving.ros.measuring.records import Heard
from vlm_driving.ros.measuring.transitions import (
    ACTIVATE,
    CLEANUP,
    CONFIGURE,
    DEACTIVATE,
    Change,
    read_change,
)
from vlm_driving.ros.measuring.vitals import Held

REPORTS_A_CYCLE = 3
FIRST_REPORT_S = 20.0
CHANGE_S = 90.0
SILENCE_S = 0.4
"""So long after a deactivation it is listened for what should not come."""
SETTLED_S = 3.0
"""So long after a cleanup at most, everything has ended that is to end."""
DELIVERY_MS = 100.0
"""What was said before the end of a deactivation has come by then: a frame at 10 Hz."""
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle.

    Attributes:
        took_ms: each transition, by its name.
        first_report_ms: from asking for activation to the arrival of the first report.
        frames_after: most frames of one camera whose report was published after deactivation was
            asked for.
        last_output_ms: from asking for deactivation to the last report or advice; 0 for none.
        strays: reports and advice that came after deactivation was long done.
        held: by the node after cleanup.
    """

    took_ms: dict[str, float]
    first_report_ms: float
    frames_after: int
    last_output_ms: float
    strays: int
    held: Held


class Remote(Protocol):
    """A node whose transitions are made from here."""

    @property
    def pid(self) -> int:
        """Of the node's process."""
        ...

    def change(self, name: str) -> Change:
        """Make a transition. Raises ChildFailed."""
        ...


class ChildRemote:
    """By lines to a child, which is the node or talks to it."""

    def __init__(self, driver: Child, answers: queue.Queue[Change], pid: int) -> None:
        self._driver = driver
        self._answers = answers
        self.pid = pid

    def change(self, name: str) -> Change:
        """Make a transition. Raises ChildFailed if it is refused, or the child ends."""
        self._driver.tell(name)
        give_up = time.monotonic() + CHANGE_S
        while True:
            try:
                change = self._answers.get(timeout=0.1)
            except queue.Empty:
                self._driver.look(f"it was to {name}")
                if time.monotonic() >= give_up:
                    late = f"did not {name} within {CHANGE_S:g} s"
                    raise ChildFailed(self._driver.said(late)) from None
                continue
            if change.error:
                raise ChildFailed(self._driver.said(f"could not {name}: {change.error}"))
            return change


def answers_of(ready: Callable[[], None]) -> tuple[queue.Queue[Change], Callable[[str], None]]:
    """Where a driver's answers come, and what takes its lines; any other line is `ready`."""
    found: queue.Queue[Change] = queue.Queue()

    def take(line: str) -> None:
        change = read_change(line)
        if change is None:
            ready()
        else:
            found.put(change)

    return found, take


def cycle(remote: Remote, listener: Listener, number: int, processes: int) -> Cycle:
    """Drive a node that is unconfigured, while cameras send, through one cycle.

    Args:
        remote: the node.
        listener: hears it.
        number: of the cycle; no two end at the same time after a frame.
        processes: below the node that were there before.

    Raises:
        ChildFailed: a transition fails, or no report comes.
    """
    configured = remote.change(CONFIGURE)
    before = len(listener.reports())
    listener.forget_outputs()
    activated = remote.change(ACTIVATE)
    if not listener.wait_for_reports(before + 1, FIRST_REPORT_S):
        raise ChildFailed(f"No report came within {FIRST_REPORT_S:g} s of an activation.")
    listener.wait_for_reports(before + REPORTS_A_CYCLE, FIRST_REPORT_S)
    time.sleep((number * 37 % 100) / 1e3)
    deactivated = remote.change(DEACTIVATE)
    time.sleep(SILENCE_S)
    reports, outputs = listener.reports(before), listener.outputs(deactivated.begun_ns)
    cleaned = remote.change(CLEANUP)
    return Cycle(
        took_ms={one.name: one.took_ms for one in (configured, activated, deactivated, cleaned)},
        first_report_ms=(reports[0].received_ns - activated.begun_ns) / 1e6,
        frames_after=frames_after(reports, deactivated.begun_ns),
        last_output_ms=max((at - deactivated.begun_ns for at in outputs), default=0) / 1e6,
        strays=sum(at > deactivated.ended_ns + DELIVERY_MS * 1e6 for at in outputs),
        held=settled(remote.pid, processes),
    )


def frames_after(reports: Sequence[Heard], at_ns: int) -> int:
    """Of the camera with most of them, frames whose report was published after `at_ns`."""
    keys = {one.key for one in reports if one.published_ns > at_ns}
    return max(Counter(camera for camera, _ in keys).values(), default=0)


def settled(pid: int, processes: int) -> Held:
    """What a node holds once what is to end below it has ended; after a while what is there."""
    give_up = time.monotonic() + SETTLED_S
    while True:
        held = Held.by(pid)
        if held.processes <= processes or time.monotonic() >= give_up:
            return held
        time.sleep(_POLL_S)
