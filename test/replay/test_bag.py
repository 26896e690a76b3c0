"""A bag is read whole, in the order of recording, whatever files it is made of."""

from __future__ import annotations

import shutil
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import CompressionMode, StoragePlugin
from support.bags import (
    CAMERA,
    PERIOD_NS,
    SPEED,
    START_NS,
    Entry,
    chunked_mcap,
    compressed_image,
    contents,
    drive,
    expected,
    storage_file,
    write_ros1,
    write_ros2,
)

from vlm_driving.replay.bag import TopicInfo, open_bag
from vlm_driving.replay.bag_unpack import zstd

STORAGES = pytest.mark.parametrize("storage", [StoragePlugin.MCAP, StoragePlugin.SQLITE3])


@STORAGES
@pytest.mark.parametrize("version", [8, 9])
def test_a_directory_with_metadata(tmp_path: Path, storage: StoragePlugin, version: int) -> None:
    entries = drive(5)
    with open_bag(write_ros2(tmp_path / "bag", entries, storage, version=version)) as bag:
        assert contents(bag) == expected(entries)
        assert bag.topics == (
            TopicInfo(CAMERA, "sensor_msgs/msg/CompressedImage", 5),
            TopicInfo(SPEED, "geometry_msgs/msg/TwistStamped", 5),
        )
        assert (bag.start_ns, bag.end_ns) == (START_NS, entries[-1].log_time_ns)
        assert bag.problems == ()


@STORAGES
def test_a_bare_file_and_a_metadata_file(tmp_path: Path, storage: StoragePlugin) -> None:
    entries = drive(3)
    path = write_ros2(tmp_path / "bag", entries, storage)
    for named in (storage_file(path), path / "metadata.yaml"):
        with open_bag(named) as bag:
            assert contents(bag) == expected(entries)
            assert bag.problems == ()


@pytest.mark.parametrize(
    ("storage", "compression"),
    [
        (StoragePlugin.MCAP, CompressionMode.FILE),
        (StoragePlugin.SQLITE3, CompressionMode.FILE),
        (StoragePlugin.MCAP, CompressionMode.MESSAGE),
        (StoragePlugin.SQLITE3, CompressionMode.MESSAGE),
        (StoragePlugin.MCAP, CompressionMode.STORAGE),
    ],
)
def test_zstd_with_and_without_metadata(
    tmp_path: Path, storage: StoragePlugin, compression: CompressionMode
) -> None:
    entries = drive(4)
    path = write_ros2(tmp_path / "bag", entries, storage, compression)
    with open_bag(path) as bag:
        assert contents(bag) == expected(entries)
        assert bag.problems == ()
    with open_bag(storage_file(path)) as bag:
        assert contents(bag) == expected(entries)
    (path / "metadata.yaml").unlink()
    with open_bag(path) as bag:
        assert contents(bag) == expected(entries)


def test_what_was_unpacked_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_ros2(tmp_path / "bag", drive(2), compression=CompressionMode.FILE)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with open_bag(path):
        assert len(list(scratch.iterdir())) == 1
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("with_metadata", [True, False])
@STORAGES
def test_a_split_bag(tmp_path: Path, storage: StoragePlugin, with_metadata: bool) -> None:
    entries = drive(12)
    bag_path = tmp_path / "bag"
    bag_path.mkdir()
    names = []
    for part in range(12):  # part_10 comes after part_2, not before
        piece = write_ros2(tmp_path / f"part{part}", entries[2 * part : 2 * part + 2], storage)
        file = storage_file(piece)
        names.append(f"bag_{part}{file.suffix}")
        shutil.move(file, bag_path / names[-1])
    if with_metadata:
        listed = "\n".join(f"    - {name}" for name in names)
        (bag_path / "metadata.yaml").write_text(
            f"rosbag2_bagfile_information:\n  version: 5\n  relative_file_paths:\n{listed}\n"
        )
    with open_bag(bag_path) as bag:
        assert contents(bag) == expected(entries)
        assert len(bag.problems) == (0 if with_metadata else 1)
        late = list(bag.messages([CAMERA], start_s=1.0))
        assert [message.log_time_ns for message in late] == [
            START_NS + PERIOD_NS * index for index in (10, 11)
        ]


def test_files_that_overlap_in_time_are_merged(tmp_path: Path) -> None:
    entries = drive(6)
    path = tmp_path / "bag"
    path.mkdir()
    (path / "bag_0.mcap").write_bytes(chunked_mcap(entries[::2]))
    (path / "bag_1.mcap").write_bytes(chunked_mcap(entries[1::2]))
    with open_bag(path) as bag:
        assert contents(bag) == expected(entries)


