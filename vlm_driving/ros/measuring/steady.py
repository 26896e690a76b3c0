"""The node under a steady load: waits until it answers, then watches it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from rich.console import Console

from vlm_driving.core import UserError
from vlm_driving.ros.measuring.children import Child
from vlm_driving.ros.measuring.listener import Listener
from vlm_driving.ros.measuring.plan import TAIL_S, WARM_UP_S
from vlm_driving.ros.measuring.records import Heard
from vlm_driving.ros.measuring.vitals import Sampler

UP_S = 180.0
"""A node on a slow machine has loaded its model by then."""
_LOOK_S = 0.5
_MOST_SAMPLES = 300
_TOLD_TIMES = 10
_LEAST_TOLD_S = 5.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen from outside.

    Attributes:
        begin_ns: frames count from here on, system's clock.
        end_ns: until here.
        sampler: CPU and memory in between.
    """

    begin_ns: int
    end_ns: int
    sampler: Sampler


def watch(
    node: Child, sender: Child, listener: Listener, seconds: float, console: Console
) -> Watched:
    """Watch a node that was just started.

    Args:
        node: its process.
        sender: the cameras' process, sending already.
        listener: hears the node.
        seconds: that count.
        console: for progress.

    Raises:
        ChildFailed: one of them ends.
        UserError: the node says nothing.
    """
    give_up = time.monotonic() + UP_S
    while not listener.wait_for_reports(1, _LOOK_S):
        _look(node, sender, "the first report was waited for")
        if time.monotonic() >= give_up:
            raise UserError(node.said(f"sent no report within {UP_S:g} s"))
    console.print(f"the node answers; {WARM_UP_S:g} s of warm-up", soft_wrap=True)
    _pass(node, sender, WARM_UP_S)
    sampler = Sampler(node.pid)
    begin_ns, begin_s = time.time_ns(), time.monotonic()
    first = len(listener.reports())
    sample_s = max(1.0, seconds / _MOST_SAMPLES)
    tell_s = max(_LEAST_TOLD_S, seconds / _TOLD_TIMES)
    sampler.note(begin_s)
    sampled, told = 1, 1
    while (gone_s := time.monotonic() - begin_s) < seconds:
        _look(node, sender, "frames were sent")
        if gone_s >= sampled * sample_s:
            sampler.note(time.monotonic())
            sampled += 1
        if gone_s >= told * tell_s:
            line = progress(listener.reports(first))
            console.print(f"{gone_s:.0f} of {seconds:g} s: {line}", soft_wrap=True)
            told += 1
        time.sleep(min(_LOOK_S, max(0.0, seconds - gone_s)))
    sampler.note(time.monotonic())
    end_ns = time.time_ns()
    _pass(node, sender, TAIL_S)
    return Watched(begin_ns, end_ns, sampler)


def progress(reports: list[Heard]) -> str:
    """Where a measurement is, in a line."""
    counts = Counter(one.outcome for one in reports)
    said = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
    return f"{len(reports)} reports" + (f" ({said})" if said else "")


def _look(node: Child, sender: Child, doing: str) -> None:
    node.look(doing)
    sender.look(doing)


def _pass(node: Child, sender: Child, seconds: float) -> None:
    """Let time pass while both are looked after."""
    end_s = time.monotonic() + seconds
    while (left_s := end_s - time.monotonic()) > 0:
        _look(node, sender, "frames were sent")
        time.sleep(min(_LOOK_S, left_s))
