"""Pictures in files: read whole, and kept small beside the answers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from vlm_driving.pipeline.desk import checked
from vlm_driving.replay.run_writer import thumbnail, write_error

PICTURES = "pictures"


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The (height, width, 3) BGR picture in a file.

    Raises:
        ValueError: for a file that holds none; the message names it.
    """
    import cv2

    try:
        data = np.fromfile(path, np.uint8)  # imread knows no names beyond the locale's
    except OSError as fault:
        raise ValueError(f"{path.name} cannot be read ({fault.strerror})") from None
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise ValueError(f"{path.name} holds no picture that can be decoded")
    return checked(np.asarray(image, np.uint8))


def names_alike(names: Iterable[str]) -> frozenset[str]:
    """Those that are one name without folder and ending: their small copies would be one file."""
    by_stem: dict[str, set[str]] = {}
    for name in names:
        by_stem.setdefault(PurePosixPath(name).stem, set()).add(name)
    return frozenset(name for alike in by_stem.values() if len(alike) > 1 for name in alike)


def keep_small(run: Path, name: str, image_bgr: NDArray[np.uint8]) -> None:
    """Write the thumbnail of picture `name`, by its name without ending, if it is not there.

    Raises UserError when it cannot be written.
    """
    path = run / PICTURES / f"{PurePosixPath(name).stem}.jpg"
    try:
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            path.write_bytes(thumbnail(image_bgr))
    except OSError as fault:
        raise write_error(path, fault) from None
