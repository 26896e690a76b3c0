"""Threads that belong together: a fault in one ends all, and is raised where it is heard."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from vlm_driving.pipeline.threads import Threads

PATIENCE_S = 20.0


def fail():
    raise KeyError("ours")


def nothing() -> None:
    """Ends at once."""


def until(stopped: threading.Event) -> Callable[[], None]:
    def wait() -> None:
        stopped.wait(PATIENCE_S)

    return wait


def test_a_fault_in_one_ends_the_others_and_is_raised_by_whoever_asks():
    stopped = threading.Event()
    failed: list[str] = []

    def stop(name: str) -> None:
        failed.append(name)
        stopped.set()

    threads = Threads({"patient": until(stopped), "faulty": fail}, stop)
    threads.raise_fault()
    threads.start()
    assert threads.join("faulty", PATIENCE_S)
    assert stopped.is_set()
    assert threads.join("patient", PATIENCE_S)
    assert failed == ["faulty"]
    for _ in range(2):  # it stays
        with pytest.raises(KeyError, match="ours"):
            threads.raise_fault()


def test_who_ends_in_peace_ends_nobody():
    stopped = threading.Event()
    threads = Threads({"patient": until(stopped), "short": nothing}, lambda name: stopped.set())
    threads.start()
    assert threads.join("short", PATIENCE_S)
    assert not threads.join("patient", 0.05)
    stopped.set()
    assert threads.join("patient", PATIENCE_S)
    threads.raise_fault()


def test_who_was_never_started_need_not_be_waited_for():
    assert Threads({"any": fail}, lambda name: None).join("any", 0)
