"""The device image: one file with every integer that a device keeps resident.

Layout, little-endian: 8 bytes `VLMFIMG1`, u32 bytes of the header, u32 zero, the header as JSON
in ASCII, zeros up to a multiple of 64, then the tensors, each at a multiple of 64. The header
names each tensor's type, shape, offset from the file's start and bytes. The image's identity is
the SHA-256 of the whole file.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.fpga.shape import NetworkShape
from vlm_driving.core import UserError

MAGIC = b"VLMFIMG1"
FORMAT = 1
"""Of the tensors' names and meaning; the arithmetic's version is part of it."""
_HEAD = struct.Struct("<8sII")
_ALIGN = 64
_TYPES = {"i1": "<i1", "u1": "<u1", "i2": "<i2", "u2": "<u2", "i4": "<i4", "u4": "<u4"}


@dataclass(frozen=True, slots=True, eq=False)
class DeviceImage:
    """Weights, multipliers and tables of one bundle, as a device holds them.

    Attributes:
        name: of the bundle.
        source: SHA-256 of each graph file that it was packed from, by name.
        shape: of the network.
        tensors: by name, whole numbers of 1, 2 or 4 bytes.
        epsilons: of the norms, in units of 2**-32: `layer` and `rms`.
        scale: multiplier and shift of the attention scores.
        answers: SHA-256 of what the reference answers to the standard input.
    """

    name: str
    source: Mapping[str, str]
    shape: NetworkShape
    tensors: Mapping[str, NDArray[Any]]
    epsilons: Mapping[str, int]
    scale: tuple[int, int]
    answers: Mapping[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The file; the same image gives the same bytes on every machine."""
        entries = {}
        for name in sorted(self.tensors):
            array = self.tensors[name]
            code = f"{array.dtype.kind}{array.dtype.itemsize}"
            if code not in _TYPES:
                raise ValueError(f"{name} is {array.dtype}, which an image does not hold")
            entries[name] = {"type": code, "shape": list(array.shape), "offset": 0}
        # Offsets depend on the header's length and it on them: widths are fixed by a first pass.
        start = _aligned(_HEAD.size + len(self._header(_placed(entries, 1 << 30))))
        placed = _placed(entries, start)
        header = self._header(placed).ljust(start - _HEAD.size)
        out = bytearray(_HEAD.pack(MAGIC, len(header), 0) + header)
        for name, entry in placed.items():
            out.extend(bytes(entry["offset"] - len(out)))
            array = self.tensors[name]
            out.extend(np.ascontiguousarray(array, _TYPES[entry["type"]]).tobytes())
        return bytes(out)

    def _header(self, entries: Mapping[str, Any]) -> bytes:
        data = {
            "format": FORMAT,
            "name": self.name,
            "source": dict(self.source),
            "shape": self.shape.to_json(),
            "epsilons": dict(self.epsilons),
            "scale": list(self.scale),
            "answers": dict(self.answers),
            "tensors": dict(entries),
        }
        return json.dumps(data, sort_keys=True, separators=(",", ":")).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> DeviceImage:
        """Read an image back; its tensors are views of `data`.

        Raises:
            UserError: if it is damaged or of another format.
        """
        try:
            magic, length, _ = _HEAD.unpack_from(data)
            if magic != MAGIC:
                raise ValueError("it does not begin with VLMFIMG1")
            header = json.loads(bytes(data[_HEAD.size : _HEAD.size + length]))
            if header["format"] != FORMAT:
                raise ValueError(f"its format is {header['format']}, here it is {FORMAT}")
            return cls(
                name=header["name"],
                source=header["source"],
                shape=NetworkShape.from_json(header["shape"]),
                tensors={name: _read(data, item) for name, item in header["tensors"].items()},
                epsilons=header["epsilons"],
                scale=(header["scale"][0], header["scale"][1]),
                answers=header["answers"],
            )
        except (KeyError, TypeError, ValueError, struct.error) as error:
            raise UserError(
                f"the device image cannot be read ({error}); pack the bundle again."
            ) from None


def digest(data: bytes | memoryview) -> bytes:
    """The identity of an image file, 32 bytes."""
    return hashlib.sha256(data).digest()


def _placed(entries: Mapping[str, Any], start: int) -> dict[str, Any]:
    placed, at = {}, start
    for name, entry in entries.items():
        placed[name] = {**entry, "offset": at}
        at = _aligned(at + prod(entry["shape"]) * int(entry["type"][1]))
    return placed


def _read(data: bytes | memoryview, item: Mapping[str, Any]) -> NDArray[Any]:
    count = prod(item["shape"])
    array: NDArray[Any] = np.frombuffer(data, _TYPES[item["type"]], count, item["offset"])
    return array.reshape(item["shape"])


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN
