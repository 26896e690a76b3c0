"""Which files make up a bag, and what its metadata.yaml promises about them.

The files are the truth and metadata.yaml is a hint: after a power cut it is missing, and what it
says about a file that was cut later is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from vlm_driving.core import UserError
from vlm_driving.replay.bag_unpack import ZSTD_MAGIC

METADATA = "metadata.yaml"
KINDS_SENTENCE = (
    "a bag is a directory that ros2 bag has written, or a single .mcap, .db3 or ROS 1 .bag file"
)

_STORAGE_SUFFIXES = (".mcap", ".db3")
_ROS1_SUFFIXES = (".bag",)
_UNPACKED = re.compile(r"\.(zstd|zst)$")
# ros2 bag counts the parts of a recording as name_0, name_1; rosbag puts a date before.
_PART = re.compile(r"(_\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)?(_(0|[1-9]\d*))?$")


class FileKind(Enum):
    """What a file is, by its first bytes."""

    MCAP = "mcap"
    SQLITE = "sqlite"
    ROS1 = "ROS 1 bag"
    ZSTD = "zstd"
    EMPTY = "empty"
    OTHER = "other"


_FIRST_BYTES = {
    b"\x89MCAP0\r\n": FileKind.MCAP,
    b"SQLite format 3\0": FileKind.SQLITE,
    b"#ROSBAG V": FileKind.ROS1,
    ZSTD_MAGIC: FileKind.ZSTD,
}


@dataclass(frozen=True, slots=True)
class BagFiles:
    """The files of one bag.

    Attributes:
        paths: existing files, in the order of recording as far as names tell.
        problems: sentences about what is missing already.
        promised_counts: messages by topic as metadata.yaml has them; empty without it.
    """

    paths: tuple[Path, ...]
    problems: tuple[str, ...] = ()
    promised_counts: Mapping[str, int] | None = None


def file_kind(path: Path) -> FileKind:
    """What `path` begins with. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(16)
    if not head:
        return FileKind.EMPTY
    return next(
        (kind for magic, kind in _FIRST_BYTES.items() if head.startswith(magic)), FileKind.OTHER
    )


def find_files(path: Path) -> BagFiles:
    """The files of the bag at `path`. Raises UserError when there is no bag."""
    if not path.exists():
        raise UserError(f"There is no bag at {path}; check the path.")
    if path.name == METADATA:
        path = path.parent
    if not path.is_dir():
        return BagFiles((path,))
    if (path / METADATA).is_file():
        return _from_metadata(path)
    found = _storage_files(path)
    if not found:
        raise UserError(_nothing_here(path))
    if any(_plain_suffix(file) in _STORAGE_SUFFIXES for file in found):
        missing = f"{path.name} has no {METADATA}, as a recording that was not closed; its files "
        return BagFiles(found, (f"{missing}are read as they are.",))
    return BagFiles(found)


def _from_metadata(directory: Path) -> BagFiles:
    try:
        text = (directory / METADATA).read_text(encoding="utf-8", errors="replace")
        information = yaml.safe_load(text)["rosbag2_bagfile_information"]
        names = [Path(str(name)).name for name in information["relative_file_paths"]]
        counts = _promised_counts(information)
    except (yaml.YAMLError, KeyError, TypeError, ValueError, RecursionError) as error:
        found = _storage_files(directory)
        if not found:
            raise UserError(
                f"{directory / METADATA} is damaged and no bag file stands beside it; name a "
                f"bag: {KINDS_SENTENCE}."
            ) from error
        return BagFiles(
            found, (f"{METADATA} is damaged; the files beside it are read as they are.",)
        )
    present = {name: existing for name in names if (existing := _existing(directory / name))}
    absent = [name for name in names if name not in present]
    if not present:
        listed = ", ".join(absent) or "no file"
        raise UserError(
            f"{directory} holds none of the files that its {METADATA} lists ({listed}); copy them "
            "there, or name the file itself."
        )
    problems = tuple(f"{name} is missing, although {METADATA} lists it." for name in absent)
    return BagFiles(tuple(present.values()), problems, counts)


def _promised_counts(information: Mapping[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for topic in information.get("topics_with_message_count") or ():
        name = str(topic["topic_metadata"]["name"])
        counts[name] = counts.get(name, 0) + int(topic["message_count"])
    return counts


def _existing(path: Path) -> Path | None:
    """The file, or its packed or unpacked twin: ros2 bag leaves either."""
    plain = path.with_name(_UNPACKED.sub("", path.name))
    twins = (
        path,
        plain,
        plain.with_name(plain.name + ".zstd"),
        plain.with_name(plain.name + ".zst"),
    )
    return next((twin for twin in twins if twin.is_file()), None)


def _storage_files(directory: Path) -> tuple[Path, ...]:
    """Bag files of one recording. Raises UserError when there are several recordings."""
    found: dict[str, Path] = {}
    for path in sorted(directory.iterdir(), key=_natural):
        if path.is_file() and _plain_suffix(path) in (*_STORAGE_SUFFIXES, *_ROS1_SUFFIXES):
            # The plain file sorts before its packed twin.
            found.setdefault(_UNPACKED.sub("", path.name), path)
    recordings = {_PART.sub("", Path(name).stem) + Path(name).suffix for name in found}
    if len(recordings) > 1:
        raise UserError(
            f"{directory} holds several recordings and no {METADATA}; name one of them: "
            f"{_some(found.values())}."
        )
    return tuple(found.values())


def _nothing_here(directory: Path) -> str:
    inside = sorted(
        path
        for path in directory.iterdir()
        if path.is_dir() and ((path / METADATA).is_file() or _has_storage(path))
    )
    if inside:
        return f"{directory} is a directory of bags; name one of them: {_some(inside)}."
    return f"{directory} is not a bag: {KINDS_SENTENCE}."


def _has_storage(directory: Path) -> bool:
    try:
        return any(_plain_suffix(path) in _STORAGE_SUFFIXES for path in directory.iterdir())
    except OSError:
        return False


def _some(paths: Iterable[Path], limit: int = 5) -> str:
    names = [str(path) for path in paths]
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _plain_suffix(path: Path) -> str:
    return Path(_UNPACKED.sub("", path.name)).suffix


def _natural(path: Path) -> list[tuple[bool, int, str]]:
    """Sort part_2 before part_10."""
    return [
        (piece.isdigit(), int(piece) if piece.isdigit() else 0, piece)
        for piece in re.split(r"(\d+)", path.name)
    ]
