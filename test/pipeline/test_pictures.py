"""Which frames can be asked about, and that each is let go exactly once."""

from __future__ import annotations

import random

import pytest

from vlm_driving.pipeline.pictures import Pictures
from vlm_driving.pipeline.questions import PictureKey


def key(sequence, camera="front"):
    return PictureKey(camera, 1000 + sequence, sequence)


def test_the_newest_pictures_of_each_camera_are_held():
    pictures: Pictures[str] = Pictures(kept=2)
    gone = [pictures.show(key(i), f"f{i}") for i in range(4)]
    assert gone == [[], [], ["f0"], ["f1"]]
    assert pictures.show(key(0, "left"), "l0") == []
    assert len(pictures) == 3


def test_a_picture_is_found_as_the_last_one_or_by_camera_or_by_stamp():
    pictures: Pictures[str] = Pictures()
    assert pictures.find() is None
    for i in range(2):
        pictures.show(key(i), f"f{i}")
        pictures.show(key(i, "left"), f"l{i}")
    assert pictures.find() == key(1, "left")
    assert pictures.find("front") == key(1)
    assert pictures.find("front", 1000) == key(0)
    assert pictures.find(stamp_ns=1000) == key(0, "left")
    assert pictures.find("rear") is None
    assert pictures.find(stamp_ns=7) is None


def test_a_pinned_picture_stays_until_the_last_pin_is_off():
    pictures: Pictures[str] = Pictures(kept=1)
    pictures.show(key(0), "f0")
    pictures.pin(key(0))
    pictures.pin(key(0))
    assert [pictures.show(key(i), f"f{i}") for i in (1, 2)] == [[], ["f1"]]
    assert pictures.unpin(key(0)) == []
    assert pictures[key(0)] == "f0"
    assert pictures.unpin(key(0)) == ["f0"]
    with pytest.raises(KeyError):
        pictures.unpin(key(0))
    with pytest.raises(KeyError):
        pictures.pin(key(0))


def test_a_second_picture_of_the_same_name_is_let_go():
    pictures: Pictures[list[int]] = Pictures()
    first, second = [1], [2]
    assert pictures.show(key(0), first) == []
    assert pictures.show(key(0), first) == []
    assert pictures.show(key(0), second) == [second]
    assert pictures[key(0)] is first


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_each_picture_is_let_go_once(seed):
    rng = random.Random(seed)
    pictures: Pictures[PictureKey] = Pictures(kept=rng.randint(1, 3))
    shown, gone, pins = [], [], []
    for i in range(300):
        what = rng.random()
        if what < 0.5:
            new = key(i, rng.choice(["front", "left"]))
            shown.append(new)
            gone += pictures.show(new, new)
        elif what < 0.7 and (found := pictures.find(rng.choice([None, "front"]))):
            pictures.pin(found)
            pins.append(found)
        elif pins:
            gone += pictures.unpin(pins.pop(rng.randrange(len(pins))))
    gone += pictures.close()
    for pinned in pins:
        gone += pictures.unpin(pinned)
    assert sorted(gone, key=shown.index) == shown
    assert len(pictures) == 0
