"""Bags that we write: readable here and by ROS 2 of Humble and Jazzy, even after a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from rosbags.highlevel import AnyReader
from support.bags import START_NS, picture, storage_file

from vlm_driving.core import UserError
from vlm_driving.replay.bag import open_bag
from vlm_driving.replay.bag_writer import BagWriter, Storage
from vlm_driving.replay.topics import choose_camera_topic, choose_speed_topic

STORAGES = pytest.mark.parametrize("storage", ["mcap", "sqlite3"])


def write(path: Path, storage: Storage = "mcap", frames: int = 3) -> Path:
    with BagWriter(path, storage) as writer:
        for index in range(frames):
            now = START_NS + index * 100_000_000
            writer.image("/camera", now, "front", picture(index), jpeg_quality=95)
            writer.twist("/twist", now, index * 1.5)
            writer.string("/scene", now, f"場面{index}")
    return path


@STORAGES
def test_what_was_written_is_read(tmp_path: Path, storage: Storage) -> None:
    with open_bag(write(tmp_path / "bag", storage)) as bag:
        assert bag.problems == ()
        assert choose_camera_topic(bag).name == "/camera"
        speed = choose_speed_topic(bag)
        assert speed is not None
        assert [bag.speed_mps(one) for one in bag.messages([speed.name])] == [0.0, 1.5, 3.0]
        images = [bag.image(one) for one in bag.messages(["/camera"])]
        assert [image.stamp_ns for image in images] == [
            START_NS + index * 100_000_000 for index in range(3)
        ]
        assert images[2].frame_id == "front"
        assert images[2].format == "jpeg"
        off = images[2].bgr().astype(int) - picture(2)
        assert np.abs(off).max() < 16


@STORAGES
def test_the_metadata_is_what_humble_and_jazzy_parse(tmp_path: Path, storage: Storage) -> None:
    path = write(tmp_path / "bag", storage)
    data = yaml.safe_load((path / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert data["version"] == 8
    assert data["storage_identifier"] == storage
    assert data["relative_file_paths"] == [storage_file(path).name]
    assert data["message_count"] == 9
    topics = {one["topic_metadata"]["name"]: one for one in data["topics_with_message_count"]}
    camera = topics["/camera"]["topic_metadata"]
    assert camera["type"] == "sensor_msgs/msg/CompressedImage"
    assert camera["serialization_format"] == "cdr"
    # A text up to version 8, a list from 9 on: Humble cannot read the list.
    assert camera["offered_qos_profiles"] == ""
    assert camera["type_description_hash"].startswith("RIHS01_")


@STORAGES
def test_definitions_and_hashes_agree(tmp_path: Path, storage: Storage) -> None:
    with AnyReader([write(tmp_path / "bag", storage)]) as reader:
        texts = [
            reader.deserialize(raw, connection.msgtype)
            for connection, _, raw in reader.messages()
            if connection.topic == "/scene"
        ]
    assert [text.data for text in texts] == ["場面0", "場面1", "場面2"]  # type: ignore[attr-defined]


def test_a_camera_says_where_its_pixels_look(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        writer.camera_info("/camera_info", START_NS, "front", 640, 360, np.pi / 2)
    with AnyReader([tmp_path / "bag"]) as reader:
        ((connection, _, raw),) = reader.messages()
        info = reader.deserialize(raw, connection.msgtype)
    assert connection.msgtype == "sensor_msgs/msg/CameraInfo"
    assert (info.width, info.height) == (640, 360)  # type: ignore[attr-defined]
    matrix = info.k.reshape(3, 3)  # type: ignore[attr-defined]
    assert matrix[0, 0] == matrix[1, 1] == pytest.approx(320.0)  # 90 degrees: half the width
    # the left edge of the left pixel, half a pixel before its middle, is 45 degrees off the axis
    assert (-0.5 - matrix[0, 2]) / matrix[0, 0] == pytest.approx(-1.0)
    assert matrix[1, 2] == pytest.approx(179.5)
    assert info.p.reshape(3, 4)[:, :3] == pytest.approx(matrix)  # type: ignore[attr-defined]


@STORAGES
def test_an_exception_leaves_a_whole_bag(tmp_path: Path, storage: Storage) -> None:
    with pytest.raises(KeyboardInterrupt), BagWriter(tmp_path / "bag", storage) as writer:
        writer.string("/scene", START_NS, "one")
        raise KeyboardInterrupt
    with open_bag(tmp_path / "bag") as bag:
        assert bag.problems == ()
        assert [topic.count for topic in bag.topics] == [1]


def test_a_killed_writer_leaves_a_readable_mcap(tmp_path: Path) -> None:
    code = (
        "import os, sys, numpy as np\n"
        "from vlm_driving.replay.bag_writer import BagWriter\n"
        "with BagWriter(sys.argv[1]) as writer:\n"
        "    noise = np.random.default_rng(0).integers(0, 255, (360, 640, 3)).astype(np.uint8)\n"
        "    for index in range(40):\n"
        "        writer.image('/camera', 1 + index, 'front', noise)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    killed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "bag")], env=environment, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    with open_bag(tmp_path / "bag") as bag:
        count = bag.topics[0].count
        assert count is not None
        assert 20 <= count <= 40
        assert sum(1 for one in bag.messages(["/camera"]) if bag.image(one).bgr().size) == count
        assert any("cut off" in problem for problem in bag.problems)


def test_a_bag_is_never_overwritten(tmp_path: Path) -> None:
    write(tmp_path / "bag")
    with pytest.raises(UserError, match="exists already"):
        BagWriter(tmp_path / "bag")


def test_a_place_that_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"), BagWriter(tmp_path / "file" / "bag"):
        pass


def test_an_unknown_storage(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="use mcap or sqlite3"):
        BagWriter(tmp_path / "bag", "rocksdb")  # type: ignore[arg-type]


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="No space left"), BagWriter(tmp_path / "bag") as writer:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(writer._writer, "write", full)
        writer.string("/scene", START_NS, "one")


def test_a_topic_keeps_its_type(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        writer.string("/a", START_NS, "one")
        with pytest.raises(ValueError, match="begun as std_msgs/msg/String"):
            writer.twist("/a", START_NS, 1.0)
