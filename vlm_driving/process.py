"""Whether this process is a program of ours, or whether we are a guest in somebody else's.

Some settings of libraries hold for the whole process. A program may make them; a package that
was imported into another program, a test run or a shared executor may not.
"""

from __future__ import annotations

import sys

SWITCH_INTERVAL_S = 0.001
"""How soon a thread gives way: the watch and the offering must not wait the usual 5 ms."""

_ours = False


def claim() -> None:
    """Say that this process runs nothing but us. For the start of a program alone."""
    global _ours
    _ours = True


def is_ours() -> bool:
    """Whether `claim` was called."""
    return _ours


def give_way_soon() -> None:
    """Let threads take turns every `SWITCH_INTERVAL_S`; a guest's interpreter stays as it is."""
    if _ours:
        sys.setswitchinterval(SWITCH_INTERVAL_S)
