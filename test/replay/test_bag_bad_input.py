"""What is no bag, or has no readable part, is refused in one sentence with the remedy."""

from __future__ import annotations

import errno
import random
from pathlib import Path

import pytest
from rosbags.rosbag2 import CompressionMode, StoragePlugin
from support.bags import drive, storage_file, write_ros1, write_ros2

from vlm_driving.core import UserError
from vlm_driving.replay.bag import open_bag


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        open_bag(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_no_such_path(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere") == (
        f"There is no bag at {tmp_path}/nowhere; check the path."
    )


@pytest.mark.parametrize(
    "content", [b"hello\n", b"\0" * 64, random.Random(0).randbytes(4096)], ids=["text", "0", "?"]
)
@pytest.mark.parametrize("name", ["notes.txt", "bag.mcap", "bag.db3", "bag.bag"])
def test_a_file_that_is_no_bag(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    sentence = refusal(tmp_path / name)
    assert f"{name} is not a bag file" in sentence
    assert ".mcap, .db3 or ROS 1 .bag" in sentence


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "bag.mcap").write_bytes(b"")
    assert "bag.mcap is empty" in refusal(tmp_path / "bag.mcap")


def test_an_empty_directory_and_one_of_other_files(tmp_path: Path) -> None:
    assert f"{tmp_path} is not a bag" in refusal(tmp_path)
    (tmp_path / "readme.txt").write_text("hello")
    assert f"{tmp_path} is not a bag" in refusal(tmp_path)


def test_a_directory_of_bags_lists_them(tmp_path: Path) -> None:
    for name in ("monday", "tuesday"):
        write_ros2(tmp_path / name, drive(1))
    assert f"name one of them: {tmp_path}/monday, {tmp_path}/tuesday." in refusal(tmp_path)


def test_a_directory_of_several_recordings_lists_them(tmp_path: Path) -> None:
    for name in ("scene-0001.bag", "scene-0002.bag"):
        write_ros1(tmp_path / name, 1)
    sentence = refusal(tmp_path)
    assert "holds several recordings" in sentence
    assert "scene-0001.bag" in sentence
    assert "scene-0002.bag" in sentence


def test_metadata_without_its_files(tmp_path: Path) -> None:
    path = write_ros2(tmp_path / "bag", drive(1))
    storage_file(path).unlink()
    assert "none of the files that its metadata.yaml lists (bag.mcap)" in refusal(path)


def test_damaged_metadata_alone(tmp_path: Path) -> None:
    (tmp_path / "metadata.yaml").write_text("{")
    assert "metadata.yaml is damaged and no bag file stands beside it" in refusal(tmp_path)


@pytest.mark.parametrize("part", [0.001, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("with_directory", [True, False])
def test_a_cut_db3(tmp_path: Path, part: float, with_directory: bool) -> None:
    path = write_ros2(tmp_path / "bag", drive(40), StoragePlugin.SQLITE3)
    file = storage_file(path)
    blob = file.read_bytes()
    file.write_bytes(blob[: int(len(blob) * part)])
    sentence = refusal(path if with_directory else file)
    assert "bag.db3 is cut off" in sentence
    assert ".recover" in sentence


def test_a_cut_db3_inside_zstd(tmp_path: Path) -> None:
    path = write_ros2(tmp_path / "bag", drive(400), StoragePlugin.SQLITE3, CompressionMode.FILE)
    file = storage_file(path)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert "bag.db3.zstd is cut off" in refusal(path)


def test_a_database_of_something_else(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "bag.db3") as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    other.close()
    assert "bag.db3 is not a readable rosbag2 database" in refusal(tmp_path / "bag.db3")


def test_a_database_whose_messages_are_in_the_log(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "bag.db3") as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    other.close()
    (tmp_path / "bag.db3-wal").write_bytes(b"pages")
    assert "PRAGMA wal_checkpoint(TRUNCATE)" in refusal(tmp_path / "bag.db3")


def test_an_mcap_cut_before_its_first_message(tmp_path: Path) -> None:
    file = storage_file(write_ros2(tmp_path / "bag", drive(2)))
    file.write_bytes(file.read_bytes()[:40])
    assert "bag.mcap is cut off or damaged before its first message" in refusal(file)


def test_a_cut_ros1_bag(tmp_path: Path) -> None:
    path = write_ros1(tmp_path / "drive.bag", 4)
    path.write_bytes(path.read_bytes()[:3000])
    sentence = refusal(path)
    assert "drive.bag has no usable index" in sentence
    assert "rosbag reindex" in sentence


def test_no_room_to_unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_ros2(tmp_path / "bag", drive(2), compression=CompressionMode.FILE)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("vlm_driving.replay.bag_sources.unpack_file", full)
    assert "set TMPDIR to a larger directory" in refusal(path)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = storage_file(write_ros2(tmp_path / "bag", drive(1)))

    def locked(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("vlm_driving.replay.bag_sources.file_kind", locked)
    assert f"{path} cannot be read (Permission denied)" in refusal(path)
