"""The block of memory by which a soak tells a worker what to do wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from vlm_driving.soak.control import Control, ControlFile
from vlm_driving.soak.kinds import IN_WORKER, Fault


@pytest.fixture
def both() -> Iterator[tuple[ControlFile, Control]]:
    """The parent's end and a worker's."""
    parent = ControlFile()
    worker = Control.open(parent.path)
    yield parent, worker
    worker.close()
    parent.close()


def test_nothing_is_wrong_at_first(both: tuple[ControlFile, Control]):
    parent, worker = both
    assert worker.strike() is None and not worker.refuse()
    assert parent.block.struck == 0 and not parent.block.spent


@pytest.mark.parametrize("fault", IN_WORKER)
def test_a_fault_strikes_as_often_as_it_was_armed_for(
    both: tuple[ControlFile, Control], fault: Fault
):
    parent, worker = both
    parent.block.arm(fault, 2, 5)
    assert [worker.strike() for _ in range(3)] == [(fault, 5), (fault, 6), None]
    assert parent.block.spent and parent.block.disarm() == 2
    assert worker.strike() is None and not parent.block.spent


def test_a_worker_that_may_not_start_is_refused_until_it_is_disarmed(
    both: tuple[ControlFile, Control],
):
    parent, worker = both
    parent.block.arm(Fault.NO_START, 0, 0)
    assert worker.refuse() and worker.refuse() and worker.strike() is None
    assert parent.block.disarm() == 2
    assert not worker.refuse()


def test_nothing_is_left_when_both_have_let_go():
    before = set(os.listdir("/proc/self/fd"))
    parent = ControlFile()
    worker = Control.open(parent.path)
    assert Path(parent.path).exists()
    worker.close()
    parent.close()
    assert set(os.listdir("/proc/self/fd")) == before and not Path(parent.path).exists()
