"""An image file as a data URL."""

from __future__ import annotations

import base64
from pathlib import Path

MOST_IMAGE_BYTES = 20 * 1024 * 1024
_KINDS = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"))


def data_url(path: Path | None) -> tuple[str | None, str | None]:
    """Image and note: one of the two, the note says why the judge sees no image."""
    if path is None:
        return None, "the judge saw no image: none is at hand"
    try:
        with path.open("rb") as file:
            data = file.read(MOST_IMAGE_BYTES + 1)
    except OSError as error:
        return None, f"the judge saw no image: {path.name} cannot be read ({error.strerror})"
    if len(data) > MOST_IMAGE_BYTES:
        return None, f"the judge saw no image: {path.name} is larger than 20 MiB"
    kind = _kind(data)
    if kind is None:
        return None, f"the judge saw no image: {path.name} is no JPEG, PNG, GIF or WebP"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}", None


def _kind(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for start, kind in _KINDS if data.startswith(start)), None)
