"""The bitstream's manifest: which file a device must run, for which contract."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vlm_driving.backends.fpga.image import FORMAT
from vlm_driving.backends.fpga.protocol import MAJOR
from vlm_driving.core import UserError

SCHEMA = "vlm_driving/fpga_bitstream/1"
MANIFEST = "bitstream.json"
_CHUNK = 1 << 20
_KEYS = {"schema", "name", "file", "sha256", "protocol_major", "image_format"}


@dataclass(frozen=True, slots=True)
class Bitstream:
    """A bitstream whose file matched its manifest.

    Attributes:
        name: and version, for people.
        path: of the file.
        sha256: of the file; the device shows the same in its registers.
    """

    name: str
    path: Path
    sha256: str

    @classmethod
    def load(cls, folder: Path) -> Bitstream:
        """Read `bitstream.json` in `folder` and verify the file that it names.

        Raises:
            UserError: saying what is missing or does not match.
        """
        manifest = folder / MANIFEST
        try:
            data = json.loads(manifest.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UserError(
                f"no bitstream: {manifest} does not exist; install the accelerator's bitstream "
                "and its manifest there."
            ) from None
        except (OSError, ValueError) as error:
            raise UserError(f"{manifest} cannot be read ({error}); install it again.") from None
        if not isinstance(data, Mapping) or set(data) != _KEYS or data["schema"] != SCHEMA:
            raise UserError(f"{manifest} is no manifest of schema {SCHEMA}; install it again.")
        if (data["protocol_major"], data["image_format"]) != (MAJOR, FORMAT):
            raise UserError(
                f"the bitstream {data['name']} is for protocol {data['protocol_major']} and image "
                f"format {data['image_format']}, here they are {MAJOR} and {FORMAT}; install the "
                "bitstream of this version."
            )
        path = folder / str(data["file"])
        try:
            found = _sha256(path)
        except OSError as error:
            raise UserError(
                f"the bitstream {path} cannot be read ({error.strerror}); install it again."
            ) from None
        if found != data["sha256"]:
            raise UserError(
                f"the bitstream {path} is not the one of its manifest; install it again."
            )
        return cls(str(data["name"]), path, found)


def _sha256(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            total.update(chunk)
    return total.hexdigest()