@pytest.mark.parametrize("compression", [None, *Ros1Writer.CompressionFormat])
def test_a_ros1_bag(tmp_path: Path, compression: Ros1Writer.CompressionFormat | None) -> None:
    with open_bag(write_ros1(tmp_path / "drive.bag", 5, compression)) as bag:
        messages = list(bag.messages(["cam_front/compressed", "odom"]))
        assert [message.topic for message in messages[:2]] == ["cam_front/compressed", "odom"]
        assert len(messages) == 10
        image = bag.image(messages[2])
        assert image.stamp_ns == START_NS + PERIOD_NS - 5_000_000
        assert image.bgr().shape == (48, 64, 3)
        assert bag.speed_mps(messages[3]) == 0.5
        assert bag.problems == ()


def test_a_part_in_time(tmp_path: Path) -> None:
    with open_bag(write_ros2(tmp_path / "bag", drive(10))) as bag:
        part = [one.log_time_ns for one in bag.messages([CAMERA], start_s=0.25, duration_s=0.3)]
        assert part == [START_NS + PERIOD_NS * index for index in (3, 4, 5)]
        assert list(bag.messages([CAMERA], start_s=100.0)) == []
        assert list(bag.messages(["/unknown"])) == []


@STORAGES
def test_messages_written_out_of_order_come_in_log_time_order(
    tmp_path: Path, storage: StoragePlugin
) -> None:
    entries = drive(6)
    with open_bag(write_ros2(tmp_path / "bag", entries[::-1], storage)) as bag:
        assert contents(bag) == expected(entries)


def test_stamps_that_go_backwards_and_zero_stamps_are_passed_on(tmp_path: Path) -> None:
    stamps = [START_NS, START_NS - PERIOD_NS, 0]
    entries = [
        Entry(CAMERA, START_NS + index, compressed_image(index, stamp))
        for index, stamp in enumerate(stamps)
    ]
    with open_bag(write_ros2(tmp_path / "bag", entries)) as bag:
        assert [bag.image(one).stamp_ns for one in bag.messages([CAMERA])] == stamps


@pytest.mark.parametrize("name", ["a bag", "50%?#1", "前方カメラ"])
@STORAGES
def test_names_with_odd_characters(tmp_path: Path, storage: StoragePlugin, name: str) -> None:
    entries = drive(2)
    path = write_ros2(tmp_path / "bag", entries, storage).rename(tmp_path / name)
    with open_bag(path) as bag:
        assert contents(bag) == expected(entries)


def test_a_bag_without_messages(tmp_path: Path) -> None:
    (tmp_path / "bag.mcap").write_bytes(chunked_mcap([]))
    with open_bag(tmp_path / "bag.mcap") as bag:
        assert (bag.topics, bag.start_ns, bag.end_ns, contents(bag)) == ((), 0, 0, [])


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "lz4"},
        {"compression": "zstd"},
        {"with_crc": False},
        {"indexed": False},
        {"profile": ""},
    ],
    ids=str,
)
def test_mcap_files_of_other_writers(tmp_path: Path, options: dict[str, Any]) -> None:
    entries = drive(6)
    path = tmp_path / "bag.mcap"
    path.write_bytes(chunked_mcap(entries, **options))
    with open_bag(path) as bag:
        assert contents(bag) == expected(entries)
        assert bag.problems == ()
        assert [topic.count for topic in bag.topics] == [6, 6]


def test_a_long_bag_is_not_held_in_memory(tmp_path: Path) -> None:
    half_a_megabyte = np.zeros(1 << 19, np.uint8)
    entries = [
        Entry(CAMERA, START_NS + index, compressed_image(0, START_NS, data=half_a_megabyte))
        for index in range(64)
    ]
    with open_bag(write_ros2(tmp_path / "bag", entries)) as bag:
        tracemalloc.start()
        assert sum(1 for _ in bag.messages([CAMERA])) == 64
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8 << 20


def test_a_zstd_file_of_several_frames(tmp_path: Path) -> None:
    entries = drive(4)
    blob = chunked_mcap(entries)
    half = len(blob) // 2
    path = tmp_path / "bag.mcap.zstd"
    path.write_bytes(zstd.compress(blob[:half]) + zstd.compress(blob[half:]))
    with open_bag(path) as bag:
        assert contents(bag) == expected(entries)
        assert bag.problems == ()
