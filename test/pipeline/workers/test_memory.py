"""Frames in memory that nobody else can see, and that nobody overwrites under a reader."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from vlm_driving.pipeline.workers import FrameMemory, FrameSlot
from vlm_driving.pipeline.workers.memory import FrameView

SHAPE = (10, 20, 3)


@pytest.fixture
def memory():
    memory = FrameMemory(3, 600)
    yield memory
    memory.close()


@pytest.fixture
def view(memory):
    return FrameView(memory.fd, 3, 600, memory.claim_word())


def test_a_view_shows_what_was_written_without_a_copy(memory, view):
    slot = memory.lease()
    written = memory.array(slot, SHAPE)
    seen = view.picture(slot, SHAPE)
    written[:] = np.arange(600, dtype=np.uint8).reshape(SHAPE)
    assert (seen == written).all()
    assert not seen.flags.writeable
    with pytest.raises(ValueError):
        seen.setflags(write=True)


def test_slots_do_not_overlap(memory):
    slots = [memory.lease() for _ in range(3)]
    for number, slot in enumerate(slots):
        memory.array(slot, SHAPE)[:] = number
    assert [memory.array(slot, SHAPE).mean() for slot in slots] == [0, 1, 2]


def test_a_slot_is_free_only_when_the_last_holder_has_let_go(memory):
    slots = [memory.lease() for _ in range(3)]
    assert memory.lease() is None
    memory.hold(slots[1])
    memory.release(slots[1])
    assert memory.lease() is None
    memory.release(slots[1])
    again = memory.lease()
    assert again.index == slots[1].index
    assert again.content != slots[1].content


def test_a_slot_that_was_given_back_cannot_be_used(memory):
    slot = memory.lease()
    memory.release(slot)
    memory.lease()  # the same place, another content
    for use in (memory.hold, memory.release, lambda s: memory.array(s, SHAPE)):
        with pytest.raises(ValueError, match="not leased"):
            use(slot)
    with pytest.raises(ValueError, match="not leased"):
        memory.hold(FrameSlot(-1, 0))


def test_one_content_is_one_object_to_a_reader(memory, view):
    slot = memory.lease()
    first = view.picture(slot, SHAPE)
    assert view.picture(slot, SHAPE) is first
    assert view.picture(slot, (20, 10, 3)) is not first
    memory.release(slot)
    assert view.picture(memory.lease(), SHAPE) is not first


@pytest.mark.parametrize("shape", [(10, 20, 1), (0, 20, 3), (11, 20, 3), (-10, -20, 3), (10, 60)])
def test_a_shape_that_is_no_frame_or_too_large_is_refused(memory, view, shape):
    slot = memory.lease()
    for of in (memory.array, view.picture):
        with pytest.raises(ValueError):
            of(slot, shape)


def test_a_reader_refuses_a_slot_or_a_segment_that_is_not_there(memory, view):
    with pytest.raises(ValueError):
        view.picture(FrameSlot(3, 1), SHAPE)
    with pytest.raises(ValueError):
        FrameView(memory.fd, 4, 6000, 0)


def test_each_worker_sees_its_own_cancelled_requests(memory, view):
    other = FrameView(memory.fd, 3, 600, memory.claim_word())
    assert not view.cancelled(1)
    memory.cancel(0, 5)
    memory.cancel(0, 3)  # too late to take it back
    assert [view.cancelled(n) for n in (4, 5, 6)] == [True, True, False]
    assert not other.cancelled(1)


def test_nobody_can_cut_the_segment_short(memory):
    with pytest.raises(PermissionError):
        os.ftruncate(memory.fd, 0)


def maps():
    return Path("/proc/self/maps").read_text(encoding="utf-8").count("vlm_driving-frames")


def test_nothing_is_left_when_the_memory_is_closed():
    before, named = maps(), sorted(os.listdir("/dev/shm"))
    memory = FrameMemory(2, 600)
    slot = memory.lease()
    assert slot is not None
    array = memory.array(slot, SHAPE)
    assert (maps(), sorted(os.listdir("/dev/shm"))) == (before + 1, named)
    memory.close()
    memory.close()
    assert memory.lease() is None
    memory.cancel(0, 1)
    array[:] = 1  # still a place to write to, for whoever was late
    del array
    assert maps() == before


def test_a_memory_of_no_frames_is_refused():
    for slots, size in ((0, 600), (1000, 600), (1, 0)):
        with pytest.raises(ValueError):
            FrameMemory(slots, size)
