"""Whether a bag holds the pictures that a run was made of.

Simulated drives all have the same stamps, and many the same speeds: what tells them apart is what
they show. A run keeps some of its pictures, small.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vlm_driving.evaluation.run import Run
from vlm_driving.replay.bag import open_bag
from vlm_driving.replay.run_writer import thumbnail
from vlm_driving.replay.topics import choose_camera_topic
from vlm_driving.runtime.images import MalformedImage

MOST_COMPARED = 12
"""Pictures that are decoded; spread over the run."""
ALIKE = 6.0
"""Mean difference in grey levels that compression alone may make; another drive makes 19 or more,
even in fog."""
_END_OF_JPEG = b"\xff\xd9"

Pixels = npt.NDArray[np.uint8]


def pictures_differ(run: Run, bag: Path, camera_topic: str | None) -> bool:
    """Whether the bag shows something else than the run's thumbnails, at the same stamps.

    Pictures that only one of them has are not compared; without any the answer is no.

    Args:
        run: as `load_run` gives it.
        bag: where the run may come from.
        camera_topic: of the pictures; None: the bag's only camera.

    Raises:
        UserError: no bag, or no such camera in it.
    """
    wanted = _kept(run)
    if not wanted:
        return False
    same: dict[int, bool] = {}
    with open_bag(bag) as opened:
        topic = choose_camera_topic(opened, camera_topic).name
        for message in opened.messages([topic]):
            try:
                image = opened.image(message)
                if image.stamp_ns in wanted and not same.get(image.stamp_ns, False):
                    same[image.stamp_ns] = _alike(wanted[image.stamp_ns], image.bgr())
            except MalformedImage:
                continue
            if len(same) == len(wanted) and all(same.values()):
                break
    return not all(same.values())


def _kept(run: Run) -> Mapping[int, Pixels]:
    """Some of the run's pictures by their stamps, those that can be read."""
    stamps = {report.sequence: report.stamp_ns for report in run.reports}
    known = [number for number in sorted(run.thumbnails) if number in stamps]
    step = max(1.0, len(known) / MOST_COMPARED)
    some = [known[int(i * step)] for i in range(min(MOST_COMPARED, len(known)))]
    found = {stamps[number]: _read(run.thumbnails[number]) for number in some}
    return {stamp: pixels for stamp, pixels in found.items() if pixels is not None}


def _read(path: Path) -> Pixels | None:
    try:
        return _decode(path.read_bytes())
    except OSError:
        return None


def _decode(jpeg: bytes) -> Pixels | None:
    import cv2

    if not jpeg.endswith(_END_OF_JPEG):  # none, or one that its writer did not finish
        return None
    found = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return None if found is None else np.asarray(found, dtype=np.uint8)


def _alike(kept: Pixels, image_bgr: Pixels) -> bool:
    made = _decode(thumbnail(image_bgr))
    if made is None or made.shape != kept.shape:
        return False
    return difference(made, kept) <= ALIKE


def difference(one: Pixels, other: Pixels) -> float:
    """Mean difference of two pictures of one shape, in grey levels."""
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())
