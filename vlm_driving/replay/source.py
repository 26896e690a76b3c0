"""A bag as the frames of one camera and the speeds of one topic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import UserError
from vlm_driving.pipeline import LoadImage
from vlm_driving.replay.bag import Bag, open_bag
from vlm_driving.replay.bag_messages import ImageMessage
from vlm_driving.replay.bag_parts import BagMessage
from vlm_driving.replay.options import ReplayOptions
from vlm_driving.replay.recorded import RecordedFrame, RecordedSpeed, with_usable_times
from vlm_driving.replay.topics import choose_camera_topic, choose_speed_topic
from vlm_driving.runtime.images import MalformedImage
from vlm_driving.runtime.jpeg import jpeg_reduction
from vlm_driving.runtime.preprocess import PreprocessSpec

KMH_PER_MPS = 3.6


class BagSource:
    """The chosen topics of an open bag. Satisfies `session.Source`.

    Attributes:
        camera_topic: topic of the images.
        speed_topic: topic of the ego speed, or None.
        spec: the model's preprocessing, once it is known: JPEGs are then decoded no larger
            than it needs.
    """

    def __init__(self, bag: Bag, options: ReplayOptions) -> None:
        speed = choose_speed_topic(bag, options.speed_topic)
        self.camera_topic = choose_camera_topic(bag, options.camera_topic).name
        self.speed_topic = None if speed is None else speed.name
        self.spec: PreprocessSpec | None = None
        self._bag = bag
        self._options = options
        self._notes: list[str] = []

    @property
    def camera(self) -> str:
        """Name of the camera: its topic without what says how images are sent."""
        return camera_name(self.camera_topic)

    @property
    def expected_s(self) -> float | None:
        """Seconds from the start asked for to the end asked for, or the bag's."""
        rest_s = (self._bag.end_ns - self._bag.start_ns) / 1e9 - self._options.start_s
        if rest_s <= 0:
            return None
        duration_s = self._options.duration_s
        return rest_s if duration_s is None else min(rest_s, duration_s)

    def items(self) -> Iterator[RecordedFrame | RecordedSpeed]:
        """Frames and speeds in recorded order. A damaged message is a frame that does not load."""
        return with_usable_times(self._recorded(), self._notes.append)

    def _recorded(self) -> Iterator[RecordedFrame | RecordedSpeed]:
        topics = [self.camera_topic] + ([self.speed_topic] if self.speed_topic else [])
        options = self._options
        for message in self._bag.messages(topics, options.start_s, options.duration_s):
            if message.topic == self.camera_topic:
                yield self._frame(message)
            elif (speed_mps := self._bag.speed_mps(message)) is not None:
                yield RecordedSpeed(message.log_time_ns, speed_mps * KMH_PER_MPS)

    def problems(self) -> list[str]:
        """What the bag lacks, as far as it was read."""
        return [*self._bag.problems, *self._notes]

    def _frame(self, message: BagMessage) -> RecordedFrame:
        try:
            image = self._bag.image(message)
        except MalformedImage as fault:
            return RecordedFrame(message.log_time_ns, 0, "", _raising(fault))
        return RecordedFrame(
            message.log_time_ns, image.stamp_ns, image.frame_id, _loader(image, self.spec)
        )


@contextmanager
def open_bag_source(options: ReplayOptions) -> Iterator[BagSource]:
    """Open the bag of `options` and choose its topics. Raises UserError."""
    with open_bag(options.bag) as bag:
        source = BagSource(bag, options)
        length_s = (bag.end_ns - bag.start_ns) / 1e9
        if options.start_s > length_s:
            raise UserError(
                f"The recording is {length_s:.1f} s long, so nothing is left after --start "
                f"{options.start_s:g}; start earlier."
            )
        yield source


def camera_name(topic: str) -> str:
    """A short name for the camera of `topic`: /sensing/camera/front/image_raw -> front."""
    parts = camera_stem(topic)
    return parts[-1] if parts else topic.strip("/") or "camera"


def camera_stem(topic: str) -> tuple[str, ...]:
    """The parts of a topic without those that say how images are sent."""
    transport = {"image", "image_raw", "image_color", "image_rect", "image_rect_color"}
    transport |= {"compressed", "raw", "image_rect_compressed", "image_compressed"}
    return tuple(part for part in topic.split("/") if part and part not in transport)


def _loader(image: ImageMessage, spec: PreprocessSpec | None) -> LoadImage:
    def load() -> NDArray[np.uint8]:
        return image.bgr(_reduction(image, spec))

    return load


def _reduction(image: ImageMessage, spec: PreprocessSpec | None) -> int:
    """How much smaller a JPEG may be decoded and still cover the model's input."""
    if spec is None or not image.compressed:
        return 1
    return jpeg_reduction(image.data.data, spec)


def _raising(fault: MalformedImage) -> LoadImage:
    def load() -> NDArray[np.uint8]:
        raise fault

    return load
