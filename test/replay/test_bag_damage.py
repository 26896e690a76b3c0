"""Damaged bags: what can be read is read and the rest is told; nothing ends in a traceback."""

from __future__ import annotations

import contextlib
import random
import shutil
import struct
from pathlib import Path

import pytest
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import CompressionMode, StoragePlugin
from support.bags import (
    CAMERA,
    SPEED,
    Entry,
    McapBuilder,
    chunked_mcap,
    contents,
    drive,
    expected,
    storage_file,
    write_ros1,
    write_ros2,
)

from vlm_driving.core import UserError
from vlm_driving.replay.bag import Bag, BagMessage, open_bag
from vlm_driving.runtime.images import MalformedImage


def read_everything(path: Path) -> tuple[list[tuple[str, int, bytes]], tuple[str, ...]]:
    """Read and decode as a replay does; a damaged bag may raise UserError, and nothing else."""
    with open_bag(path) as bag:
        found = contents(bag)
        for message in bag.messages([topic.name for topic in bag.topics]):
            look_at(bag, message)
        return found, bag.problems


def look_at(bag: Bag, message: BagMessage) -> None:
    if message.topic == SPEED:
        bag.speed_mps(message)
        return
    with contextlib.suppress(MalformedImage):
        bag.image(message).bgr()


@pytest.mark.parametrize("compression", ["", "lz4", "zstd"])
def test_an_mcap_is_read_up_to_the_cut_wherever_it_is(tmp_path: Path, compression: str) -> None:
    entries = drive(12)
    blob = chunked_mcap(entries, compression=compression)
    everything = expected(entries)
    path = tmp_path / "bag.mcap"
    most = 0
    for size in [*range(len(blob) - 60, 400, -997), 300, 9]:
        path.write_bytes(blob[:size])
        try:
            found, problems = read_everything(path)
        except UserError as error:
            assert size < 3000
            assert "cut off" in str(error)
            continue
        assert found == everything[: len(found)]
        assert len(problems) == 1
        assert "bag.mcap" in problems[0]
        most = max(most, len(found))
        if compression == "":
            # Whole messages before the cut are never lost, not even in a half-written chunk.
            lost = everything[len(found) : len(found) + 1]
            assert not lost or blob.find(lost[0][2]) + len(lost[0][2]) > size
    assert most == len(everything)


