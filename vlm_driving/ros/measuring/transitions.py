"""A node whose lifecycle is driven from outside: the lines that say what to do and what was done.

Whoever drives writes the name of a transition; the answer is one line of JSON. The same for the
node itself on bare DDS (`lifecycle_node`), and for a client of its lifecycle services
(`rclpy_lifecycle`).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import TextIO

CONFIGURE, ACTIVATE, DEACTIVATE, CLEANUP = "configure", "activate", "deactivate", "cleanup"
READY = "ready"


@dataclass(frozen=True, slots=True)
class Change:
    """One transition.

    Attributes:
        name: such as `activate`.
        begun_ns: when it was asked for, system's clock.
        ended_ns: when it was done.
        error: why it was not, in a sentence; empty where it was.
    """

    name: str
    begun_ns: int
    ended_ns: int
    error: str = ""

    @property
    def took_ms(self) -> float:
        """From asking to done."""
        return (self.ended_ns - self.begun_ns) / 1e6

    def line(self) -> str:
        """For stdout."""
        return json.dumps(asdict(self), ensure_ascii=False)


def read_change(line: str) -> Change | None:
    """From a line; None for any other one."""
    try:
        return Change(**json.loads(line))
    except (ValueError, TypeError):
        return None


def serve(
    change: Callable[[str], str],
    lines: Iterable[str] = sys.stdin,
    out: TextIO | None = None,
) -> None:
    """Do what the lines say until they end.

    Args:
        change: makes the transition of that name, and gives why it failed, or nothing.
        lines: names of transitions.
        out: where answers go; stdout without.
    """
    for line in lines:
        name = line.strip()
        begun_ns = time.time_ns()
        error = change(name)
        print(Change(name, begun_ns, time.time_ns(), error).line(), file=out, flush=True)
