"""The newest frame wins, and no frame vanishes without an owner."""

from __future__ import annotations

import threading

import pytest

from vlm_driving.pipeline import LatestSlot


def test_an_item_is_taken_once():
    slot: LatestSlot[int] = LatestSlot()
    assert slot.put(1) is None
    assert slot.take() == 1
    assert slot.take(timeout_s=0) is None


def test_the_newest_wins_and_the_displaced_is_handed_back():
    slot: LatestSlot[int] = LatestSlot()
    assert [slot.put(i) for i in range(3)] == [None, 0, 1]
    assert slot.displaced == 2
    assert slot.take() == 2


def test_discard_takes_only_the_very_item():
    slot: LatestSlot[list[int]] = LatestSlot()
    item = [1]
    slot.put(item)
    assert not slot.discard([1])
    assert slot.discard(item)
    assert slot.take(timeout_s=0) is None


def test_what_is_left_at_closing_can_be_taken():
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    slot.close()
    assert slot.take() == 1
    assert slot.take() is None
    with pytest.raises(RuntimeError):
        slot.put(2)


def test_closing_wakes_the_taker():
    slot: LatestSlot[int] = LatestSlot()
    taken: list[int | None] = []
    taker = threading.Thread(target=lambda: taken.append(slot.take()))
    taker.start()
    slot.close()
    taker.join(timeout=5)
    assert taken == [None]


def test_under_fire_every_item_is_either_taken_or_displaced():
    slot: LatestSlot[int] = LatestSlot()
    taken: list[int] = []

    def take_all() -> None:
        while (item := slot.take()) is not None:
            taken.append(item)

    taker = threading.Thread(target=take_all)
    taker.start()
    displaced = [old for i in range(1, 3001) if (old := slot.put(i)) is not None]
    slot.close()
    taker.join(timeout=10)
    assert sorted(taken + displaced) == list(range(1, 3001))
    assert taken == sorted(taken)
    assert slot.displaced == len(displaced)
