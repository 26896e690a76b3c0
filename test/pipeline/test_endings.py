"""What workers say when they fail is understood, in the words that they really use."""

from __future__ import annotations

import pytest

from vlm_driving.pipeline.breaker import Ending
from vlm_driving.pipeline.endings import ending_of
from vlm_driving.pipeline.workers.vitals import Limits, Vitals, complaint

MS = 1_000_000


@pytest.mark.parametrize(
    ("reason", "alive", "how"),
    [
        ("it was ended by SIGKILL", False, Ending.CRASH),
        ("it was ended by SIGSEGV", False, Ending.CRASH),
        ("it exited with status 7", False, Ending.CRASH),
        ("it closed its connection", False, Ending.CRASH),
        ("it does not take what it is sent", False, Ending.HANG),
        ("it sent nonsense: heartbeats come without a pause", False, Ending.GARBAGE),
        ("the backend's answer is nonsense: a text is too long", True, Ending.GARBAGE),
        ("the backend stopped in the middle of its answer", True, Ending.ERROR),
        ("ZeroDivisionError: by nought", True, Ending.ERROR),
        ("MemoryError", True, Ending.ERROR),
        ("the session has other providers than were asked for", True, Ending.PROVIDERS),
    ],
)
def test_a_failure_is_named_by_what_the_worker_says(reason, alive, how):
    assert ending_of(reason, alive) is how


@pytest.mark.parametrize("end_by_ns", [None, 0])
def test_what_the_parent_complains_of_is_a_hang(end_by_ns):
    heard_ns = 0 if end_by_ns is None else 60_000 * MS
    vitals = Vitals(0, heard_ns, ready=True, end_by_ns=end_by_ns)
    why = complaint(vitals, Limits(), 60_000 * MS)
    assert why is not None
    assert ending_of(why, alive=False) is Ending.HANG


def test_every_ending_is_a_failure():
    for reason in ("", "anything", "nonsense", "provider"):
        for alive in (False, True):
            assert ending_of(reason, alive).failed
