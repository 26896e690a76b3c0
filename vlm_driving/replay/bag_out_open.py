"""The bag that a replay is asked to write, begun."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import SceneReport, UserError
from vlm_driving.replay.options import Pace, ReplayOptions


class BagOut(Protocol):
    """Takes the reports of a replay."""

    @property
    def stopped(self) -> bool:
        """Whether nothing more is written."""
        ...

    @property
    def failure(self) -> UserError | None:
        """Why nothing more is written, for the user to mend."""
        ...

    def put(self, report: SceneReport, image_bgr: NDArray[np.uint8] | None) -> None:
        """Have a report written, and drawn onto its image."""
        ...

    def finish(self, whole: bool) -> list[str]:
        """Write what is left; the rest of the recording, too, if `whole`. Returns problems."""
        ...

    def close(self) -> None:
        """Make what was written readable; for an end that was not planned."""
        ...

    def discard(self) -> None:
        """Remove what was begun: nothing was replayed."""
        ...


class NoBag:
    """In place of a bag where none is asked for."""

    stopped = False
    failure: UserError | None = None

    def put(self, report: SceneReport, image_bgr: NDArray[np.uint8] | None) -> None:
        """Nothing."""

    def finish(self, whole: bool) -> list[str]:
        """Nothing."""
        return []

    def close(self) -> None:
        """Nothing."""

    def discard(self) -> None:
        """Nothing."""


def open_bag_out(
    options: ReplayOptions, camera: str, camera_topic: str, speed_topic: str | None
) -> BagOut:
    """Begin the bag of `options`, if one is asked for.

    Args:
        options: of the replay.
        camera: name of the camera.
        camera_topic: topic of its images.
        speed_topic: topic of the ego speed.

    Raises:
        UserError: it exists already, or it or the recording cannot be opened.
    """
    if options.bag_out is None:
        return NoBag()
    from vlm_driving.annotate import Annotator
    from vlm_driving.replay.bag import open_bag
    from vlm_driving.replay.bag_out import BagBeside
    from vlm_driving.replay.bag_out_originals import Originals
    from vlm_driving.replay.bag_out_said import OutputTopics, Voice

    def open_originals() -> Originals:
        bag = open_bag(options.bag)
        try:
            return Originals(bag, options, camera_topic, speed_topic)
        except BaseException:
            bag.close()
            raise

    realtime = options.pace is Pace.REALTIME
    topics = OutputTopics.of(camera)
    voice = Voice(
        topics, options.rate if realtime else None, Annotator() if options.annotated else None
    )
    return BagBeside(
        options.bag_out,
        options.storage,
        topics,
        voice,
        open_originals,
        annotated=options.annotated,
        waits=not realtime,
    )
