"""Recorded bags of real roads, where the machine has them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from vlm_driving.core import UserError
from vlm_driving.replay.bag import open_bag
from vlm_driving.replay.topics import choose_camera_topic, choose_speed_topic

CAMERA = "/sensing/camera/front/image_raw/compressed"


@pytest.mark.parametrize(
    ("name", "frames", "size"),
    [("i280_highway_1hz", 51, (720, 1280)), ("white_lane_25fps", 221, (540, 960))],
)
def test_every_frame_decodes(
    shared_dir: Path, name: str, frames: int, size: tuple[int, int]
) -> None:
    with open_bag(shared_dir / "bags" / name) as bag:
        assert bag.problems == ()
        assert choose_camera_topic(bag).name == CAMERA
        assert choose_speed_topic(bag) is None
        times, stamps = [], []
        for message in bag.messages([CAMERA]):
            image = bag.image(message)
            assert image.bgr(reduce=8).shape == (-(-size[0] // 8), -(-size[1] // 8), 3)
            times.append(message.log_time_ns)
            stamps.append(image.stamp_ns)
        assert len(times) == frames
        assert (np.diff(times) > 0).all()
        assert set(np.subtract(times, stamps)) == {5_000_000}
        first = next(bag.messages([CAMERA]))
        assert bag.image(first).bgr().shape == (*size, 3)


def test_a_cut_recording(shared_dir: Path, tmp_path: Path) -> None:
    source = shared_dir / "bags" / "i280_highway_1hz"
    bag_path = tmp_path / source.name
    bag_path.mkdir()
    shutil.copy(source / "metadata.yaml", bag_path)
    blob = (source / f"{source.name}.mcap").read_bytes()
    (bag_path / f"{source.name}.mcap").write_bytes(blob[: len(blob) // 2])
    with open_bag(bag_path) as bag:
        messages = list(bag.messages([CAMERA]))
        assert 20 <= len(messages) <= 30
        assert all(bag.image(message).bgr(8).size for message in messages)
        cut, missing = bag.problems
        assert "was cut off at byte" in cut
        assert "of the 102 messages that metadata.yaml counts are missing" in missing


def test_a_cut_database(shared_dir: Path, tmp_path: Path) -> None:
    blob = (shared_dir / "bags/white_lane_25fps/white_lane_25fps.db3").read_bytes()
    (tmp_path / "half.db3").write_bytes(blob[: len(blob) // 2])
    with pytest.raises(UserError, match=r"half\.db3 is cut off .* \.recover"):
        open_bag(tmp_path / "half.db3")
