"""Never the same picture twice, and a source that ends says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.bags import CAMERA, START_NS, Entry, compressed_image, drive, write_ros2
from support.tiny_bundle import make_tiny_bundle

from vlm_driving.bench.frames import (
    BenchFrame,
    FreshFrames,
    bag_frames,
    picture_digest,
    simulator_frames,
)
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle


def picture(grey: int) -> BenchFrame:
    return BenchFrame(np.full((4, 6, 3), grey, np.uint8), None)


def test_a_picture_that_comes_again_is_skipped_and_counted() -> None:
    frames = FreshFrames([picture(g) for g in (1, 1, 2, 1, 3)], "a list")
    assert [int(f.image[0, 0, 0]) for f in frames] == [1, 2, 3]
    assert frames.repeats == 2


def test_the_same_bytes_in_another_shape_are_another_picture() -> None:
    flat = np.arange(24, dtype=np.uint8)
    assert picture_digest(flat.reshape(2, 4, 3)) != picture_digest(flat.reshape(4, 2, 3))
    strided = np.zeros((4, 8, 3), np.uint8)[:, ::2]
    assert picture_digest(strided) == picture_digest(np.zeros((4, 4, 3), np.uint8))


def test_frames_are_made_when_they_are_asked_for() -> None:
    made: list[int] = []

    def source() -> Iterator[BenchFrame]:
        for grey in range(9):
            made.append(grey)
            yield picture(grey)

    some = FreshFrames(source(), "a source").some(3, "measuring")
    next(some)
    assert made == [0]
    assert len(list(some)) == 2


def test_a_source_that_ends_too_early_is_a_users_error() -> None:
    frames = FreshFrames([picture(1), picture(2)], "short.mcap")
    with pytest.raises(UserError, match=r"short.mcap ends 3 pictures too early for measuring"):
        list(frames.some(5, "measuring"))


def test_simulated_frames_differ_and_come_again_for_the_same_seed() -> None:
    frames = list(simulator_frames(5).some(4, "a test"))
    assert len({picture_digest(f.image) for f in frames}) == 4
    assert frames[0].image.shape[2] == 3
    again = next(simulator_frames(5))
    assert picture_digest(again.image) == picture_digest(frames[0].image)
    assert again.ego_speed_kmh == frames[0].ego_speed_kmh


def test_a_bag_gives_its_pictures_with_the_speed_known_then(tmp_path: Path) -> None:
    again = [Entry(CAMERA, START_NS + 10**9, compressed_image(2, START_NS + 10**9))]
    bag = write_ros2(tmp_path / "bag", [*drive(4), *again])
    bundle = ModelBundle.load(make_tiny_bundle(tmp_path / "tiny"))
    with bag_frames(bag, bundle) as frames:
        found = list(frames)
        assert frames.repeats == 1
    assert len(found) == 4
    assert found[0].image.ndim == 3
    assert found[3].ego_speed_kmh is not None
    assert all(f.decode_ms is not None and f.decode_ms >= 0 for f in found)


def test_a_bag_that_is_not_there_is_a_users_error(tmp_path: Path) -> None:
    bundle = ModelBundle.load(make_tiny_bundle(tmp_path / "tiny"))
    with pytest.raises(UserError), bag_frames(tmp_path / "none", bundle) as frames:
        next(frames)