def test_the_sentence_counts_what_was_read_and_what_is_missing(tmp_path: Path) -> None:
    entries = drive(30)
    path = write_ros2(tmp_path / "bag", entries)
    file = storage_file(path)
    blob = file.read_bytes()
    file.write_bytes(blob[: len(blob) // 2])
    with open_bag(path) as bag:
        found = contents(bag)
        assert 20 < len(found) < 40
        assert found == expected(entries)[: len(found)]
        assert sum(topic.count or 0 for topic in bag.topics) == len(found)
        cut, shortage = bag.problems
    assert f"cut off at byte {len(blob) // 2:,}" in cut
    assert f"the {len(found)} messages before that" in cut
    assert shortage == (
        f"{60 - len(found)} of the 60 messages that metadata.yaml counts are missing."
    )


def test_messages_outside_of_chunks(tmp_path: Path) -> None:
    entries = drive(8)
    builder = McapBuilder()
    kinds = {entry.topic: entry.message.__msgtype__ for entry in entries}
    for key, (topic, kind) in enumerate(kinds.items(), start=1):
        builder.blob += builder.topic(key, topic, kind, "")
    for entry in (*entries[8:], *entries[:8]):  # and out of order
        key = list(kinds).index(entry.topic) + 1
        builder.blob += builder.message(key, entry.log_time_ns, entry.raw)
    path = tmp_path / "bag.mcap"
    cut = len(builder.blob) - 5
    path.write_bytes(builder.finish())
    assert read_everything(path) == (expected(entries), ())
    path.write_bytes(path.read_bytes()[:cut])
    found, problems = read_everything(path)
    assert found == expected(entries[:7] + entries[8:])
    assert "cut off" in problems[0]


def test_a_file_that_ends_in_zeros(tmp_path: Path) -> None:
    entries = drive(8)
    blob = chunked_mcap(entries)
    # The third chunk was never written to the disk, though the file has its length.
    times = struct.pack("<QQ", entries[8].log_time_ns, entries[11].log_time_ns)
    end = blob.find(times) - 9
    path = tmp_path / "bag.mcap"
    path.write_bytes(blob[:end] + bytes(4096))
    found, problems = read_everything(path)
    assert found == expected(entries[:8])
    assert (
        f"is damaged from byte {end:,} of {end + 4096:,} on; the 8 messages before" in problems[0]
    )


@pytest.mark.parametrize("compression", ["", "lz4", "zstd"])
@pytest.mark.parametrize("with_index", [True, False])
def test_a_damaged_chunk_costs_that_chunk_alone(
    tmp_path: Path, compression: str, with_index: bool
) -> None:
    entries = drive(12)
    blob = bytearray(chunked_mcap(entries, compression=compression, indexed=with_index))
    victim = entries[9]
    if compression == "":
        place = blob.find(victim.raw) + len(victim.raw) // 2
    else:
        place = blob.find(b"(\xb5/\xfd" if compression == "zstd" else b"\x04\x22\x4d\x18", 9000)
        place += 60
    blob[place] ^= 0x55
    path = tmp_path / "bag.mcap"
    path.write_bytes(blob)
    found, problems = read_everything(path)
    assert len(found) == 20
    assert found == [one for one in expected(entries) if one in found]
    assert len(problems) == 1
    assert "is damaged near byte" in problems[0]
    assert "missing" in problems[0]


def test_topics_are_known_from_the_summary_when_the_first_chunk_is_damaged(tmp_path: Path) -> None:
    entries = drive(12)
    blob = bytearray(chunked_mcap(entries))
    blob[blob.find(entries[0].raw) + 200] ^= 0x55
    path = tmp_path / "bag.mcap"
    path.write_bytes(blob)
    found, _ = read_everything(path)
    assert found == expected(entries[4:])


def test_a_missing_metadata_file_is_told(tmp_path: Path) -> None:
    entries = drive(3)
    path = write_ros2(tmp_path / "bag", entries)
    (path / "metadata.yaml").unlink()
    found, problems = read_everything(path)
    assert found == expected(entries)
    assert problems == (
        "bag has no metadata.yaml, as a recording that was not closed; its files are read as "
        "they are.",
    )


@pytest.mark.parametrize("text", ["", "rosbag2_bagfile_information: [", "a: 1", "\0\0", "- x"])
def test_a_damaged_metadata_file_is_told(tmp_path: Path, text: str) -> None:
    entries = drive(3)
    path = write_ros2(tmp_path / "bag", entries)
    (path / "metadata.yaml").write_text(text)
    found, problems = read_everything(path)
    assert found == expected(entries)
    assert "metadata.yaml is damaged" in problems[0]


def split(tmp_path: Path, storage: StoragePlugin) -> tuple[Path, list[Entry]]:
    """A bag of two files, with metadata that lists them."""
    entries = drive(40)
    bag = tmp_path / "bag"
    bag.mkdir()
    names = []
    for part in (0, 1):
        piece = write_ros2(tmp_path / f"p{part}", entries[40 * part : 40 * part + 40], storage)
        names.append(f"bag_{part}{storage_file(piece).suffix}")
        shutil.move(storage_file(piece), bag / names[-1])
    (bag / "metadata.yaml").write_text(
        f"rosbag2_bagfile_information: {{relative_file_paths: [{', '.join(names)}], "
        "topics_with_message_count: [{message_count: 80, topic_metadata: {name: /all}}]}\n"
    )
    return bag, entries


def test_the_other_files_of_a_split_bag_are_read(tmp_path: Path) -> None:
    bag, entries = split(tmp_path, StoragePlugin.SQLITE3)
    second = bag / "bag_1.db3"
    second.write_bytes(second.read_bytes()[:20_000])
    found, problems = read_everything(bag)
    assert found == expected(entries[:40])
    assert "bag_1.db3 is cut off" in problems[0]
    assert problems[1] == "40 of the 80 messages that metadata.yaml counts are missing."


@pytest.mark.parametrize("storage", [StoragePlugin.MCAP, StoragePlugin.SQLITE3])
def test_a_missing_and_an_empty_file_of_a_split_bag(tmp_path: Path, storage: StoragePlugin) -> None:
    bag, entries = split(tmp_path, storage)
    second = next(bag.glob("bag_1.*"))
    second.write_bytes(b"")
    found, problems = read_everything(bag)
    assert found == expected(entries[:40])
    assert f"{second.name} is empty" in problems[0]
    second.unlink()
    found, problems = read_everything(bag)
    assert found == expected(entries[:40])
    assert problems[0] == f"{second.name} is missing, although metadata.yaml lists it."


def test_a_cut_zstd_file_is_read_up_to_the_cut(tmp_path: Path) -> None:
    entries = drive(400)
    path = write_ros2(tmp_path / "bag", entries, compression=CompressionMode.FILE)
    file = storage_file(path)
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 3 // 4])
    with open_bag(path) as bag:
        found = contents(bag)
        problems = bag.problems
    assert 0 < len(found) < len(entries)
    assert found == expected(entries)[: len(found)]
    assert "does not unpack to its end" in problems[0]


def test_a_message_that_does_not_unpack_is_left_out(tmp_path: Path) -> None:
    entries = drive(6)
    path = write_ros2(
        tmp_path / "bag", entries, StoragePlugin.SQLITE3, compression=CompressionMode.MESSAGE
    )
    file = storage_file(path)
    blob = bytearray(file.read_bytes())
    place = blob.find(b"(\xb5/\xfd")
    blob[place + 4 : place + 40] = bytes(36)
    file.write_bytes(blob)
    found, problems = read_everything(path)
    assert len(found) == len(entries) - 1
    assert "does not unpack" in problems[0]


def test_messages_left_in_a_write_ahead_log_are_told(tmp_path: Path) -> None:
    entries = drive(3)
    path = write_ros2(tmp_path / "bag", entries, StoragePlugin.SQLITE3)
    file = storage_file(path)
    file.with_name(file.name + "-wal").write_bytes(b"pages")
    found, problems = read_everything(path)
    assert found == expected(entries)
    assert "PRAGMA wal_checkpoint" in problems[0]


KINDS = ["mcap", "lz4", "zstd", "db3", "bag", "zstd file", "message zstd"]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, bytes]]:
    """One small file of each kind: its name and bytes."""
    folder = tmp_path_factory.mktemp("samples")
    entries = drive(6)

    def file(name: str, *how: object) -> tuple[str, bytes]:
        found = storage_file(write_ros2(folder / name, entries, *how))
        return found.name, found.read_bytes()

    bag = write_ros1(folder / "x.bag", 6, Ros1Writer.CompressionFormat.LZ4)
    return {
        "mcap": file("a", StoragePlugin.MCAP),
        "lz4": ("b.mcap", chunked_mcap(entries, compression="lz4")),
        "zstd": ("c.mcap", chunked_mcap(entries, compression="zstd", with_crc=False)),
        "db3": file("d", StoragePlugin.SQLITE3),
        "bag": (bag.name, bag.read_bytes()),
        "zstd file": file("e", StoragePlugin.MCAP, CompressionMode.FILE),
        "message zstd": file("f", StoragePlugin.SQLITE3, CompressionMode.MESSAGE),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_cut_anywhere(tmp_path: Path, samples: dict[str, tuple[str, bytes]], kind: str) -> None:
    name, blob = samples[kind]
    path = tmp_path / name
    dice = random.Random(kind)
    for size in [*range(0, 64, 7), *(dice.randrange(64, len(blob)) for _ in range(20))]:
        path.write_bytes(blob[:size])
        try:
            _, problems = read_everything(path)
        except UserError as error:
            assert len(str(error).splitlines()) == 1
        else:
            assert problems, f"cut at {size} without a word"


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_changed_anywhere(
    tmp_path: Path, samples: dict[str, tuple[str, bytes]], kind: str
) -> None:
    name, blob = samples[kind]
    path = tmp_path / name
    dice = random.Random(kind)
    for round_ in range(30):
        broken = bytearray(blob)
        # Headers and indexes are a small part of the bytes: visit them as often as the rest.
        reach = (len(blob), 600, len(blob))[round_ % 3]
        base = (0, 0, len(blob) - 1200)[round_ % 3]
        for _ in range(dice.randrange(1, 4)):
            broken[(base + dice.randrange(reach)) % len(blob)] = dice.randrange(256)
        path.write_bytes(broken)
        try:
            read_everything(path)
        except UserError as error:
            assert len(str(error).splitlines()) == 1


def test_a_message_of_random_bytes_is_malformed(tmp_path: Path) -> None:
    dice = random.Random(1)
    builder = McapBuilder()
    builder.blob += builder.topic(1, CAMERA, "sensor_msgs/msg/CompressedImage", "")
    builder.blob += builder.topic(2, SPEED, "geometry_msgs/msg/TwistStamped", "")
    for index in range(50):
        raw = bytes([0, 1, 0, 0]) + dice.randbytes(dice.randrange(80))
        builder.blob += builder.message(1 + index % 2, index, raw)
    path = tmp_path / "bag.mcap"
    path.write_bytes(builder.finish())
    with open_bag(path) as bag:
        for message in bag.messages([CAMERA]):
            with pytest.raises(MalformedImage):
                bag.image(message).bgr()
        for message in bag.messages([SPEED]):
            bag.speed_mps(message)
