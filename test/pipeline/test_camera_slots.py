"""A slot for each camera: whatever is put comes back exactly once."""

from __future__ import annotations

import threading
import time

import pytest
from support.scripted_answerer import MS

from vlm_driving.pipeline.accounts import CameraShare, Waiting
from vlm_driving.pipeline.camera_slots import CameraSlots, Refused

FRONT, LEFT = CameraShare("front"), CameraShare("left", max_rate_hz=5)


def slots_of(clock, *cameras, need_ms=20):
    return CameraSlots(cameras or (FRONT, LEFT), clock, lambda: need_ms * MS)


def put(slots, camera, item, clock, budget_ms=200):
    frame = Waiting(clock(), clock() + budget_ms * MS)
    return slots.put(camera, item, frame)


def test_each_camera_has_a_slot_of_its_own_and_the_earliest_deadline_is_taken_first(clock):
    slots = slots_of(clock)
    assert put(slots, "front", "f", clock, budget_ms=300) is None
    assert put(slots, "left", "l", clock) is None
    taken = slots.poll()[0]
    assert (taken.item, taken.camera, taken.expected_ns) == ("l", "left", 20 * MS)
    assert slots.poll()[0].item == "f"
    assert slots.poll()[0] is None


def test_a_newer_frame_displaces_only_its_own_cameras_and_hands_the_old_one_back(clock):
    slots = slots_of(clock)
    put(slots, "front", "f0", clock)
    put(slots, "left", "l0", clock)
    clock.advance_ms(50)
    back = put(slots, "front", "f1", clock)
    assert back == Refused("f0", "a newer frame of camera front took its place")
    assert {slots.poll()[0].item, slots.poll()[0].item} == {"l0", "f1"}


def test_a_frame_above_the_rate_comes_back_itself_and_the_waiting_one_stays(clock):
    slots = slots_of(clock)
    put(slots, "left", "l0", clock)
    clock.advance_ms(50)
    assert put(slots, "left", "l1", clock) == Refused("l1", "above max_rate_hz 5 of camera left")
    assert slots.poll()[0].item == "l0"


def test_only_the_very_item_is_discarded_and_its_camera_goes_short(clock):
    slots = slots_of(clock)
    item = ["f"]
    put(slots, "front", item, clock)
    assert not slots.discard(["f"])
    assert slots.discard(item)
    assert not slots.discard(item)
    assert slots.poll()[0] is None
    assert slots.state.of("front").lost


def test_a_camera_pays_for_the_time_on_the_engine_but_not_for_one_that_hangs(clock):
    slots = slots_of(clock)
    put(slots, "front", "f", clock)
    taken = slots.poll()[0]
    clock.advance_ms(30)
    slots.finished(taken)
    assert slots.state.of("front").virtual_ns == 30 * MS
    put(slots, "left", "l", clock, budget_ms=200)
    taken = slots.poll()[0]
    clock.advance_ms(60_000)
    slots.finished(taken)
    assert slots.state.of("left").virtual_ns == 200 * MS


def test_what_is_left_at_closing_can_be_taken_even_if_it_is_too_late(clock):
    slots = slots_of(clock)
    put(slots, "front", "f", clock)
    clock.advance_ms(500)
    assert slots.poll()[0] is None
    slots.close()
    assert slots.poll()[0].item == "f"
    assert slots.poll()[0] is None
    with pytest.raises(RuntimeError):
        put(slots, "front", "g", clock)


def test_under_fire_every_item_comes_back_exactly_once():
    """Three threads put, one discards, one takes; real time."""
    names = ("front", "left", "rear")
    slots = slots_of(time.monotonic_ns, *map(CameraShare, names), need_ms=0)
    back: list[list[int]] = [[] for _ in range(5)]
    closed = threading.Event()

    def offer_all(number):
        for i in range(number, 3000, 3):
            item = i
            now_ns = time.monotonic_ns()
            refused = slots.put(names[number], item, Waiting(now_ns, now_ns + 10_000 * MS))
            if refused is not None:
                back[number].append(refused.item)
            if i % 7 == 0 and slots.discard(item):
                back[3].append(item)

    def take_all():
        while not (closed.is_set() and slots.empty):
            taken, _ = slots.poll()
            if taken is not None:
                back[4].append(taken.item)
                slots.finished(taken)

    taker = threading.Thread(target=take_all)
    putters = [threading.Thread(target=offer_all, args=(i,)) for i in range(3)]
    for thread in (taker, *putters):
        thread.start()
    for thread in putters:
        thread.join(timeout=20)
    slots.close()
    closed.set()
    taker.join(timeout=20)
    assert sorted(item for items in back for item in items) == list(range(3000))
