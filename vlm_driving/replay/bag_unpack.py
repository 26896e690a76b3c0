"""zstd and lz4, whole or up to where the data are cut."""

from __future__ import annotations

import sys
import zlib
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = [
    "MAX_UNPACKED_BYTES",
    "ZSTD_MAGIC",
    "DamagedData",
    "unpack_chunk",
    "unpack_file",
    "unpack_message",
    "zstd",
]

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
MAX_UNPACKED_BYTES = 2 << 30
"""Larger chunks and messages are taken for damage: no camera writes them, memory is finite."""

_BLOCK = 1 << 20


class DamagedData(ValueError):
    """Bytes that do not unpack; the text is the reason, no sentence."""


def unpack_chunk(
    packed: bytes, compression: str, size: int, crc: int = 0, *, partly: bool = False
) -> bytes:
    """A chunk's records.

    Args:
        packed: its bytes in the file.
        compression: `zstd`, `lz4` or empty.
        size: unpacked size that the chunk promises; negative when it promises none.
        crc: its CRC-32, or 0 for none.
        partly: the bytes end early; unpack what there is and check nothing.

    Raises:
        DamagedData: the bytes do not unpack, or are not what was promised.
    """
    if size > MAX_UNPACKED_BYTES:
        raise DamagedData(f"it claims {size:,} bytes")
    if compression == "":
        data = packed
    elif compression == "zstd":
        data, _ = _unpack(zstd.ZstdDecompressor(), packed, size)
    elif compression == "lz4":
        data, _ = _unpack(_lz4(), packed, size)
    else:
        raise DamagedData(f"compression {compression!r} is not known")
    if partly:
        return data
    if size >= 0 and len(data) != size:
        raise DamagedData(f"{len(data):,} bytes in place of {size:,}")
    if crc and zlib.crc32(data) != crc:
        raise DamagedData("its checksum is wrong")
    return data


def unpack_message(packed: bytes | memoryview) -> bytes:
    """A message that was compressed by itself. Raises DamagedData."""
    try:
        # Knowing the size makes it many times faster: the result is not grown block by block.
        size = zstd.get_frame_info(packed).decompressed_size
    except zstd.ZstdError as error:
        raise DamagedData(str(error)) from error
    if size is not None and size > MAX_UNPACKED_BYTES:
        raise DamagedData(f"it claims {size:,} bytes")
    data, whole = _unpack(zstd.ZstdDecompressor(), packed, -1 if size is None else size)
    if not whole:
        raise DamagedData("it ends early")
    return data


def unpack_file(packed: Path, unpacked: Path) -> str | None:
    """Unpack a zstd file as far as it goes.

    Returns:
        Why it did not go to the end, or None.

    Raises:
        OSError: reading or writing failed, the disk is full for one.
    """
    with packed.open("rb") as source, unpacked.open("wb") as target:
        machine = zstd.ZstdDecompressor()
        while block := source.read(_BLOCK):
            try:
                while block:
                    target.write(machine.decompress(block))
                    if not machine.eof:
                        break
                    # Frames may follow one another, as zstd -T and pzstd write them.
                    block, machine = machine.unused_data, zstd.ZstdDecompressor()
            except zstd.ZstdError as error:
                return str(error)
            fresh = not block
        return None if packed.stat().st_size and fresh else "it ends early"


def _lz4() -> Any:
    from lz4.frame import LZ4FrameDecompressor

    return LZ4FrameDecompressor()


def _unpack(machine: Any, packed: bytes | memoryview, size: int) -> tuple[bytes, bool]:
    """Unpack at most `size` bytes and some, and whether that was the end of the frame."""
    # Room for one byte more than promised lets too long a frame be told from a whole one.
    limit = MAX_UNPACKED_BYTES if size < 0 else size + 1
    try:
        return machine.decompress(packed, limit), machine.eof
    except (zstd.ZstdError, RuntimeError, ValueError, EOFError, MemoryError) as error:
        raise DamagedData(str(error)) from error
